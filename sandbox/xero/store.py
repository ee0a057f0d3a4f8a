"""The SQLite file behind the local Xero. A write is one transaction: killed in the middle, it leaves nothing half done.

Every posting is kept in `postings`; triggers keep each day's sums beside them, and no transaction that touched a posting
commits unless the ledger of every organisation sums to zero.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("schema.sql")
VERSION = 3


class Unbalanced(AssertionError):
    """A transaction would have left a ledger that does not sum to zero: a fault of the local Xero itself."""


class Store:
    """One connection to one file; used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA cache_size = -32768")
        self._posted = False
        self._set_up(path)

    def _set_up(self, path: Path) -> None:
        version = self.value("PRAGMA user_version")
        if version not in (0, VERSION) or (version == 0 and self.value("SELECT COUNT(*) FROM sqlite_master")):
            self.close()
            raise ValueError(f"{path} was not made by this version of the local Xero: move it away or name another file")
        if version == 0:
            self._connection.executescript(SCHEMA.read_text(encoding="utf-8"))
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query with bound values."""
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, values)
        return None if found is None else found[0]

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement; the number of rows it changed."""
        self._posted = self._posted or "postings" in sql
        return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each row of values."""
        self._posted = self._posted or "postings" in sql
        self._connection.executemany(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; Unbalanced, and nothing written, if a ledger would not sum to zero."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._posted = False
        try:
            yield
            if self._posted:
                self._check_balance()
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def element(self) -> Iterator[None]:
        """A part of a transaction that is undone alone when it fails."""
        self._connection.execute("SAVEPOINT element")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO element")
            raise
        finally:
            self._connection.execute("RELEASE element")

    def _check_balance(self) -> None:
        wrong = self.rows("SELECT org, SUM(cents) AS cents FROM daily GROUP BY org HAVING SUM(cents) <> 0")
        if wrong:
            raise Unbalanced("; ".join(f"{row['org']}: the ledger is out by {row['cents']} cents" for row in wrong))
