"""What goes wrong on SQL Server: which error it is, whether it is tried again, and words without the password."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote_plus

import pytest

import tillpost.pos.source
from tests.tds import answers
from tests.tds.answers import Answer, Answers, Params, SqlServerError
from tests.tds.server import PASSWORD
from tests.unit.pos.sqlserver_shop import DRIVERS, RECORDED, SqlServerShop, make_shop
from tillpost.errors import ContractError, SourceUnreachable
from tillpost.pos import sqlserver

MEND = "Nothing was kept of this store; other stores are not affected. Mend the SQL file, then run again."
CHECK = (
    "Nothing was kept of this store; other stores are not affected. "
    "Check that the server or file is there and that the login may read it, then run again."
)


@pytest.fixture(params=DRIVERS)
def till(request: pytest.FixtureRequest, tmp_path: Path) -> SqlServerShop:
    """The shop, once for each driver."""
    return make_shop(tmp_path, request.param)


def failure(till: SqlServerShop, kind: type[Exception]) -> str:
    """The message of an extraction that fails so; nothing is left of it, and no password is told."""
    with pytest.raises(kind) as problem:
        till.extract()
    message = str(problem.value)
    assert till.shop.left() == []
    assert PASSWORD not in message and quote_plus(PASSWORD) not in message
    return message


def place(till: SqlServerShop) -> str:
    """The connection as messages name it."""
    return f"pos_corner ({till.conn_type} 127.0.0.1:{till.shop.connection.port}/till)"


def said(error: SqlServerError) -> str:
    """The server's words and number, as a message ends with them."""
    return f"{error.message} ({error.number})"


@pytest.mark.parametrize(
    "error",
    [
        answers.invalid_object("dbo.Tenders"),
        answers.no_permission("Tenders"),
        SqlServerError(207, "Invalid column name 'Tip'."),
        SqlServerError(102, "Incorrect syntax near ','.", severity=15),
        SqlServerError(2812, "Could not find stored procedure 'till_lines'."),
        SqlServerError(50000, "[Till] No such shop: ask the vendor."),
    ],
    ids=lambda error: str(error.number),
)
def test_a_statement_that_the_server_refuses_is_to_be_mended(till: SqlServerShop, error: SqlServerError) -> None:
    with till.serve(till.recorded(tenders=error)):
        message = failure(till, ContractError)
        assert message == f"sql/till/tenders.sql: the database {place(till)} refused the statement: {said(error)}. {MEND}"
    assert till.pauses == []


def test_an_error_after_the_first_rows(till: SqlServerShop) -> None:
    """SQL Server converts as it goes: the text that is no number may come late."""
    error = SqlServerError(8114, "Error converting data type varchar to numeric.")
    tenders = RECORDED["tenders"]
    late = Answer(tenders.columns, answers.fail_after(list(tenders.rows) * 2000, 3000, error))
    with till.serve(till.recorded(tenders=late)):
        assert f"refused the statement: {said(error)}. {MEND}" in failure(till, ContractError)


@pytest.mark.parametrize(
    "error",
    [
        SqlServerError(1222, "Lock request time out period exceeded."),
        SqlServerError(701, "There is insufficient system memory in resource pool 'default' to run this query.", severity=17),
        SqlServerError(3952, "Snapshot isolation transaction failed accessing database 'till'."),
    ],
    ids=lambda error: str(error.number),
)
def test_load_and_locks_are_for_later(till: SqlServerShop, error: SqlServerError) -> None:
    with till.serve(till.recorded(tenders=error)):
        assert f"cannot be used: {said(error)}. {CHECK}" in failure(till, SourceUnreachable)
    assert till.pauses == []


def failing_first(till: SqlServerShop, failing: Answers | SqlServerError, times: int) -> answers.Answering:
    """Answers of which that for the tenders fails so many times."""
    bad, good, left = till.recorded(tenders=failing), till.recorded(), [times]

    def answering(sql: str, params: Params) -> Answers:
        if "dbo.Tenders" in sql and left[0]:
            left[0] -= 1
            return bad(sql, params)
        return good(sql, params)

    return answering


def test_the_victim_of_a_deadlock_reads_everything_again(till: SqlServerShop) -> None:
    with till.serve(failing_first(till, answers.deadlock_victim(), 1)) as stub:
        assert till.extract().rows["tenders"] == 2
    assert till.pauses == [5.0]
    assert [login.database for login in stub.logins] == ["till", "till"]
    assert sum("dbo.Receipts" in sql for sql in stub.log) == 2


def test_a_connection_cut_in_the_middle_reads_everything_again(till: SqlServerShop) -> None:
    tenders = RECORDED["tenders"]
    cut = Answer(tenders.columns, answers.cut_after(list(tenders.rows) * 2000, 3000))
    with till.serve(failing_first(till, cut, 1)):
        assert till.extract().rows == {"sales": 2, "sale_lines": 2, "tenders": 2}
    assert till.pauses == [5.0]


