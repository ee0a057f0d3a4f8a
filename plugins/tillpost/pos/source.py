"""The way to a POS database: one gentle connection, read-only where the server can promise it, and errors that a person can act on.

* One connection per store and one read-only transaction for all its tables: a snapshot where that costs no lock (PostgreSQL, InnoDB),
  so that sales and their lines are of one moment. SQLite is opened read-only by URI: a missing file is an error, not a new empty one.
* A statement that runs too long is ended by the server, and one that waits for a lock gives up: the till goes first.
* A driver's message is passed on without the statement's values and without any secret of the connection.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from tillpost.connection import DRIVERS, Connection
from tillpost.errors import ConfigError, ContractError, SourceError, SourceUnreachable
from tillpost.pos import sqlserver
from tillpost.pos.postgres import keep_strange_dates

NAME = "tillpost"
CONNECT_SECONDS = 10
STATEMENT_SECONDS = 900
LOCK_SECONDS = 30

# What is safe after a failure, by whether the connection was for writing.
_SAFE = {False: "Nothing was kept of this store", True: "Nothing was written in part, and it is safe to write it again"}

# What a driver may take from the connection's extra: how the line is encrypted and read, nothing that changes what is read.
_EXTRAS = {
    "psycopg": ("sslmode", "sslrootcert", "sslcert", "sslkey"),
    "pymysql": ("ssl_ca", "ssl_cert", "ssl_key", "charset"),
    "pymssql": ("charset", "tds_version", "encryption"),
    "pyodbc": (
        "Encrypt",
        "TrustServerCertificate",
        "HostNameInCertificate",
        "ServerCertificate",
        "MultiSubnetFailover",
        "Trusted_Connection",
        "Authentication",
        "Encryption",
        "TDS_Version",
        "ClientCharset",
    ),
}
# Try again later, by the drivers' own codes: SQLite's names, PostgreSQL's SQLSTATE classes, MySQL's and SQL Server's numbers.
_SQLITE_AWAY = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_CANTOPEN",
    "SQLITE_NOTADB",
    "SQLITE_IOERR",
    "SQLITE_CORRUPT",
    "SQLITE_PERM",
    "SQLITE_INTERRUPT",
)
_SQLSTATE_AWAY = ("08", "28", "40", "53", "55P03", "57", "58", "HYT")
_NUMBERS_AWAY = {
    "mysql": {1040, 1044, 1045, 1049, 1053, 1129, 1130, 1205, 1213, 1317, 1927, 1969, 2002, 2003, 2006, 2013, 3024},
    "mssql": sqlserver.AWAY,
}
# Of these, what a new connection may put right at once: the line was cut, the server restarted, or it ended the transaction for another.
_SQLSTATE_DROPPED = ("08", "40001", "40P01", "57P01", "57P02", "57P03")
_NUMBERS_DROPPED = {
    "mysql": {1053, 1213, 1927, 2006, 2013},
    "mssql": sqlserver.DROPPED,
}


class SourceDropped(SourceUnreachable):
    """The connection was there and is lost, or its transaction: reading all from the start may go well."""


@contextmanager
def open_source(connection: Connection, *, write: bool = False) -> Iterator[sa.Connection]:
    """A connection in one transaction: rolled back after reading, committed after writing; raises SourceUnreachable or ConfigError."""
    engine = _engine(connection, write)
    try:
        database = engine.connect()
    except SQLAlchemyError as problem:
        raise _unreachable(problem, connection, write) from None
    with database:
        try:
            _begin(database, write)
        except SQLAlchemyError as problem:
            raise _unreachable(problem, connection, write) from None
        raw = database.connection.driver_connection
        try:
            yield database
        except BaseException:
            _hang_up(database, raw)
            raise
        if write:
            database.commit()


def _hang_up(database: sa.Connection, raw: Any) -> None:
    """End the connection without waiting for what the server still sends: a driver would read all rows before it rolls back."""
    sending: Any = getattr(raw, "_result", None)
    if hasattr(sending, "unbuffered_active"):
        sending.unbuffered_active = False  # else PyMySQL tries to read on when it forgets the result
    database.invalidate()


def source_failure(problem: SQLAlchemyError, connection: Connection, file: str, write: bool = False) -> SourceError:
    """The error to raise for a statement that failed: SourceUnreachable where trying again may help, else ContractError."""
    if _is_away(problem, connection):
        return _unreachable(problem, connection, write, SourceDropped if _is_dropped(problem, connection) else SourceUnreachable)
    words = safe_words(problem, connection)
    return ContractError(
        f"{file}: the database {connection.place()} refused the statement: {words}. "
        f"{_SAFE[write]}; other stores are not affected. Mend the SQL file, then run again."
    )


def bind_value(value: object, dialect: str) -> object:
    """A value as the server is to see it.

    SQLite has no dates and times: it compares text, so they go as the text of its own date() and datetime(), UTC times without a
    zone. PostgreSQL gets aware times (it converts them; the session is in UTC), the others naive ones in UTC, as they know no zones.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None or dialect == "postgresql" else value.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(" ", "seconds") if dialect == "sqlite" else moment
    return value.isoformat() if dialect == "sqlite" and isinstance(value, date) else value


