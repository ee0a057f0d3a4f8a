"""The everyday acts of the people who work in Xero itself: paying, voiding, editing, archiving, locking, typing a bill.

They go through the same checks and the same books as the API, and are not marked as made by an app.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sandbox.xero import contacts, organisations
from sandbox.xero.context import Context
from sandbox.xero.documents import bank, journals, payments, rows, trade
from sandbox.xero.documents.kinds import CREDIT_NOTE, INVOICE
from sandbox.xero.documents.rows import Document
from sandbox.xero.errors import Invalid
from sandbox.xero.wire import Json, amount, loads

KINDS = ("invoice", "credit_note", "journal", "payment", "bank", "overpayment")


def find(context: Context, key: str) -> Document:
    """A document of any kind by id, or by number if it has one; Invalid if there is none or more than one."""
    by_id = context.store.row("SELECT * FROM documents WHERE org = ? AND id = ?", (context.org, key.lower()))
    if by_id:
        return rows.of_row(by_id)
    sql = (
        "SELECT * FROM documents WHERE org = ? AND number = ? AND kind IN ('invoice', 'credit_note')"
        " AND status NOT IN ('VOIDED', 'DELETED')"
    )
    found = context.store.rows(sql, (context.org, key))
    if len(found) != 1:
        raise Invalid(f"{len(found)} documents have the number or id {key!r}; one is needed.")
    return rows.of_row(found[0])


def pay(context: Context, key: str, account_code: str, cents: int | None, day: date | None, reference: str | None = None) -> Json:
    """Pay a document, in full if no amount is given."""
    found = find(context, key)
    names = {
        "invoice": ("Invoice", "InvoiceID"),
        "credit_note": ("CreditNote", "CreditNoteID"),
        "overpayment": ("Overpayment", "OverpaymentID"),
    }
    if found.kind not in names:
        raise Invalid(f"A {found.kind} cannot be paid.")
    field, id_field = names[found.kind]
    element: Json = {field: {id_field: found.id}, "Account": {"Code": account_code}}
    element["Amount"] = amount(found.due_cents if cents is None else cents)
    element |= {"Date": day.isoformat()} if day else {}
    element |= {"Reference": reference} if reference else {}
    made: Json = loads(payments.create(context, element))
    return made


def void(context: Context, key: str) -> Json:
    """Void what is approved, delete what is a draft or a payment."""
    found = find(context, key)
    if found.kind == "payment":
        return _shown(payments.delete(context, found.id, {"Status": "DELETED"}))
    if found.kind == "bank":
        return _shown(bank.write(context, {"BankTransactionID": found.id, "Status": "DELETED"}, creating=False))
    if found.kind == "overpayment" and found.target:
        return _shown(bank.write(context, {"BankTransactionID": found.target, "Status": "DELETED"}, creating=False))
    if found.kind == "journal":
        status = "DELETED" if found.status == "DRAFT" else "VOIDED"
        return _shown(rows.answer(journals.update(context, found, {"Status": status})[0]))
    kind = INVOICE if found.kind == "invoice" else CREDIT_NOTE
    status = "DELETED" if found.status in trade.OPEN else "VOIDED"
    return _shown(rows.answer(trade.update(context, kind, found, {"Status": status})))


def edit(context: Context, key: str, changes: Json) -> Json:
    """Change fields of an invoice, credit note or journal as a person does."""
    found = find(context, key)
    if found.kind == "journal":
        return _shown(rows.answer(journals.update(context, found, changes)[0]))
    if found.kind not in ("invoice", "credit_note"):
        raise Invalid(f"A {found.kind} cannot be edited.")
    return _shown(rows.answer(trade.update(context, INVOICE if found.kind == "invoice" else CREDIT_NOTE, found, changes)))


def type_bill(context: Context, bill: Json) -> Json:
    """Add a bill, or another invoice, by hand: the fields of the API, a bill unless Type says otherwise."""
    given = {"Type": "ACCPAY", "Status": "AUTHORISED", **bill}
    return _shown(trade.write(context, INVOICE, given, creating=True))


def archive_account(context: Context, code: str, status: str = "ARCHIVED") -> None:
    """Archive an account, or bring it back; system accounts stay."""
    account = context.chart.find(code) or context.chart.find(None, code)
    if account is None:
        raise Invalid(f"There is no account {code!r}.")
    if account.system:
        raise Invalid(f"Account {account.code} is a system account and cannot be archived.")
    context.store.run("UPDATE accounts SET status = ?, updated_ms = ? WHERE id = ?", (status, context.now_ms, account.id))


def archive_contact(context: Context, key: str, status: str = "ARCHIVED") -> None:
    """Archive a contact, found by id, number or name, or bring it back."""
    sql = "SELECT id FROM contacts WHERE org = ? AND (id = ? OR number = ? OR name = ?)"
    found = context.store.rows(sql, (context.org, key.lower(), key, key))
    if len(found) != 1:
        raise Invalid(f"{len(found)} contacts are called {key!r}; one is needed.")
    contacts.set_status(context, found[0]["id"], status)


def set_locks(context: Context, period: date | None, year: date | None) -> None:
    """Set both lock dates; None takes one away."""
    organisations.set_locks(context.store, context.org, period, year)


def _shown(answer: Any) -> Json:
    shown: Json = loads(answer)
    return shown
