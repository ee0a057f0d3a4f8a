"""postgres.py: COPY and reading row by row give the same files, byte by byte, and the same messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import tillpost.pos.extract
import tillpost.pos.postgres
import tillpost.pos.reading
from tests.pos_systems.conftest import new_database
from tests.unit.pos.corner_shop import FILES, SCHEMA, Shop
from tillpost.connection import Connection
from tillpost.errors import ContractError, SourceUnreachable
from tillpost.pos.queries import Query

TEXTS = ("E'a\\r\\nb'", "E'\\n'", "'\"'", "'\"\"'", "E'\\\\N'", "'NULL'", "''", "' '", "NULL", "'a,b;\"c\"'", "E'\\u00a0x\\u3000'", "E'\\x01'",
         "E'\\\\.'", "E'\\t tab'", "U&'\\2028line'", "repeat('x', 70000)", "'ß漢字😀'", "chr(65279) || 'x'", "'0042'", "'NaN'")  # fmt: skip
NUMBERS = (
    "1.25",
    "-0.005",
    "0.015",
    "12.3456789",
    "1::numeric / 3",
    "-2::numeric / 3",
    "9999999999999.99",
    "0",
    "NULL",
    "1e-30",
    "2.675",
)

# What a column of the sales may be on the server: by name the column, its type there, and values that the contract takes.
TAKEN: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "text": ("receipt_no", "text", TEXTS),
    "varchar": ("receipt_no", "varchar(70000)", TEXTS),
    "padded": ("receipt_no", "char(8)", ("'a'", "''", "NULL", "'  b'")),
    "quoted char": ("receipt_no", '"char"', ("'a'", "NULL")),
    "uuid": ("receipt_no", "uuid", ("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "NULL")),
    "enum": ("receipt_no", "mood", ("'a b'", "'\"'", "NULL")),
    "domain": ("receipt_no", "code", ("' x'", "NULL")),
    "key of int": ("receipt_no", "integer", ("1", "-7", "NULL")),
    "key of bigint": ("receipt_no", "bigint", ("9223372036854775807", "-9223372036854775808")),
    "key of numeric": ("receipt_no", "numeric", ("12.00", "-5", "1e27", "9999999999999999", "NULL")),
    "key of numeric(12, 2)": ("receipt_no", "numeric(12, 2)", ("12", "-0.00", "NULL")),
    "money of numeric": ("tip", "numeric", NUMBERS),
    "money of numeric(15, 4)": ("tip", "numeric(15, 4)", ("1.2345", "-0.005", "0.0050", "0.0055", "NULL")),
    "money of numeric(38, 2)": ("tip", "numeric(38, 2)", ("9999999999999.99", "NULL")),
    "money of numeric(38, 30)": ("tip", "numeric(38, 30)", ("1.005", "-1.005", "0.333333333333333333333333333333")),
    "money of double": (
        "tip",
        "double precision",
        ("55.04500000000001", "0.1::float8 + 0.2::float8", "1e-7", "-0.0", "2.675", "1e12", "NULL"),
    ),
    "money of real": ("tip", "real", ("0.1", "16777216", "1.005", "NULL")),
    "money of int": ("tip", "bigint", ("9999999999999", "-1", "NULL")),
    "money of text": ("tip", "text", ("' 12.50 '", "''", "'-1e1'", "NULL")),
    "cents of int": ("tip_cents", "smallint", ("-32768", "32767", "NULL")),
    "cents of numeric": ("tip_cents", "numeric", ("1250.0", "-3", "NULL")),
    "cents of double": ("tip_cents", "double precision", ("1250", "NULL")),
    "flag": ("is_account_contract", "boolean", ("true", "false", "NULL")),
    "flag of int": ("is_account_contract", "integer", ("0", "1", "NULL")),
    "flag of numeric": ("is_account_contract", "numeric", ("0", "1.0", "NULL")),
    "flag of text": ("is_account_contract", "text", ("'TRUE'", "'0'", "''", "NULL")),
    "date": ("business_date", "date", ("'2026-10-03'", "'1969-12-31'", "'0001-01-01'", "'9999-12-31'", "'2024-02-29'")),
    "date of timestamp": ("business_date", "timestamp", ("'2026-10-03 23:59:59.999999'", "'1969-12-31 00:00:00.000001'")),
    "date of text": ("business_date", "text", ("'2026-10-03'", "'3 Oct 2026'")),
    "utc": (
        "occurred_at",
        "timestamptz",
        ("'2026-10-03 03:59+10'", "'1969-12-31 23:59:59.999999Z'", "'1883-01-01 00:00+09:40:00'", "NULL"),
    ),
    "utc of timestamp": ("occurred_at", "timestamp", ("'2026-10-03 03:59'", "'0001-01-01'", "NULL")),
    "local": ("occurred_local", "timestamp", ("'2026-10-03 03:59:00.5'", "'1850-01-01'", "NULL")),
    "local of timestamptz": (
        "occurred_local",
        "timestamptz",
        ("'2026-04-04 15:30Z'", "'2026-04-04 16:30Z'", "'1890-01-01 00:00Z'", "NULL"),
    ),
    "local of text": ("occurred_local", "text", ("'2026-10-03T11:00:00Z'", "'3 Oct 2026 21:00'", "''", "NULL")),
    "no type": ("receipt_no", "", ("NULL",)),
}
# What the contract refuses, or Python does not know: the second value of each.
REFUSED: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "money NaN": ("tip", "numeric", ("1", "'NaN'"), "column 'tip' in the row with sale_id 'S-1' holds Decimal NaN"),
    "money infinity": ("tip", "numeric", ("1", "'Infinity'"), "holds Decimal Infinity"),
    "money huge": ("tip", "numeric", ("1", "1e130000"), "holds Decimal 1000000000000000000000000000000000000000"),
    "money too large": ("tip", "numeric(18, 2)", ("1", "1e15"), "holds Decimal 1000000000000000.00"),
    "money double NaN": ("tip", "double precision", ("1", "'NaN'"), "holds float nan"),
    "money double infinity": ("tip", "double precision", ("1", "'-Infinity'"), "holds float -inf"),
    "money type": ("tip", "money", ("NULL", "1234.5"), "holds str '$1,234.50'"),
    "money flag": ("tip", "boolean", ("NULL", "true"), "holds bool True"),
    "cents with a fraction": ("tip_cents", "numeric", ("1", "1.5"), "column 'tip_cents' in the row with sale_id 'S-1' holds Decimal 1.5"),
    "array": ("receipt_no", "text[]", ("NULL", "'{a}'"), "holds list ['a']"),
    "jsonb": ("receipt_no", "jsonb", ("NULL", "'{\"a\": 1}'"), "holds dict {'a': 1}"),
    "key double": ("receipt_no", "double precision", ("NULL", "1"), "holds float 1.0"),
    "key bool": ("receipt_no", "boolean", ("NULL", "true"), "holds bool True"),
    "key with a fraction": ("receipt_no", "numeric", ("1", "1.5"), "holds Decimal 1.5"),
    "flag of two": ("is_account_contract", "integer", ("1", "2"), "holds int 2"),
    "date infinity": ("business_date", "date", ("'2026-10-03'", "'infinity'"), "holds str 'infinity'; expected a date"),
    "date before Christ": ("business_date", "date", ("'2026-10-03'", "'0044-03-15 BC'"), "holds str '0044-03-15 BC'"),
    "date after 9999": ("business_date", "date", ("'2026-10-03'", "'10000-01-01'"), "holds str '10000-01-01'"),
    "date with a zone": ("business_date", "timestamptz", ("NULL", "'2026-10-03Z'"), "holds datetime 2026-10-03 00:00:00+00:00"),
    "utc infinity": ("occurred_at", "timestamptz", ("NULL", "'-infinity'"), "holds str '-infinity'"),
    "local infinity": ("occurred_local", "timestamp", ("NULL", "'infinity'"), "holds str 'infinity'"),
    "local after the calendar": ("occurred_local", "timestamptz", ("NULL", "'9999-12-31 23:00Z'"), "holds datetime 9999-12-31 23:00:00+00:00"),
    "required": ("gross", "numeric", ("1", "NULL"), "column 'gross' in the row with sale_id 'S-1' holds NULL; expected a value"),
    "not allowed": ("kind", "text", ("'sale'", "'gift'"), "holds str 'gift'; expected one of sale, refund"),
    "another store": ("store_id", "text", ("'7'", "'8'"), "expected only rows of the store that was asked for, '7' (:store)"),
}  # fmt: skip


@pytest.fixture(scope="module")
def database() -> Iterator[Connection]:
    """One database for the tests of this module: none of them changes the shop's rows."""
    made = new_database("postgres")
    connection = next(made)
    with sa.create_engine(connection.sqlalchemy_url()).begin() as server:
        server.exec_driver_sql(SCHEMA.replace("shop INTEGER", "shop TEXT").replace("day TEXT", "day DATE"))
        server.exec_driver_sql("CREATE TYPE mood AS ENUM ('a b', '\"'); CREATE DOMAIN code AS varchar(9)")
    yield connection
    next(made, None)