def safe_words(problem: SQLAlchemyError, connection: Connection) -> str:
    """The driver's own message on one line, without the values of the statement and without secrets."""
    words = " ".join(sqlserver.words(problem.orig if isinstance(problem, DBAPIError) else problem).split())
    secrets = [
        connection.password,
        *(v for k, v in connection.extra.items() if any(s in k.lower() for s in ("pass", "secret", "token", "key"))),
    ]
    for secret in filter(None, secrets):
        for form in (secret, quote(secret, safe=""), quote_plus(secret)):
            words = words.replace(form, "***")
    return "".join(c if c.isprintable() else "?" for c in words)[:400].rstrip(" .")


def _engine(connection: Connection, write: bool) -> sa.Engine:
    url = connection.sqlalchemy_url()
    if url.get_backend_name() == "sqlite":
        return sa.create_engine("sqlite://", poolclass=NullPool, creator=lambda: _open_sqlite(connection, write))
    try:
        engine = sa.create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect_args(connection, write))
    except ModuleNotFoundError as problem:
        message = f"connection {connection.place()} needs the Python package {problem.name!r}, which is not installed."
        raise ConfigError(message, value=connection.conn_type) from None
    except NoSuchModuleError:
        raise ConfigError(f"connection {connection.place()} has no known type.", value=connection.conn_type, allowed=DRIVERS) from None
    if url.drivername == "mssql+pyodbc":
        sqlserver.prepare_odbc(engine, connection)
    return engine


def _open_sqlite(connection: Connection, write: bool) -> sqlite3.Connection:
    path = connection.host or connection.schema
    if not path:
        raise sqlite3.OperationalError("the connection names no file")
    uri = f"{Path(path).absolute().as_uri()}?mode={'rw' if write else 'ro'}"
    database = sqlite3.connect(uri, uri=True, timeout=CONNECT_SECONDS)
    _end_long_statements(database)
    return database


def _end_long_statements(database: sqlite3.Connection) -> None:
    """SQLite has no time-out of its own: it asks us every so many steps, and we look at the clock."""
    until = 0.0

    def begin(_: str) -> None:
        nonlocal until
        until = time.monotonic() + STATEMENT_SECONDS

    begin("")
    database.set_trace_callback(begin)
    database.set_progress_handler(lambda: time.monotonic() > until, 100_000)


def connect_args(connection: Connection, write: bool) -> dict[str, Any]:
    """What the driver is told on connecting: time-outs, in seconds and its own words, and encryption. Other drivers keep their defaults."""
    driver = connection.sqlalchemy_url().get_driver_name()
    extras: dict[str, Any] = {name: connection.extra[name] for name in _EXTRAS.get(driver, ()) if name in connection.extra}
    if driver == "psycopg":
        return {"connect_timeout": CONNECT_SECONDS, "application_name": NAME, "options": _postgres_options(), **extras}
    if driver == "pymysql":
        readonly: dict[str, Any] = {} if write else {"init_command": "SET SESSION TRANSACTION READ ONLY"}
        reading = STATEMENT_SECONDS + CONNECT_SECONDS  # the server's own time-out comes first
        return {"connect_timeout": CONNECT_SECONDS, "read_timeout": reading, "program_name": NAME, **readonly, **extras}
    if driver == "pymssql":
        readonly = {} if write else {"read_only": True}
        return {"login_timeout": CONNECT_SECONDS, "timeout": STATEMENT_SECONDS, "appname": NAME, **readonly, **extras}
    if driver == "pyodbc":
        readonly = {} if write else {"ApplicationIntent": "ReadOnly"}
        return {"timeout": CONNECT_SECONDS, "APP": NAME, **readonly, **extras}
    return {}


