"""Reads the data set's CSVs, one gzipped file per day of trade, and refuses what is malformed.

A row that is merely odd (price zero, negative quantity, no customer, the same item twice) is what the shop recorded and
is kept. A row that cannot be read is an error that names file, line, value and remedy: half a day must never look whole.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
SUFFIX = ".csv.gz"
FETCH_AGAIN = "Copy the file again from the data set; nothing was loaded."

# Seven digits each way keep quantity x price in ten-thousandths inside SQLite's 64 bits.
_QUANTITY = re.compile(r"-?[0-9]{1,7}")
_PRICE = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,4})?")
_INVOICE = re.compile(r"[A-Z]?[0-9]{1,12}")
_CUSTOMER = re.compile(r"([0-9]{1,12})(\.0)?|")


class CsvError(ValueError):
    """A CSV of the data set is malformed; the text names file, line, value and remedy."""

    def __init__(self, message: str, *, file: Path, line: int | None = None, remedy: str = FETCH_AGAIN) -> None:
        self.file, self.line = file, line
        place = f"{file}:{line}" if line else str(file)
        super().__init__(f"{place}: {message}. {remedy}")


@dataclass(frozen=True, slots=True)
class Row:
    """One CSV line; ``amount`` is quantity x price, exact, in ten-thousandths of a pound."""

    line: int
    invoice_no: str
    stock_code: str
    description: str
    quantity: int
    unit_price: str
    amount: int
    entered_at: str
    customer_id: str | None
    country: str


def day_files(source: Path) -> list[tuple[date, Path]]:
    """The days of trade in a folder, oldest first; CsvError where there are none or a name is not a date."""
    found = sorted(source.glob(f"*{SUFFIX}"))
    if not found:
        raise CsvError(f"no YYYY-MM-DD{SUFFIX} file here", file=source, remedy="Name the folder that holds the data set's daily files.")
    return [(_day_of(path), path) for path in found]


def read_day(day: date, path: Path) -> list[Row]:
    """All rows of one day in file order; CsvError where the file is not a whole, well-formed day."""
    try:
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as text:
            return list(_rows(day, path, text))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CsvError(f"not a whole gzip file ({error})", file=path) from error
    except UnicodeDecodeError as error:
        raise CsvError(f"not UTF-8 text (byte {error.object[error.start]:#04x})", file=path) from error
    except OSError as error:
        raise CsvError(f"cannot be read ({error.strerror})", file=path, remedy="Make the file readable; nothing was loaded.") from error


def ten_thousandths(price: str) -> int:
    """A decimal text of at most four places as an exact integer of ten-thousandths."""
    sign = -1 if price.startswith("-") else 1
    whole, _, fraction = price.lstrip("-").partition(".")
    return sign * (int(whole) * 10_000 + int(fraction.ljust(4, "0")))


def _day_of(path: Path) -> date:
    name = path.name.removesuffix(SUFFIX)
    try:
        day = date.fromisoformat(name)
    except ValueError:
        day = None
    if day is None or day.isoformat() != name:
        raise CsvError(f"{name!r} is not a date", file=path, remedy=f"Name each file after its day, as 2010-12-01{SUFFIX}.")
    return day


def _rows(day: date, path: Path, text: Iterable[str]) -> Iterator[Row]:
    reader = csv.reader(text, strict=True)
    try:
        header = next(reader, [])
        _check_header(header, path)
        for fields in reader:
            yield _row(day, path, reader.line_num, header, fields)
    except csv.Error as error:
        raise CsvError(f"not well-formed CSV ({error})", file=path, line=reader.line_num) from error


def _check_header(header: list[str], path: Path) -> None:
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise CsvError(f"column {', '.join(missing)} missing; found {', '.join(header) or 'nothing'}", file=path, line=1)
    if len(set(header)) != len(header):
        raise CsvError(f"a column appears twice in {', '.join(header)}", file=path, line=1)


def _row(day: date, path: Path, line: int, header: list[str], fields: list[str]) -> Row:
    if len(fields) != len(header):
        raise CsvError(f"{len(fields)} fields instead of {len(header)}, beginning {fields[:2]!r}", file=path, line=line)
    try:
        return _parsed(day, line, dict(zip(header, fields, strict=True)))
    except ValueError as error:
        raise CsvError(str(error), file=path, line=line) from error


def _parsed(day: date, line: int, cell: dict[str, str]) -> Row:
    quantity, price = (
        _matched(_QUANTITY, cell, "Quantity", "a whole number of at most 7 digits"),
        _matched(_PRICE, cell, "UnitPrice", "pounds, at most 4 decimals"),
    )
    return Row(
        line=line,
        invoice_no=_matched(_INVOICE, cell, "InvoiceNo", "digits, after a letter or none"),
        stock_code=_filled(cell, "StockCode"),
        description=cell["Description"],
        quantity=int(quantity),
        unit_price=price,
        amount=int(quantity) * ten_thousandths(price),
        entered_at=_entered_at(cell["InvoiceDate"], day),
        # The data set's makers let the numbers pass through floats: 17850.0 is customer 17850.
        customer_id=_matched(_CUSTOMER, cell, "CustomerID", "digits or nothing").removesuffix(".0") or None,
        country=_filled(cell, "Country"),
    )


def _matched(pattern: re.Pattern[str], cell: dict[str, str], column: str, expected: str) -> str:
    if not pattern.fullmatch(cell[column]):
        raise ValueError(f"{column} {cell[column][:60]!r} is not {expected}")
    return cell[column]


def _filled(cell: dict[str, str], column: str) -> str:
    if not cell[column].strip():
        raise ValueError(f"{column} {cell[column][:60]!r} is empty")
    return cell[column]


def _entered_at(text: str, day: date) -> str:
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the shop's wall clock, naive by contract
    except ValueError:
        raise ValueError(f"InvoiceDate {text[:60]!r} is not YYYY-MM-DD HH:MM:SS") from None
    if moment.date() != day:
        raise ValueError(f"InvoiceDate {text!r} is not on the file's day {day}")
    return text
