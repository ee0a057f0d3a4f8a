"""queries.py: which SQL files a POS system has, and where the binds are in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tillpost.errors import ConfigError
from tillpost.pos.queries import PERIOD_BINDS, load_queries, read_query


def write(folder: Path, name: str, statement: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.sql"
    file.write_text(statement, encoding="utf-8")
    return file


@pytest.fixture
def pos(tmp_path: Path) -> Path:
    folder = tmp_path / "sql" / "till"
    for name in ("tenders", "sale_lines", "sales"):
        write(folder, name, "SELECT 1 WHERE 1 = :store")
    return folder


def test_the_files_of_a_pos_come_in_the_contracts_order(pos: Path, tmp_path: Path) -> None:
    write(pos, "source", "SELECT 1 AS as_of")
    write(pos, "write_payment_status", "UPDATE invoices SET status = :status WHERE id = :pos_id")
    (pos / "README.md").write_text("not SQL")
    queries = load_queries(tmp_path, "till")
    assert [(q.name, q.label, q.binds) for q in queries] == [
        ("source", "sql/till/source.sql", ()),
        ("sales", "sql/till/sales.sql", ("store",)),
        ("sale_lines", "sql/till/sale_lines.sql", ("store",)),
        ("tenders", "sql/till/tenders.sql", ("store",)),
    ]
    assert queries.write_payment_status == pos / "write_payment_status.sql"


@pytest.mark.parametrize("name", ["other", "..", "../sql/till", ""])
def test_an_unknown_pos_names_those_that_are_there(pos: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as problem:
        load_queries(tmp_path, name)
    assert str(problem.value) == f"{tmp_path / 'sql'}: there is no folder of SQL files for the POS system {name!r}. Allowed: till."


def test_a_file_that_is_no_table_names_the_tables(pos: Path, tmp_path: Path) -> None:
    file = write(pos, "sale_line", "SELECT 1")
    with pytest.raises(ConfigError) as problem:
        load_queries(tmp_path, "till")
    assert str(problem.value).startswith(f"{file}: 'sale_line' is not a table of the POS contract. Allowed: source, sales, sale_lines,")
    assert problem.value.allowed[-1] == "write_payment_status"


def test_a_missing_needed_table_is_named(pos: Path, tmp_path: Path) -> None:
    (pos / "tenders.sql").unlink()
    with pytest.raises(ConfigError) as problem:
        load_queries(tmp_path, "till")
    assert str(problem.value) == (
        f"{pos}: the file tenders.sql is missing; every POS system has these: sales.sql, sale_lines.sql, tenders.sql."
    )


@pytest.mark.parametrize("statement", ["", " \n", "-- later\n", "/* SELECT 1 */ ;", "-- SELECT 1"])
def test_a_file_without_a_statement_is_refused(tmp_path: Path, statement: str) -> None:
    file = write(tmp_path, "sales", statement)
    with pytest.raises(ConfigError, match="the file holds no statement"):
        read_query(file, PERIOD_BINDS)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "sales.sql"
    file.write_bytes(b"SELECT 'caf\xe9'")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        read_query(file, PERIOD_BINDS)


def test_an_unknown_bind_names_line_and_allowed_ones(tmp_path: Path) -> None:
    file = write(tmp_path, "sales", "-- :nothing\nSELECT ':no', '''\n:no'\nFROM t WHERE day = :day")
    with pytest.raises(ConfigError) as problem:
        read_query(file, PERIOD_BINDS)
    assert str(problem.value) == (
        f"{file}:4: the bind :day is not known. Allowed: :store, :from_date, :to_date, :from_local, :to_local, :from_utc, :to_utc."
    )


def test_a_bind_of_the_write_back_is_none_of_a_query(pos: Path, tmp_path: Path) -> None:
    write(pos, "write_payment_status", "UPDATE invoices SET status = :state")
    with pytest.raises(ConfigError, match=r"write_payment_status.sql:1: the bind :state is not known. Allowed: :store, :kind, :pos_id"):
        load_queries(tmp_path, "till")


@pytest.mark.parametrize(
    ("statement", "binds", "compiled"),
    [
        ("SELECT '{\"a\":1}', 'at :store', \":store\", `:x`", (), "SELECT '{\"a\":1}', 'at :store', \":store\", `:x`"),
        ("SELECT 'it''s :a' /* :b\n */ -- :c\n, :store", ("store",), "SELECT 'it''s :a' /* :b\n */ -- :c\n, %(store)s"),
        ("SELECT $x$ :a $$ :b $x$, a::text, :from_date::date", ("from_date",), "SELECT $x$ :a $$ :b $x$, a::text, %(from_date)s::date"),
        ("SELECT '12:30:00' WHERE a[1:2] = :store", ("store",), "SELECT '12:30:00' WHERE a[1:2] = %(store)s"),
        ("SELECT @n:=1, \\:store", (), "SELECT @n:=1, :store"),
        ("SELECT 'C:\\:x' WHERE d LIKE '%:y%' AND :to_date > d", ("to_date",), "SELECT 'C:\\:x' WHERE d LIKE '%%:y%%' AND %(to_date)s > d"),
        ("EXEC sales_of :from_date, :to_date", ("from_date", "to_date"), "EXEC sales_of %(from_date)s, %(to_date)s"),
        ("SELECT 1 -- unclosed ' quote :a", (), "SELECT 1 -- unclosed ' quote :a"),
    ],
)
def test_binds_are_found_in_the_code_only(tmp_path: Path, statement: str, binds: tuple[str, ...], compiled: str) -> None:
    query = read_query(write(tmp_path, "sales", statement), PERIOD_BINDS)
    dialect = sa.make_url("postgresql+psycopg://").get_dialect()()
    assert (query.binds, str(query.statement().compile(dialect=dialect))) == (binds, compiled)


def test_a_statement_with_all_binds_runs(tmp_path: Path) -> None:
    file = write(tmp_path, "sales", "SELECT " + ", ".join(f":{bind} AS {bind}" for bind in PERIOD_BINDS))
    query = read_query(file, PERIOD_BINDS)
    engine = sa.create_engine("sqlite://")
    with engine.connect() as database:
        row = database.execute(query.statement(), {bind: str(date(2026, 10, 3)) for bind in query.binds}).one()
    engine.dispose()
    assert query.binds == PERIOD_BINDS and set(row) == {"2026-10-03"}
