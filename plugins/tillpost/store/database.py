"""Tillpost's own database: SQLite by default, PostgreSQL in production, the same code on both.

Every writing transaction on SQLite is BEGIN IMMEDIATE: one that reads first and writes then would fail at once with "database is
locked", whatever the time-out (https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-transactions). The driver's own
begin is switched off for that. Commits are durable (synchronous=FULL): a claim must survive a power cut once its request left.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from tillpost.errors import StoreError
from tillpost.store.columns import UtcDateTime
from tillpost.store.failures import store_error
from tillpost.store.migrating import is_current, upgrade

BUSY_TIMEOUT_MS = 30_000
# Clocks differ by seconds. What lies further ahead than its own length and this was written by a wrong clock: it counts for nothing.
CLOCK_SKEW = timedelta(minutes=1)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. ``clock`` replaces the database's own clock in tests."""

    engine: Engine
    url: URL = field(repr=False)
    clock: Clock | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One writing transaction: committed at the end, rolled back by any exception. Raises StoreError."""
        with self._guard("writing"), self.engine.execution_options(writing=True).begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One reading transaction. Raises StoreError."""
        with self._guard("reading"), self.engine.connect() as connection:
            yield connection

    def now(self) -> datetime:
        """The database's clock, aware UTC: leases and windows of all workers are measured by it."""
        if self.clock is not None:
            return self.clock()
        if self.engine.dialect.name == "sqlite":  # a file in this machine: its clock is the machine's
            return datetime.now(UTC)
        with self.read() as tx:
            return tx.execute(select(func.clock_timestamp(type_=UtcDateTime()))).scalar_one()

    def close(self) -> None:
        """Close its connections."""
        self.engine.dispose()

    @contextmanager
    def _guard(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise store_error(self.url, doing, error) from error


def open_database(url: str | URL, *, migrate: bool = False, clock: Clock | None = None) -> Database:
    """Open the database of an SQLAlchemy URL; ``migrate`` brings its schema up to date first. Raises StoreError."""
    database = Database(_engine(_parsed(url)), _parsed(url), clock)
    if migrate:
        _migrate(database)
    return database


def migrate(url: str | URL) -> None:
    """Create the schema or bring it up to date; safe when several processes do it at once. Raises StoreError."""
    database = open_database(url)
    try:
        _migrate(database)
    finally:
        database.close()


def _migrate(database: Database) -> None:
    with database.read() as tx:
        if is_current(tx):
            return
    with database.write() as tx:
        upgrade(tx)


def _parsed(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
        name = parsed.drivername.partition("+")[0]
    except SQLAlchemyError:
        # The text may hold a password: it must not reach the message.
        raise StoreError("TILLPOST_DB_URL is not a database URL: write sqlite:////path/to/file or postgresql://user@host/name.") from None
    if name in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if name == "sqlite" and parsed.database:
        return parsed
    raise StoreError(
        f"TILLPOST_DB_URL names {parsed.drivername!r}: Tillpost keeps its books in an SQLite file (sqlite:////path/to/file) "
        "or in PostgreSQL (postgresql://user@host/name)."
    )


def _engine(url: URL) -> Engine:
    if not url.drivername.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    # No pool: a forked worker must not inherit an open SQLite connection, and opening a file is cheap.
    engine = create_engine(url, poolclass=NullPool)
    _make_folder(url)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(url: URL) -> None:
    if str(url.database).startswith("file:"):
        return
    try:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise store_error(url, "creating its folder", error) from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