def test_a_session_that_is_killed_again_and_again(till: SqlServerShop) -> None:
    killed = SqlServerError(596, "Cannot continue the execution because the session is in the kill state.", severity=21)
    with till.serve(till.recorded(tenders=killed)):
        message = failure(till, SourceUnreachable)
    assert f"cannot be used: {said(killed)}. " in message
    assert message.endswith("The connection was lost: the store was read from the start 3 times.")
    assert till.pauses == [5.0, 30.0]


@pytest.mark.parametrize("rows", [0, 3000])
def test_a_statement_that_takes_too_long(till: SqlServerShop, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tillpost.pos.source, "STATEMENT_SECONDS", 1)
    tenders = RECORDED["tenders"]
    stalled = Answer(tenders.columns, answers.stall_after(list(tenders.rows) * 2000, rows))
    with till.serve(till.recorded(tenders=stalled)):
        message = failure(till, SourceUnreachable)
    assert ("timed out" if till.conn_type == "mssql" else "Timeout expired") in message
    assert till.pauses == []


def test_a_login_that_is_refused(till: SqlServerShop) -> None:
    with till.serve(till.recorded()):
        till.shop.connection = replace(till.shop.connection, password="wrong/€ 1")
        message = failure(till, SourceUnreachable)
        assert message.startswith(f"the POS database {place(till)} cannot be used: ") and message.endswith(CHECK)
    assert "Login failed for user 'reader'." in message
    assert "wrong" not in message and till.pauses == []


def test_a_database_that_is_offline(till: SqlServerShop) -> None:
    with till.serve(till.recorded(), databases=["master"]):
        assert f"the POS database {place(till)} cannot be used: " in failure(till, SourceUnreachable)
    assert till.pauses == []


def test_a_server_that_is_not_there(till: SqlServerShop, unused_port: int) -> None:
    till.shop.connection = replace(till.shop.connection, port=unused_port, login="reader", password=PASSWORD, schema="till")
    if till.conn_type == "mssql+pyodbc":
        till.shop.connection = replace(till.shop.connection, extra={"driver": "FreeTDS"})
    message = failure(till, SourceUnreachable)
    assert message.startswith(f"the POS database {place(till)} cannot be used: ") and message.endswith(CHECK)
    assert "Unable to connect: " in message
    assert till.pauses == []


def test_a_password_that_the_server_repeats_is_not_passed_on(till: SqlServerShop) -> None:
    with till.serve(till.recorded(tenders=SqlServerError(50000, f"who said {PASSWORD}?"))):
        assert "who said ***?" in failure(till, ContractError)


@pytest.mark.parametrize(
    ("args", "state_and_number", "told"),
    [
        ((1205, b"Deadlocked.DB-Lib error message 20018, severity 13:\nGeneral SQL Server error: Check messages\n"), ("", 1205), "Deadlocked. (1205)"),
        ((20047, b"DB-Lib error message 20003, severity 6:\nTimed out\nDB-Lib error message 20047, severity 9:\nDead\n"), ("", 20047), "Timed out Dead (20047)"),
        # on connecting: packed once more, told twice, under the number of an older error
        (((18456, b"DB-Lib error message 20009, severity 9:\nNobody there\nDB-Lib error message 20009, severity 9:\nNobody there\n"),), ("", None), "Nobody there"),
        (((18456, b"DB-Lib error message 20018, severity 14:\nGeneral SQL Server error\n"),), ("", None), "the driver gives no reason"),
        (("Cannot commit transaction: (20006, b'Write failed')",), ("", 20006), "Cannot commit transaction: (20006, b'Write failed')"),
        (("42S02", "[42S02] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]No [dbo].[x]. (208) (SQLExecDirectW)"), ("42S02", 208), "No [dbo].[x]. (208)"),
        (("HYT00", "[HYT00] [FreeTDS][SQL Server]Timeout expired (0) (SQLFetch)"), ("HYT00", 0), "Timeout expired (0)"),
    ],
    ids=["pymssql", "two", "connecting", "silent", "commit", "microsoft", "time-out"],
)  # fmt: skip
def test_the_forms_of_drivers_errors(args: tuple[object, ...], state_and_number: tuple[str, int | None], told: str) -> None:
    assert (sqlserver.codes(Exception(*args)), sqlserver.words(Exception(*args))) == (state_and_number, told)


@pytest.mark.parametrize("number", [916, 921, 945, 976, 3960, 8645, 9002, 18486, 40613])
def test_a_database_or_login_that_cannot_be_used_now(number: int) -> None:
    assert number in sqlserver.AWAY and number not in sqlserver.DROPPED
