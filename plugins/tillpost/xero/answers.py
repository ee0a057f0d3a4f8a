"""Xero's answer to a batch, element by element, in the order in which they were sent.

With summarizeErrors=false Xero answers 200 with a StatusAttributeString per element: OK or WARNING was saved, ERROR was not
(https://developer.xero.com/documentation/api/accounting/requests-and-responses). A refused element shows the zero id or none.
An answer that does not tell this of each element proves nothing: ValueError, and the whole request is of unknown outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

from tillpost.model.documents import DocumentKind
from tillpost.model.results import ElementResult
from tillpost.xero.messages import messages_of_element
from tillpost.xero.wire import Json, cents, child, guid, objects, text


@dataclass(frozen=True, slots=True)
class Shape:
    """How the documents of a kind look in bodies and answers: SDK method, field of the list, field of the id."""

    create: str
    field: str
    id_field: str


_INVOICES = Shape("create_invoices", "Invoices", "InvoiceID")
_CREDIT_NOTES = Shape("create_credit_notes", "CreditNotes", "CreditNoteID")
SHAPES = {
    DocumentKind.JOURNAL: Shape("create_manual_journals", "ManualJournals", "ManualJournalID"),
    DocumentKind.INVOICE: _INVOICES,
    DocumentKind.BILL: _INVOICES,
    DocumentKind.CREDIT_NOTE: _CREDIT_NOTES,
    DocumentKind.SUPPLIER_CREDIT: _CREDIT_NOTES,
    DocumentKind.PAYMENT: Shape("create_payments", "Payments", "PaymentID"),
    # Created as a bank transaction, but allocated and listed by its other id.
    DocumentKind.OVERPAYMENT: Shape("create_bank_transactions", "BankTransactions", "OverpaymentID"),
    DocumentKind.ALLOCATION: Shape("create_credit_note_allocation", "Allocations", "AllocationID"),
}


def results_of(kind: DocumentKind, body: Json, count: int) -> list[ElementResult]:
    """One result per element sent, by position; ValueError if the answer does not tell what became of each."""
    shape = SHAPES[kind]
    elements = body.get(shape.field)
    if not isinstance(elements, list) or len(elements) != count or not all(isinstance(element, dict) for element in elements):
        raise ValueError(f"the answer does not list {count} {shape.field}")
    return [_result(kind, shape, element) for element in elements]


def _result(kind: DocumentKind, shape: Shape, element: Json) -> ElementResult:
    word, xero_id = text(element, "StatusAttributeString").upper(), guid(element, shape.id_field)
    messages = messages_of_element(element)
    if word == "ERROR" or (not word and not xero_id and messages):
        return ElementResult(accepted=False, messages=messages or ("Xero refused it without a reason.",))
    if not xero_id or (not word and objects(element, "ValidationErrors")):
        raise ValueError(f"an element of {shape.field} is neither accepted with an id nor refused")
    total_cents, tax_cents = _journal_amounts(element) if kind is DocumentKind.JOURNAL else _amounts(element)
    return ElementResult(True, xero_id, text(element, "Status"), total_cents, tax_cents, _accounts(element), messages)


def _amounts(element: Json) -> tuple[int | None, int | None]:
    total = cents(element, "Total")
    return (cents(element, "Amount") if total is None else total), cents(element, "TotalTax")


def _journal_amounts(element: Json) -> tuple[int | None, int | None]:
    """A journal's debits, and the tax in its lines (debit positive); None where its lines do not tell."""
    lines = objects(element, "JournalLines")
    amounts, taxes = [cents(line, "LineAmount") for line in lines], [cents(line, "TaxAmount") for line in lines]
    debits = None if not lines or None in amounts else sum(amount for amount in amounts if amount and amount > 0)
    return debits, None if not lines or None in taxes else sum(tax for tax in taxes if tax)


def _accounts(element: Json) -> tuple[str, ...]:
    """The account codes of its lines in their order; of a payment the account it went to."""
    lines = objects(element, "JournalLines") or objects(element, "LineItems")
    codes = [text(line, "AccountCode") for line in lines] or [text(child(element, "Account"), "Code")]
    return tuple(code for code in codes if code)
