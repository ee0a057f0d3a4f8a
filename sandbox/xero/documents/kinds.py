"""Invoices and credit notes: what differs between the two kinds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between invoices and credit notes; `directions`: +1 where the total is a debit on the control account."""

    kind: str
    label: str
    id_field: str
    number_field: str
    directions: dict[str, int]
    sales_type: str
    prefix: str
    due_date_needed: bool


INVOICE = Kind("invoice", "Invoice", "InvoiceID", "InvoiceNumber", {"ACCREC": 1, "ACCPAY": -1}, "ACCREC", "INV", True)
CREDIT_NOTE = Kind(
    "credit_note", "Credit note", "CreditNoteID", "CreditNoteNumber", {"ACCRECCREDIT": -1, "ACCPAYCREDIT": 1}, "ACCRECCREDIT", "CN", False
)
# The statuses in which a document is in the ledger, and the kinds whose open amount is a credit.
BOOKED = ("AUTHORISED", "PAID")
CREDITS = ("credit_note", "overpayment")
