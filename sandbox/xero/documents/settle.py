"""What payments and allocations leave of an invoice, credit note or overpayment: amounts, status and the lists in its answer.

Amounts are always summed anew from the payments and allocations that stand, never counted on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sandbox.xero.context import Context
from sandbox.xero.documents import heads, rows
from sandbox.xero.documents.heads import Settled
from sandbox.xero.documents.kinds import BOOKED, CREDITS
from sandbox.xero.documents.rows import Document
from sandbox.xero.wire import Json, amount, compact, date_string, loads, ms_date


def refresh(context: Context, document_id: str) -> Document:
    """Bring a document up to date after a payment or an allocation came or went."""
    row = context.store.row("SELECT * FROM documents WHERE id = ?", (document_id,))
    assert row is not None
    return save(context, rows.of_row(row))


def save(context: Context, document: Document) -> Document:
    """Save a document with the amounts and the status that its payments and allocations make."""
    payments = _payments(context, document.id)
    side = "source" if document.kind in CREDITS else "target"
    sql = f"SELECT * FROM allocations WHERE {side} = ? AND deleted = 0 ORDER BY seq"
    allocations = [dict(row) for row in context.store.rows(sql, (document.id,))]
    settled = Settled(_lists(context, document, payments, allocations), context.organisation.currency, context.now_ms)
    document = _amounts(document, payments, allocations)
    if document.kind == "overpayment":
        return rows.save(context, document, heads.overpayment(document, settled))
    return rows.save(context, document, heads.trade(document, loads(document.lines), settled))


def _payments(context: Context, document_id: str) -> list[Document]:
    sql = "SELECT * FROM documents WHERE target = ? AND kind = 'payment' AND status = 'AUTHORISED' ORDER BY seq"
    return [rows.of_row(row) for row in context.store.rows(sql, (document_id,))]


def _amounts(document: Document, payments: list[Document], allocations: list[Json]) -> Document:
    paid = sum(payment.total_cents for payment in payments)
    credited = sum(item["cents"] for item in allocations)
    if document.status not in BOOKED:
        return replace(document, paid_cents=0, credited_cents=0, paid_on=None)
    due = document.total_cents - paid - credited
    assert due >= 0 or document.total_cents < 0, f"{document.kind} {document.id} is over-settled"
    days = [document.date, *(payment.date for payment in payments), *(date.fromisoformat(item["date"]) for item in allocations)]
    done = due == 0
    return replace(
        document,
        **{"paid_cents": paid, "credited_cents": credited, "due_cents": due, "status": "PAID" if done else "AUTHORISED"},
        paid_on=max(days) if done else None,
    )


def _lists(context: Context, document: Document, payments: list[Document], allocations: list[Json]) -> Json:
    shown = [
        compact(
            {
                **{
                    "PaymentID": payment.id,
                    "Date": ms_date(payment.date),
                    "Amount": amount(payment.total_cents),
                    "CurrencyRate": amount(100),
                },
                **{"Reference": payment.text, "HasAccount": False, "HasValidationErrors": False},
            }
        )
        for payment in payments
    ]
    if document.kind in CREDITS:
        return {"Payments": shown, "Allocations": [_allocation(context, item) for item in allocations]}
    credits: Json = {"CreditNotes": [], "Prepayments": [], "Overpayments": []}
    for item in allocations:
        source = context.store.row("SELECT id, kind, number, total_cents FROM documents WHERE id = ?", (item["source"],))
        assert source is not None
        applied = {"AppliedAmount": amount(item["cents"]), "Date": ms_date(date.fromisoformat(item["date"]))}
        if source["kind"] == "credit_note":
            number = {"CreditNoteNumber": source["number"]} if source["number"] else {}
            fixed = {"CreditNoteID": source["id"], "ID": source["id"], "HasErrors": False, "LineItems": []}
            credits["CreditNotes"].append({**fixed, **number, **applied, "Total": amount(source["total_cents"])})
        else:
            fixed = {"OverpaymentID": source["id"], "ID": source["id"], "LineItems": []}
            credits["Overpayments"].append({**fixed, **applied, "Total": amount(source["total_cents"])})
    return {"Payments": shown, **credits}


def _allocation(context: Context, item: Json) -> Json:
    number = context.store.value("SELECT number FROM documents WHERE id = ?", (item["target"],))
    day = date.fromisoformat(item["date"])
    invoice = compact({"InvoiceID": item["target"], "InvoiceNumber": number, "HasErrors": False, "IsDiscounted": False, "LineItems": []})
    return {
        **{"AllocationID": item["id"], "Amount": amount(item["cents"]), "Date": ms_date(day), "DateString": date_string(day)},
        **{"Invoice": invoice, "IsDeleted": bool(item["deleted"])},
    }
