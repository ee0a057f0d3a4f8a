"""A POS is read in one read-only transaction, hinders nobody, and is read again from the start when the connection is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

import tillpost.pos.extract
import tillpost.pos.postgres
import tillpost.pos.reading
import tillpost.pos.source
import tillpost.pos.spool
from tests.unit.pos.corner_shop import DAY, READ_AT, Shop
from tillpost.errors import ContractError, SourceUnreachable
from tillpost.pos.extract import extract_store
from tillpost.pos.extraction import Extraction
from tillpost.pos.queries import Query, load_queries

MANY = 60_000
KILL = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tillpost' AND datname = current_database()",
    "mysql": "SELECT concat('KILL ', id) FROM information_schema.processlist WHERE db = database() AND id <> connection_id()",
}


@pytest.fixture(params=["postgres_shop", "mariadb_shop"])
def server_shop(request: pytest.FixtureRequest) -> Shop:
    shop: Shop = request.getfixturevalue(request.param)
    return shop


def run(shop: Shop, *statements: str) -> list[Any]:
    """Run statements beside the extraction, each committed; the rows of the last."""
    with sa.create_engine(shop.connection.sqlalchemy_url(), isolation_level="AUTOCOMMIT").connect() as database:
        results = [database.exec_driver_sql(statement) for statement in statements]
        return list(results[-1].fetchall()) if results[-1].returns_rows else []


def kill(shop: Shop) -> None:
    """Let the server end the extraction's connection, as its administrator would."""
    kind = shop.connection.sqlalchemy_url().get_backend_name()
    found = run(shop, KILL[kind])
    assert found
    if kind == "mysql":
        run(shop, *(row[0] for row in found))


def many_lines(shop: Shop) -> None:
    """Lines that fill every buffer between the server and us many times."""
    run(shop, "CREATE TABLE filler (n INTEGER, words VARCHAR(200))")
    with sa.create_engine(shop.connection.sqlalchemy_url()).begin() as database:
        row = {"words": "x" * 200}
        database.execute(sa.text("INSERT INTO filler VALUES (:n, :words)"), [{"n": n, **row} for n in range(300)])
        database.exec_driver_sql(f"INSERT INTO filler SELECT a.n * 300 + b.n, a.words FROM filler a, filler b LIMIT {MANY - 300}")
    shop.sql(
        "sale_lines", "SELECT 'A1' AS sale_id, n AS line_no, 'item' AS line_kind, words AS description, 1 AS gross FROM filler ORDER BY n"
    )


def extract(shop: Shop, pauses: list[float], name: str = "facts") -> Extraction:
    queries = load_queries(shop.root / "include", "till")
    return extract_store(shop.store, queries, shop.connection, DAY, shop.root / name, READ_AT, pauses.append)


def in_mid_table(monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]) -> list[int]:
    """Call ``act`` with the number of the try once in each, when a part of the lines has arrived; the rows that had arrived then."""
    arrived: list[int] = []
    monkeypatch.setattr(tillpost.pos.postgres, "BLOCK_BYTES", 50_000)
    monkeypatch.setattr(tillpost.pos.extract, "BATCH_ROWS", 100)
    for place, name, size in (
        (tillpost.pos.reading, "make_facts", lambda a: a[1].size),
        (tillpost.pos.spool.Spool, "add", lambda a: len(a[1])),
    ):
        known = getattr(place, name)

        def tell(*args: Any, known: Any = known, size: Any = size, name: str = name) -> Any:
            lines = name == "add" or args[0].table.name == "sale_lines"
            if lines and size(args) >= 100 and (not arrived or arrived[-1] < 0):
                arrived.append(size(args))
                act(len(arrived))
            return known(*args)

        monkeypatch.setattr(place, name, tell)
    begin = tillpost.pos.extract.open_source

    def begin_and_tell(*args: Any, **options: Any) -> Any:
        arrived[-1:] = [-size for size in arrived[-1:]]
        return begin(*args, **options)

    monkeypatch.setattr(tillpost.pos.extract, "open_source", begin_and_tell)
    return arrived


