"""Rows of a demo POS and the SQLite file they become: written beside the target and renamed, so that nobody ever reads half a shop."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

Value = str | int | None
Row = Mapping[str, Value]


class Book:
    """The rows of one POS database, by table, in the order in which they were entered."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, **values: Value) -> None:
        """Enter one row; all rows of a table name the same columns."""
        self.rows[table].append(values)


def write_database(file: Path, schema: str, book: Book) -> None:
    """Write the rows into a new SQLite file that replaces ``file`` at once; what an aborted run leaves is a temporary file only."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".tmp", dir=file.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        _fill(temporary, schema, book)
        temporary.chmod(0o644)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _fill(file: Path, schema: str, book: Book) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(schema)
        with connection:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            for table, rows in book.rows.items():
                connection.executemany(_insert(table, list(rows[0])), rows)


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(':' + c for c in columns)})"
