"""Loads the daily CSVs into one SQLite database, whole or not at all.

The database is written beside its place and moved there when it is complete: a reader sees the old one or the new one, and
loading the same files again gives the same bytes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sandbox.online_retail.csvfiles import day_files, read_day
from sandbox.online_retail.writer import write_day, write_store

ZONE = ZoneInfo("Europe/London")
SCHEMA = Path(__file__).with_name("schema.sql")
APPLICATION_ID = 0x54505254  # marks a file as this loader's, so that it never replaces one that is not


def load(source: Path, into: Path) -> None:
    """Replace the database ``into`` by what the daily CSVs of ``source`` hold; CsvError leaves ``into`` as it was."""
    days = day_files(source)
    with _replacing(into) as connection:
        write_store(connection, complete_until=_end_of(days[-1][0]))
        for day, path in days:
            write_day(connection, day, path, read_day(day, path))


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(UTC)


@contextmanager
def _replacing(target: Path) -> Iterator[sqlite3.Connection]:
    _check_replaceable(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(_created(partial)) as connection, connection:
            yield connection
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _created(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    # The file is thrown away on any failure, so it needs no journal of its own.
    connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA application_id = {APPLICATION_ID}; {SCHEMA.read_text(encoding='utf-8')}")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _check_replaceable(target: Path) -> None:
    if target.exists() and not _is_ours(target):
        raise FileExistsError(f"{target} is there and is not a database of this loader: name another file, or remove it yourself.")


def _is_ours(target: Path) -> bool:
    """SQLite keeps the application's id in bytes 68 to 71 (sqlite.org/fileformat2.html, 1.3)."""
    if not target.is_file():
        return False
    with target.open("rb") as file:
        return file.read(72)[68:] == APPLICATION_ID.to_bytes(4, "big")
