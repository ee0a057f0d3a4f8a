"""Rows that no demo has and a real site will: keys that must not meet, a refund at another terminal, a scrapped one; by both dialects."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from sandbox.shops import hire_schema, idealpos_schema
from tests.pos_systems.sqlserver.reference import SQL
from tests.tds.duck import DuckSession, create_tables

PERIOD = {
    "store": "s", "from_date": date(2026, 10, 2), "to_date": date(2026, 10, 3),
    "from_local": datetime.fromisoformat("2026-10-02 04:00:00"), "to_local": datetime.fromisoformat("2026-10-03 04:00:00"),
}  # fmt: skip
DIALECTS = pytest.mark.parametrize("dialect", ["demo", "template"])
SHOP = """
INSERT INTO Sites VALUES ('s', 'Shop', 'AUD');
INSERT INTO Suppliers VALUES ('      AB', 'Able', 1, 14), ('    AB-C', 'Able and Co', 1, 14);
INSERT INTO SalesPeriods VALUES ('s', 1, '2026-10-02', NULL);
"""
HIRE = """
INSERT INTO StoreFile VALUES ('s', 'Hire', 'AUD', '2026-10-05 00:00:00');
INSERT INTO CustomerFile VALUES ('      C1', 'Acme', 'A', NULL, 14), ('      W1', 'Walk-in', 'C', NULL, 0);
INSERT INTO VendorFile VALUES ('      AB', 'Able', 14), ('    AB-C', 'Able and Co', 14), ('       R', 'Are', 14), ('       I', 'Eye', 14);
"""


def rows(dialect: str, pos: str, script: str, file: str) -> list[dict[str, Any]]:
    """What a file delivers of these rows for 2 October, by the demo's file on SQLite or by the template in T-SQL."""
    if dialect == "template":
        return _by_template(pos, script, file)
    schema = {"idealpos": idealpos_schema, "pointofrental": hire_schema}[pos].SCHEMA
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(schema + script)
        values = {name: str(value) for name, value in PERIOD.items()}
        cursor = database.execute((SQL / f"demo_{pos}" / f"{file}.sql").read_text(encoding="utf-8"), values)
        return [dict(zip([column[0] for column in cursor.description], row, strict=True)) for row in cursor]


def _by_template(pos: str, script: str, file: str) -> list[dict[str, Any]]:
    sql = re.sub(r"^--.*$", "", (SQL / pos / f"{file}.sql").read_text(encoding="utf-8"), flags=re.MULTILINE)
    used = set(re.findall(r":(\w+)", sql))
    with duckdb.connect(":memory:") as duck:
        session = DuckSession(duck, create_tables(duck, (SQL / pos / "reference" / "schema.sql").read_text(encoding="utf-8")), {})
        duck.execute(script)
        answer = session(re.sub(r":(\w+)", r"@\1", sql), {f"@{name}": value for name, value in PERIOD.items() if name in used})
        return [dict(zip([column.name for column in answer.columns], row, strict=True)) for row in answer.rows]


@DIALECTS
def test_hyphens_in_codes_and_numbers_make_no_two_purchases_one(dialect: str) -> None:
    """Number C-1 of supplier AB, and number 1 of AB-C; their lines go with them."""
    bills = f"""{SHOP}
    INSERT INTO PurchaseCategories VALUES (1, 'Food');
    INSERT INTO StockPurchases VALUES
        ('s', '      AB', 'C-1', 'I', '2026-10-02', '2026-10-02', NULL, 1, 0, 0, 0, 12, 1, 0),
        ('s', '    AB-C', '1', 'I', '2026-10-02', '2026-10-02', NULL, 0, 0, 2, 0, 24, 2, 0);
    INSERT INTO StockPurchaseLines VALUES
        ('      AB', 'C-1', 1, 'Bread', 1, '1', 11, 'GST', 1), ('    AB-C', '1', 1, 'Milk', 1, '1', 22, 'GST', 2);
    """
    purchases = rows(dialect, "idealpos", bills, "purchases")
    assert sorted((p["purchase_id"], p["supplier_id"]) for p in purchases) == [("AB-C/1", "AB-C"), ("AB/C-1", "AB")]
    lines = rows(dialect, "idealpos", bills, "purchase_lines")
    assert sorted((line["purchase_id"], line["line_no"]) for line in lines) == [
        ("AB-C/1", "1"), ("AB-C/1", "A"), ("AB/C-1", "1"), ("AB/C-1", "F"),
    ]  # fmt: skip


