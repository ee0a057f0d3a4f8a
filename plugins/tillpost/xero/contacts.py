"""Contacts: found by our number, then by exact name without case, else created, 50 in a request.

A document names its contact by ContactID only, for any other field would change the contact in Xero. ContactNumber is Xero's
field for an external key; names are unique among active contacts (https://developer.xero.com/documentation/api/accounting/contacts).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tillpost.errors import UnknownOutcome, XeroUnavailable
from tillpost.model.documents import Contact
from tillpost.xero.errors_from_xero import Answer
from tillpost.xero.lists import Reader, entries
from tillpost.xero.messages import messages_of_element
from tillpost.xero.payloads import body_of_models, contact_model
from tillpost.xero.sender import MAX_DOCUMENTS, ContactResult
from tillpost.xero.wire import Json, guid, objects, text


class ContactClient(Reader, Protocol):
    """Reads lists and creates contacts."""

    def tenant_id(self) -> str:
        """The id of the Xero organisation."""

    def create(self, operation: str, body: bytes, idempotency_key: str) -> Answer:
        """Create what the body says, once."""


@dataclass(slots=True)
class _Book:
    """All contacts of an organisation by id, number and name; active ones win over archived ones."""

    by_id: dict[str, Json] = field(default_factory=dict)
    by_number: dict[str, Json] = field(default_factory=dict)
    by_name: dict[str, Json] = field(default_factory=dict)

    def add(self, entry: Json) -> None:
        self.by_id[guid(entry, "ContactID")] = entry
        for index, key in ((self.by_number, text(entry, "ContactNumber")), (self.by_name, _folded(text(entry, "Name")))):
            if key and (key not in index or not _is_active(index[key])):
                index[key] = entry

    def followed(self, entry: Json) -> Json:
        """The contact that this one was merged into, or itself."""
        passed: set[str] = set()
        while (target := guid(entry, "MergedToContactID")) in self.by_id and target not in passed:
            passed.add(target)
            entry = self.by_id[target]
        return entry


def ensure_contacts(client: ContactClient, contacts: Sequence[Contact]) -> list[ContactResult]:
    """One result per contact, by position; raises XeroErrors of reading, and XeroUnavailable where creating was cut off."""
    if not contacts:
        return []
    book = _Book()
    for entry in entries(client, "get_contacts", "Contacts", "ContactID", include_archived="true"):
        book.add(entry)
    results = {_key(contact): _found(book, contact) for contact in contacts}
    missing = list({_key(contact): contact for contact in contacts if results[_key(contact)] is None}.values())
    for start in range(0, len(missing), MAX_DOCUMENTS):
        batch = missing[start : start + MAX_DOCUMENTS]
        results |= dict(zip(map(_key, batch), _created(client, batch), strict=True))
    return [result for contact in contacts if (result := results[_key(contact)]) is not None]


def _found(book: _Book, contact: Contact) -> ContactResult | None:
    """What the book says of a contact; None if it has to be created."""
    entry = book.by_number.get(contact.number) if contact.number else None
    if entry is not None:
        return _usable(book, contact, entry)
    entry = book.by_name.get(_folded(contact.name))
    if entry is None:
        return None
    number = text(entry, "ContactNumber")
    if contact.number and number and not _is_active(entry):
        # Somebody else's, and out of use: names are unique among active contacts only.
        return None
    if contact.number and number:
        return _unusable(f"the name {contact.name!r} belongs to the contact with ContactNumber {number!r} in Xero, not {contact.number!r}:"
                         " give one of them another name, or the contact in Xero our number")  # fmt: skip
    result = _usable(book, contact, entry)
    if not result.contact_id or not contact.number:
        return result
    return ContactResult(result.contact_id, (f"{contact.name!r} was in Xero already and is used as it is (it has no ContactNumber).",))


def _usable(book: _Book, contact: Contact, entry: Json) -> ContactResult:
    final = book.followed(entry)
    if not _is_active(final):
        return _unusable(f"the contact {text(final, 'Name')!r} is archived in Xero: restore it there, or map {contact.name!r} to another")
    if final is not entry:
        return ContactResult(guid(final, "ContactID"), (f"{contact.name!r} was merged into {text(final, 'Name')!r} in Xero.",))
    return ContactResult(guid(final, "ContactID"))


def _unusable(message: str) -> ContactResult:
    return ContactResult("", (message[0].upper() + message[1:] + ".",))


def _created(client: ContactClient, batch: Sequence[Contact]) -> list[ContactResult]:
    body = body_of_models("Contacts", [contact_model(contact) for contact in batch])
    key = f"contacts-{hashlib.sha256(client.tenant_id().encode() + body).hexdigest()}"
    try:
        answer = client.create("create_contacts", body, key)
    except UnknownOutcome as error:
        raise _cut_off() from error
    made = objects(answer.json() or {}, "Contacts")
    if len(made) != len(batch):
        raise _cut_off()
    return [_result(entry) for entry in made]


def _cut_off() -> XeroUnavailable:
    return XeroUnavailable(
        "Xero gave no clear answer while contacts were created. No document was sent; run again: contacts that exist by then are found by "
        "number and name and not created twice."
    )


def _result(entry: Json) -> ContactResult:
    messages, contact_id = messages_of_element(entry), guid(entry, "ContactID")
    if text(entry, "StatusAttributeString").upper() == "ERROR" or not contact_id:
        return ContactResult("", messages or ("Xero refused the contact without a reason.",))
    return ContactResult(contact_id, messages)


def _key(contact: Contact) -> str:
    return f"number {contact.number}" if contact.number else f"name {_folded(contact.name)}"


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _is_active(entry: Json) -> bool:
    return text(entry, "ContactStatus") in ("ACTIVE", "")