def test_a_lost_connection_is_made_anew_and_all_is_read_again(server_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    many_lines(server_shop)
    whole = server_shop.extract(name="whole")
    pauses: list[float] = []

    def act(attempt: int) -> None:
        if attempt == 1:
            kill(server_shop)
            run(server_shop, "UPDATE baskets SET total = 12 WHERE no LIKE 'A1%%'", "DELETE FROM filler WHERE n = 0")

    arrived = in_mid_table(monkeypatch, act)
    again = extract(server_shop, pauses)
    assert pauses == [5.0]
    assert len(arrived) == 2 and 0 < -arrived[0] < MANY
    assert (whole.rows["sale_lines"], again.rows["sale_lines"]) == (MANY, MANY - 2)
    assert server_shop.facts("sales", "sale_id", "gross_cents") == [("A1", 1200), ("A2", -550)]
    assert server_shop.left() == ["facts", "whole"]


def test_a_connection_that_is_lost_three_times_is_told(server_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    many_lines(server_shop)
    pauses: list[float] = []
    in_mid_table(monkeypatch, lambda attempt: kill(server_shop))
    with pytest.raises(SourceUnreachable, match=r"cannot be used: .*The connection was lost: the store was read from the start 3 times\.$"):
        extract(server_shop, pauses)
    assert (pauses, server_shop.left()) == ([5.0, 30.0], [])


def test_a_server_that_never_answered_is_not_asked_again(server_shop: Shop, unused_port: int) -> None:
    server_shop.connection = replace(server_shop.connection, port=unused_port)
    pauses: list[float] = []
    with pytest.raises(SourceUnreachable):
        extract(server_shop, pauses)
    assert pauses == []


def test_headers_and_lines_are_of_one_moment(server_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    read = tillpost.pos.extract._read_table

    def read_and_sell(database: Any, query: Query, *rest: Any) -> Any:
        result = read(database, query, *rest)
        run(server_shop, f"INSERT INTO baskets VALUES ('N-{query.name}', '7', '2026-10-03', 1, 0)",
            f"INSERT INTO items VALUES ('N-{query.name}', 1, 'new', 1, 1), ('A1', 9, 'late', 1, 1)",
            "INSERT INTO payments VALUES ('A1', 9, 'CASH', 1)")  # fmt: skip
        return result

    monkeypatch.setattr(tillpost.pos.extract, "_read_table", read_and_sell)
    assert server_shop.extract().rows == {"sales": 2, "sale_lines": 2, "tenders": 2}
    monkeypatch.undo()
    assert server_shop.extract(name="later").rows == {"sales": 5, "sale_lines": 8, "tenders": 5}


def test_mariadb_snapshot_begins_before_the_first_table(mariadb_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sold between the begin and the first statement is of a later moment."""
    read = tillpost.pos.extract._read_table

    def sell_and_read(database: Any, query: Query, *rest: Any) -> Any:
        run(mariadb_shop, f"INSERT INTO baskets VALUES ('N-{query.name}', '7', '2026-10-03', 1, 0)")
        return read(database, query, *rest)

    monkeypatch.setattr(tillpost.pos.extract, "_read_table", sell_and_read)
    assert mariadb_shop.extract().rows["sales"] == 2


WRITES = {
    "insert": "INSERT INTO payments VALUES ('X', 1, 'CASH', 1)",
    "insert returning": "INSERT INTO payments VALUES ('X', 1, 'CASH', 1) RETURNING basket AS sale_id",
    "update": "UPDATE payments SET total = 0",
    "function": "SELECT pay() AS sale_id",
    "into": "SELECT * INTO paid FROM payments",
    "sequence": "SELECT nextval('numbers') AS sale_id",
    "table": "CREATE TABLE paid AS SELECT * FROM payments",
}
BODY = {
    "postgresql": "CREATE FUNCTION pay() RETURNS integer LANGUAGE sql AS $$ INSERT INTO payments VALUES ('X', 1, 'CASH', 1) RETURNING 1 $$",
    "mysql": "CREATE FUNCTION pay() RETURNS integer MODIFIES SQL DATA BEGIN INSERT INTO payments VALUES ('X', 1, 'CASH', 1); RETURN 1; END",
}


@pytest.mark.parametrize("write", WRITES)
def test_the_server_refuses_to_write(server_shop: Shop, write: str) -> None:
    kind = server_shop.connection.sqlalchemy_url().get_backend_name()
    run(server_shop, BODY[kind], "CREATE SEQUENCE numbers")
    server_shop.sql("tenders", WRITES[write].replace("nextval('numbers')", "nextval(numbers)" if kind == "mysql" else "nextval('numbers')"))
    words = "INTO|Undeclared variable: paid" if write == "into" else "(?i)refused the statement: .*read.only transaction"
    with pytest.raises(ContractError, match=words):
        server_shop.extract()
    assert run(server_shop, "SELECT count(*), sum(total) FROM payments")[0] == (4, Decimal("106.70"))
    tables = {
        row[0] for row in run(server_shop, "SELECT table_name FROM information_schema.tables WHERE table_name IN ('paid', 'payments')")
    }
    assert tables == {"payments"}
    assert server_shop.left() == []


@pytest.mark.parametrize("write", ["insert", "insert returning", "update", "table"])
def test_sqlite_refuses_to_write(shop: Shop, write: str) -> None:
    shop.sql("tenders", WRITES[write])
    with pytest.raises(ContractError, match="attempt to write a readonly database"):
        shop.extract()
    with closing(sqlite3.connect(shop.root / "pos.db")) as till:
        assert till.execute("SELECT count(*), sum(total) FROM payments").fetchone() == (4, pytest.approx(106.7))


@pytest.mark.parametrize("server", ["postgres_shop", "mariadb_shop", "shop"])
def test_a_statement_that_takes_too_long_is_ended(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    shop: Shop = request.getfixturevalue(server)
    monkeypatch.setattr(tillpost.pos.source, "STATEMENT_SECONDS", 0.3)
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000000) SELECT count(*) AS sale_id FROM n"
    shop.sql(
        "tenders",
        "SELECT count(*) AS sale_id FROM seq_1_to_100000 a, seq_1_to_100000 b WHERE a.seq <> b.seq" if server == "mariadb_shop" else long,
    )
    pauses: list[float] = []
    words = {"postgres_shop": "statement timeout", "mariadb_shop": "max_statement_time exceeded", "shop": "interrupted"}
    with pytest.raises(SourceUnreachable, match=words[server]):
        extract(shop, pauses)
    assert (pauses, shop.left()) == ([], [])


def test_a_lock_is_not_waited_for_long(server_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tillpost.pos.source, "LOCK_SECONDS", 1)
    kind = server_shop.connection.sqlalchemy_url().get_backend_name()
    with sa.create_engine(server_shop.connection.sqlalchemy_url()).connect() as till:
        till.exec_driver_sql("LOCK TABLE baskets IN ACCESS EXCLUSIVE MODE" if kind == "postgresql" else "LOCK TABLES baskets WRITE")
        with pytest.raises(SourceUnreachable, match="lock timeout|Lock wait timeout"):
            server_shop.extract()
        till.invalidate()


def test_the_database_person_sees_who_it_is(postgres_shop: Shop, mariadb_shop: Shop) -> None:
    postgres_shop.sales({"receipt_no": "current_setting('application_name')"})
    postgres_shop.extract(name="postgres")
    assert postgres_shop.facts("sales", "receipt_no", name="postgres") == [("tillpost",)]
    settings = "@@max_statement_time, ' ', @@lock_wait_timeout, ' ', @@innodb_lock_wait_timeout, ' ', @@tx_isolation"
    mariadb_shop.sales({"store_id": "'7'", "receipt_no": f"concat({settings})"})
    mariadb_shop.extract(name="mariadb")
    assert mariadb_shop.facts("sales", "receipt_no", name="mariadb") == [("900.000000 30 30 REPEATABLE-READ",)]


def test_no_lock_is_kept_while_files_are_written(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """In SQLite's rollback journal a reader keeps the till from committing: when the first file is written, it may."""
    add = tillpost.pos.reading.StoreReading.add_rows
    sold: list[int] = []

    def sell_and_add(self: Any, *args: Any) -> None:
        with closing(sqlite3.connect(shop.root / "pos.db", timeout=0)) as till, till:
            sold.append(till.execute("INSERT INTO payments VALUES ('A1', 9, 'CASH', 1)").rowcount)
        add(self, *args)

    monkeypatch.setattr(tillpost.pos.reading.StoreReading, "add_rows", sell_and_add)
    assert (shop.extract().rows["tenders"], sold) == (2, [1, 1, 1])


def test_rows_that_wait_in_a_file_are_the_same(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = shop.extract(name="memory")
    monkeypatch.setattr(tillpost.pos.spool, "IN_MEMORY_ROWS", 1)
    monkeypatch.setattr(tillpost.pos.extract, "BATCH_ROWS", 1)
    assert (shop.extract(name="file").files, shop.left()) == (in_memory.files, ["file", "memory"])
