"""``python -m sandbox.online_retail --source DIR --into FILE``: makes the web shop's POS database."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from sandbox.online_retail import CsvError, load

SUMMARY = "SELECT count(*), sum(file_lines), min(business_date), max(business_date), sum(total_cents) FROM days"


def main(arguments: list[str] | None = None) -> int:
    """Load, then say what is there; 1 and the reason on standard error where the files cannot be loaded."""
    options = _parser().parse_args(arguments)
    try:
        load(options.source, options.into)
    except (CsvError, OSError, sqlite3.Error) as error:
        print(error, file=sys.stderr)
        return 1
    print(summary(options.into))
    return 0


def summary(database: Path) -> str:
    """One line on what a loaded database holds."""
    with closing(sqlite3.connect(database)) as connection:
        days, lines, first, last, cents = connection.execute(SUMMARY).fetchone()
        (invoices,) = connection.execute("SELECT count(*) FROM invoices").fetchone()
    sign, size = "-" if cents < 0 else "", abs(cents)
    total = f"{sign}{size // 100:,}.{size % 100:02}"
    return f"{database}: {days} days from {first} to {last}, {invoices:,} invoices, {lines:,} lines, GBP {total}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.online_retail", description="Make a web shop's POS database from the Online Retail data."
    )
    parser.add_argument("--source", type=Path, required=True, help="folder with the daily YYYY-MM-DD.csv.gz files")
    parser.add_argument("--into", type=Path, required=True, help="SQLite file to make or to replace")
    return parser


if __name__ == "__main__":
    sys.exit(main())
