"""Malformed files are refused by name, line, value and remedy; odd rows are kept as they are."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sandbox.online_retail.csvfiles import CsvError, Row, day_files, read_day, ten_thousandths

DAY = "2010-12-01"
GOOD = ("536365", "85123A", "HEART HOLDER ", "6", "2010-12-01 08:26:00", "2.55", "17850.0", "United Kingdom")
AGAIN = "Copy the file again from the data set; nothing was loaded."


def with_cell(position: int, value: str) -> tuple[str, ...]:
    return (*GOOD[:position], value, *GOOD[position + 1 :])


def read(path: Path) -> list[Row]:
    return read_day(date.fromisoformat(DAY), path)


def refusal(path: Path) -> str:
    with pytest.raises(CsvError) as caught:
        read(path)
    return str(caught.value)


def test_online_retail_row_is_exact(write_day: Callable[..., Path]) -> None:
    row = Row(2, "536365", "85123A", "HEART HOLDER ", 6, "2.55", 153_000, "2010-12-01 08:26:00", "17850", "United Kingdom")
    assert read(write_day(DAY, GOOD)) == [row]


def test_online_retail_odd_rows_are_kept(write_day: Callable[..., Path]) -> None:
    twice, nobody = GOOD, with_cell(6, "")
    damaged = ("536589", "21777", "?", "-10", "2010-12-01 16:50:00", "0.0", "", "United Kingdom")
    refund = ("C536379", "D", 'Discount, "10 %"', "-1", "2010-12-01 09:41:00", "27.50", "14527.0", "United Kingdom")
    rows = read(write_day(DAY, twice, twice, nobody, damaged, refund))
    assert [(row.line, row.invoice_no, row.description, row.quantity, row.amount, row.customer_id) for row in rows] == [
        (2, "536365", "HEART HOLDER ", 6, 153_000, "17850"),
        (3, "536365", "HEART HOLDER ", 6, 153_000, "17850"),
        (4, "536365", "HEART HOLDER ", 6, 153_000, None),
        (5, "536589", "?", -10, 0, None),
        (6, "C536379", 'Discount, "10 %"', -1, -275_000, "14527"),
    ]


@pytest.mark.parametrize(
    ("price", "expected"), [("2.55", 25_500), ("0.0", 0), ("0.001", 10), ("-11062.06", -110_620_600), ("15", 150_000), ("-0.0625", -625)]
)
def test_online_retail_price_in_ten_thousandths(price: str, expected: int) -> None:
    assert ten_thousandths(price) == expected


@pytest.mark.parametrize(
    ("position", "value", "complaint"),
    [
        (0, "X-1", "InvoiceNo 'X-1' is not digits, after a letter or none"),
        (1, " ", "StockCode ' ' is empty"),
        (3, "6.5", "Quantity '6.5' is not a whole number of at most 7 digits"),
        (3, "", "Quantity '' is not a whole number of at most 7 digits"),
        (3, "12345678", "Quantity '12345678' is not a whole number of at most 7 digits"),
        (4, "01/12/2010 08:26", "InvoiceDate '01/12/2010 08:26' is not YYYY-MM-DD HH:MM:SS"),
        (4, "2010-12-02 08:26:00", "InvoiceDate '2010-12-02 08:26:00' is not on the file's day 2010-12-01"),
        (5, "abc", "UnitPrice 'abc' is not pounds, at most 4 decimals"),
        (5, "1e3", "UnitPrice '1e3' is not pounds, at most 4 decimals"),
        (5, "nan", "UnitPrice 'nan' is not pounds, at most 4 decimals"),
        (5, "0.12345", "UnitPrice '0.12345' is not pounds, at most 4 decimals"),
        (5, "２.55", "UnitPrice '２.55' is not pounds, at most 4 decimals"),
        (6, "17850.5", "CustomerID '17850.5' is not digits or nothing"),
        (7, "", "Country '' is empty"),
    ],
)
def test_online_retail_wrong_value_names_file_line_value_and_remedy(
    write_day: Callable[..., Path], position: int, value: str, complaint: str
) -> None:
    path = write_day(DAY, GOOD, with_cell(position, value))
    assert refusal(path) == f"{path}:3: {complaint}. {AGAIN}"


def test_online_retail_missing_column(write_day: Callable[..., Path]) -> None:
    path = write_day(DAY, GOOD[:5], header=("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate"))
    assert refusal(path) == (
        f"{path}:1: column UnitPrice, CustomerID, Country missing; found InvoiceNo, StockCode, Description, Quantity, InvoiceDate. {AGAIN}"
    )


def test_online_retail_empty_file(write_day: Callable[..., Path]) -> None:
    path = write_day(DAY, header=())
    assert "missing; found nothing" in refusal(path)


def test_online_retail_column_twice(write_day: Callable[..., Path]) -> None:
    header = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country", "UnitPrice")
    path = write_day(DAY, (*GOOD, "9.99"), header=header)
    assert refusal(path).startswith(f"{path}:1: a column appears twice in InvoiceNo, ")


def test_online_retail_short_row(write_day: Callable[..., Path]) -> None:
    path = write_day(DAY, GOOD, GOOD[:3])
    assert refusal(path) == f"{path}:3: 3 fields instead of 8, beginning ['536365', '85123A']. {AGAIN}"


def test_online_retail_quote_that_never_closes(write_day: Callable[..., Path]) -> None:
    path = write_day(DAY, GOOD)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b'536366,"71053'))
    assert refusal(path) == f"{path}:3: not well-formed CSV (unexpected end of data). {AGAIN}"


def test_online_retail_not_gzip(source: Path) -> None:
    path = source / f"{DAY}.csv.gz"
    path.write_bytes(b"InvoiceNo,StockCode\n")
    assert refusal(path) == f"{path}: not a whole gzip file (Not a gzipped file (b'In')). {AGAIN}"


@pytest.mark.parametrize("damage", [lambda data: data[:-12], lambda data: data[:40] + b"\xff\xff" + data[42:]])
def test_online_retail_damaged_gzip(write_day: Callable[..., Path], damage: Callable[[bytes], bytes]) -> None:
    path = write_day(DAY, *[with_cell(1, str(code)) for code in range(20_000, 20_200)])
    path.write_bytes(damage(path.read_bytes()))
    assert refusal(path).startswith(f"{path}: not a whole gzip file (")


def test_online_retail_not_utf8(write_day: Callable[..., Path]) -> None:
    path = write_day(DAY, GOOD)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"HEART", b"\xa320 ")))
    assert refusal(path) == f"{path}: not UTF-8 text (byte 0xa3). {AGAIN}"


def test_online_retail_unreadable_file(source: Path) -> None:
    path = source / f"{DAY}.csv.gz"
    path.mkdir()
    assert refusal(path) == f"{path}: cannot be read ({os.strerror(21)}). Make the file readable; nothing was loaded."


def test_online_retail_days_in_order(write_day: Callable[..., Path], source: Path) -> None:
    later, earlier = write_day("2011-01-04"), write_day(DAY)
    (source / "README.md").write_text("no day of trade")
    assert day_files(source) == [(date(2010, 12, 1), earlier), (date(2011, 1, 4), later)]


@pytest.mark.parametrize("name", ["2010-13-01", "20101201", "december"])
def test_online_retail_file_name_that_is_no_date(write_day: Callable[..., Path], source: Path, name: str) -> None:
    path = write_day(name)
    with pytest.raises(CsvError) as caught:
        day_files(source)
    assert str(caught.value) == f"{path}: {name!r} is not a date. Name each file after its day, as 2010-12-01.csv.gz."


@pytest.mark.parametrize("folder", ["", "absent"])
def test_online_retail_no_files(source: Path, folder: str) -> None:
    with pytest.raises(CsvError) as caught:
        day_files(source / folder)
    assert str(caught.value) == f"{source / folder}: no YYYY-MM-DD.csv.gz file here. Name the folder that holds the data set's daily files."
