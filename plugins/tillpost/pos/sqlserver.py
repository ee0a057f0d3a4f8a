"""SQL Server through its two drivers: how a session begins, and which of its errors mean "try again".

* A reading transaction is a snapshot where the database allows it (``ALTER DATABASE till SET ALLOW_SNAPSHOT_ISOLATION ON``), so that
  sales and their lines are of one moment without a lock. Otherwise it is READ COMMITTED, where each statement is of a moment of its own.
  Dirty reads are never asked for. A transaction takes its level when it begins, so the level is set and the next one begins under it.
* The till goes first: a statement that waits for a lock gives up, and of two in a deadlock ours is the one that is ended.
* NOCOUNT is on for reading: a procedure that counts the rows it put aside would otherwise seem to return none (pyodbc stops there).

Error numbers: https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors; those from 20001 to
20050 are DB-Library's own.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tillpost.connection import Connection
from tillpost.errors import ConfigError

# The connection is gone, or the server ended the transaction for another one's sake: all from the start may go well at once.
DROPPED = frozenset({596, 1205, 3961, 6005, 10053, 10054, 20004, 20006, 20017, 20047, 40197})
# Time, load, locks, a login or database that cannot be used now.
AWAY = DROPPED | {
    64, 121, 233, 701, 802, 904, 911, 916, 921, 922, 926, 927, 942, 945, 952, 976, 978, 983, 1105, 1204, 1222, 3952, 3958, 3960, 3966,
    4060, 4064, 4221, 8645, 8651, 9001, 9002, 10060, 10061, 10928, 10929, 17142, 17187, 17188, 18401, 18452, 18456, 18470, 18486, 18487,
    18488, 20002, 20003, 20009, 40501, 40613, 40615, 49918, 49919, 49920,
}  # fmt: skip

_SNAPSHOT = "SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()"
_SNAPSHOT_ON = 1
_ODBC_NUMBER = re.compile(r"\((\d+)\) \(SQL\w+\)")
_COMMIT_NUMBER = re.compile(r"Cannot commit transaction: \((\d+), ")  # pymssql makes one text of both
_ODBC_LAYERS = re.compile(r"\A\[\w{5}\] (\[[^\]]*\])*?\[(SQL Server|Driver Manager)\]| \(SQL\w+\)")
_LIBRARY = re.compile(r"DB-Lib error message (\d+), severity \d+:")
_MERELY_FAILED = "20018"  # the server has said why, already


def begin(database: sa.Connection, write: bool, lock_seconds: float, statement_seconds: float) -> None:
    """Give a session that has just begun its time-outs in seconds, and reading the best isolation that costs no lock."""
    if database.dialect.driver == "pyodbc":
        session: Any = database.connection.driver_connection
        session.timeout = max(1, int(statement_seconds))
    lock = f"SET LOCK_TIMEOUT {int(lock_seconds * 1000)};"
    if write:
        database.exec_driver_sql(f"{lock} SET XACT_ABORT ON;")
        return
    database.exec_driver_sql(f"{lock} SET DEADLOCK_PRIORITY LOW; SET NOCOUNT ON;")
    level = "SNAPSHOT" if _allows_snapshot(database) else "READ COMMITTED"
    database.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL {level}")
    database.commit()


def _allows_snapshot(database: sa.Connection) -> bool:
    """Whether the database says so; a login that may not see it reads without."""
    try:
        state: object = database.exec_driver_sql(_SNAPSHOT).scalar()
    except DBAPIError as problem:
        if codes(problem.orig)[1] in AWAY or problem.connection_invalidated:
            raise
        database.rollback()
        return False
    return state == _SNAPSHOT_ON


def prepare_odbc(engine: sa.Engine, connection: Connection) -> None:
    """Settle pyodbc before it connects; raises ConfigError for an ODBC driver that is not installed, or where no database is named.

    Keys of type uniqueidentifier come as they come from pymssql, in small letters: in capitals they would be other sales.
    """
    pyodbc: Any = engine.dialect.dbapi
    pyodbc.native_uuid = True
    pyodbc.pooling = False
    driver, installed = connection.odbc_driver(), sorted(pyodbc.drivers())
    if driver not in installed and "/" not in driver:
        message = f"connection {connection.place()} needs an ODBC driver that is not installed; its extra names it as driver."
        raise ConfigError(message, value=driver, allowed=installed)
    if not connection.schema:
        raise ConfigError(f"connection {connection.place()} names no database (schema); ODBC would take the host for a data source.")


def codes(cause: object) -> tuple[str, int | None]:
    """The SQLSTATE (empty where there is none) and the server's error number of a driver's error; ODBC writes it into the message."""
    first = _parts(cause)[0]
    if isinstance(first, int):
        return "", first
    number = _ODBC_NUMBER.search(str(cause)) or _COMMIT_NUMBER.search(str(cause))
    return first if isinstance(first, str) and len(first) == 5 else "", int(number[1]) if number else None


def words(cause: object) -> str:
    """The message of a driver's error, alike from both. pymssql hands it over as bytes, with what DB-Library adds to each of the server's
    messages; ODBC puts the names of the layers in front of it, and that of its function behind.
    """
    number, text = _parts(cause)
    if isinstance(number, str) and isinstance(text, str):
        return _ODBC_LAYERS.sub("", text)
    if not isinstance(text, bytes):
        return str(cause)
    said, *added = _LIBRARY.split(text.decode("utf-8", "replace"))
    kept = [said, *(line for code, line in zip(added[::2], added[1::2], strict=True) if code != _MERELY_FAILED)]
    told = " ".join(dict.fromkeys(" ".join(line.split()) for line in kept if line.strip())) or "the driver gives no reason"
    return told if number is None else f"{told} ({number})"


def _parts(cause: object) -> tuple[object, object]:
    """Number or SQLSTATE, and message. On connecting pymssql packs them once more, and the number may be that of an older error."""
    args: tuple[Any, ...] = getattr(cause, "args", ())
    if len(args) == 1 and isinstance(args[0], tuple) and len(args[0]) == 2:
        return None, args[0][1]
    return (args[0], args[1]) if len(args) == 2 else (None, None)
