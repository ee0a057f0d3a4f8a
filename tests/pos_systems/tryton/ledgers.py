"""What Tryton posted, asked of its own ledger, and what stands in the local Xero, both in cents and debit positive."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.golden.books import Books
from tillpost.connection import Connection

TICKETS, TRANSFERS, BILLS = "sale.point.sale", "sale.point.cash.transfer", "account.invoice"
_POSTED = sa.text("""
    SELECT a.code, SUM(l.debit - l.credit)
    FROM account_move AS m
    JOIN account_move_line AS l ON l.move = m.id
    JOIN account_account AS a ON a.id = l.account
    WHERE m.state = 'posted' AND SPLIT_PART(m.origin, ',', 1) = ANY (:origins)
    GROUP BY a.code
    HAVING SUM(l.debit - l.credit) <> 0""")


def tryton_ledger(connection: Connection, *origins: str) -> dict[str, int]:
    """Account code to what Tryton posted for records of these kinds."""
    engine = sa.create_engine(connection.sqlalchemy_url(), poolclass=NullPool)
    with engine.connect() as reading:
        return {code: cents(amount) for code, amount in reading.execute(_POSTED, {"origins": list(origins)})}


def xero_lines(books: Books) -> dict[str, tuple[Counter[tuple[str, str]], Counter[str]]]:
    """Per kind of document: gross per date and account, and GST per date, of the lines that stand in Xero."""
    told: dict[str, tuple[Counter[tuple[str, str]], Counter[str]]] = {}
    for path, kind, sign, name in (
        ("ManualJournals", None, 1, "JournalLines"),
        ("Invoices", "ACCREC", -1, "LineItems"),
        ("Invoices", "ACCPAY", 1, "LineItems"),
        ("CreditNotes", "ACCPAYCREDIT", -1, "LineItems"),
    ):
        gross, tax = told.setdefault("bills" if str(kind).startswith("ACCPAY") else "tickets", (Counter(), Counter()))
        for entry in _entries(books, path):
            if entry.get("Type") == kind:
                day = _date(entry["Date"])
                for line in entry[name]:
                    gross[day, line["AccountCode"]] += sign * cents(line["LineAmount"])
                    tax[day] += sign * cents(line.get("TaxAmount", 0))
    return told


def _entries(books: Books, path: str) -> list[dict[str, Any]]:
    identifier = {"ManualJournals": "ManualJournalID", "Invoices": "InvoiceID", "CreditNotes": "CreditNoteID"}[path]
    listed = books.http.get(f"/{path}?page=1&pageSize=1000").json()[path]
    return [books.http.get(f"/{path}/{entry[identifier]}").json()[path][0] for entry in listed]


def _date(wire: str) -> str:
    """A date as Xero writes it: ``/Date(1745798400000+0000)/``."""
    milliseconds = int(wire.removeprefix("/Date(").split("+")[0])
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


def cents(amount: object) -> int:
    """An exact amount in cents."""
    whole = Decimal(str(amount)) * 100
    assert whole == whole.to_integral_value(), amount
    return int(whole)
