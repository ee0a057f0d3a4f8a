"""A tiny shop for the tests of the checks: facts told in a few words, written and opened as extraction does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import duckdb

from tillpost.checks.context import CheckContext
from tillpost.checks.measuring import measure_source
from tillpost.checks.rule import Measure
from tillpost.checks.rules import SOURCE_RULES
from tillpost.mapping.tables import AccountRow, ContactRow, TaxRow
from tillpost.mapping.tables import Mapping as Mapped
from tillpost.model.facts import TABLES
from tillpost.model.findings import Severity, Stream
from tillpost.model.money import tax_inside
from tillpost.model.period import TradingClock
from tillpost.organisations import Organisation, Store
from tillpost.pos.facts import facts_of_rows, open_facts, write_facts

DAY = date(2026, 3, 3)
Row = dict[str, object]
Tables = Mapping[str, Sequence[Row]]

ACCOUNTS = """sales_category,FOOD,201,
sales_category,BEVERAGE,202,
sales_category,VOUCHER,806,NONE
line_kind,gift_card_issue,806,NONE
line_kind,tip,809,NONE
tender,CASH,101,NONE
tender,EFTPOS,105,NONE
tender,LAYBY,805,NONE
tender,GIFT_VOUCHER,806,NONE
tender,ACCOUNT,receivable,
function,PETTY_CASH,429,
function,PAID_IN,881,NONE
other,variance,480,NONE
other,rounding,860,NONE
other,tips,809,NONE
other,layby,805,NONE
other,layby_adjustment,206,
other,account_adjustment,205,
other,payment_fee,208,
purchase_category,FOOD,301,
purchase_other,freight,425,
gl_account,1200,615,NONE
gl_account,4000,210,GST
gl_account,4100,211,
gl_account,4300,43-{Class},NONE
gl_account,2200,gst,"""


def _account(number: int, line: str) -> AccountRow:
    kind, code, account, tax_code = line.split(",")
    return AccountRow(kind, code, account, tax_code, "", None, "", "accounts.csv", number)


MAPPING = Mapped(
    "AU",
    tuple(_account(number, line) for number, line in enumerate(ACCOUNTS.splitlines(), start=2)),
    (
        TaxRow("AU", "GST", 1000, "OUTPUT", "INPUT", date(2000, 7, 1), "taxes.csv", 2),
        TaxRow("AU", "FRE", 0, "EXEMPTOUTPUT", "EXEMPTEXPENSES", date(2000, 7, 1), "taxes.csv", 3),
        TaxRow("AU", "NONE", 0, "BASEXCLUDED", "BASEXCLUDED", date(2000, 7, 1), "taxes.csv", 4),
        TaxRow("NZ", "GST", 1500, "OUTPUT2", "INPUT2", date(2010, 10, 1), "taxes.csv", 5),
    ),
    (
        ContactRow("debtor", "*", "POS Debtor", "", 7, True, "", "contacts.csv", 2),
        ContactRow("supplier", "FRESH", "Fresh Foods", "FRESH", 14, True, "", "contacts.csv", 3),
        ContactRow("supplier", "PAPERCO", "Paper Co", "PAPERCO", 14, True, "GST", "contacts.csv", 4),
        ContactRow("supplier", "CASHMKT", "Cash Market", "", 0, False, "", "contacts.csv", 5),
    ),
)


def store(key: str = "cafe", **settings: object) -> Store:
    """A store in Melbourne."""
    clock = TradingClock("Australia/Melbourne", time(4))
    return replace(Store(key, f"Harbour {key.title()}", "idealpos", "pos", key, clock, date(2026, 1, 1)), **settings)  # type: ignore[arg-type]


def context(*stores: Store, **settings: object) -> CheckContext:
    """A context of one Australian organisation that looks at one date of each store."""
    known = {s.key: s for s in stores or (store(),)}
    own = {name: settings.pop(name) for name in ("country", "currency", "gst_basis") if name in settings}
    organisation = Organisation("harbour", "Harbour Group", "AU", "AUD", "Australia/Melbourne", "xero", time(6), known)
    base = CheckContext(replace(organisation, **own), MAPPING, tuple((key, DAY) for key in known))  # type: ignore[arg-type]
    return replace(base, **settings)  # type: ignore[arg-type]


def sale(sale_id: str = "s1", gross: int = 5000, **columns: object) -> Row:
    """A completed sale with 10 % GST inside."""
    tax = tax_inside(gross, 1000)
    row: Row = {"sale_id": sale_id, "store_id": "cafe", "kind": "sale", "status": "completed", "business_date": DAY, "currency": "AUD"}
    return {**row, "gross_cents": gross, "tax_cents": tax, "net_cents": gross - tax, **columns}


def line(gross: int = 5000, sale_id: str = "s1", line_no: str = "1", **columns: object) -> Row:
    """A line of food with 10 % GST inside."""
    tax = tax_inside(gross, 1000)
    row: Row = {"sale_id": sale_id, "line_no": line_no, "line_kind": "item", "category": "FOOD", "tax_code": "GST"}
    return {**row, "gross_cents": gross, "tax_cents": tax, "net_cents": gross - tax, **columns}


def tender(amount: int = 5000, sale_id: str = "s1", tender_no: str = "1", **columns: object) -> Row:
    """Cash taken for a sale."""
    row: Row = {"sale_id": sale_id, "tender_no": tender_no, "tender_code": "CASH", "tender_type": "cash"}
    return {**row, "amount_cents": amount, **columns}


def movement(kind: str, amount: int, movement_id: str = "m1", **columns: object) -> Row:
    """Money that moves without a sale."""
    row: Row = {"movement_id": movement_id, "store_id": "cafe", "business_date": DAY, "kind": kind}
    return {**row, "amount_cents": amount, **columns}


def count(counted: int, expected: int | None, **columns: object) -> Row:
    """What was counted of the cash."""
    row: Row = {"store_id": "cafe", "business_date": DAY, "tender_code": "CASH"}
    return {**row, "counted_cents": counted, "expected_cents": expected, **columns}


def control_total(measure: str, amount: int, code: str | None = None) -> Row:
    """A figure of the Z report."""
    return {"store_id": "cafe", "business_date": DAY, "measure": measure, "code": code, "amount_cents": amount}


def purchase(gross: int = 11000, purchase_id: str = "p1", **columns: object) -> Row:
    """A supplier's bill with 10 % GST inside."""
    row: Row = {"purchase_id": purchase_id, "kind": "invoice", "business_date": DAY, "document_date": DAY, "currency": "AUD"}
    row |= {"supplier_id": "FRESH", "supplier_reference": "INV-77", "status": "completed", "is_paid": False}
    tax = tax_inside(gross, 1000)
    return {**row, "gross_cents": gross, "tax_cents": tax, "net_cents": gross - tax, **columns}