def _postgres_options() -> str:
    """Time-outs in milliseconds, UTC, and dates in the one form that we read."""
    times = f"-c statement_timeout={int(STATEMENT_SECONDS * 1000)} -c lock_timeout={int(LOCK_SECONDS * 1000)}"
    return f"{times} -c timezone=UTC -c datestyle=ISO"


def _begin(database: sa.Connection, write: bool) -> None:
    """Begin the one transaction. Python's SQLite driver begins none for a SELECT, and a late one for a write, hence the explicit BEGIN."""
    dialect = database.dialect.name
    if dialect == "sqlite":
        database.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
        database.exec_driver_sql("SELECT count(*) FROM sqlite_master")  # a file that is no database says so here
    elif dialect == "postgresql":
        keep_strange_dates(database.connection.driver_connection)
        if not write:
            database.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    elif dialect in ("mysql", "mariadb"):
        if not write:
            database.execution_options(isolation_level="REPEATABLE READ")  # before any statement: SQLAlchemy refuses it later
        database.exec_driver_sql(_mysql_settings())
        if not write:
            database.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    elif dialect == "mssql":
        sqlserver.begin(database, write, LOCK_SECONDS, STATEMENT_SECONDS)


def _mysql_settings() -> str:
    """UTC, as a TIMESTAMP is shown in the session's zone; and time-outs.

    Each server reads the comment that is for it: MariaDB's statement time-out is in seconds, MySQL's in milliseconds.
    """
    lock = max(1, int(LOCK_SECONDS))
    return (
        f"SET SESSION time_zone = '+00:00', SESSION lock_wait_timeout = {lock}, SESSION innodb_lock_wait_timeout = {lock}"
        f" /*M!100101 , SESSION max_statement_time = {STATEMENT_SECONDS} */"
        f" /*!50708 , SESSION max_execution_time = {int(STATEMENT_SECONDS * 1000)} */"
    )


def _is_away(problem: SQLAlchemyError, connection: Connection) -> bool:
    """Whether the database, its load or its login is the matter, and not the statement."""
    if not isinstance(problem, DBAPIError):
        return False
    cause: Any = problem.orig
    state, number = _codes(cause, connection)
    return (
        problem.connection_invalidated
        or str(getattr(cause, "sqlite_errorname", "")).startswith(_SQLITE_AWAY)
        or state.startswith(_SQLSTATE_AWAY)
        or number in _NUMBERS_AWAY.get(connection.sqlalchemy_url().get_backend_name(), ())
    )


def _codes(cause: Any, connection: Connection) -> tuple[str, int | None]:
    """A driver's SQLSTATE and its server's error number, as far as it tells them."""
    if connection.sqlalchemy_url().get_backend_name() == "mssql":
        return sqlserver.codes(cause)
    number = cause.args[0] if getattr(cause, "args", ()) else None
    return str(getattr(cause, "sqlstate", None) or ""), number if isinstance(number, int) else None


def _is_dropped(problem: SQLAlchemyError, connection: Connection) -> bool:
    """Whether the connection was lost, or its transaction to another one's; not where only time ran out."""
    cause: Any = problem.orig if isinstance(problem, DBAPIError) else None
    if any(words in str(cause).lower() for words in ("timed out", "timeout expired")):
        return False
    state, number = _codes(cause, connection)
    return (
        (isinstance(problem, DBAPIError) and problem.connection_invalidated)
        or state.startswith(_SQLSTATE_DROPPED)
        or number in _NUMBERS_DROPPED.get(connection.sqlalchemy_url().get_backend_name(), ())
    )


def _unreachable(
    problem: SQLAlchemyError, connection: Connection, write: bool = False, error: type[SourceUnreachable] = SourceUnreachable
) -> SourceUnreachable:
    return error(
        f"the POS database {connection.place()} cannot be used: {safe_words(problem, connection)}. "
        f"{_SAFE[write]}; other stores are not affected. "
        "Check that the server or file is there and that the login may read it, then run again."
    )


def bind_values(binds: tuple[str, ...], values: Mapping[str, object], dialect: str) -> dict[str, object]:
    """The values of those binds only: drivers refuse what a statement does not name."""
    return {name: bind_value(values[name], dialect) for name in binds}
