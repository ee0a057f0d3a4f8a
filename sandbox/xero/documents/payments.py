"""Payments of invoices and bills, refunds of credit notes and overpayments.

https://developer.xero.com/documentation/api/accounting/payments
A payment is never changed: it is deleted and made anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.xero import ledger
from sandbox.xero.chart import Account
from sandbox.xero.context import Context
from sandbox.xero.documents import checks, rows, settle
from sandbox.xero.documents.rows import Document
from sandbox.xero.errors import Invalid, Unreadable, not_found
from sandbox.xero.ledger import Posting
from sandbox.xero.wire import Json, Raw, amount, cents_of, compact, dumps, moment_string, ms_date, ms_moment


@dataclass(frozen=True, slots=True)
class _Payable:
    field: str
    kind: str
    id_field: str
    number_field: str


_PAYABLE = (
    _Payable("Invoice", "invoice", "InvoiceID", "InvoiceNumber"),
    _Payable("CreditNote", "credit_note", "CreditNoteID", "CreditNoteNumber"),
    _Payable("Overpayment", "overpayment", "OverpaymentID", ""),
)
# Document type: the payment's type, the control account, and +1 where the payment is a debit on the bank account.
_TYPES = {
    "ACCREC": ("ACCRECPAYMENT", "DEBTORS", 1),
    "ACCPAY": ("ACCPAYPAYMENT", "CREDITORS", -1),
    "ACCRECCREDIT": ("ARCREDITPAYMENT", "DEBTORS", -1),
    "ACCPAYCREDIT": ("APCREDITPAYMENT", "CREDITORS", 1),
    "RECEIVE-OVERPAYMENT": ("AROVERPAYMENTPAYMENT", "DEBTORS", -1),
    "SPEND-OVERPAYMENT": ("APOVERPAYMENTPAYMENT", "CREDITORS", 1),
}


def create(context: Context, element: Json) -> Raw:
    """Pay a document; Invalid with Xero's messages."""
    target = _target(context, element)
    cents = cents_of(element.get("Amount"))
    if cents is None or cents <= 0:
        raise Invalid("The payment amount must be greater than zero.")
    account = _account(context, element)
    day = checks.document_day(context, element)
    reference = checks.text(element, "Reference", 255)
    checks.not_locked(context, day)
    if target.status not in ("AUTHORISED", "PAID"):
        raise Invalid("Payments can only be made against Authorised documents.")
    if cents > target.due_cents:
        raise Invalid("Payment amount exceeds the amount outstanding on this document")
    type_, control, direction = _TYPES[target.type]
    document = Document(
        id=rows.new_id(),
        kind="payment",
        type=type_,
        status="AUTHORISED",
        date=day,
        input={"IsReconciled": _flag(element)},
        account_id=account.id,
        target=target.id,
        contact_id=target.contact_id,
        contact_name=target.contact_name,
        number=target.number,
        text=reference,
        total_cents=cents,
        by_app=context.by_app,
    )
    other = context.chart.system(control).id
    postings = [Posting(account.id, direction * cents, "", reference or ""), Posting(other, -direction * cents, "", reference or "")]
    ledger.post(context.store, context.org, document.id, day, postings)
    return _saved(context, document)


def _saved(context: Context, document: Document) -> Raw:
    assert document.target is not None
    first = rows.save(context, document, {})
    target = settle.refresh(context, document.target)
    head = _head(context, first, target)
    # The answer shows what the payment left of its document, so it is written once that is known.
    context.store.run("UPDATE documents SET head = ? WHERE id = ?", (dumps(head), first.id))
    return Raw(dumps(head))


def delete(context: Context, payment_id: str, element: Json) -> Raw:
    """POST {"Status": "DELETED"}: take a payment back."""
    found = rows.existing(context, "payment", payment_id)
    if element.get("Status") != "DELETED":
        raise Invalid("Payments cannot be edited. Delete the payment with Status DELETED and create it again.")
    if found.status == "DELETED":
        raise Invalid("Payment not of valid status for modification")
    checks.not_locked(context, found.date)
    ledger.take_back(context.store, found.id)
    return _saved(context, replace(found, status="DELETED"))


def _flag(element: Json) -> bool:
    value = element.get("IsReconciled", False)
    if not isinstance(value, bool):
        raise Unreadable("IsReconciled must be true or false.")
    return value


def _target(context: Context, element: Json) -> Document:
    for payable in _PAYABLE:
        block = element.get(payable.field)
        key = _key(block, payable) or element.get(payable.number_field)
        if not key:
            continue
        found = rows.find(context, payable.kind, str(key), number_too=True)
        if found is None and isinstance(block, dict) and block.get(payable.id_field):
            raise not_found()
        if found is None:
            raise Invalid(f"{payable.field} {key} could not be found.")
        return found
    raise Invalid("The payment must name an Invoice, CreditNote or Overpayment.")


def _key(block: object, payable: _Payable) -> object:
    if not isinstance(block, dict):
        return None
    return block.get(payable.id_field) or (block.get(payable.number_field) if payable.number_field else None)


def _account(context: Context, element: Json) -> Account:
    block = element.get("Account")
    given = block if isinstance(block, dict) else {}
    account = context.chart.find(given.get("Code") or element.get("Code"), given.get("AccountID"))
    if account is None or account.status != "ACTIVE":
        raise Invalid("Account must be valid.")
    if not account.takes_payments:
        raise Invalid("The account must be a bank account or have payments enabled.")
    return account


def _head(context: Context, document: Document, target: Document) -> Json:
    account = context.chart.by_id(document.account_id or "")
    return compact(
        {
            "PaymentID": document.id,
            "Date": ms_date(document.date),
            "BankAmount": amount(document.total_cents),
            "Amount": amount(document.total_cents),
            "Reference": document.text,
            "CurrencyRate": amount(100),
            "PaymentType": document.type,
            "Status": document.status,
            "UpdatedDateUTC": ms_moment(document.updated_ms),
            "UpdatedDateUTCString": moment_string(document.updated_ms),
            "HasAccount": True,
            "IsReconciled": bool(document.input.get("IsReconciled")),
            "Account": compact({"AccountID": account.id, "Code": account.code or None, "Name": account.name}),
            **_target_json(context, target),
            "HasValidationErrors": False,
        }
    )


def _target_json(context: Context, target: Document) -> Json:
    payable = next(item for item in _PAYABLE if item.kind == target.kind)
    number = {payable.number_field: target.number} if payable.number_field and target.number else {}
    contact: Json = {"ContactID": target.contact_id, "Name": target.contact_name, "ContactPersons": [], "HasValidationErrors": False}
    due = {"AmountDue": amount(target.due_cents)} if target.kind == "invoice" else {"RemainingCredit": amount(target.due_cents)}
    body = {"Type": target.type, payable.id_field: target.id, **number, **due, "Status": target.status, "Contact": contact}
    return {payable.field: {**body, "Total": amount(target.total_cents), "LineItems": [], "CurrencyCode": context.organisation.currency}}
