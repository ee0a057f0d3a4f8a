"""Allocations: a credit note's or overpayment's credit set against invoices of the same contact.

https://developer.xero.com/documentation/api/accounting/creditnotes and /overpayments. Nothing moves in the ledger: both
sides stand on the same control account.
"""

from __future__ import annotations

from sandbox.xero.context import Context
from sandbox.xero.documents import checks, rows, settle
from sandbox.xero.documents.rows import Document
from sandbox.xero.errors import Invalid, not_found
from sandbox.xero.wire import Json, Raw, amount, cents_of, dumps, ms_date

_SIDE = {"ACCRECCREDIT": "ACCREC", "RECEIVE-OVERPAYMENT": "ACCREC", "ACCPAYCREDIT": "ACCPAY", "SPEND-OVERPAYMENT": "ACCPAY"}
_ID_FIELD = {"credit_note": ("CreditNote", "CreditNoteID"), "overpayment": ("Overpayment", "OverpaymentID")}


def create(context: Context, kind: str, source_id: str, element: Json) -> Raw:
    """Set credit against one invoice; Xero sets the date to the later of the two documents'."""
    source = rows.existing(context, kind, source_id, number_too=True)
    invoice = _invoice(context, element)
    cents = cents_of(element.get("Amount", element.get("AppliedAmount")))
    if cents is None or cents <= 0:
        raise Invalid("The allocation amount must be greater than zero.")
    _check(source, invoice, cents)
    day = max(source.date, invoice.date)
    checks.not_locked(context, day)
    allocation_id = rows.new_id()
    values = (allocation_id, context.org, source.id, invoice.id, cents, day.isoformat())
    context.store.run("INSERT INTO allocations (id, org, source, target, cents, date) VALUES (?,?,?,?,?,?)", values)
    settle.refresh(context, invoice.id)
    settle.refresh(context, source.id)
    field, id_field = _ID_FIELD[kind]
    empty: Json = {name: [] for name in ("Payments", "CreditNotes", "Prepayments", "Overpayments", "LineItems", "ValidationErrors")}
    answer: Json = {
        **{"AllocationID": allocation_id, "Amount": amount(cents), "Date": ms_date(day)},
        "Invoice": {"InvoiceID": invoice.id, **empty, "HasErrors": False, "IsDiscounted": False},
        field: {id_field: source.id, "ID": source.id, "LineItems": []},
        "ValidationErrors": [],
    }
    return Raw(dumps(answer))


def _invoice(context: Context, element: Json) -> Document:
    block = element.get("Invoice")
    key = (block.get("InvoiceID") or block.get("InvoiceNumber")) if isinstance(block, dict) else None
    if not key:
        raise Invalid("An allocation must name an Invoice.")
    return rows.existing(context, "invoice", str(key), number_too=True)


def _check(source: Document, invoice: Document, cents: int) -> None:
    if source.status != "AUTHORISED":
        raise Invalid("The credit must be Authorised and have credit remaining to be allocated.")
    if invoice.status != "AUTHORISED":
        raise Invalid("Credit can only be allocated to Authorised documents.")
    if _SIDE[source.type] != invoice.type or source.contact_id != invoice.contact_id:
        raise Invalid("Credit can only be allocated to a document of the same type and contact.")
    if cents > source.due_cents:
        raise Invalid("The amount being applied exceeds the remaining credit.")
    if cents > invoice.due_cents:
        raise Invalid("The amount being applied exceeds the amount outstanding on this document.")


def delete(context: Context, kind: str, source_id: str, allocation_id: str) -> Json:
    """Take an allocation back."""
    source = rows.existing(context, kind, source_id)
    sql = "SELECT * FROM allocations WHERE id = ? AND source = ? AND deleted = 0"
    row = context.store.row(sql, (allocation_id.lower(), source.id))
    if row is None:
        raise not_found()
    checks.not_locked(context, checks.document_day(context, {"Date": row["date"]}))
    context.store.run("UPDATE allocations SET deleted = 1 WHERE id = ?", (row["id"],))
    settle.refresh(context, row["target"])
    settle.refresh(context, source.id)
    day = checks.document_day(context, {"Date": row["date"]})
    shown = {"Amount": amount(row["cents"]), "Date": ms_date(day), "Invoice": {"InvoiceID": row["target"]}}
    return {"AllocationID": row["id"], **shown, "IsDeleted": True}
