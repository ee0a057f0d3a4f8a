"""Xero's lists as a whole: every document in them, with the payments and allocations that stand inside its entry.

A payment or an allocation changes the invoice or credit that it belongs to, so one list of invoices tells of their payments too
(https://developer.xero.com/documentation/api/accounting/invoices); what is deleted is no longer told there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.xero import held
from tillpost.xero.lists import Reader, entries, modified_since
from tillpost.xero.sender import Listing, allocation_number
from tillpost.xero.wire import Json, amount, cents, child, day, guid, moment, objects, text


@dataclass(frozen=True, slots=True)
class _Source:
    """How a list is read: SDK method, field of the list, fields of an entry's id and of its lines, and its own document."""

    operation: str
    field: str
    id_field: str
    line_field: str
    maker: held.Maker


_SOURCES = {
    Listing.JOURNALS: _Source("get_manual_journals", "ManualJournals", "ManualJournalID", "JournalLines", held.journal),
    Listing.INVOICES: _Source("get_invoices", "Invoices", "InvoiceID", "LineItems", held.invoice),
    Listing.CREDIT_NOTES: _Source("get_credit_notes", "CreditNotes", "CreditNoteID", "LineItems", held.credit_note),
    Listing.OVERPAYMENTS: _Source("get_overpayments", "Overpayments", "OverpaymentID", "LineItems", held.overpayment),
    Listing.PAYMENTS: _Source("get_payments", "Payments", "PaymentID", "", held.payment),
}


def read_listing(reader: Reader, which: Listing, changed_since: datetime) -> list[HeldDocument]:
    """All that a list tells of what changed at or after an aware moment; each document as it was read last."""
    source = _SOURCES[which]
    listed = entries(reader, source.operation, source.field, source.id_field, if_modified_since=modified_since(changed_since))
    found = [document for entry in listed for document in _told_by(source, entry)]
    return list({(one.kind, one.xero_id or f"{one.number} {one.total_cents}"): one for one in found}.values())


def _told_by(source: _Source, entry: Json) -> Iterator[HeldDocument]:
    """The entry itself, and what stands inside it."""
    amounts = [cents(line, "LineAmount") for line in objects(entry, source.line_field)]
    worth = sum(one for one in amounts if one and one > 0) if amounts and None not in amounts else None
    yield from (replace(one, worth_cents=worth) for one in source.maker(entry) if one.xero_id)
    if source.maker is held.journal or source.maker is held.payment:
        return
    yield from (one for one in _payments(entry) if one.xero_id)
    yield from (one for one in held.allocations(entry) if one.xero_id)
    yield from _credits(entry, guid(entry, source.id_field))


def _payments(entry: Json) -> Iterator[HeldDocument]:
    contact = child(entry, "Contact")
    for item in objects(entry, "Payments"):
        yield HeldDocument(
            *(DocumentKind.PAYMENT, guid(item, "PaymentID"), text(item, "Reference"), "AUTHORISED"),
            *(guid(contact, "ContactID"), text(contact, "Name"), day(item, "Date")),
            total_cents=amount(item, "Amount"),
            changed_at=moment(entry, "UpdatedDateUTC"),
        )


def _credits(entry: Json, settled: str) -> Iterator[HeldDocument]:
    """Credit that was set against an invoice: both ends and the amount, without an id."""
    for field, id_field in (("CreditNotes", "CreditNoteID"), ("Overpayments", "OverpaymentID")):
        for item in objects(entry, field):
            yield HeldDocument(
                *(DocumentKind.ALLOCATION, "", allocation_number(guid(item, id_field), settled), "AUTHORISED"),
                total_cents=amount(item, "AppliedAmount"),
                changed_at=moment(entry, "UpdatedDateUTC"),
            )
