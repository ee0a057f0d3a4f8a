"""Lists read page by page, 1,000 entries a call, in Xero's default order (last change first seen, so that nothing slips between pages).

Paging and If-Modified-Since: https://developer.xero.com/documentation/api/accounting/requests-and-responses
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote

from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.xero import held
from tillpost.xero.wire import Json, child, guid, objects, whole

PAGE_SIZE = 1000
# Long addresses are answered with 404 (XeroAPI/Xero-NetStandard issue 413).
MAX_FILTER_CHARS = 1_500
# The SDK joins lists with commas itself; a text it would take apart letter by letter.
Argument = str | int | list[str]


class Reader(Protocol):
    """Reads one page: the SDK's method by name, its keyword arguments; None where Xero says that nothing has changed."""

    def read(self, operation: str, field: str, **arguments: Argument) -> Json | None:
        """The answer, in which ``field`` is a list."""


def entries(reader: Reader, operation: str, field: str, id_field: str, **filters: Argument) -> Iterator[Json]:
    """All entries of a list, page by page; one that moved between pages comes twice, its later state last."""
    seen: set[str] = set()
    page = 1
    while True:
        answer = reader.read(operation, field, page=page, page_size=PAGE_SIZE, **filters)
        found = objects(answer or {}, field)
        yield from found
        pages = whole(child(answer or {}, "pagination"), "pageCount")
        fresh = {guid(entry, id_field) for entry in found} - seen
        # Without a count the list ends where a page brings nothing new.
        if not fresh or (pages is not None and page >= pages):
            return
        seen |= fresh
        page += 1


def held_documents(reader: Reader, kind: DocumentKind, changed_since: datetime) -> list[HeldDocument]:
    """All documents of a kind that changed at or after an aware moment, voided and deleted ones too."""
    since = modified_since(changed_since)
    if kind is DocumentKind.ALLOCATION:
        listed = [
            *_all(held.allocations, entries(reader, "get_credit_notes", "CreditNotes", "CreditNoteID", if_modified_since=since)),
            *_all(held.allocations, entries(reader, "get_overpayments", "Overpayments", "OverpaymentID", if_modified_since=since)),
        ]
    else:
        operation, field, id_field, maker = _LISTS[kind]
        listed = _all(maker, entries(reader, operation, field, id_field, if_modified_since=since))
    return [document for document in latest(listed) if document.kind is kind]


def find_bills(reader: Reader, kind: DocumentKind, numbers: Sequence[str]) -> list[HeldDocument]:
    """The bills or supplier credits with any of these numbers; one call unless the numbers are too long for one address."""
    found: list[HeldDocument] = []
    for group in _groups(sorted(set(numbers) - {""})):
        if kind is DocumentKind.BILL and not any("," in number for number in group):
            listed = entries(reader, "get_invoices", "Invoices", "InvoiceID", invoice_numbers=group)
        else:
            listed = _by_where(reader, kind, group)
        found += _all(held.invoice if kind is DocumentKind.BILL else held.credit_note, listed)
    return [document for document in latest(found) if document.kind is kind]


def _by_where(reader: Reader, kind: DocumentKind, numbers: Sequence[str]) -> Iterator[Json]:
    bill = kind is DocumentKind.BILL
    field, xero_type = ("InvoiceNumber", "ACCPAY") if bill else ("CreditNoteNumber", "ACCPAYCREDIT")
    named = " OR ".join(f"{field}=={_quoted(number)}" for number in numbers)
    where = f'Type=="{xero_type}" AND ({named})'
    if bill:
        return entries(reader, "get_invoices", "Invoices", "InvoiceID", where=where)
    return entries(reader, "get_credit_notes", "CreditNotes", "CreditNoteID", where=where)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _groups(numbers: Iterable[str]) -> list[list[str]]:
    """Numbers in groups whose filter fits into one address, whichever way it is written."""
    groups: list[list[str]] = []
    room = 0
    for number in numbers:
        needed = len(quote(f' OR CreditNoteNumber=="{number}"', safe=""))
        if needed > room:
            groups.append([])
            room = MAX_FILTER_CHARS
        groups[-1].append(number)
        room -= needed
    return groups


def latest(documents: Iterable[HeldDocument]) -> list[HeldDocument]:
    """Each document once, as it was read last."""
    return list({(document.kind, document.xero_id): document for document in documents}.values())


def modified_since(moment: datetime) -> str:
    """A moment as Xero's If-Modified-Since: UTC, whole seconds, rounded down."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _all(maker: held.Maker, listed: Iterable[Json]) -> list[HeldDocument]:
    return [document for entry in listed for document in maker(entry) if document.xero_id]


_LISTS: dict[DocumentKind, tuple[str, str, str, held.Maker]] = {
    DocumentKind.JOURNAL: ("get_manual_journals", "ManualJournals", "ManualJournalID", held.journal),
    DocumentKind.INVOICE: ("get_invoices", "Invoices", "InvoiceID", held.invoice),
    DocumentKind.BILL: ("get_invoices", "Invoices", "InvoiceID", held.invoice),
    DocumentKind.CREDIT_NOTE: ("get_credit_notes", "CreditNotes", "CreditNoteID", held.credit_note),
    DocumentKind.SUPPLIER_CREDIT: ("get_credit_notes", "CreditNotes", "CreditNoteID", held.credit_note),
    DocumentKind.PAYMENT: ("get_payments", "Payments", "PaymentID", held.payment),
    DocumentKind.OVERPAYMENT: ("get_overpayments", "Overpayments", "OverpaymentID", held.overpayment),
}
