"""What every SQL Server answers by itself: settings of a session, and the questions that SQLAlchemy and Tillpost ask of the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.tds.answers import Answer, Column, SqlServerError
from tests.tds.types import INT, SMALLINT, TINYINT, SqlType, nvarchar

VERSION = "15.0.4123.1"
_SETTING = re.compile(r"\s*SET\s+(?!@)(TRANSACTION\s+ISOLATION\s+LEVEL|[A-Z_]+)\s+(.+?)\s*\Z", re.IGNORECASE | re.DOTALL)
_ISOLATION = "TRANSACTION ISOLATION LEVEL"
_LEVELS = ("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "SNAPSHOT")
SNAPSHOT_STATE = r"SELECT snapshot_isolation_state FROM sys\.databases WHERE database_id = DB_ID\(\)"


@dataclass(slots=True)
class State:
    """A session's settings and its transaction; ``snapshot``: whether the database allows that isolation."""

    database: str
    snapshot: bool
    settings: dict[str, str] = field(default_factory=dict)
    transactions: int = 0
    began_as: str = ""

    @property
    def isolation(self) -> str:
        """The isolation level of what runs now."""
        return self.settings.get(_ISOLATION, "READ COMMITTED")

    def check_isolation(self) -> None:
        """Refuse, as SQL Server does, to read under a snapshot that the database or the transaction does not allow."""
        if self.isolation != "SNAPSHOT":
            return
        if not self.snapshot:
            words = "Snapshot isolation transaction failed accessing database '{}' because snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation."
            raise SqlServerError(3952, words.format(self.database))
        if self.transactions and self.began_as != "SNAPSHOT":
            words = "Transaction failed in database '{}' because the statement was run under snapshot isolation but the transaction did not start in snapshot isolation."
            raise SqlServerError(3951, words.format(self.database))


def settings_of(sql: str) -> dict[str, str] | None:
    """What a batch of SET statements sets; None for any other batch."""
    found = {}
    for part in filter(str.strip, sql.split(";")):
        match = _SETTING.match(part)
        if not match:
            return None
        found[" ".join(match[1].upper().split())] = " ".join(match[2].upper().split())
    return found


def system_answer(sql: str, state: State, refused: Mapping[str, SqlServerError]) -> Answer | None:
    """The server's own answer, None for a question about somebody's data; ``refused``: errors for questions, by their patterns."""
    words = " ".join(sql.split())
    for pattern, answer in _QUESTIONS:
        if pattern.fullmatch(words):
            if pattern.pattern in refused:
                raise refused[pattern.pattern]
            return answer(state)
    return None


def _one(name: str, kind: SqlType, value: object) -> Answer:
    return Answer([Column(name, kind)], [(value,)])


def _isolation_now(state: State) -> Answer:
    return _one("TRANSACTION_ISOLATION_LEVEL", nvarchar(20), state.isolation)


def _types(_: State) -> Answer:
    """What ODBC asks of a server's types on connecting: the most precise time, and text as long as it gets."""
    names = ("TYPE_NAME", "DATA_TYPE", "PRECISION")
    return Answer([Column(name, kind) for name, kind in zip(names, (nvarchar(128), SMALLINT, INT), strict=True)], [("datetime2", 93, 27)])


_ASKED: dict[str, Callable[[State], Answer]] = {
    r"select @@version": lambda _: _one("", nvarchar(300), f"Microsoft SQL Server 2019 (stub of the tests) - {VERSION} (X64)"),
    r"SELECT CAST\(SERVERPROPERTY\('ProductVersion'\) AS VARCHAR\)": lambda _: _one("", nvarchar(30), VERSION),
    r"SELECT schema_name\(\)": lambda _: _one("", nvarchar(128), "dbo"),
    r"SELECT CAST\('test max support' AS NVARCHAR\(max\)\)": lambda _: _one("", nvarchar(), "test max support"),
    r"SELECT 1 FROM fn_listextendedproperty.*": lambda _: Answer([Column("", INT)]),
    r"SELECT name FROM sys.system_views WHERE name IN .*": lambda _: _one("name", nvarchar(128), "dm_exec_sessions"),
    r"SELECT CASE transaction_isolation_level .* where session_id = @@SPID": _isolation_now,
    SNAPSHOT_STATE: lambda s: _one("snapshot_isolation_state", TINYINT, int(s.snapshot)),
    r"(EXEC )?sp_datatype_info_100 93,3": _types,
    r"(EXEC )?sp_datatype_info_100 .*": lambda s: Answer(_types(s).columns),
    r"use \[\w+\]": lambda _: Answer(),
    r"SELECT 1": lambda _: _one("", INT, 1),
}
_QUESTIONS = [(re.compile(pattern, re.IGNORECASE), answer) for pattern, answer in _ASKED.items()]
