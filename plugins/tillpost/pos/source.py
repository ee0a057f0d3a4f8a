"""The way to a POS database: one gentle connection, read-only where the server can promise it, and errors that a person can act on.

* One connection per store and one transaction for all its tables, at REPEATABLE READ where that costs no lock (PostgreSQL, MySQL),
  so that sales and their lines are of one moment. SQLite is opened read-only by URI: a missing file is an error, not a new empty one.
* A driver's message is passed on without the statement's values and without any secret of the connection.
"""

from __future__ import annotations

import sqlite3
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

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 900

# What is safe after a failure, by whether the connection was for writing.
_SAFE = {False: "Nothing was kept of this store", True: "Nothing was written in part, and it is safe to write it again"}

# What a driver may take from the connection's extra: how the line is encrypted and read, nothing that changes what is read.
_EXTRAS = {
    "psycopg": ("sslmode", "sslrootcert", "sslcert", "sslkey"),
    "pymysql": ("ssl_ca", "ssl_cert", "ssl_key", "charset"),
    "pymssql": ("charset", "tds_version", "encryption"),
}
# Try again later, by the drivers' own codes: SQLite's names, PostgreSQL's SQLSTATE classes, MySQL's and SQL Server's numbers.
_SQLITE_AWAY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_PERM")
_SQLSTATE_AWAY = ("08", "28", "40", "53", "55P03", "57", "58")
_NUMBERS_AWAY = {
    "mysql": {1040, 1044, 1045, 1049, 1129, 1130, 1205, 1213, 1969, 2002, 2003, 2006, 2013, 3024},
    "mssql": {1205, 1222, 4060, 18456, 20002, 20003, 20004, 20006, 20009, 20047},
}


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
        yield database
        if write:
            database.commit()


def source_failure(problem: SQLAlchemyError, connection: Connection, file: str, write: bool = False) -> SourceError:
    """The error to raise for a statement that failed: SourceUnreachable where trying again may help, else ContractError."""
    if _is_away(problem, connection):
        return _unreachable(problem, connection, write)
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
    words = " ".join(str(problem.orig if isinstance(problem, DBAPIError) else problem).split())
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
        return sa.create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect_args(connection, write))
    except ModuleNotFoundError as problem:
        message = f"connection {connection.place()} needs the Python package {problem.name!r}, which is not installed."
        raise ConfigError(message, value=connection.conn_type) from None
    except NoSuchModuleError:
        raise ConfigError(f"connection {connection.place()} has no known type.", value=connection.conn_type, allowed=DRIVERS) from None


def _open_sqlite(connection: Connection, write: bool) -> sqlite3.Connection:
    path = connection.host or connection.schema
    if not path:
        raise sqlite3.OperationalError("the connection names no file")
    uri = f"{Path(path).absolute().as_uri()}?mode={'rw' if write else 'ro'}"
    return sqlite3.connect(uri, uri=True, timeout=CONNECT_SECONDS)


def connect_args(connection: Connection, write: bool) -> dict[str, Any]:
    """What the driver is told on connecting: time-outs, in seconds and its own words, and encryption. Other drivers keep their defaults."""
    driver = connection.sqlalchemy_url().get_driver_name()
    extras: dict[str, Any] = {name: connection.extra[name] for name in _EXTRAS.get(driver, ()) if name in connection.extra}
    if driver == "psycopg":
        options = f"-c statement_timeout={int(STATEMENT_SECONDS * 1000)} -c timezone=UTC"
        return {"connect_timeout": CONNECT_SECONDS, "options": options, **extras}
    if driver == "pymysql":
        readonly = {} if write else {"init_command": "SET SESSION TRANSACTION READ ONLY"}
        return {"connect_timeout": CONNECT_SECONDS, "read_timeout": STATEMENT_SECONDS, **readonly, **extras}
    if driver == "pymssql":
        return {"login_timeout": CONNECT_SECONDS, "timeout": STATEMENT_SECONDS, **extras}
    return {"timeout": CONNECT_SECONDS} if driver == "pyodbc" else {}


def _begin(database: sa.Connection, write: bool) -> None:
    """Begin the one transaction. Python's SQLite driver begins none for a SELECT, and a late one for a write, hence the explicit BEGIN."""
    dialect = database.dialect.name
    if dialect == "sqlite":
        database.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
        database.exec_driver_sql("SELECT count(*) FROM sqlite_master")  # a file that is no database says so here
    elif dialect in ("postgresql", "mysql", "mariadb") and not write:
        readonly = {"postgresql_readonly": True} if dialect == "postgresql" else {}
        database.execution_options(isolation_level="REPEATABLE READ", **readonly)


def _is_away(problem: SQLAlchemyError, connection: Connection) -> bool:
    """Whether the database, its load or its login is the matter, and not the statement."""
    if not isinstance(problem, DBAPIError):
        return False
    cause: Any = problem.orig
    state = str(getattr(cause, "sqlstate", None) or "")
    number = cause.args[0] if getattr(cause, "args", ()) else None
    return (
        problem.connection_invalidated
        or str(getattr(cause, "sqlite_errorname", "")).startswith(_SQLITE_AWAY)
        or state.startswith(_SQLSTATE_AWAY)
        or (isinstance(number, int) and number in _NUMBERS_AWAY.get(connection.sqlalchemy_url().get_backend_name(), ()))
    )


def _unreachable(problem: SQLAlchemyError, connection: Connection, write: bool = False) -> SourceUnreachable:
    return SourceUnreachable(
        f"the POS database {connection.place()} cannot be used: {safe_words(problem, connection)}. "
        f"{_SAFE[write]}; other stores are not affected. "
        "Check that the server or file is there and that the login may read it, then run again."
    )


def bind_values(binds: tuple[str, ...], values: Mapping[str, object], dialect: str) -> dict[str, object]:
    """The values of those binds only: drivers refuse what a statement does not name."""
    return {name: bind_value(values[name], dialect) for name in binds}
