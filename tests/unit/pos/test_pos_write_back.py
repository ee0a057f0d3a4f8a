"""write_back.py: payment status into the POS, by key, all or nothing, as often as one likes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.unit.pos.corner_shop import STORE, Shop
from tillpost.connection import Connection
from tillpost.errors import ConfigError, ContractError, SourceUnreachable
from tillpost.model.documents import DocumentKind
from tillpost.pos.write_back import write_payment_status

INVOICES = """CREATE TABLE invoices
(shop TEXT, id TEXT PRIMARY KEY, status TEXT NOT NULL, due INTEGER CHECK (due >= 0), paid INTEGER, paid_on {date}, at {time})"""
STATEMENT = """UPDATE invoices
SET status = :status, due = :amount_due_cents, paid = :amount_paid_cents, paid_on = :paid_on, at = :changed_at
WHERE shop = :store AND id = :pos_id"""
PAID = {
    "kind": next(iter(DocumentKind)), "pos_id": "I-1", "number": "HG-1", "status": "PAID", "amount_due_cents": 0, "amount_paid_cents": 1250,
    "paid_on": date(2026, 10, 3), "changed_at": datetime(2026, 10, 3, 11, tzinfo=UTC),
}  # fmt: skip
OPEN = {**PAID, "pos_id": "I-2", "status": "AUTHORISED", "amount_due_cents": 900, "amount_paid_cents": 0, "paid_on": None}


@pytest.fixture
def book(shop: Shop) -> Shop:
    shop.sql("write_payment_status", STATEMENT)
    with closing(sqlite3.connect(shop.root / "pos.db")) as database, database:
        database.execute(INVOICES.format(date="TEXT", time="TEXT"))
        database.executemany("INSERT INTO invoices (shop, id, status) VALUES (?, ?, 'new')", [("7", "I-1"), ("7", "I-2"), ("8", "I-3")])
    return shop


def file(book: Shop) -> Path:
    return book.root / "include" / "sql" / "till" / "write_payment_status.sql"


def invoices(book: Shop) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(book.root / "pos.db")) as database:
        return database.execute("SELECT id, status, due, paid, paid_on, at FROM invoices ORDER BY id").fetchall()


NEW = [("I-1", "new", None, None, None, None), ("I-2", "new", None, None, None, None), ("I-3", "new", None, None, None, None)]
WRITTEN = [
    ("I-1", "PAID", 0, 1250, "2026-10-03", "2026-10-03 11:00:00"),
    ("I-2", "AUTHORISED", 900, 0, None, "2026-10-03 11:00:00"),
    ("I-3", "new", None, None, None, None),
]


def test_status_is_written_by_key_and_again(book: Shop) -> None:
    for _ in range(2):
        assert write_payment_status(STORE, file(book), book.connection, [PAID, OPEN]) == 2
        assert invoices(book) == WRITTEN


def test_a_store_writes_its_own_rows_only(book: Shop) -> None:
    assert write_payment_status(STORE, file(book), book.connection, [{**PAID, "pos_id": "I-3", "store": "8"}]) == 1
    assert invoices(book) == NEW


def test_one_wrong_row_and_none_is_written(book: Shop) -> None:
    with pytest.raises(ContractError) as problem:
        write_payment_status(STORE, file(book), book.connection, [PAID, {**OPEN, "amount_due_cents": -1}])
    assert str(problem.value) == (
        f"sql/till/write_payment_status.sql: the database pos_corner (sqlite {book.root / 'pos.db'}) refused the statement: "
        "CHECK constraint failed: due >= 0. Nothing was written in part, and it is safe to write it again; "
        "other stores are not affected. Mend the SQL file, then run again."
    )
    assert invoices(book) == NEW


def test_no_rows_need_no_database(book: Shop) -> None:
    assert write_payment_status(STORE, file(book), Connection("gone", "sqlite", host="/nowhere"), []) == 0


def test_the_database_must_be_there_already(book: Shop) -> None:
    gone = replace(book.connection, host=str(book.root / "gone.db"))
    with pytest.raises(SourceUnreachable, match=r"cannot be used: unable to open database file. Nothing was written in part"):
        write_payment_status(STORE, file(book), gone, [PAID])
    assert not (book.root / "gone.db").exists()


def test_binds_of_a_query_are_none_of_the_write_back(book: Shop) -> None:
    book.sql("write_payment_status", "UPDATE invoices\nSET status = :status WHERE day = :from_date")
    with pytest.raises(ConfigError, match=r"write_payment_status.sql:2: the bind :from_date is not known. Allowed: :store, :kind,"):
        write_payment_status(STORE, file(book), book.connection, [PAID])


def test_postgresql_takes_dates_and_times_as_they_are(postgres_shop: Shop) -> None:
    engine = sa.create_engine(postgres_shop.connection.sqlalchemy_url(), poolclass=sa.pool.NullPool)
    with engine.begin() as database:
        database.exec_driver_sql(INVOICES.format(date="DATE", time="TIMESTAMPTZ"))
        database.exec_driver_sql("INSERT INTO invoices (shop, id, status) VALUES ('7', 'I-1', 'new'), ('7', 'I-2', 'new')")
    postgres_shop.sql("write_payment_status", STATEMENT)
    assert write_payment_status(STORE, file(postgres_shop), postgres_shop.connection, [PAID, OPEN]) == 2
    with pytest.raises(ContractError):
        write_payment_status(
            STORE, file(postgres_shop), postgres_shop.connection, [{**PAID, "status": "x"}, {**OPEN, "amount_due_cents": -1}]
        )
    with engine.begin() as database:
        assert database.exec_driver_sql("SELECT id, status, due, paid, paid_on, at FROM invoices ORDER BY id").fetchall() == [
            ("I-1", "PAID", 0, 1250, date(2026, 10, 3), datetime(2026, 10, 3, 11, tzinfo=UTC)),
            ("I-2", "AUTHORISED", 900, 0, None, datetime(2026, 10, 3, 11, tzinfo=UTC)),
        ]
