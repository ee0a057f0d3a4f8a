"""Invoices, bills and credit notes: required fields, statuses, numbers, totals and their booking.

https://developer.xero.com/documentation/api/accounting/invoices and /creditnotes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import cast

from sandbox.xero import contacts, ledger
from sandbox.xero.context import Context
from sandbox.xero.documents import checks, lines, plan, rows, settle
from sandbox.xero.documents.kinds import BOOKED, INVOICE, Kind
from sandbox.xero.documents.lines import Line, Rules
from sandbox.xero.documents.rows import Document
from sandbox.xero.errors import Invalid
from sandbox.xero.ledger import Posting
from sandbox.xero.taxes import AMOUNT_TYPES, AmountType
from sandbox.xero.wire import Json, Raw

STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED")
OPEN = ("DRAFT", "SUBMITTED")
_HAS_PAYMENT = "This document cannot be edited as it has a payment or credit note allocated to it."
_FIELDS = (
    *("Type", "Contact", "LineItems", "Date", "DueDate", "LineAmountTypes", "InvoiceNumber", "CreditNoteNumber", "Reference", "Url"),
    *("CurrencyCode", "CurrencyRate", "Status", "SentToContact", "ExpectedPaymentDate", "PlannedPaymentDate", "BrandingThemeID"),
)


def write(context: Context, kind: Kind, element: Json, creating: bool, unit_decimals: int = 2) -> Raw:
    """PUT (creating) or POST one document; Invalid with Xero's messages."""
    found = _to_update(context, kind, element, creating)
    if found is None:
        return rows.answer(_create(context, kind, element, unit_decimals))
    return rows.answer(update(context, kind, found, element, unit_decimals))


def _to_update(context: Context, kind: Kind, element: Json, creating: bool) -> Document | None:
    given_id, number = element.get(kind.id_field), element.get(kind.number_field)
    if given_id and creating:
        raise Invalid(f"{kind.label} {given_id} cannot be created with an ID. Use POST to update it.")
    if given_id:
        return rows.existing(context, kind.kind, str(given_id))
    if creating or not number:
        return None
    found = rows.find(context, kind.kind, str(number), number_too=True)
    if found is None or found.type == kind.sales_type:
        return found if found and element.get("Type", found.type) == found.type else None
    return _bill_of_number(context, kind, element, str(number))


def _bill_of_number(context: Context, kind: Kind, element: Json, number: str) -> Document | None:
    """Bills are matched by number and contact, where the setting says that POST does so."""
    if not context.settings.bill_post_matches_number:
        return None
    contact = contacts.for_document(context, element.get("Contact"))
    sql = (
        "SELECT * FROM documents WHERE org = ? AND kind = ? AND number = ? AND contact_id = ? AND type = ?"
        " AND status NOT IN ('VOIDED', 'DELETED')"
    )
    row = context.store.row(sql, (context.org, kind.kind, number, contact["id"], element.get("Type")))
    return rows.of_row(row) if row else None


def _create(context: Context, kind: Kind, element: Json, unit_decimals: int) -> Document:
    status = checks.choice(element, "Status", STATUSES, "DRAFT")
    if status not in (*OPEN, "AUTHORISED"):
        raise Invalid(f"{kind.label} not of valid status for creation")
    given = {key: element[key] for key in _FIELDS if element.get(key) is not None}
    return _build(context, kind, given, None, unit_decimals)


def update(context: Context, kind: Kind, found: Document, element: Json, unit_decimals: int = 2) -> Document:
    """Change a document: void, delete, approve or edit it; Invalid where Xero refuses."""
    status = checks.choice(element, "Status", STATUSES, found.status)
    if found.status in ("VOIDED", "DELETED"):
        raise Invalid(f"{kind.label} not of valid status for modification")
    if status in ("VOIDED", "DELETED"):
        return remove(context, kind, found, status)
    if found.paid_cents or found.credited_cents:
        raise Invalid(_HAS_PAYMENT)
    if found.status in BOOKED and status not in (found.status, "AUTHORISED"):
        raise Invalid(f"{kind.label} not of valid status for modification")
    checks.not_locked(context, found.date)
    given = found.input | {key: element[key] for key in _FIELDS if element.get(key) is not None} | {"Status": status}
    if "LineItems" not in element:
        given["LineItems"] = lines.kept(found.lines, given, found.input)
    return _build(context, kind, given, found, unit_decimals)


def remove(context: Context, kind: Kind, found: Document, status: str) -> Document:
    """Void an approved document or delete a draft; Invalid where it has payments, is locked or of another status."""
    if found.paid_cents or found.credited_cents:
        raise Invalid(_HAS_PAYMENT)
    if (status == "VOIDED") != (found.status in BOOKED):
        raise Invalid(f"{kind.label} not of valid status for modification")
    if status == "VOIDED":
        checks.not_locked(context, found.date)
    ledger.take_back(context.store, found.id)
    gone = replace(found, status=status, due_cents=0, input=found.input | {"Status": status})
    return settle.save(context, gone)


