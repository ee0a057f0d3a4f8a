"""Bank transactions: money spent and received, and overpayments, which exist only on bank accounts.

https://developer.xero.com/documentation/api/accounting/banktransactions. An overpayment has one untaxed line and no Reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from sandbox.xero import contacts, ledger
from sandbox.xero.chart import Account
from sandbox.xero.context import Context
from sandbox.xero.documents import checks, lines, rows, settle
from sandbox.xero.documents.lines import Line, Rules
from sandbox.xero.documents.rows import Document
from sandbox.xero.errors import Invalid, Unreadable
from sandbox.xero.ledger import Posting
from sandbox.xero.taxes import AMOUNT_TYPES, AmountType
from sandbox.xero.wire import Json, Raw, amount, cents_of, compact, date_string, loads, ms_date, ms_moment

# +1 where the transaction is a debit on the bank account.
TYPES = {"RECEIVE": 1, "SPEND": -1, "RECEIVE-OVERPAYMENT": 1, "SPEND-OVERPAYMENT": -1}
_STATUSES = ("AUTHORISED", "DELETED", "VOIDED")


def write(context: Context, element: Json, creating: bool) -> Raw:
    """PUT a bank transaction, or POST one: anew, or Status DELETED on an existing one."""
    given_id = element.get("BankTransactionID")
    if given_id and creating:
        raise Invalid(f"Bank transaction {given_id} cannot be created with an ID. Use POST to update it.")
    if given_id:
        return rows.answer(_remove(context, str(given_id), element))
    return rows.answer(_create(context, element))


def _remove(context: Context, transaction_id: str, element: Json) -> Document:
    found = rows.existing(context, "bank", transaction_id)
    overpayment = context.store.row("SELECT * FROM documents WHERE target = ? AND kind = 'overpayment'", (found.id,))
    if element.get("Status") not in ("DELETED", "VOIDED"):
        raise Invalid("This bank transaction cannot be edited. Delete it with Status DELETED and create it again.")
    if found.status != "AUTHORISED" or (overpayment and (overpayment["paid_cents"] or overpayment["credited_cents"])):
        raise Invalid("This document cannot be edited as it has a payment or credit note allocated to it.")
    checks.not_locked(context, found.date)
    ledger.take_back(context.store, found.id)
    if overpayment:
        settle.save(context, replace(rows.of_row(overpayment), status="VOIDED", due_cents=0))
    gone = replace(found, status="DELETED")
    return rows.save(context, gone, _head(context, gone, overpayment["id"] if overpayment else None))


def _create(context: Context, element: Json) -> Document:
    if not element.get("Type"):
        raise Invalid("Bank transaction type must be specified")
    type_ = checks.choice(element, "Type", tuple(TYPES), "")
    if checks.choice(element, "Status", _STATUSES, "AUTHORISED") != "AUTHORISED":
        raise Invalid("Bank transaction not of valid status for creation")
    bank = _bank_account(context, element)
    contact = contacts.for_document(context, element.get("Contact"))
    day = checks.document_day(context, element)
    checks.not_locked(context, day)
    checks.currency(context, element)
    checks.url(element)
    over = type_.endswith("OVERPAYMENT")
    made = _overpayment_line(context, element) if over else _lines(context, element)
    total = sum(line.gross_cents for line in made)
    if total <= 0:
        raise Invalid("The total of the bank transaction must be greater than zero.")
    given = {"Contact": contacts.short_json(contact), "LineAmountTypes": "NoTax" if over else element.get("LineAmountTypes", "Exclusive")}
    document = Document(
        id=rows.new_id(),
        kind="bank",
        type=type_,
        status="AUTHORISED",
        date=day,
        input=given,
        lines=lines.wires(made),
        contact_id=contact["id"],
        contact_name=contact["name"],
        account_id=bank.id,
        text=_reference(element, over),
        total_cents=total,
        by_app=context.by_app,
    )
    ledger.post(context.store, context.org, document.id, day, _postings(context, document, bank, made))
    over_id = _overpayment(context, document).id if over else None
    return rows.save(context, document, _head(context, document, over_id))


def _bank_account(context: Context, element: Json) -> Account:
    block = element.get("BankAccount")
    given = block if isinstance(block, dict) else {}
    account = context.chart.find(given.get("Code"), given.get("AccountID"))
    if account is None or account.status != "ACTIVE":
        raise Invalid("BankAccount must be specified and be an active account.")
    if account.type != "BANK":
        raise Invalid("The specified bank account is not of type BANK.")
    return account


def _reference(element: Json, over: bool) -> str | None:
    reference = checks.text(element, "Reference", 255)
    if reference and over:
        raise Invalid("Reference is not supported for this type of bank transaction.")
    return reference


def _lines(context: Context, element: Json) -> list[Line]:
    amount_type = cast(AmountType, checks.choice(element, "LineAmountTypes", AMOUNT_TYPES, "Exclusive"))
    if not element.get("LineItems"):
        raise Invalid("One or more line items must be specified")
    return lines.build(context, element["LineItems"], Rules(amount_type, approved=True))


def _overpayment_line(context: Context, element: Json) -> list[Line]:
    """The one untaxed line of an overpayment; its account is the control account, whatever was named."""
    items = element.get("LineItems")
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
        raise Invalid("An overpayment must have exactly one line item.")
    item = items[0]
    if item.get("TaxType") not in (None, "", "NONE", context.no_tax.tax_type) or cents_of(item.get("TaxAmount") or 0):
        raise Invalid("The line item of an overpayment must not have tax.")
    cents = cents_of(item.get("LineAmount", item.get("UnitAmount")))
    if cents is None:
        raise Unreadable("LineAmount must be a number.")
    control = context.chart.system("DEBTORS" if element["Type"].startswith("RECEIVE") else "CREDITORS")
    text = str(item.get("Description") or "")[:4000]
    wire: Json = {
        **{"LineItemID": rows.new_id(), "Description": text, "Quantity": amount(100), "UnitAmount": amount(cents)},
        **{"TaxType": "NONE", "TaxAmount": amount(0), "LineAmount": amount(cents), "AccountCode": control.code, "Tracking": []},
    }
    return [Line(control, cents, 0, "", text, wire)]


def _overpayment(context: Context, source: Document) -> Document:
    over = replace(source, id=rows.new_id(), kind="overpayment", target=source.id, due_cents=source.total_cents, account_id=None)
    return settle.save(context, over)


def _postings(context: Context, document: Document, bank: Account, made: Sequence[Line]) -> list[Posting]:
    direction = TYPES[document.type]
    total = Posting(bank.id, direction * document.total_cents, "", document.contact_name or "")
    return ledger.entry(total, lines.booked(made), context.chart.system("GST").id, -direction)


def _head(context: Context, document: Document, overpayment_id: str | None) -> Json:
    bank = context.chart.by_id(document.account_id or "")
    tax = sum((line.get("TaxAmount", amount(0)) for line in loads(document.lines)), amount(0))
    total = amount(document.total_cents)
    return compact(
        {
            "BankTransactionID": document.id,
            "BankAccount": compact({"AccountID": bank.id, "Code": bank.code or None, "Name": bank.name}),
            "Type": document.type,
            "Reference": document.text,
            "OverpaymentID": overpayment_id,
            "IsReconciled": False,
            "HasAttachments": False,
            "CurrencyRate": amount(100),
            "Contact": document.input["Contact"],
            "DateString": date_string(document.date),
            "Date": ms_date(document.date),
            "Status": document.status,
            "LineAmountTypes": document.input["LineAmountTypes"],
            "SubTotal": total - tax,
            "TotalTax": tax,
            "Total": total,
            "UpdatedDateUTC": ms_moment(context.now_ms),
            "CurrencyCode": context.organisation.currency,
        }
    )
