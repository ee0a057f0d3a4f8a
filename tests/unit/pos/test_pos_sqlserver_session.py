"""A session on SQL Server: how gently it reads, that it writes all or nothing, and how ODBC is configured."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import tillpost.pos.source
from tests.tds.answers import Answer, Params, SqlServerError
from tests.tds.duck import DuckAnswers, create_tables
from tests.tds.recorded import Recorded
from tests.tds.system import SNAPSHOT_STATE
from tests.unit.pos.corner_shop import STORE
from tests.unit.pos.sqlserver_shop import DRIVERS, SqlServerShop, connection_to, make_shop
from tillpost.connection import Connection, connection_from_environment
from tillpost.errors import ConfigError, ContractError, SourceUnreachable
from tillpost.model.documents import DocumentKind
from tillpost.pos.source import open_source
from tillpost.pos.write_back import write_payment_status

INVOICES = """CREATE TABLE dbo.Invoices (ShopNo varchar(10), InvoiceNo char(12) NOT NULL PRIMARY KEY, Status nvarchar(20), Due int, Paid int,
    PaidOn date, ChangedAt datetime2)"""
STATEMENT = """UPDATE dbo.Invoices
SET Status = :status, Due = :amount_due_cents, Paid = :amount_paid_cents, PaidOn = :paid_on, ChangedAt = :changed_at
WHERE ShopNo = :store AND InvoiceNo = :pos_id"""
PAID = {
    "kind": next(iter(DocumentKind)), "pos_id": "I-1", "number": "HG-1", "status": "PAID", "amount_due_cents": 0, "amount_paid_cents": 1250,
    "paid_on": date(2026, 10, 3), "changed_at": datetime(2026, 10, 3, 11, 0, 0, 123000, tzinfo=UTC),
}  # fmt: skip
OPEN = {**PAID, "pos_id": "I-2", "status": "AUTHORISED", "amount_due_cents": 900, "amount_paid_cents": 0, "paid_on": None}
NEW = [("I-1", "new", None, None, None, None), ("I-2", "new", None, None, None, None), ("I-3", "new", None, None, None, None)]
AT = datetime.fromisoformat("2026-10-03T11:00:00.123")


@pytest.fixture(params=DRIVERS)
def till(request: pytest.FixtureRequest, tmp_path: Path) -> SqlServerShop:
    """The shop, once for each driver."""
    return make_shop(tmp_path, request.param)


@pytest.mark.parametrize(("snapshot", "level"), [(True, "SNAPSHOT"), (False, "READ COMMITTED")])
def test_reading_is_a_snapshot_where_the_database_allows_it(till: SqlServerShop, snapshot: bool, level: str) -> None:
    """The stub refuses, as SQL Server does, a statement of a transaction that began under another level."""
    with till.serve(till.recorded(), snapshot=snapshot) as stub:
        till.extract()
    (session,) = stub.sessions
    assert (session.state.isolation, session.state.began_as) == (level, level)
    assert {name: session.state.settings[name] for name in ("LOCK_TIMEOUT", "DEADLOCK_PRIORITY", "NOCOUNT")} == {
        "LOCK_TIMEOUT": "30000", "DEADLOCK_PRIORITY": "LOW", "NOCOUNT": "ON",
    }  # fmt: skip
    assert [(login.database, login.read_only, login.application.partition("=")[0]) for login in stub.logins] == [("till", True, "tillpost")]
    assert "COMMIT" not in stub.acts[-1:]


def test_all_tables_come_from_one_transaction(till: SqlServerShop) -> None:
    """Between the first and the last table nothing begins and nothing ends."""
    with till.serve(till.recorded(), snapshot=True) as stub:
        till.extract()
    first = next(i for i, sql in enumerate(stub.log) if "dbo.Receipts" in sql)
    last = next(i for i, sql in enumerate(stub.log) if "dbo.Tenders" in sql)
    assert len(stub.log[first : last + 1]) == 3


def test_a_login_that_may_not_ask_for_snapshots_reads_without(till: SqlServerShop) -> None:
    refusal = SqlServerError(
        229, "The SELECT permission was denied on the object 'databases', database 'mssqlsystemresource', schema 'sys'.", severity=14
    )
    with till.serve(till.recorded(), snapshot=True, refused={SNAPSHOT_STATE: refusal}) as stub:
        till.extract()
    assert stub.sessions[0].state.isolation == "READ COMMITTED"


def test_a_snapshot_that_is_forbidden_in_the_meantime_is_for_later(till: SqlServerShop) -> None:
    def forbidding(sql: str, params: Params) -> Answer:
        stub.sessions[0].state.snapshot = False
        stub.sessions[0].state.check_isolation()
        raise AssertionError("the check lets it pass")

    with till.serve(forbidding, snapshot=True) as stub, pytest.raises(SourceUnreachable, match="snapshot isolation is not allowed"):
        till.extract()


def test_an_unread_result_is_not_waited_for(till: SqlServerShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session is left when it failed, whatever the server still had to send; its transaction is undone."""
    monkeypatch.setattr(tillpost.pos.source, "STATEMENT_SECONDS", 1)
    with till.serve(till.recorded(sale_lines=Answer(affected=1))) as stub, pytest.raises(ContractError):
        till.extract()
    assert stub.sessions[0].state.transactions == 0 and stub.acts[-1] == "ROLLBACK"


