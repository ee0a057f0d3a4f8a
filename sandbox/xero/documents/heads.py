"""The answers of invoices, credit notes and overpayments, without their lines."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.xero.documents.kinds import CREDIT_NOTE, INVOICE
from sandbox.xero.documents.rows import Document
from sandbox.xero.wire import Json, amount, compact, date_string, moment_string, ms_date, ms_moment


@dataclass(frozen=True, slots=True)
class Settled:
    """What the answer needs beside the document: the lists of payments and credits, currency and time."""

    lists: Json
    currency: str
    now_ms: int


def trade(document: Document, made: list[Json], settled: Settled) -> Json:
    """The answer of an invoice or credit note without its lines."""
    kind = INVOICE if document.kind == "invoice" else CREDIT_NOTE
    given = document.input
    tax = sum((line.get("TaxAmount", amount(0)) for line in made), amount(0))
    total = amount(document.total_cents)
    amounts: Json = {
        "AmountDue": amount(document.due_cents),
        "AmountPaid": amount(document.paid_cents),
        "AmountCredited": amount(document.credited_cents),
    }
    if kind is CREDIT_NOTE:
        amounts = {"RemainingCredit": amount(document.due_cents), "AppliedAmount": amount(document.paid_cents + document.credited_cents)}
    return compact(
        {
            "Type": document.type,
            kind.id_field: document.id,
            kind.number_field: document.number,
            "Reference": document.text or ("" if document.type == "ACCREC" else None),
            **settled.lists,
            **amounts,
            "SentToContact": bool(given.get("SentToContact", False)),
            "CurrencyRate": amount(100),
            "HasErrors": False,
            "HasAttachments": False,
            "IsDiscounted": False,
            "Url": given.get("Url"),
            "Contact": given["Contact"],
            "DateString": date_string(document.date),
            "Date": ms_date(document.date),
            "DueDateString": date_string(document.due_date) if document.due_date else None,
            "DueDate": ms_date(document.due_date) if document.due_date else None,
            "BrandingThemeID": given.get("BrandingThemeID"),
            "Status": document.status,
            "LineAmountTypes": given.get("LineAmountTypes", "Exclusive"),
            "SubTotal": total - tax,
            "TotalTax": tax,
            "Total": total,
            "UpdatedDateUTC": ms_moment(settled.now_ms),
            "UpdatedDateUTCString": moment_string(settled.now_ms),
            "CurrencyCode": settled.currency,
            "FullyPaidOnDate": ms_date(document.paid_on) if document.paid_on else None,
        }
    )


def overpayment(document: Document, settled: Settled) -> Json:
    """The answer of an overpayment without its line."""
    total = amount(document.total_cents)
    return {
        "OverpaymentID": document.id,
        "ID": document.id,
        "Type": document.type,
        "RemainingCredit": amount(document.due_cents),
        "AppliedAmount": amount(document.paid_cents + document.credited_cents),
        **settled.lists,
        "HasAttachments": False,
        "Contact": document.input["Contact"],
        "DateString": date_string(document.date),
        "Date": ms_date(document.date),
        "Status": document.status,
        "LineAmountTypes": "NoTax",
        "SubTotal": total,
        "TotalTax": amount(0),
        "Total": total,
        "UpdatedDateUTC": ms_moment(settled.now_ms),
        "UpdatedDateUTCString": moment_string(settled.now_ms),
        "CurrencyCode": settled.currency,
        "CurrencyRate": amount(100),
    }
