"""The loaded database through the profile's own SQL, as a whole: what the contract gets, and that loading is all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.online_retail import CsvError, load
from sandbox.online_retail.__main__ import main

UK = "United Kingdom"
DEC_1 = (
    ("536365", "85123A", "HEART HOLDER ", "6", "2010-12-01 08:27:00", "2.55", "17850.0", UK),
    ("536365", "DOT", "DOTCOM POSTAGE", "1", "2010-12-01 08:26:00", "0.03", "17850.0", UK),
    ("536365", "85123A", "HEART HOLDER ", "6", "2010-12-01 08:27:00", "2.55", "17850.0", UK),
    ("536366", "POST", "POSTAGE", "3", "2010-12-01 08:45:00", "18.0", "12583.0", "France"),
    ("536367", "gift_0001_20", "Gift Voucher £20.00", "1", "2010-12-01 08:50:00", "17.02", "", UK),
    ("536589", "21777", "", "-10", "2010-12-01 16:50:00", "0.0", "", UK),
    ("C536379", "D", "Discount", "-1", "2010-12-01 09:41:00", "27.5", "14527.0", UK),
    ("C536380", "AMAZONFEE", "AMAZON FEE", "-1", "2010-12-01 09:42:00", "100.0", "", UK),
)
DEC_2 = (("A536400", "22423", "CAKESTAND", "1", "2010-12-02 09:00:00", "12.75", "", UK),)
PERIOD = ("2010-12-01", "2010-12-02")


@pytest.fixture
def shop(write_day: Callable[..., Path], source: Path, tmp_path: Path) -> Path:
    write_day("2010-12-01", *DEC_1)
    write_day("2010-12-02", *DEC_2)
    load(source, tmp_path / "retail.sqlite")
    return tmp_path / "retail.sqlite"


def sale(no: str, at: str, customer: str | None, tax: int, gross: int, **other: Any) -> dict[str, Any]:
    head = {"sale_id": no, "receipt_no": no, "store_id": "web", "register_id": "web-1", "kind": "sale", "status": "completed"}
    when = {"business_date": "2010-12-01", "occurred_local": f"2010-12-01 {at}:00", "currency": "GBP", "customer_id": customer}
    return {**head, **when, "net_cents": gross - tax, "tax_cents": tax, "gross_cents": gross, **other}


def test_online_retail_sales(shop: Path, query: Callable[..., Any]) -> None:
    assert query(shop, "sales", *PERIOD) == [
        sale("536365", "08:26", "17850", 511, 3063),
        sale("536366", "08:45", "12583", 0, 5400),
        sale("536367", "08:50", None, 0, 1702),
        sale("536589", "16:50", None, 0, 0),
        sale("C536379", "09:41", "14527", -458, -2750, kind="refund"),
        sale("C536380", "09:42", None, 0, -10000, kind="refund"),
    ]


def test_online_retail_sale_lines(shop: Path, query: Callable[..., Any]) -> None:
    lines = [tuple(row.values()) for row in query(shop, "sale_lines", *PERIOD)]
    assert lines == [
        ("536365", 1, "item", "85123A", "HEART HOLDER", "GOODS", 6, "2.55", 1275, 255, 1530, "STD", "taxed"),
        ("536365", 2, "item", "DOT", "DOTCOM POSTAGE", "POSTAGE", 1, "0.03", 2, 1, 3, "STD", "taxed"),
        ("536365", 3, "item", "85123A", "HEART HOLDER", "GOODS", 6, "2.55", 1275, 255, 1530, "STD", "taxed"),
        ("536366", 1, "item", "POST", "POSTAGE", "POSTAGE", 3, "18.0", 5400, 0, 5400, "ZERO", "zero_rated"),
        (
            "536367",
            1,
            "gift_card_issue",
            "gift_0001_20",
            "Gift Voucher £20.00",
            "GIFT_VOUCHER",
            1,
            "17.02",
            1702,
            0,
            1702,
            "NONE",
            "out_of_scope",
        ),
        ("536589", 1, "item", "21777", None, "WRITE_OFF", -10, "0.0", 0, 0, 0, "NONE", "out_of_scope"),
        ("C536379", 1, "item", "D", "Discount", "DISCOUNT", -1, "27.5", -2292, -458, -2750, "STD", "taxed"),
        ("C536380", 1, "item", "AMAZONFEE", "AMAZON FEE", "AMAZON_FEE", -1, "100.0", -10000, 0, -10000, "NONE", "out_of_scope"),
    ]


def test_online_retail_tenders(shop: Path, query: Callable[..., Any]) -> None:
    assert [tuple(row.values()) for row in query(shop, "tenders", *PERIOD)] == [
        ("536365", 1, "CARD", "card", 3063),
        ("536366", 1, "CARD", "card", 5400),
        ("536367", 1, "CARD", "card", 1702),
        ("C536379", 1, "CARD", "card", -2750),
        ("C536380", 1, "CARD", "card", -10000),
    ]


def test_online_retail_customers_are_numbers_only(shop: Path, query: Callable[..., Any]) -> None:
    assert query(shop, "customers", *PERIOD) == [
        {"id": "12583", "name": "Customer 12583", "for_accounting": 0},
        {"id": "14527", "name": "Customer 14527", "for_accounting": 0},
        {"id": "17850", "name": "Customer 17850", "for_accounting": 0},
    ]


def test_online_retail_control_total_and_source(shop: Path, query: Callable[..., Any]) -> None:
    total = {"store_id": "web", "business_date": "2010-12-01", "measure": "gross", "code": None, "shift_id": None, "amount_cents": -2585}
    assert query(shop, "control_totals", *PERIOD) == [total]
    assert query(shop, "source", *PERIOD) == [{"as_of": "2010-12-03T00:00:00Z"}]


def test_online_retail_end_of_a_summer_day_is_an_hour_earlier(
    write_day: Callable[..., Path], source: Path, tmp_path: Path, query: Callable[..., Any]
) -> None:
    write_day("2011-06-30")
    load(source, tmp_path / "retail.sqlite")
    assert query(tmp_path / "retail.sqlite", "source", *PERIOD) == [{"as_of": "2011-06-30T23:00:00Z"}]


def test_online_retail_unknown_series_is_shown_and_not_booked(shop: Path, query: Callable[..., Any]) -> None:
    rows = query(shop, "sales", "2010-12-02", "2010-12-03")
    assert [(row["sale_id"], row["status"], row["gross_cents"]) for row in rows] == [("A536400", "suspended", 1275)]


@pytest.mark.parametrize("table", ["sales", "sale_lines", "tenders", "customers", "control_totals"])
def test_online_retail_other_dates_and_stores_give_nothing(shop: Path, query: Callable[..., Any], table: str) -> None:
    assert query(shop, table, "2010-12-03", "2011-12-03") == []
    assert query(shop, table, *PERIOD, store="other") == []


def test_online_retail_loading_again_gives_the_same_bytes(shop: Path, source: Path) -> None:
    before = shop.read_bytes()
    load(source, shop)
    assert shop.read_bytes() == before


def test_online_retail_row_of_a_file_is_found_again(shop: Path) -> None:
    with sqlite3.connect(shop) as connection:
        rows = connection.execute("SELECT file_line, invoice_no, line_no, unit_price, amount_ten_thousandths FROM invoice_lines ORDER BY 1")
        assert rows.fetchall()[1:4] == [
            (2, "A536400", 1, "12.75", 127_500),
            (3, "536365", 2, "0.03", 300),
            (4, "536365", 3, "2.55", 153_000),
        ]
    connection.close()


def test_online_retail_malformed_day_leaves_the_old_database(shop: Path, write_day: Callable[..., Path], source: Path) -> None:
    before = shop.read_bytes()
    write_day("2010-12-03", ("536500", "22423", "CAKESTAND", "many", "2010-12-03 09:00:00", "12.75", "", UK))
    with pytest.raises(CsvError, match=r"2010-12-03\.csv\.gz:2: Quantity 'many' is not a whole number"):
        load(source, shop)
    assert shop.read_bytes() == before
    assert sorted(path.name for path in shop.parent.iterdir()) == ["retail.sqlite", "source"]


def test_online_retail_first_load_that_fails_leaves_nothing(write_day: Callable[..., Path], source: Path, tmp_path: Path) -> None:
    write_day("2010-12-01", DEC_2[0])
    with pytest.raises(CsvError, match="is not on the file's day"):
        load(source, tmp_path / "new" / "retail.sqlite")
    assert list((tmp_path / "new").iterdir()) == []


def test_online_retail_invoice_number_returns_on_another_day(shop: Path, write_day: Callable[..., Path], source: Path) -> None:
    path = write_day("2010-12-03", ("536365", "22423", "CAKESTAND", "1", "2010-12-03 09:00:00", "12.75", "17850", UK))
    with pytest.raises(CsvError) as caught:
        load(source, shop)
    assert str(caught.value).startswith(f"{path}:2: InvoiceNo '536365' was already used on 2010-12-01. ")


@pytest.mark.parametrize(
    ("customer", "country", "complaint"),
    [
        ("17851", UK, "CustomerID '17851' differs from '17850' on line 2"),
        ("17850", "France", "Country 'France' differs from 'United Kingdom' on line 2"),
    ],
)
def test_online_retail_invoice_contradicts_itself(
    write_day: Callable[..., Path], source: Path, tmp_path: Path, customer: str, country: str, complaint: str
) -> None:
    path = write_day("2010-12-01", DEC_1[0], ("536365", "22423", "CAKESTAND", "1", "2010-12-01 09:00:00", "12.75", customer, country))
    with pytest.raises(CsvError) as caught:
        load(source, tmp_path / "retail.sqlite")
    assert str(caught.value).startswith(f"{path}:3: {complaint}. ")


def test_online_retail_a_file_of_others_is_never_replaced(write_day: Callable[..., Path], source: Path, tmp_path: Path) -> None:
    write_day("2010-12-01", *DEC_1)
    target = tmp_path / "books.txt"
    target.write_text("mine " * 40)
    with pytest.raises(FileExistsError, match=r"books\.txt is there and is not a database of this loader: name another file"):
        load(source, target)
    assert target.read_text() == "mine " * 40


def test_online_retail_sub_penny_prices_add_up_over_the_day(
    write_day: Callable[..., Path], source: Path, tmp_path: Path, query: Callable[..., Any]
) -> None:
    row = ("22423", "PIN", "1", "2010-12-01 09:00:00", "0.004", "", UK)
    write_day("2010-12-01", ("1", *row), ("2", *row), ("3", *row))
    load(source, tmp_path / "retail.sqlite")
    sales = query(tmp_path / "retail.sqlite", "sales", *PERIOD)
    assert [(sale["sale_id"], sale["gross_cents"]) for sale in sales] == [("1", 0), ("2", 1), ("3", 0)]
    assert query(tmp_path / "retail.sqlite", "control_totals", *PERIOD)[0]["amount_cents"] == 1


def test_online_retail_command(shop: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--source", str(source), "--into", str(shop)]) == 0
    assert capsys.readouterr().out == f"{shop}: 2 days from 2010-12-01 to 2010-12-02, 7 invoices, 9 lines, GBP -13.10\n"


def test_online_retail_command_says_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--source", str(tmp_path), "--into", str(tmp_path / "retail.sqlite")]) == 1
    assert capsys.readouterr().err == (
        f"{tmp_path}: no YYYY-MM-DD.csv.gz file here. Name the folder that holds the data set's daily files.\n"
    )
