"""The profile's mapping CSVs and chart against each other, against Xero's rules and against the contract."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sandbox.online_retail
from sandbox.online_retail import load
from sandbox.online_retail.classify import GIFT_VOUCHER, GOODS, OUTSIDE_VAT, PSEUDO_ITEMS, WRITE_OFF
from tillpost.model.facts import TABLES

PACKAGE = Path(sandbox.online_retail.__file__).parent
MAPPINGS, CHART = PACKAGE / "include" / "mappings" / "retail", PACKAGE.parent / "charts" / "retail.csv"
ROW = ("536365", "85123A", "HEART HOLDER", "6", "2010-12-01 08:27:00", "2.55", "17850.0", "United Kingdom")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def chart() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in table(CHART)}


def test_online_retail_every_category_and_tender_is_mapped_once() -> None:
    rows = [(row["kind"], row["code"]) for row in table(MAPPINGS / "accounts.csv")]
    categories = {GOODS, GIFT_VOUCHER, WRITE_OFF, *PSEUDO_ITEMS.values()}
    wanted = {*(("sales_category", code) for code in categories), ("line_kind", "gift_card_issue"), ("tender", "CARD")}
    assert set(rows) == wanted | {("other", "variance"), ("other", "rounding")}
    assert len(rows) == len(set(rows))


def test_online_retail_every_account_is_in_the_chart_and_fits_its_use() -> None:
    types = {row["code"]: chart()[row["account"]]["type"] for row in table(MAPPINGS / "accounts.csv")}
    assert types == {
        "GOODS": "REVENUE", "POSTAGE": "REVENUE", "DISCOUNT": "REVENUE", "MANUAL": "REVENUE", "SAMPLES": "REVENUE",
        "GIFT_VOUCHER": "CURRLIAB", "gift_card_issue": "CURRLIAB", "BANK_CHARGES": "EXPENSE", "AMAZON_FEE": "EXPENSE",
        "WRITE_OFF": "EXPENSE", "CARD": "CURRENT", "variance": "EXPENSE", "rounding": "CURRLIAB",
    }  # fmt: skip


def test_online_retail_what_lies_outside_vat_says_so_in_the_mapping() -> None:
    """Xero refuses an output tax type on an expense account."""
    rows = [row for row in table(MAPPINGS / "accounts.csv") if row["kind"] == "sales_category"]
    assert {row["code"] for row in rows if row["tax_code"] == "NONE"} == OUTSIDE_VAT
    assert {row["tax_code"] for row in rows} == {"NONE", ""}


def test_online_retail_chart_is_whole() -> None:
    rows = table(CHART)
    assert len({row["code"] for row in rows}) == len(rows)
    assert {row["system"]: (row["code"], row["name"]) for row in rows if row["system"]} == {
        "DEBTORS": ("610", "Accounts Receivable"),
        "CREDITORS": ("800", "Accounts Payable"),
        "GST": ("820", "VAT"),
        "ROUNDING": ("860", "Rounding"),
    }
    assert chart()["102"] == {"code": "102", "name": "Card clearing", "type": "CURRENT", "enable_payments": "yes", "system": ""}


def test_online_retail_rates_hold_from_the_first_day_of_the_data() -> None:
    rates = {row["pos_tax_code"]: (row["country"], row["rate_percent"], row["sale_tax_type"]) for row in table(MAPPINGS / "taxes.csv")}
    assert [rates[code] for code in ("STD", "ZERO", "NONE")] == [
        ("GB", "20", "OUTPUT2"),
        ("GB", "0", "ZERORATEDOUTPUT"),
        ("GB", "0", "NONE"),
    ]
    assert max(row["valid_from"] for row in table(MAPPINGS / "taxes.csv")) == "2010-12-01"


def test_online_retail_contacts() -> None:
    assert [(row["kind"], row["code"], row["contact_name"]) for row in table(MAPPINGS / "contacts.csv")] == [
        ("debtor", "*", "Web Shop Debtor"),
        ("cash_customer", "*", "Web Shop Customer"),
    ]


def test_online_retail_csv_headers_are_those_of_the_mapping_form() -> None:
    headers = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in (*MAPPINGS.glob("*.csv"), CHART)}
    assert headers == {
        "accounts.csv": "kind,code,account,tax_code,tracking,valid_from,note",
        "taxes.csv": "country,pos_tax_code,rate_percent,sale_tax_type,purchase_tax_type,valid_from",
        "contacts.csv": "kind,code,contact_name,account_number,terms_days,for_accounting,tax_code",
        "retail.csv": "code,name,type,enable_payments,system",
    }


@pytest.mark.parametrize("name", ["sales", "sale_lines", "tenders", "customers", "control_totals", "source"])
def test_online_retail_sql_delivers_contract_columns(
    write_day: Callable[..., Path], source: Path, tmp_path: Path, query: Callable[..., Any], name: str
) -> None:
    write_day("2010-12-01", ROW)
    load(source, tmp_path / "retail.sqlite")
    (row,) = query(tmp_path / "retail.sqlite", name, "2010-12-01", "2010-12-02")
    columns = {column.fact_name: column for column in TABLES[name].columns}
    assert set(row) <= set(columns)
    assert {key for key, column in columns.items() if column.required} <= {key for key, value in row.items() if value is not None}
    assert [key for key, value in row.items() if columns[key].allowed and value not in columns[key].allowed] == []


def test_online_retail_folder_holds_the_tables_that_are_tested() -> None:
    names = sorted(path.name for path in (PACKAGE / "include" / "sql" / "online_retail").iterdir())
    assert names == ["control_totals.sql", "customers.sql", "sale_lines.sql", "sales.sql", "source.sql", "tenders.sql"]
