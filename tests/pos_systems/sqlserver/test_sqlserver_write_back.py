"""Payment status comes back by the T-SQL templates: UPDATE, then INSERT where there is no row yet, and safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
import pytest
import sqlglot

from tests.pos_systems.sqlserver.reference import SQL, TEMPLATES, demo_stores, on_sql_server
from tests.tds.answers import Answers, Params
from tests.tds.duck import DuckAnswers, DuckSession, create_tables
from tests.tds.server import serve
from tillpost.connection import Connection
from tillpost.pos.write_back import write_payment_status


@dataclass(frozen=True, slots=True)
class Batches:
    """Answers batches of more than one statement, one by one."""

    answers: DuckAnswers

    def session(self) -> BatchSession:
        """What answers one connection."""
        return BatchSession(self.answers.session())


@dataclass(frozen=True, slots=True)
class BatchSession:
    """One client."""

    one: DuckSession

    def begin(self) -> None:
        """A transaction begins."""
        self.one.begin()

    def commit(self) -> None:
        """It is kept."""
        self.one.commit()

    def rollback(self) -> None:
        """It is undone."""
        self.one.rollback()

    def __call__(self, sql: str, params: Params) -> Answers:
        """The results of a batch."""
        return [self.one(tree.sql("tsql", comments=False), params) for tree in sqlglot.parse(sql, read="tsql") if tree]


OPEN = {
    "kind": "invoice", "pos_id": "1-213-7", "number": "TP-1", "status": "open", "amount_due_cents": 55_005, "amount_paid_cents": 0,
    "paid_on": None, "changed_at": datetime(2026, 10, 5, 1, 2, 3, tzinfo=UTC),
}  # fmt: skip
PAID = {
    **OPEN, "status": "paid", "amount_due_cents": 0, "amount_paid_cents": 55_005, "paid_on": date(2026, 10, 6),
    "changed_at": datetime(2026, 10, 6, 1, tzinfo=UTC),
}  # fmt: skip
BILL = {**OPEN, "kind": "bill", "pos_id": "FRESH/INV-7100", "number": "INV-7100"}


@pytest.mark.parametrize("pos", TEMPLATES)
def test_the_newest_state_stays_whatever_is_written_again(pos: str) -> None:
    """Twice the same changes nothing, an older state changes nothing, another document has a row of its own; cents become dollars."""
    store = on_sql_server(demo_stores()["cafe" if pos == "idealpos" else "hire"])
    file = SQL / pos / "write_payment_status.sql"
    with duckdb.connect(":memory:") as duck:
        schema = create_tables(duck, (SQL / pos / "reference" / "schema.sql").read_text(encoding="utf-8"))
        with serve(Batches(DuckAnswers(duck, schema))) as stub:
            connection = Connection("pos_write", "mssql", stub.host, stub.port, stub.login, stub.password, stub.database)
            assert write_payment_status(store, file, connection, [OPEN, OPEN, PAID]) == 3
            assert write_payment_status(store, file, connection, [PAID, OPEN, BILL]) == 3
        rows = duck.sql(
            "SELECT * REPLACE (AmountDue::VARCHAR AS AmountDue, AmountPaid::VARCHAR AS AmountPaid, ChangedAt::VARCHAR AS ChangedAt) FROM LedgerStatus ORDER BY DocumentKey"
        )
        assert rows.fetchall() == [
            (store.key, "invoice", "1-213-7", "TP-1", "paid", "0.0000", "550.0500", date(2026, 10, 6), "2026-10-06 01:00:00"),
            (store.key, "bill", "FRESH/INV-7100", "INV-7100", "open", "550.0500", "0.0000", None, "2026-10-05 01:02:03"),
        ]
