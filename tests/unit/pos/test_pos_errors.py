"""Bad sources: each error names the place, what was found and what to do, holds no secret, and leaves nothing behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

import tillpost.pos.source
from tests.unit.pos.corner_shop import FILES, SALE, Shop, select
from tillpost.connection import Connection
from tillpost.errors import ConfigError, ContractError, SourceUnreachable

SAFE = "Nothing was kept of this store; other stores are not affected."
MEND = f"{SAFE} Mend the SQL file (docs/contract.md), then run again."
CHECK = f"{SAFE} Check that the server or file is there and that the login may read it, then run again."


@pytest.fixture(autouse=True)
def nothing_is_left(shop: Shop) -> Iterator[None]:
    yield
    assert shop.left() == []


def contract_error(shop: Shop) -> str:
    with pytest.raises(ContractError) as problem:
        shop.extract()
    return str(problem.value)


def unreachable(shop: Shop) -> str:
    with pytest.raises(SourceUnreachable) as problem:
        shop.extract()
    return str(problem.value)


def test_missing_columns(shop: Shop) -> None:
    shop.sql("sales", "SELECT 1 AS sale_id, 7 AS store_id, 'sale' AS kind, 'completed' AS status")
    assert contract_error(shop) == (
        "sql/till/sales.sql: the columns currency; gross (or gross_cents); one of business_date, occurred_at, occurred_local must be "
        f"delivered. Delivered are: sale_id, store_id, kind, status. {MEND}"
    )


def test_a_missing_column_is_an_error_also_without_rows(shop: Shop) -> None:
    shop.sql("tenders", "SELECT 1 AS sale_id, 1 AS tender_no, 'CASH' AS tender_code, 'cash' AS tender_type WHERE 1 = 0")
    assert contract_error(shop) == (
        "sql/till/tenders.sql: the column amount (or amount_cents) must be delivered. "
        f"Delivered are: sale_id, tender_no, tender_code, tender_type. {MEND}"
    )


def test_columns_delivered_twice(shop: Shop) -> None:
    shop.sales({"GROSS": "1"})
    assert contract_error(shop) == f"sql/till/sales.sql: these columns are delivered twice: gross. Name each column once. {MEND}"
    shop.sales({"gross_cents": "100"})
    assert contract_error(shop) == f"sql/till/sales.sql: both 'gross' and 'gross_cents' are delivered. Deliver one of them. {MEND}"


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("gross", "'1,234.50'", "holds str '1,234.50'; expected an exact amount such as 12.50, below ten million millions."),
        ("gross", "x'00ff'", "holds bytes b'\\x00\\xff'; expected an exact amount such as 12.50, below ten million millions."),
        ("tax_cents", "1.5", "holds float 1.5; expected whole cents such as 1250, below ten million millions."),
        ("business_date", "'3/10/2026'", "holds str '3/10/2026'; expected a date such as 2026-10-03 (no time zone)."),
        ("occurred_at", "'2026-10-03'", "holds str '2026-10-03'; expected a UTC time such as 2026-10-03T11:00:00Z."),
        ("occurred_local", "'noon'", "holds str 'noon'; expected a time on the store's clock such as 2026-10-03 21:00:00."),
        ("is_account_contract", "'maybe'", "holds str 'maybe'; expected 0, 1, true or false."),
        ("receipt_no", "1.5", "holds float 1.5; expected text or a whole number."),
        ("currency", "NULL", "holds NULL; expected a value, as currency is required."),
        ("currency", "'   '", "holds str '   '; expected a value, as currency is required."),
        ("status", "'done'", "holds str 'done'; expected one of completed, void, open, suspended, training."),
        ("store_id", "8", "holds int 8; expected only rows of the store that was asked for, '7' (:store)."),
        ("gross", f"'{'x' * 50}'", f"holds str '{'x' * 39}…; expected an exact amount such as 12.50, below ten million millions."),
        ("gross", "'<' || char(10, 8238)", "holds str '<\\n\\u202e'; expected an exact amount such as 12.50, below ten million millions."),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind(shop: Shop, column: str, value: str, found: str) -> None:
    shop.sql("sales", select({**SALE, column: SALE.get(column, "NULL")}, {**SALE, "sale_id": "'S-2'", column: value}))
    assert contract_error(shop) == f"sql/till/sales.sql: column {column!r} in the row with sale_id 'S-2' {found} {MEND}"


def test_a_missing_key_has_no_key_to_name(shop: Shop) -> None:
    shop.sales({"sale_id": "NULL"})
    assert contract_error(shop) == (
        f"sql/till/sales.sql: column 'sale_id' in the row with sale_id NULL holds NULL; expected a value, as sale_id is required. {MEND}"
    )


def test_a_row_with_no_time_at_all(shop: Shop) -> None:
    shop.sales({"business_date": "NULL", "occurred_at": "NULL"})
    assert contract_error(shop) == (
        f"sql/till/sales.sql: the row with sale_id 'S-1' has neither business_date nor occurred_at nor occurred_local. {MEND}"
    )


def test_two_rows_of_source(shop: Shop) -> None:
    shop.sql("source", "SELECT '2026-10-04T18:30:00Z' AS as_of UNION ALL SELECT '2026-10-04T18:31:00Z'")
    assert "sql/till/source.sql: more than one row is delivered" in contract_error(shop)


def test_a_statement_that_is_no_query(shop: Shop) -> None:
    shop.sql("tenders", "SAVEPOINT before_it")
    assert contract_error(shop).startswith("sql/till/tenders.sql: the statement returns no rows at all, not even columns.")


def test_a_query_cannot_write(shop: Shop) -> None:
    shop.sql("tenders", "DELETE FROM payments RETURNING basket AS sale_id")
    assert "refused the statement: attempt to write a readonly database" in contract_error(shop)
    with closing(sqlite3.connect(shop.root / "pos.db")) as database:
        assert database.execute("SELECT count(*) FROM payments").fetchone() == (4,)


def test_a_statement_that_the_database_refuses(shop: Shop) -> None:
    shop.sql("sale_lines", FILES["sale_lines"].replace("items", "itemz"))
    assert contract_error(shop) == (
        f"sql/till/sale_lines.sql: the database pos_corner (sqlite {shop.root / 'pos.db'}) refused the statement: no such table: itemz. "
        f"{SAFE} Mend the SQL file, then run again."
    )


def test_a_database_file_that_is_not_there_is_not_made(shop: Shop) -> None:
    (shop.root / "pos.db").unlink()
    assert unreachable(shop) == (
        f"the POS database pos_corner (sqlite {shop.root / 'pos.db'}) cannot be used: unable to open database file. {CHECK}"
    )
    assert not (shop.root / "pos.db").exists()


def test_a_connection_without_a_file(shop: Shop) -> None:
    shop.connection = Connection("pos_corner", "sqlite")
    assert "cannot be used: the connection names no file." in unreachable(shop)


def test_a_file_that_is_no_database(shop: Shop) -> None:
    (shop.root / "pos.db").write_text("This is a letter and not a database. " * 200)
    assert "cannot be used: file is not a database." in unreachable(shop)


def test_a_locked_database_is_tried_again_later(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tillpost.pos.source, "CONNECT_SECONDS", 0.1)
    with closing(sqlite3.connect(shop.root / "pos.db")) as till:
        till.execute("BEGIN EXCLUSIVE")
        assert "cannot be used: database is locked." in unreachable(shop)


def test_a_path_with_signs_that_mean_something_in_a_uri(shop: Shop) -> None:
    odd = shop.root / "include" / "50% ?mode=rwc#.db"
    odd.write_bytes((shop.root / "pos.db").read_bytes())
    shop.connection = replace(shop.connection, host=str(odd))
    extraction = shop.extract(name="include/facts")
    assert extraction.rows["sales"] == 2


def test_a_server_that_does_not_answer(shop: Shop, unused_port: int) -> None:
    shop.connection = Connection("pos_corner", "postgres", "127.0.0.1", unused_port, "reader", "hunter2", "till")
    message = unreachable(shop)
    assert message.startswith(f"the POS database pos_corner (postgres 127.0.0.1:{unused_port}/till) cannot be used: connection failed:")
    assert message.endswith(CHECK) and "hunter2" not in message


def test_a_driver_that_is_not_installed(shop: Shop) -> None:
    shop.connection = Connection("pos_corner", "oracle", "db", password="hunter2")
    with pytest.raises(ConfigError) as problem:
        shop.extract()
    assert "pos_corner (oracle db) needs the Python package" in str(problem.value)


def test_a_connection_of_no_known_type(shop: Shop) -> None:
    shop.connection = Connection("pos_corner", "abacus", "db", password="hunter2")
    with pytest.raises(ConfigError) as problem:
        shop.extract()
    assert str(problem.value) == (
        "connection pos_corner (abacus db) has no known type. Allowed: sqlite, postgres, postgresql, mysql, mssql."
    )


def test_postgresql_errors(postgres_shop: Shop, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement that takes too long and a login that is refused are for later; a wrong statement is to be mended."""
    secret = replace(postgres_shop.connection, password="s/3cr€t 7")
    postgres_shop.connection = secret
    postgres_shop.sql("tenders", "SELECT 's/3cr€t 7'::integer, 's%2F3cr%E2%82%AC%207' AS sale_id")
    with pytest.raises(ContractError) as wrong:
        postgres_shop.extract()
    assert 'refused the statement: invalid input syntax for type integer: "***"' in str(wrong.value)
    postgres_shop.sql("tenders", "DELETE FROM payments RETURNING basket")
    with pytest.raises(ContractError):
        postgres_shop.extract()
    monkeypatch.setattr(tillpost.pos.source, "STATEMENT_SECONDS", 0.2)
    postgres_shop.sql("tenders", "SELECT pg_sleep(5)")
    with pytest.raises(SourceUnreachable, match="canceling statement due to statement timeout"):
        postgres_shop.extract()
    postgres_shop.connection = replace(secret, schema="no_such_database")
    with pytest.raises(SourceUnreachable, match=r'cannot be used: .*database "no_such_database" does not exist'):
        postgres_shop.extract()