@pytest.fixture
def invoices() -> duckdb.DuckDBPyConnection:
    """The POS's invoices: two of store 7, one of store 8."""
    return duckdb.connect()


def book_of(till: SqlServerShop, invoices: duckdb.DuckDBPyConnection) -> tuple[DuckAnswers, Path]:
    schema = create_tables(invoices, INVOICES)
    invoices.executemany(
        "INSERT INTO invoices (shopno, invoiceno, status) VALUES (?, ?, 'new')", [("7", "I-1"), ("7", "I-2"), ("8", "I-3")]
    )
    till.shop.sql("write_payment_status", STATEMENT)
    return DuckAnswers(invoices, schema), till.shop.root / "include" / "sql" / "till" / "write_payment_status.sql"


def written(invoices: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return invoices.execute("SELECT invoiceno, status, due, paid, paidon, changedat FROM invoices ORDER BY invoiceno").fetchall()


def test_payment_status_is_written_in_one_transaction(till: SqlServerShop, invoices: duckdb.DuckDBPyConnection) -> None:
    answers, file = book_of(till, invoices)
    with till.serve(answers) as stub:
        for _ in range(2):
            assert write_payment_status(STORE, file, connection_to(stub, till.conn_type), [PAID, OPEN]) == 2
            assert written(invoices) == [
                ("I-1", "PAID", 0, 1250, date(2026, 10, 3), AT), ("I-2", "AUTHORISED", 900, 0, None, AT), ("I-3", "new", None, None, None, None),
            ]  # fmt: skip
    assert [login.read_only for login in stub.logins] == [False, False]
    assert stub.sessions[0].state.settings["XACT_ABORT"] == "ON"
    assert stub.acts.count("COMMIT") == 2


def test_one_wrong_row_and_nothing_is_written(till: SqlServerShop, invoices: duckdb.DuckDBPyConnection) -> None:
    answers, file = book_of(till, invoices)
    with (
        till.serve(answers) as stub,
        pytest.raises(ContractError, match=r"write_payment_status.sql: the database .* refused the statement: "),
    ):
        write_payment_status(STORE, file, connection_to(stub, till.conn_type), [PAID, {**OPEN, "amount_due_cents": 2**40}])
    assert written(invoices) == NEW
    assert "COMMIT" not in stub.acts


def test_a_deadlock_while_writing_is_for_later_and_nothing_is_written(till: SqlServerShop) -> None:
    words = "Transaction (Process ID 51) was deadlocked on lock resources with another process."
    till.shop.sql("write_payment_status", STATEMENT)
    file = till.shop.root / "include" / "sql" / "till" / "write_payment_status.sql"
    deadlock = Recorded({"dbo.Invoices": SqlServerError(1205, words, severity=13)})
    with (
        till.serve(deadlock) as stub,
        pytest.raises(SourceUnreachable, match="Nothing was written in part, and it is safe to write it again"),
    ):
        write_payment_status(STORE, file, connection_to(stub, till.conn_type), [PAID])
    assert "COMMIT" not in stub.acts


def test_statements_time_out_by_the_second(till: SqlServerShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than a second would be no time-out at all for both drivers."""
    monkeypatch.setattr(tillpost.pos.source, "STATEMENT_SECONDS", 3)
    with till.serve(Recorded({})), open_source(till.shop.connection) as database:
        session: Any = database.connection.driver_connection
        assert (session._conn.query_timeout if till.conn_type == "mssql" else session.timeout) == 3


ODBC = {
    "conn_type": "mssql+pyodbc", "host": "till.example", "login": "reader", "password": "a;b}c {d", "schema": "till", "port": 1444,
    "extra": {"Driver": "ODBC Driver 17 for SQL Server", "Encrypt": "yes", "TrustServerCertificate": "no", "ApplicationIntent": "ReadWrite", "PWD": "x"},
}  # fmt: skip


def test_the_connection_string_of_odbc() -> None:
    connection = connection_from_environment("till", {"AIRFLOW_CONN_TILL": json.dumps(ODBC)})
    url = connection.sqlalchemy_url()
    arguments = url.get_dialect()().create_connect_args(url)
    assert arguments == (
        ("DRIVER={ODBC Driver 17 for SQL Server};Server=till.example,1444;Database=till;UID=reader;PWD={a;b}}c {d}",), {},
    )  # fmt: skip
    assert tillpost.pos.source.connect_args(connection, False) == {
        "timeout": 10, "APP": "tillpost", "ApplicationIntent": "ReadOnly", "Encrypt": "yes", "TrustServerCertificate": "no",
    }  # fmt: skip
    assert str(url) == "mssql+pyodbc://reader:***@till.example:1444/till?driver=ODBC+Driver+17+for+SQL+Server"


def test_microsofts_driver_is_taken_where_none_is_named() -> None:
    assert Connection("till", "mssql+pyodbc", "till.example").odbc_driver() == "ODBC Driver 18 for SQL Server"


def test_an_odbc_driver_that_is_not_installed(tmp_path: Path) -> None:
    till = make_shop(tmp_path, "mssql+pyodbc")
    till.shop.connection = Connection("pos", "mssql+pyodbc", "127.0.0.1", 1, schema="till", extra={"driver": "No such driver"})
    with pytest.raises(
        ConfigError, match=r"needs an ODBC driver that is not installed; its extra names it as driver\..*Allowed: .*FreeTDS"
    ):
        till.extract()


def test_odbc_needs_the_name_of_a_database(tmp_path: Path) -> None:
    till = make_shop(tmp_path, "mssql+pyodbc")
    till.shop.connection = Connection("pos", "mssql+pyodbc", "127.0.0.1", 1, extra={"driver": "FreeTDS"})
    with pytest.raises(ConfigError, match="names no database"):
        till.extract()


def test_encryption_that_the_server_does_not_offer_is_not_given_up(till: SqlServerShop) -> None:
    """A connection that must be encrypted fails rather than sends the password in the clear."""
    with till.serve(Recorded({"": Answer()})) as stub:
        extra = (
            {"encryption": "require"} if till.conn_type == "mssql" else {"driver": "FreeTDS", "TDS_Version": "7.4", "Encryption": "require"}
        )
        with pytest.raises(SourceUnreachable), open_source(replace(till.shop.connection, extra=extra)):
            raise AssertionError("it connected")
    assert stub.logins == []
