"""Writes one day's rows as the web shop's invoices, invoice lines and payments.

An invoice is what shares an invoice number: it has one customer, one country and one day. Its card payment is its gross; an
invoice that comes to nothing was not paid.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sandbox.online_retail.classify import category, day_in_cents, half_up, vat_cents, vat_code
from sandbox.online_retail.csvfiles import CsvError, Row, ten_thousandths

STORE, REGISTER, CURRENCY, METHOD = "web", "web-1", "GBP", "CARD"


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its place on the invoice and its money in cents."""

    row: Row
    line_no: int
    gross_cents: int
    category: str
    vat_code: str


def write_store(connection: sqlite3.Connection, *, complete_until: datetime) -> None:
    """The one store of the data set, complete until a UTC time."""
    stamp = complete_until.strftime("%Y-%m-%dT%H:%M:%SZ")
    connection.execute("INSERT INTO stores VALUES (?, ?, ?, ?)", (STORE, "Web shop", CURRENCY, stamp))


def write_day(connection: sqlite3.Connection, day: date, path: Path, rows: list[Row]) -> None:
    """One day with all its invoices; CsvError where an invoice number returns or contradicts itself."""
    total = sum(row.amount for row in rows)
    connection.execute("INSERT INTO days VALUES (?, ?, ?, ?, ?)", (STORE, day.isoformat(), len(rows), total, half_up(total)))
    invoices = _by_invoice(_lines(rows))
    for lines in invoices.values():
        _check_invoice(connection, path, lines)
        _write_invoice(connection, day, lines)


def _lines(rows: list[Row]) -> list[Line]:
    seen: Counter[str] = Counter()
    lines = []
    for row, gross_cents in zip(rows, day_in_cents(row.amount for row in rows), strict=True):
        seen[row.invoice_no] += 1
        group = category(row.stock_code, ten_thousandths(row.unit_price))
        lines.append(Line(row, seen[row.invoice_no], gross_cents, group, vat_code(group, row.country)))
    return lines


def _by_invoice(lines: list[Line]) -> dict[str, list[Line]]:
    invoices: dict[str, list[Line]] = {}
    for line in lines:
        invoices.setdefault(line.row.invoice_no, []).append(line)
    return invoices


def _check_invoice(connection: sqlite3.Connection, path: Path, lines: list[Line]) -> None:
    first = lines[0].row
    earlier = connection.execute("SELECT business_date FROM invoices WHERE invoice_no = ?", (first.invoice_no,)).fetchone()
    if earlier:
        raise CsvError(f"InvoiceNo {first.invoice_no!r} was already used on {earlier[0]}", file=path, line=first.line)
    for row in (line.row for line in lines):
        if row.customer_id != first.customer_id:
            raise CsvError(
                f"CustomerID {row.customer_id!r} differs from {first.customer_id!r} on line {first.line}", file=path, line=row.line
            )
        if row.country != first.country:
            raise CsvError(f"Country {row.country!r} differs from {first.country!r} on line {first.line}", file=path, line=row.line)


def _write_invoice(connection: sqlite3.Connection, day: date, lines: list[Line]) -> None:
    first = lines[0].row
    placed_at, series = min(line.row.entered_at for line in lines), first.invoice_no.rstrip("0123456789")
    head = (first.invoice_no, STORE, REGISTER, series, day.isoformat(), placed_at, first.customer_id, first.country)
    connection.execute("INSERT INTO invoices VALUES (?, ?, ?, ?, ?, ?, ?, ?)", head)
    connection.executemany("INSERT INTO invoice_lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_stored, lines))
    gross_cents = sum(line.gross_cents for line in lines)
    if gross_cents:
        connection.execute("INSERT INTO payments VALUES (?, ?, ?)", (first.invoice_no, METHOD, gross_cents))


def _stored(line: Line) -> tuple[object, ...]:
    row = line.row
    place = (row.invoice_no, line.line_no, row.line, row.entered_at)
    item = (row.stock_code, row.description, row.quantity, row.unit_price, row.amount)
    return (*place, *item, line.gross_cents, line.vat_code, vat_cents(line.vat_code, line.gross_cents), line.category)