def _build(context: Context, kind: Kind, given: Json, found: Document | None, unit_decimals: int) -> Document:
    if not given.get("Type"):
        raise Invalid(f"{kind.label} type must be specified")
    type_ = checks.choice(given, "Type", tuple(kind.directions), "")
    if found and found.type != type_:
        raise Invalid(f"{kind.label} type cannot be changed")
    status = "AUTHORISED" if given.get("Status") == "PAID" else given.get("Status", "DRAFT")
    contact = contacts.for_document(context, given.get("Contact"))
    day = checks.document_day(context, given)
    due = checks.day(context, given, "DueDate", default_today=False)
    made = _lines(context, kind, given, status, type_, unit_decimals)
    _check_fields(context, kind, given, status, type_, day, due, made)
    number = _number(context, kind, given, type_, found)
    total = sum(line.gross_cents for line in made)
    base = found or Document(rows.new_id(), kind.kind, type_, status, day, given, by_app=context.by_app)
    kept = {key: value for key, value in given.items() if key != "LineItems"}
    document = replace(
        base,
        status=status,
        date=day,
        due_date=due,
        number=number,
        text=given.get("Reference"),
        total_cents=total,
        due_cents=total,
        lines=lines.wires(made),
        contact_id=contact["id"],
        contact_name=contact["name"],
        input=kept | {"Contact": contacts.short_json(contact), "Date": day.isoformat()},
    )
    ledger.take_back(context.store, document.id)
    if status == "AUTHORISED":
        plan.check(context, document)
        ledger.post(context.store, context.org, document.id, day, _postings(context, kind, document, made))
    return settle.save(context, document)


def _lines(context: Context, kind: Kind, given: Json, status: str, type_: str, unit_decimals: int) -> list[Line]:
    amount_type = cast(AmountType, checks.choice(given, "LineAmountTypes", AMOUNT_TYPES, "Exclusive"))
    items = given.get("LineItems") or []
    if not items and (kind is INVOICE or status == "AUTHORISED"):
        raise Invalid("One or more line items must be specified")
    limit = context.settings.max_lines
    if limit and len(items) > limit:
        raise Invalid(f"A document must not have more than {limit} lines.")
    return lines.build(context, items, Rules(amount_type, status != "DRAFT", unit_decimals, discounts=type_ == "ACCREC"))


def _check_fields(
    context: Context, kind: Kind, given: Json, status: str, type_: str, day: date, due: date | None, made: Sequence[Line]
) -> None:
    checks.currency(context, given)
    checks.not_locked(context, day)
    checks.url(given)
    checks.text(given, "Reference", 255)
    if status == "AUTHORISED" and kind.due_date_needed and due is None:
        raise Invalid("The due date must be specified")
    if given.get("Reference") and type_ == "ACCPAY":
        given.pop("Reference")
    if sum(line.gross_cents for line in made) < 0 and context.settings.negative_total == "refuse":
        raise Invalid(f"The total of the {kind.label.lower()} must not be less than zero.")


def _number(context: Context, kind: Kind, given: Json, type_: str, found: Document | None) -> str | None:
    number = checks.text(given, kind.number_field, 255)
    if type_ != kind.sales_type:
        return number
    if number is None:
        return found.number if found else _next_number(context, kind)
    taken = "SELECT 1 FROM documents WHERE org = ? AND kind = ? AND type = ? AND number = ? AND id <> ?"
    if not context.settings.number_taken_after_deletion:
        taken += " AND status <> 'DELETED'"
    if context.store.row(taken, (context.org, kind.kind, type_, number, found.id if found else "")):
        raise Invalid("Invoice # must be unique." if kind is INVOICE else "Credit Note # must be unique.")
    return number


def _next_number(context: Context, kind: Kind) -> str:
    sql = "SELECT COUNT(*) FROM documents WHERE org = ? AND kind = ? AND type = ?"
    following = context.store.value(sql, (context.org, kind.kind, kind.sales_type)) + 1
    while rows.find(context, kind.kind, f"{kind.prefix}-{following:04d}", number_too=True):
        following += 1
    return f"{kind.prefix}-{following:04d}"


def _postings(context: Context, kind: Kind, document: Document, made: Sequence[Line]) -> list[Posting]:
    direction = kind.directions[document.type]
    control = context.chart.system("DEBTORS" if document.type.startswith("ACCREC") else "CREDITORS")
    total = Posting(control.id, direction * document.total_cents, "", document.contact_name or "")
    return ledger.entry(total, lines.booked(made), context.chart.system("GST").id, -direction)
