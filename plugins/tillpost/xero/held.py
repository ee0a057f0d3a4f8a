"""What Xero holds: its list entries as ``HeldDocument``, read so that nothing odd in one entry loses the others.

Our number is an invoice's and credit note's number, a payment's reference, and in a journal's narration or an overpayment's line
the text in the last square brackets that begins with ``TP/``. An allocation is told by its two ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.xero.sender import allocation_number
from tillpost.xero.wire import Json, amount, cents, child, day, guid, moment, objects, text

_TOKEN = re.compile(r"\[(TP/[A-Za-z0-9/-]+)\]")
_KIND_OF_TYPE = {
    "ACCREC": DocumentKind.INVOICE,
    "ACCPAY": DocumentKind.BILL,
    "ACCRECCREDIT": DocumentKind.CREDIT_NOTE,
    "ACCPAYCREDIT": DocumentKind.SUPPLIER_CREDIT,
    "RECEIVE-OVERPAYMENT": DocumentKind.OVERPAYMENT,
}
Maker = Callable[[Json], list[HeldDocument]]


def token_in(words: str) -> str:
    """Our number in a narration; empty if there is none.

    >>> token_in("Sales of 2 October [late] [TP/cafe/sales/2026-10-02]"), token_in("Rent [paid]")
    ('TP/cafe/sales/2026-10-02', '')
    """
    found = _TOKEN.findall(words)
    return found[-1] if found else ""


def journal(entry: Json) -> list[HeldDocument]:
    """A manual journal; its total is its debits."""
    total = sum(debit for debit in (amount(line, "LineAmount") for line in objects(entry, "JournalLines")) if debit > 0)
    number = token_in(text(entry, "Narration"))
    return [
        HeldDocument(
            *(DocumentKind.JOURNAL, guid(entry, "ManualJournalID"), number, text(entry, "Status")),
            date=day(entry, "Date"),
            total_cents=total,
            changed_at=moment(entry, "UpdatedDateUTC"),
        )
    ]


def invoice(entry: Json) -> list[HeldDocument]:
    """An invoice or a bill."""
    return _trade(entry, guid(entry, "InvoiceID"), text(entry, "InvoiceNumber"), amount(entry, "AmountDue"), amount(entry, "AmountPaid"))


def credit_note(entry: Json) -> list[HeldDocument]:
    """A credit note or supplier credit: due is what is left of it; what was refunded is paid, what was set against documents credited."""
    allocated = sum(amount(item, "Amount") for item in objects(entry, "Allocations") if item.get("IsDeleted") is not True)
    used = amount(entry, "Total") - amount(entry, "RemainingCredit")
    paid = max(used - allocated, 0) if text(entry, "Status") in ("AUTHORISED", "PAID") else 0
    left = amount(entry, "RemainingCredit")
    return _trade(entry, guid(entry, "CreditNoteID"), text(entry, "CreditNoteNumber"), left, paid, allocated)


def overpayment(entry: Json) -> list[HeldDocument]:
    """An overpayment received."""
    tokens = (token_in(text(line, "Description")) for line in objects(entry, "LineItems"))
    number = next((token for token in tokens if token), "")
    return _trade(entry, guid(entry, "OverpaymentID"), number, amount(entry, "RemainingCredit"), 0, amount(entry, "AppliedAmount"))


def payment(entry: Json) -> list[HeldDocument]:
    """A payment on whatever document."""
    settled = child(entry, "Invoice") or child(entry, "CreditNote") or child(entry, "Overpayment")
    contact = child(settled, "Contact")
    return [
        HeldDocument(
            *(DocumentKind.PAYMENT, guid(entry, "PaymentID"), text(entry, "Reference"), text(entry, "Status")),
            *(guid(contact, "ContactID"), text(contact, "Name"), day(entry, "Date")),
            total_cents=amount(entry, "Amount"),
            changed_at=moment(entry, "UpdatedDateUTC"),
        )
    ]


def allocations(entry: Json) -> list[HeldDocument]:
    """The allocations of a credit note or overpayment; their change is the change of that document."""
    source = guid(entry, "CreditNoteID") or guid(entry, "OverpaymentID")
    return [
        HeldDocument(
            *(DocumentKind.ALLOCATION, guid(item, "AllocationID")),
            allocation_number(source, guid(child(item, "Invoice"), "InvoiceID")),
            "DELETED" if item.get("IsDeleted") is True else "AUTHORISED",
            date=day(item, "Date"),
            total_cents=amount(item, "Amount"),
            changed_at=moment(entry, "UpdatedDateUTC"),
        )
        for item in objects(entry, "Allocations")
    ]


def _trade(entry: Json, xero_id: str, number: str, due: int, paid: int, credited: int | None = None) -> list[HeldDocument]:
    kind = _KIND_OF_TYPE.get(text(entry, "Type"))
    if kind is None:
        return []
    contact = child(entry, "Contact")
    return [
        HeldDocument(
            *(kind, xero_id, number, text(entry, "Status"), guid(contact, "ContactID"), text(contact, "Name"), day(entry, "Date")),
            *(cents(entry, "Total") or 0, due, paid, amount(entry, "AmountCredited") if credited is None else credited),
            paid_on=day(entry, "FullyPaidOnDate"),
            changed_at=moment(entry, "UpdatedDateUTC"),
        )
    ]