@pytest.mark.parametrize("schema", [idealpos_schema.SCHEMA, hire_schema.SCHEMA], ids=["idealpos", "pointofrental"])
def test_no_suppliers_code_holds_the_separator(schema: str) -> None:
    """The reference schemas say what the keys rely on."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(schema)
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            database.execute(
                "INSERT INTO Suppliers VALUES ('    AB/C', 'Able', 1, 14)" if "StockPurchases" in schema else
                "INSERT INTO VendorFile VALUES ('    AB/C', 'Able', 14)"
            )  # fmt: skip


@DIALECTS
def test_receipts_and_invoices_never_share_a_key(dialect: str) -> None:
    """Not with the same number of one vendor, nor where a vendor is called R or I, nor with hyphens; an invoice names its receipt."""
    purchases = f"""{HIRE}
    INSERT INTO PurchaseOrders VALUES (1, 's', '      AB', '2026-10-01', 'Posted'), (2, 's', '       I', '2026-10-01', 'Posted');
    INSERT INTO GoodsReceipts VALUES ('1001', 1, '2026-10-02'), ('R', 2, '2026-10-02');
    INSERT INTO GoodsReceiptLines VALUES ('1001', 1, 'Parts', 'PARTS', NULL, 1, 110, 10, 'GST'), ('R', 1, 'Parts', 'PARTS', NULL, 1, 110, 10, 'GST');
    INSERT INTO VendorInvoices VALUES
        ('      AB', '1001', 1, '1001', 's', 0, '2026-10-02', '2026-10-02', NULL, 110, 10),
        ('       R', 'I/R', NULL, NULL, 's', 0, '2026-10-02', '2026-10-02', NULL, 110, 10),
        ('      AB', 'C-1', NULL, NULL, 's', 0, '2026-10-02', '2026-10-02', NULL, 110, 10),
        ('    AB-C', '1', NULL, NULL, 's', 1, '2026-10-02', '2026-10-02', NULL, 110, 10);
    INSERT INTO VendorInvoiceLines SELECT VendorNo, InvoiceNo, 1, 'Parts', 'PARTS', NULL, 1, 110, 10, 'GST' FROM VendorInvoices;
    """
    expected = [
        ("I/AB-C/1", "credit", None), ("I/AB/1001", "invoice", "R/AB/1001"), ("I/AB/C-1", "invoice", None),
        ("I/R/I/R", "invoice", None), ("R/AB/1001", "receipt", None), ("R/I/R", "receipt", None),
    ]  # fmt: skip
    found = rows(dialect, "pointofrental", purchases, "purchases")
    assert sorted((p["purchase_id"], p["kind"], p["receipt_id"]) for p in found) == expected
    lines = rows(dialect, "pointofrental", purchases, "purchase_lines")
    assert sorted(line["purchase_id"] for line in lines) == [key for key, _, _ in expected]


@DIALECTS
def test_a_refund_at_another_terminal_names_the_terminal_of_its_sale(dialect: str) -> None:
    """Terminal 2 has a receipt with the same shift and number, which is not meant."""
    till = f"""{SHOP}
    INSERT INTO PosTerminals VALUES ('s', 1, 'Counter', '2026-10-03 00:00:00', 1), ('s', 2, 'Bar', '2026-10-03 00:00:00', 1);
    INSERT INTO EndOfShift VALUES ('s', 1, 17, 1, '2026-10-02 08:00:00', NULL, 0, 0), ('s', 2, 17, 1, '2026-10-02 08:00:00', NULL, 0, 0),
        ('s', 2, 18, 1, '2026-10-02 11:00:00', NULL, 0, 0);
    INSERT INTO Transactions VALUES
        ('s', 1, 17, 45, '2026-10-02 10:00:00', 'SALE', 'C', NULL, NULL, NULL, NULL, NULL, 100, 0, 0),
        ('s', 2, 17, 45, '2026-10-02 10:00:00', 'SALE', 'C', NULL, NULL, NULL, NULL, NULL, 7, 0, 0),
        ('s', 2, 18, 1, '2026-10-02 12:00:00', 'REFUND', 'C', NULL, NULL, 1, 17, 45, -100, 0, 0);
    """
    sales = rows(dialect, "idealpos", till, "sales")
    assert [(s["sale_id"], s["original_sale_id"]) for s in sales] == [("1-17-45", None), ("2-17-45", None), ("2-18-1", "1-17-45")]


@DIALECTS
def test_a_terminal_that_is_scrapped_holds_up_no_date(dialect: str) -> None:
    """One that is only off-line does."""
    terminals = f"""{SHOP}
    INSERT INTO PosTerminals VALUES ('s', 1, 'Counter', '2026-10-03 00:00:00', 1), ('s', 2, 'Off-line', '2026-10-02 12:00:00', 1),
        ('s', 3, 'Scrapped', '2024-05-01 00:00:00', 0);
    """
    assert [str(row["as_of"]) for row in rows(dialect, "idealpos", terminals, "source")] == ["2026-10-02 12:00:00"]


@DIALECTS
def test_money_after_closing_pays_what_is_owed_and_is_told_once(dialect: str) -> None:
    """A contract closed at 02:00 is of the date before. A cash customer owes nothing; a void contract closes nothing."""
    late = f"""{HIRE}
    INSERT INTO ContractFile VALUES
        ('     501', 's', '      C1', 'A', 'C', '2026-09-29 10:00:00', '2026-10-01 02:00:00', NULL, 55, 5),
        ('     502', 's', '      C1', 'A', 'C', '2026-09-29 10:00:00', '2026-10-01 04:00:00', NULL, 55, 5),
        ('     503', 's', '      W1', 'C', 'C', '2026-09-29 10:00:00', '2026-10-01 10:00:00', NULL, 55, 5),
        ('     504', 's', '      C1', 'A', 'V', '2026-09-29 10:00:00', '2026-10-01 10:00:00', NULL, 55, 5),
        ('     505', 's', '      C1', 'A', 'O', '2026-09-29 10:00:00', NULL, NULL, 55, 5),
        ('     506', 's', '      C1', 'A', 'C', '2026-09-29 10:00:00', '2026-10-02 10:00:00', NULL, 55, 5);
    INSERT INTO PrePayments VALUES
        (1, 's', '     501', '      C1', 'CS', 30, '2026-10-02 10:00:00'), (2, 's', '     502', '      C1', 'CS', 30, '2026-10-02 10:00:00'),
        (3, 's', '     503', '      W1', 'CS', 30, '2026-10-02 10:00:00'), (4, 's', '     504', '      C1', 'CS', 30, '2026-10-02 10:00:00'),
        (5, 's', '     505', '      C1', 'CS', 30, '2026-10-02 10:00:00'), (6, 's', '     506', '      C1', 'CS', 30, '2026-10-02 10:00:00');
    """
    moved = rows(dialect, "pointofrental", late, "movements")
    paid, before = ("account_payment", None), ("prepayment", "PREPAID")
    assert {m["movement_id"]: (m["kind"], m["function_code"]) for m in moved} == {
        "P1": paid, "P2": paid, "P3": paid, "P4": before, "P5": before, "P6": before,
    }  # fmt: skip
    pays = rows(dialect, "pointofrental", late, "movement_allocations")
    assert [(a["movement_id"], a["sale_id"], str(a["sale_date"])[:10]) for a in pays] == [
        ("P1", "501", "2026-09-30"),
        ("P2", "502", "2026-10-01"),
    ]
    used = [t["sale_id"] for t in rows(dialect, "pointofrental", late, "tenders") if t["tender_code"] == "PREPAID"]
    assert used == ["506"]


@DIALECTS
def test_a_contract_is_delivered_on_the_date_on_which_it_closes_and_on_no_other(dialect: str) -> None:
    """Out on 2 October it is not there, closed on that date it is."""
    contract = f"{HIRE} INSERT INTO ContractFile VALUES ('     501', 's', '      C1', 'A', 'O', '2026-10-02 10:00:00', NULL, NULL, 55, 5);"
    assert rows(dialect, "pointofrental", contract, "sales") == []
    closed = f"{contract} UPDATE ContractFile SET ContractStatus = 'C', OutAt = '2026-09-30 10:00:00', ClosedAt = '2026-10-02 12:00:00';"
    assert [(s["sale_id"], s["status"]) for s in rows(dialect, "pointofrental", closed, "sales")] == [("501", "completed")]


@pytest.mark.parametrize("file", ["sales", "sale_lines", "tenders", "customers"])
def test_contracts_are_found_by_the_index_on_their_closing(file: str) -> None:
    """A function around the column would keep a server from using it."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(hire_schema.SCHEMA)
        sql = (SQL / "demo_pointofrental" / f"{file}.sql").read_text(encoding="utf-8")
        plan = [step[3] for step in database.execute(f"EXPLAIN QUERY PLAN {sql}", {n: str(v) for n, v in PERIOD.items()})]
    assert [step for step in plan if "ContractByClose (StoreCode=? AND ClosedAt>? AND ClosedAt<?)" in step]
    template = (SQL / "pointofrental" / f"{file}.sql").read_text(encoding="utf-8")
    assert "COALESCE(c.ClosedAt" not in template and "c.ClosedAt >= CAST(:from_local AS datetime2(0))" in template