def purchase_line(gross: int = 11000, purchase_id: str = "p1", line_no: str = "1", **columns: object) -> Row:
    """A line of goods with 10 % GST inside."""
    row: Row = {"purchase_id": purchase_id, "line_no": line_no, "line_kind": "goods", "category": "FOOD", "tax_code": "GST"}
    tax = tax_inside(gross, 1000)
    return {**row, "gross_cents": gross, "tax_cents": tax, "net_cents": gross - tax, **columns}


def entry(account: str, amount: int, line_no: str, entry_id: str = "e1", **columns: object) -> Row:
    """A line of the POS's own ledger."""
    row: Row = {"entry_id": entry_id, "line_no": line_no, "business_date": DAY, "account_code": account}
    return {**row, "amount_cents": amount, **columns}


def facts(folder: Path, tables: Tables, key: str = "cafe") -> duckdb.DuckDBPyConnection:
    """The facts of one store, written and opened."""
    return facts_of_stores(folder, {key: tables})


def facts_of_stores(folder: Path, stores: Mapping[str, Tables]) -> duckdb.DuckDBPyConnection:
    """The facts of several stores."""
    for key, tables in stores.items():
        write_facts(folder / key, {name: facts_of_rows(TABLES[name], key, rows) for name, rows in tables.items()})
    connection = open_facts([folder / key for key in stores])
    connection.execute("SET threads = 1")
    return connection


def found(connection: duckdb.DuckDBPyConnection, looked_at: CheckContext, rule: str, stream: str = "sales") -> tuple[Measure, ...]:
    """What one rule finds; a rule that crashes fails the test."""
    (measured,) = measure_source(connection, looked_at, [r for r in SOURCE_RULES if r.name == rule and r.stream == Stream(stream)])
    assert measured.crash == ""
    return measured.measures


def broken(connection: duckdb.DuckDBPyConnection, looked_at: CheckContext) -> dict[str, Severity]:
    """The names of all rules that find something, with their severity."""
    measured = measure_source(connection, looked_at)
    assert [m.rule.key for m in measured if m.crash] == []
    return {m.rule.name: m.rule.severity for m in measured if m.measures}


def blockers(connection: duckdb.DuckDBPyConnection, looked_at: CheckContext) -> set[str]:
    """The names of the blocking rules that find something."""
    return {name for name, severity in broken(connection, looked_at).items() if severity is Severity.BLOCKER}
