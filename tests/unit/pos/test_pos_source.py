"""source.py: what servers that are not at hand are told on connecting, and how values go to them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tillpost.connection import Connection
from tillpost.errors import ContractError, SourceUnreachable
from tillpost.pos.source import SourceDropped, bind_value, connect_args, source_failure

TLS = {
    "sslmode": "verify-full",
    "ssl_ca": "/ca.pem",
    "encryption": "require",
    "Encrypt": "yes",
    "options": "-c role=owner",
    "init_command": "DROP",
}
MOMENT = datetime.fromisoformat("2026-10-03T03:59:00+10:00")


@pytest.mark.parametrize(
    ("conn_type", "write", "expected"),
    [
        ("postgres", False, {"connect_timeout": 10, "application_name": "tillpost", "sslmode": "verify-full",
                             "options": "-c statement_timeout=900000 -c lock_timeout=30000 -c timezone=UTC -c datestyle=ISO"}),
        ("mysql", False, {"connect_timeout": 10, "read_timeout": 910, "program_name": "tillpost", "ssl_ca": "/ca.pem",
                          "init_command": "SET SESSION TRANSACTION READ ONLY"}),
        ("mysql", True, {"connect_timeout": 10, "read_timeout": 910, "program_name": "tillpost", "ssl_ca": "/ca.pem"}),
        ("mssql", False, {"login_timeout": 10, "timeout": 900, "appname": "tillpost", "read_only": True, "encryption": "require"}),
        ("mssql", True, {"login_timeout": 10, "timeout": 900, "appname": "tillpost", "encryption": "require"}),
        ("mssql+pyodbc", False, {"timeout": 10, "APP": "tillpost", "ApplicationIntent": "ReadOnly", "Encrypt": "yes"}),
        ("mssql+pyodbc", True, {"timeout": 10, "APP": "tillpost", "Encrypt": "yes"}),
    ],
)  # fmt: skip
def test_time_outs_and_encryption(conn_type: str, write: bool, expected: dict[str, Any]) -> None:
    assert connect_args(Connection("pos", conn_type, "db", extra=TLS), write) == expected


@pytest.mark.parametrize(
    ("value", "sqlite", "postgresql", "mssql"),
    [
        (date(2026, 10, 3), "2026-10-03", date(2026, 10, 3), date(2026, 10, 3)),
        (MOMENT, "2026-10-02 17:59:00", MOMENT, datetime.fromisoformat("2026-10-02T17:59:00")),
        (MOMENT.replace(tzinfo=None), "2026-10-03 03:59:00", MOMENT.replace(tzinfo=None), MOMENT.replace(tzinfo=None)),
        (datetime(2026, 10, 3, tzinfo=UTC), "2026-10-03 00:00:00", datetime(2026, 10, 3, tzinfo=UTC), datetime.fromisoformat("2026-10-03")),
        ("7", "7", "7", "7"),
        (None, None, None, None),
    ],
)
def test_values_as_each_server_sees_them(value: object, sqlite: object, postgresql: object, mssql: object) -> None:
    assert [bind_value(value, dialect) for dialect in ("sqlite", "postgresql", "mssql")] == [sqlite, postgresql, mssql]


class DriverError(Exception):
    """An error of a driver that is not at hand: MySQL's and SQL Server's put a number first."""


@pytest.mark.parametrize(
    ("conn_type", "number", "error"),
    [
        ("mysql", 2013, SourceDropped),  # lost connection during query
        ("mysql", 1205, SourceUnreachable),  # lock wait time-out
        ("mysql", 1146, ContractError),  # no such table
        ("mssql", 20003, SourceUnreachable),  # time-out
        ("mssql", 1205, SourceDropped),  # chosen as the victim of a deadlock
        ("mssql", 207, ContractError),  # invalid column name
        ("mssql", 2013, ContractError),
    ],
)
def test_what_to_try_again_and_what_to_mend(conn_type: str, number: int, error: type[Exception]) -> None:
    connection = Connection("pos", conn_type, "db", password="hunter2")
    problem = sa.exc.OperationalError("SELECT 1", {"store": "7"}, DriverError(number, "it failed\nfor hunter2\x07"))
    failure = source_failure(problem, connection, "sql/till/sales.sql")
    assert type(failure) is error
    assert f"({number}, 'it failed\\nfor ***\\x07')" in str(failure)
