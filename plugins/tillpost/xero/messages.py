"""Xero's own words in an answer: on the request, its elements, their lines and what they name, each said once."""

from __future__ import annotations

from tillpost.xero.wire import Json, child, clean, objects, text

LINES = ("LineItems", "JournalLines")
NAMED = ("Contact", "Invoice", "CreditNote", "Account", "BankAccount", "Overpayment")


def messages_of_answer(body: Json) -> tuple[str, ...]:
    """All messages of a refused request: of its elements, or else its own Message or Detail."""
    found = [message for element in objects(body, "Elements") for message in messages_of_element(element)]
    found = found or _own(body)
    return tuple(dict.fromkeys(found)) or tuple(clean(text(body, field)) for field in ("Message", "Detail") if text(body, field))


def messages_of_element(element: Json) -> tuple[str, ...]:
    """All messages of one element; what a line says comes with the line's number, and is not said again for the whole."""
    lines = [(number, message) for field in LINES for number, line in enumerate(objects(element, field), start=1) for message in _own(line)]
    of_lines = {message for _, message in lines}
    found = [message for message in _own(element) if message not in of_lines]
    found += [f"line {number}: {message}" for number, message in lines]
    found += [message for field in NAMED for message in _own(child(element, field))]
    return tuple(dict.fromkeys(found))


def _own(item: Json) -> list[str]:
    said = [*objects(item, "ValidationErrors"), *objects(item, "Warnings")]
    # Some of Xero's own examples write Description where the answers write Message.
    words = [clean(text(entry, "Message") or text(entry, "Description")) for entry in said]
    return [word for word in words if word]
