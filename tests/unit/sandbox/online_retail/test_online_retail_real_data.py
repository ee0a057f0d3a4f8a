"""All days of the real data: the SQL's totals against the CSVs', added up here on their own in exact decimals."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import sandbox.online_retail
from sandbox.online_retail import load

REPO = Path(sandbox.online_retail.__file__).parents[2]
DATA = REPO.parent / "shared" / "data" / "online_retail"
MAPPING = REPO / "sandbox" / "online_retail" / "include" / "mappings" / "retail" / "accounts.csv"
ALL = ("2010-12-01", "2011-02-01")

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"THE REAL DATA IS NOT HERE: {DATA} is missing, so no day of Online Retail was checked against its CSV"
)
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def csv_rows() -> dict[str, list[dict[str, str]]]:
    days = {}
    for path in sorted(DATA.glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
            days[path.name[:10]] = list(csv.DictReader(text))
    return days


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("online_retail") / "retail.sqlite"
    load(DATA, path)
    return path


@pytest.fixture(scope="module")
def facts(database: Path, query: Callable[..., Rows]) -> dict[str, Rows]:
    return {table: query(database, table, *ALL) for table in ("sales", "sale_lines", "tenders", "customers", "control_totals", "source")}


def by_date(facts: dict[str, Rows], table: str, column: str) -> dict[str, int]:
    dates = {sale["sale_id"]: sale["business_date"] for sale in facts["sales"]}
    totals: dict[str, int] = defaultdict(int)
    for row in facts[table]:
        totals[dates[row["sale_id"]]] += row[column]
    return dict(totals)


def pence(rows: list[dict[str, str]]) -> int:
    total = 100 * sum((Decimal(row["UnitPrice"]) * Decimal(row["Quantity"]) for row in rows), Decimal(0))
    assert total == int(total), "a day of this data is always in whole pence"
    return int(total)


def test_online_retail_every_day_equals_its_csv_to_the_penny(csv_rows: dict[str, list[dict[str, str]]], facts: dict[str, Rows]) -> None:
    expected = {day: pence(rows) for day, rows in csv_rows.items()}
    assert len(expected) == 44
    assert by_date(facts, "sales", "gross_cents") == expected
    assert by_date(facts, "sale_lines", "gross_cents") == expected
    assert by_date(facts, "tenders", "amount_cents") == expected
    assert {row["business_date"]: row["amount_cents"] for row in facts["control_totals"]} == expected
    assert sum(expected.values()) == 130_895_728


def test_online_retail_one_day_asked_alone_gives_the_same(database: Path, query: Callable[..., Rows], facts: dict[str, Rows]) -> None:
    alone = query(database, "sales", "2011-01-05", "2011-01-06")
    assert alone == [sale for sale in facts["sales"] if sale["business_date"] == "2011-01-05"]


def test_online_retail_every_line_is_the_csvs(csv_rows: dict[str, list[dict[str, str]]], facts: dict[str, Rows]) -> None:
    given = Counter(
        (row["InvoiceNo"], row["StockCode"], row["Description"].strip(), int(row["Quantity"]), row["UnitPrice"])
        for rows in csv_rows.values()
        for row in rows
    )
    read = Counter(
        (row["sale_id"], row["item_code"], row["description"] or "", row["quantity"], row["unit_price"]) for row in facts["sale_lines"]
    )
    assert read == given
    assert sum(read.values()) == 77_628


def test_online_retail_only_one_day_is_a_refund_day(facts: dict[str, Rows]) -> None:
    totals = by_date(facts, "sales", "gross_cents")
    assert {day: cents for day, cents in totals.items() if cents < 0} == {"2011-01-05": -156_623}


def test_online_retail_keys_are_unique(facts: dict[str, Rows]) -> None:
    keys = {"sales": ("sale_id",), "sale_lines": ("sale_id", "line_no"), "tenders": ("sale_id", "tender_no"), "customers": ("id",)}
    counts = {table: (len(facts[table]), len({tuple(row[key] for key in names) for row in facts[table]})) for table, names in keys.items()}
    assert counts == {"sales": (3501, 3501), "sale_lines": (77628, 77628), "tenders": (3231, 3231), "customers": (1369, 1369)}


def test_online_retail_each_sale_is_its_lines_and_its_tender(facts: dict[str, Rows]) -> None:
    lines: dict[str, Counter[str]] = defaultdict(Counter)
    for row in facts["sale_lines"]:
        lines[row["sale_id"]].update({name: row[name] for name in ("net_cents", "tax_cents", "gross_cents")})
    paid = {row["sale_id"]: row["amount_cents"] for row in facts["tenders"]}
    wrong = [
        sale["sale_id"]
        for sale in facts["sales"]
        if any(lines[sale["sale_id"]][name] != sale[name] for name in ("net_cents", "tax_cents", "gross_cents"))
        or sale["gross_cents"] != paid.get(sale["sale_id"], 0)
    ]
    assert wrong == []
    assert len(lines) == len(facts["sales"])


def test_online_retail_every_category_and_tender_has_an_account(facts: dict[str, Rows]) -> None:
    with MAPPING.open(encoding="utf-8", newline="") as file:
        mapped = {(row["kind"], row["code"]) for row in csv.DictReader(file)}
    used = {("sales_category", row["category"]) for row in facts["sale_lines"]} | {
        ("tender", row["tender_code"]) for row in facts["tenders"]
    }
    assert used <= mapped
    assert len(used) == 10


def test_online_retail_lines_by_category_and_vat_code(facts: dict[str, Rows]) -> None:
    found: dict[tuple[str, str], tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    for row in facts["sale_lines"]:
        lines, gross, tax = found[row["category"], row["tax_code"]]
        found[row["category"], row["tax_code"]] = (lines + 1, gross + row["gross_cents"], tax + row["tax_cents"])
    assert dict(found) == {
        ("AMAZON_FEE", "NONE"): (9, -7_258_481, 0),
        ("BANK_CHARGES", "NONE"): (5, -208_245, 0),
        ("DISCOUNT", "STD"): (9, -71_695, -11_948),
        ("GIFT_VOUCHER", "NONE"): (5, 13_581, 0),
        ("GOODS", "STD"): (71_394, 115_009_459, 19_173_613),
        ("GOODS", "ZERO"): (5446, 19_063_621, 0),
        ("MANUAL", "STD"): (62, -232_592, -38_763),
        ("MANUAL", "ZERO"): (2, -284_185, 0),
        ("POSTAGE", "STD"): (128, 3_859_560, 643_273),
        ("POSTAGE", "ZERO"): (153, 1_011_200, 0),
        ("SAMPLES", "STD"): (2, -6_495, -1_083),
        ("WRITE_OFF", "NONE"): (413, 0, 0),
    }


def test_online_retail_vat_of_each_line_is_a_sixth_within_half_a_penny(facts: dict[str, Rows]) -> None:
    taxed = [row for row in facts["sale_lines"] if row["tax_code"] == "STD"]
    assert [row for row in taxed if abs(6 * row["tax_cents"] - row["gross_cents"]) > 3] == []
    assert [row for row in facts["sale_lines"] if row["tax_code"] != "STD" and row["tax_cents"]] == []


def test_online_retail_kinds_and_completeness(facts: dict[str, Rows]) -> None:
    assert Counter((row["kind"], row["status"]) for row in facts["sales"]) == {("sale", "completed"): 2915, ("refund", "completed"): 586}
    assert Counter(row["gross_cents"] == 0 for row in facts["sales"])[True] == 270
    assert facts["source"] == [{"as_of": "2011-02-01T00:00:00Z"}]