@pytest.fixture
def postgres_shop(tmp_path: Path, database: Connection) -> Shop:
    shop = Shop(tmp_path, database)
    for name, statement in FILES.items():
        shop.sql(name, statement)
    return shop


def cast(value: str, kind: str) -> str:
    return f"({value})::{kind}" if kind else value


def deliver(shop: Shop, column: str, kind: str, values: tuple[str, ...]) -> None:
    """A sale for each value, all of them in the dates that are asked for unless the value is the date."""
    day = {} if column == "business_date" else {"business_date": "'2026-10-03'::date"}
    shop.sales(*({"sale_id": f"'S-{i}'", column: cast(value, kind), **day} for i, value in enumerate(values)))
    path = shop.root / "include" / "sql" / "till" / "sales.sql"
    path.write_text(path.read_text() + ";  -- the last; of all\n")


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Tables in the order in which they were read, and whether COPY read them. ``slow`` in front of a run switches it off."""
    told: list[tuple[str, bool]] = []
    fast = tillpost.pos.extract._copied

    def tell(database: Any, query: Query, *rest: Any) -> bool:
        copied = ("slow", True) not in told and fast(database, query, *rest)
        told.append((query.name, copied))
        return copied

    monkeypatch.setattr(tillpost.pos.extract, "_copied", tell)
    return told


def failure(extract: Callable[[], object]) -> str:
    with pytest.raises(ContractError) as problem:
        extract()
    return str(problem.value)


@pytest.mark.parametrize("case", TAKEN)
def test_copy_gives_the_same_files(postgres_shop: Shop, ways: list[tuple[str, bool]], case: str) -> None:
    column, kind, values = TAKEN[case]
    deliver(postgres_shop, column, kind, values)
    fast = postgres_shop.extract(name="fast")
    assert ways == [("sales", True), ("sale_lines", True), ("tenders", True)]
    ways.append(("slow", True))
    slow = postgres_shop.extract(name="slow")
    assert (fast.files, fast.dust, fast.outside, fast.rows) == (slow.files, slow.dust, slow.outside, slow.rows)
    assert sum(fast.rows[t] + fast.outside.get(t, 0) for t in ("sales",)) == len(values)


@pytest.mark.parametrize("case", REFUSED)
def test_copy_gives_the_same_message(postgres_shop: Shop, ways: list[tuple[str, bool]], case: str) -> None:
    column, kind, values, words = REFUSED[case]
    deliver(postgres_shop, column, kind, values)
    fast = failure(postgres_shop.extract)
    assert ways == [("sales", False)]
    assert fast == failure(postgres_shop.extract) and fast.startswith("sql/till/sales.sql: ") and words in fast
    assert postgres_shop.left() == []


def test_an_empty_text_is_not_null_and_line_ends_stay(postgres_shop: Shop) -> None:
    """Trimmed text is NULL where nothing is left; inside it nothing is changed."""
    deliver(postgres_shop, "receipt_no", "text", ("E'a\\r\\nb'", "''", "E'\\\\N'", "'NULL'", "chr(65279) || 'x'"))
    postgres_shop.extract()
    assert postgres_shop.facts("sales", "receipt_no") == [("a\r\nb",), (None,), ("\\N",), ("NULL",), ("\ufeffx",)]


def test_a_mark_of_the_file_in_front_of_a_block_stays(postgres_shop: Shop) -> None:
    postgres_shop.sql("sale_lines", "SELECT chr(65279) || 'S' AS sale_id, 1 AS line_no, 'item' AS line_kind, 1 AS gross")
    postgres_shop.extract()
    assert postgres_shop.facts("sale_lines", "sale_id") == [("\ufeffS",)]


def test_blocks_and_row_groups_are_the_same_either_way(
    postgres_shop: Shop, ways: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tillpost.pos.postgres, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(tillpost.pos.reading, "GROUP_ROWS", 37)
    postgres_shop.sql("sales", """SELECT i AS sale_id, 7 AS store_id, 'sale' AS kind, 'completed' AS status, 'AUD' AS currency,
        i / 1000.0 AS gross, date '2026-10-03' - (i % 2) AS business_date FROM generate_series(1, 300) AS i""")  # fmt: skip
    postgres_shop.sql("sale_lines", """SELECT i AS sale_id, 1 AS line_no, 'item' AS line_kind, i / 1000.0 AS gross
        FROM generate_series(1, 300) AS i""")  # fmt: skip
    fast = postgres_shop.extract(name="fast")
    ways.append(("slow", True))
    slow = postgres_shop.extract(name="slow")
    assert fast.files == slow.files
    assert (fast.rows["sale_lines"], fast.outside) == (150, {"sales": 150, "sale_lines": 150})


def test_business_dates_of_moments_are_the_same_either_way(postgres_shop: Shop, ways: list[tuple[str, bool]]) -> None:
    postgres_shop.sales(*(
        {"sale_id": f"'S-{i}'", "business_date": "NULL::date", "occurred_at": f"timestamptz '{moment}'"}
        for i, moment in enumerate(("2026-10-03T17:59:59.999999Z", "2026-10-03T16:59:59Z", "2026-10-03T17:00Z"))
    ))  # fmt: skip
    fast = postgres_shop.extract(name="fast")
    ways.append(("slow", True))
    assert fast.files == postgres_shop.extract(name="slow").files
    assert ways[0] == ("sales", True)
    assert postgres_shop.facts("sales", "sale_id", "business_date", name="fast") == [("S-1", date(2026, 10, 3))]


def test_a_procedure_and_other_statements_go_by_the_other_way(postgres_shop: Shop, ways: list[tuple[str, bool]]) -> None:
    with sa.create_engine(postgres_shop.connection.sqlalchemy_url()).begin() as database:
        database.exec_driver_sql(
            "CREATE PROCEDURE up_to(INOUT as_of timestamptz) LANGUAGE plpgsql AS "
            "$$ BEGIN as_of := '2026-10-04 18:30Z'; END $$"
        )  # fmt: skip
        database.exec_driver_sql(
            "CREATE FUNCTION paid(day date) RETURNS TABLE (sale_id text, tender_no int, tender_code text, tender_type text, amount numeric) "
            "LANGUAGE sql AS $$ SELECT basket, pos, how, 'cash', total FROM payments WHERE basket < 'A3' $$"
        )
    postgres_shop.sql("source", "/* SELECT */ CALL up_to(:to_utc)")
    postgres_shop.sql("tenders", "(SELECT * FROM paid(:from_date)) -- '100%'")
    extraction = postgres_shop.extract()
    assert ways == [("source", False), ("sales", True), ("sale_lines", True), ("tenders", True)]
    assert (str(extraction.as_of), extraction.rows["tenders"]) == ("2026-10-04 18:30:00+00:00", 2)


def test_what_a_statement_may_hold(postgres_shop: Shop, ways: list[tuple[str, bool]]) -> None:
    """Signs that mean something to a driver, quotes in values, a WITH, a set of VALUES."""
    postgres_shop.set(pos_store="7' OR ''='\\")
    postgres_shop.sales({"store_id": ":store", "receipt_no": "'100% :x %s %(y)s' || :store", "business_date": ":from_date"})
    postgres_shop.sql("sale_lines", "WITH l(sale_id, line_no, line_kind, gross) AS (VALUES ('a', 1, 'item', 1.5)) SELECT * FROM l;;")
    postgres_shop.extract()
    assert ways[:2] == [("sales", True), ("sale_lines", True)]
    assert postgres_shop.facts("sales", "receipt_no") == [("100% :x %s %(y)s7' OR ''='\\",)]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (FILES["tenders"].replace("payments JOIN", "paymentz JOIN"), 'refused the statement: relation "paymentz" does not exist'),
        (FILES["tenders"] + "; SELECT 1", "refused the statement: cannot insert multiple commands"),
        ("SELECT 'a' AS sale_id, 1 AS tender_no, 'c' AS tender_code, 'cash' AS tender_type, 1 / (3 - i) AS amount "
         "FROM generate_series(1, 5) i", "refused the statement: division by zero"),
    ],
)  # fmt: skip
def test_what_the_server_refuses(postgres_shop: Shop, statement: str, words: str) -> None:
    postgres_shop.sql("tenders", statement)
    assert words in failure(postgres_shop.extract)


def test_a_statement_that_takes_too_long_is_not_asked_twice(postgres_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tillpost.pos.source, "STATEMENT_SECONDS", 0.2)
    runs: list[str] = []
    monkeypatch.setattr(tillpost.pos.extract, "describe", lambda *a: runs.append("run") or tillpost.pos.postgres.describe(*a))
    postgres_shop.sql("sales", FILES["sales"].replace("FROM baskets", "FROM baskets, pg_sleep(5)"))
    with pytest.raises(SourceUnreachable, match="canceling statement due to statement timeout"):
        postgres_shop.extract()
    assert runs == ["run"]
