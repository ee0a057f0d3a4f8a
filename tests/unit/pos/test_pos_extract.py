"""extract.py: a store's dates become a whole folder of facts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

import tillpost.pos.extract
import tillpost.pos.reading
from tests.unit.pos.corner_shop import DAY, READ_AT, Shop
from tillpost.errors import SourceError
from tillpost.model.period import DateRange, TradingClock
from tillpost.pos.extraction import Extraction, read_extraction
from tillpost.pos.facts import open_facts

BOTH_DAYS = DateRange(date(2026, 10, 3), date(2026, 10, 5))


def test_one_date_becomes_facts(shop: Shop) -> None:
    extraction = shop.extract()
    assert shop.facts("sales", "store", "sale_id", "store_id", "kind", "business_date", "tax_cents", "gross_cents", "net_cents") == [
        ("corner", "A1", "7", "sale", date(2026, 10, 3), 100, 1100, None),
        ("corner", "A2", "7", "refund", date(2026, 10, 3), -50, -550, None),
    ]
    assert shop.facts("sale_lines", "sale_id", "line_no", "item_code", "quantity", "gross_cents") == [
        ("A1", "1", "0042", Decimal(2), 1100),
        ("A2", "1", "0042", Decimal(-1), -550),
    ]
    assert shop.facts("tenders", "sale_id", "tender_type", "amount_cents") == [("A1", "cash", 1100), ("A2", "cash", -550)]
    assert replace(extraction, files={}) == Extraction(
        "corner", DAY, shop.root / "facts", READ_AT, None, rows={"sales": 2, "sale_lines": 2, "tenders": 2}
    )
    assert shop.left() == ["facts"]


def test_the_record_lies_beside_the_facts_and_can_be_read_again(shop: Shop) -> None:
    shop.sql("source", "SELECT '2026-10-04T18:30:00Z' AS as_of")
    extraction = shop.extract(BOTH_DAYS)
    folder = shop.root / "facts"
    assert sorted(p.name for p in folder.iterdir()) == [
        "digests.parquet", "extraction.json", "sale_lines.parquet", "sales.parquet", "source.parquet", "tenders.parquet",
    ]  # fmt: skip
    assert read_extraction(folder) == extraction
    record = json.loads((folder / "extraction.json").read_text())
    assert {name: len(digest) for name, digest in record.pop("files").items()} == {
        f"{t}.parquet": 64 for t in ("digests", *extraction.rows)
    }
    assert record == {
        "version": 1, "store": "corner", "days": ["2026-10-03", "2026-10-05"], "read_at": "2026-10-05T20:00:00+00:00",
        "as_of": "2026-10-04T18:30:00+00:00", "rows": {"source": 1, "sales": 3, "sale_lines": 3, "tenders": 3},
        "dust": {}, "outside": {}, "extra_columns": {},
    }  # fmt: skip
    assert extraction.as_of == datetime(2026, 10, 4, 18, 30, tzinfo=UTC)


def test_the_same_dates_read_again_give_the_same_files(shop: Shop) -> None:
    assert shop.extract(name="one").files == shop.extract(name="two").files


def test_a_changed_file_is_not_taken_for_an_extraction(shop: Shop) -> None:
    shop.extract()
    with (shop.root / "facts" / "sales.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(SourceError, match=r"changed since it was extracted: sales.parquet. Extract the dates again"):
        read_extraction(shop.root / "facts")
    (shop.root / "facts" / "sales.parquet").unlink()
    for folder in (shop.root / "facts", shop.root / "nowhere"):
        with pytest.raises(SourceError, match="no whole extraction is in this folder"):
            read_extraction(folder)


def test_facts_are_views_for_the_checks(shop: Shop) -> None:
    shop.extract()
    with open_facts([shop.root / "facts"]) as facts:
        assert facts.sql(
            "SELECT store, sum(gross_cents), count(DISTINCT sale_id) FROM sales JOIN tenders USING (store, sale_id) GROUP BY 1"
        ).fetchall() == [("corner", 550, 2)]
        assert facts.sql("SELECT count(*) FROM purchases").fetchall() == [(0,)]


def test_a_date_without_rows_is_an_extraction_without_rows(shop: Shop) -> None:
    shop.sql("source", "SELECT 1 AS as_of WHERE 1 = 0")
    extraction = shop.extract(DateRange.of_day(date(2026, 10, 1)))
    assert (extraction.rows, extraction.as_of) == ({"source": 0, "sales": 0, "sale_lines": 0, "tenders": 0}, None)
    assert shop.facts("sales", "sale_id") == []


def test_what_a_query_may_ask_about_its_period(shop: Shop) -> None:
    """Dates and times are text on SQLite, in the form of its own date() and datetime(). The clock goes forward on this night."""
    shop.sales({"receipt_no": ":store", "register_id": ":from_date || ' ' || :to_date", "shift_id": ":from_local || ' ' || :to_local",
                "ledger_ref": ":from_utc || ' ' || :to_utc"})  # fmt: skip
    shop.extract()
    assert shop.facts("sales", "receipt_no", "register_id", "shift_id", "ledger_ref") == [
        ("7", "2026-10-03 2026-10-04", "2026-10-03 04:00:00 2026-10-04 04:00:00", "2026-10-02 18:00:00 2026-10-03 17:00:00")
    ]


def test_amounts_by_the_stores_rounding_and_their_dust(shop: Shop) -> None:
    amounts = ("2.125", "55.04500000000001", "0.1 + 0.2", "'2.125'", "29330.840000000000378")
    rows = [{"sale_id": f"'S-{i}'", "gross": amount} for i, amount in enumerate(amounts)]
    shop.sales(*rows)
    assert shop.extract(name="up").dust == {"sales.gross_cents": 3}
    assert shop.facts("sales", "gross_cents", name="up") == [(213,), (5505,), (30,), (213,), (2933084,)]
    shop.set(rounding="half_even")
    assert shop.extract(name="even").dust == {"sales.gross_cents": 3}
    assert shop.facts("sales", "gross_cents", name="even") == [(212,), (5505,), (30,), (212,), (2933084,)]


def test_cents_and_amounts_side_by_side_in_any_case(shop: Shop) -> None:
    shop.sales({"gross": "", "GROSS_CENTS": "1234", "Tax": "'1.12'", "net_cents": "1122.0", "tip": "NULL"})
    shop.extract()
    assert shop.facts("sales", "gross_cents", "tax_cents", "net_cents", "tip_cents") == [(1234, 112, 1122, None)]


def test_columns_beyond_the_contract_are_named_and_left(shop: Shop) -> None:
    shop.sales({"waiter": "'Jo'", "Table_No": "4", "alloc": "1"})
    extraction = shop.extract()
    assert extraction.extra_columns == {"sales": ("alloc", "table_no", "waiter")}
    assert "waiter" not in pq.read_schema(shop.root / "facts" / "sales.parquet").names


NIGHTS = [  # the wall clock decides: 03:59 is the evening before, 04:00 the new date, also when the clock was changed in between
    ("Australia/Melbourne", "2026-10-03T17:59:00Z", date(2026, 10, 4)),  # 04:59 on the night it goes forward (03:59 never is)
    ("Australia/Melbourne", "2026-10-03T16:59:00Z", date(2026, 10, 3)),  # 03:59
    ("Australia/Melbourne", "2026-10-03T17:00:00Z", date(2026, 10, 4)),  # 04:00
    ("Australia/Melbourne", "2026-04-04T15:30:00Z", date(2026, 4, 4)),  # 02:30 for the first time
    ("Australia/Melbourne", "2026-04-04T16:30:00Z", date(2026, 4, 4)),  # 02:30 for the second time
    ("Australia/Melbourne", "2026-04-04T17:59:00Z", date(2026, 4, 4)),  # 03:59
    ("Australia/Melbourne", "2026-04-04T18:00:00Z", date(2026, 4, 5)),  # 04:00
    ("Pacific/Auckland", "2026-09-26T14:59:00Z", date(2026, 9, 26)),  # 03:59 on the night it goes forward
    ("Pacific/Auckland", "2026-09-26T15:00:00Z", date(2026, 9, 27)),  # 04:00
    ("Pacific/Auckland", "2026-04-04T15:59:00Z", date(2026, 4, 4)),  # 03:59 on the night it goes back
    ("Pacific/Auckland", "2026-04-04T16:00:00Z", date(2026, 4, 5)),  # 04:00
]


@pytest.mark.parametrize(("zone", "moment", "business_date"), NIGHTS)
def test_the_business_date_of_a_moment(shop: Shop, zone: str, moment: str, business_date: date) -> None:
    """As an aware time, and as the same naive time on the store's wall clock."""
    shop.set(clock=TradingClock(zone, time(4)))
    wall = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    shop.sales(
        {"sale_id": "'aware'", "business_date": "NULL", "occurred_at": f"'{moment}'", "occurred_local": "NULL"},
        {"sale_id": "'naive'", "business_date": "NULL", "occurred_at": "NULL", "occurred_local": f"'{wall}'"},
        {"sale_id": "'told'", "business_date": f"'{business_date}'", "occurred_at": "NULL", "occurred_local": "'2020-01-01 12:00:00'"},
    )
    shop.extract(DateRange.of_day(business_date))
    assert shop.facts("sales", "sale_id", "business_date") == [
        ("aware", business_date), ("naive", business_date), ("told", business_date),
    ]  # fmt: skip


def test_the_utc_time_goes_before_the_local_one(shop: Shop) -> None:
    shop.sales({"business_date": "NULL", "occurred_at": "'2026-10-03T11:00:00Z'", "occurred_local": "'2026-10-04 21:00:00'"})
    shop.extract()
    assert shop.facts("sales", "business_date") == [(date(2026, 10, 3),)]


def test_a_pos_without_business_dates(shop: Shop) -> None:
    shop.sales(
        {"sale_id": "'1'", "business_date": "", "occurred_local": "'2026-10-03 21:00:00'"},
        {"sale_id": "'2'", "business_date": "", "occurred_local": "'2026-10-04 03:59:59'"},
    )
    shop.extract()
    assert shop.facts("sales", "sale_id", "business_date", "occurred_at", "occurred_local") == [
        ("1", date(2026, 10, 3), None, datetime.fromisoformat("2026-10-03T21:00")),
        ("2", date(2026, 10, 3), None, datetime.fromisoformat("2026-10-04T03:59:59")),
    ]


def test_rows_outside_the_dates_are_counted_and_kept_out_with_their_lines(shop: Shop) -> None:
    for table in ("sales", "sale_lines", "tenders"):
        statement = (shop.root / "include" / "sql" / "till" / f"{table}.sql").read_text()
        shop.sql(table, statement.replace("AND day < :to_date", "").replace("day >= :from_date", "1"))
    extraction = shop.extract()
    assert (extraction.rows, extraction.outside) == (
        {"sales": 2, "sale_lines": 2, "tenders": 2},
        {"sales": 1, "sale_lines": 1, "tenders": 1},
    )
    assert shop.facts("tenders", "sale_id") == [("A1",), ("A2",)]


def test_many_rows_go_through_in_batches(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tillpost.pos.extract, "BATCH_ROWS", 7)
    monkeypatch.setattr(tillpost.pos.reading, "GROUP_ROWS", 21)
    shop.sql(
        "sales",
        """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
        SELECT i AS sale_id, 7 AS store_id, 'sale' AS kind, 'completed' AS status, 'AUD' AS currency, i / 1000.0 AS gross,
            CASE WHEN i = 50 THEN '2026-10-02' ELSE '2026-10-03' END AS business_date FROM n""",
    )
    extraction = shop.extract()
    assert (extraction.rows["sales"], extraction.outside, extraction.dust) == (99, {"sales": 1}, {"sales.gross_cents": 90})
    assert [int(key) for (key,) in shop.facts("sales", "sale_id")] == [*range(1, 50), *range(51, 101)]
    assert pq.ParquetFile(shop.root / "facts" / "sales.parquet").num_row_groups == 5


def test_all_tables_are_of_one_moment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A till writes while the store is read: either all of its sale is seen, or nothing."""
    with closing(sqlite3.connect(shop.root / "pos.db")) as till:
        till.execute("PRAGMA journal_mode = WAL")
    read = tillpost.pos.extract._read_table

    def read_and_write(database: Any, query: Any, *rest: Any) -> Any:
        result = read(database, query, *rest)
        with closing(sqlite3.connect(shop.root / "pos.db")) as till, till:
            till.execute("INSERT INTO items VALUES ('A1', ?, 'late', 1, '1.00')", [query.name])
            till.execute("INSERT INTO payments VALUES ('A1', ?, 'CASH', '1.00')", [query.name])
        return result

    monkeypatch.setattr(tillpost.pos.extract, "_read_table", read_and_write)
    assert shop.extract().rows == {"sales": 2, "sale_lines": 2, "tenders": 2}
    monkeypatch.undo()
    assert shop.extract(name="later").rows == {"sales": 2, "sale_lines": 5, "tenders": 5}


def test_an_extraction_is_never_overwritten(shop: Shop) -> None:
    shop.extract()
    before = (shop.root / "facts" / "extraction.json").read_bytes()
    with pytest.raises(SourceError, match=r"this extraction exists already and is never overwritten. Name a new folder"):
        shop.extract(BOTH_DAYS)
    assert ((shop.root / "facts" / "extraction.json").read_bytes(), shop.left()) == (before, ["facts"])


def test_a_folder_that_cannot_be_written_says_so(shop: Shop) -> None:
    (shop.root / "full").write_text("a file where a folder must be")
    with pytest.raises(SourceError, match=r"full/facts: the facts cannot be written: Not a directory. Nothing was kept"):
        shop.extract(name="full/facts")


@pytest.fixture
def breaking(shop: Shop) -> Iterator[Shop]:
    yield shop
    assert shop.left() == []


def test_a_failing_third_table_leaves_nothing(breaking: Shop) -> None:
    breaking.sql("tenders", "SELECT * FROM nowhere")
    with pytest.raises(SourceError):
        breaking.extract()


def test_an_interruption_leaves_nothing(breaking: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tillpost.pos.extract, "write_record", interrupt)
    with pytest.raises(KeyboardInterrupt):
        breaking.extract()


def test_postgresql_gives_the_same_facts(shop: Shop, postgres_shop: Shop, tmp_path: Path) -> None:
    """NUMERIC comes as Decimal, DATE as a date, the session is read-only and in UTC, and statements have a time-out."""
    shop.extract(BOTH_DAYS, "sqlite")
    extraction = postgres_shop.extract(BOTH_DAYS, "postgres")
    assert extraction.rows == {"sales": 3, "sale_lines": 3, "tenders": 3}
    for table in extraction.rows:
        sqlite, postgres = (pq.read_table(tmp_path / name / f"{table}.parquet") for name in ("sqlite", "postgres"))
        assert postgres.equals(sqlite)


def test_postgresql_times_and_dust(postgres_shop: Shop) -> None:
    postgres_shop.sales(
        {
            "sale_id": "'aware'",
            "business_date": "NULL::date",
            "occurred_at": "'2026-10-03 03:59+10'::timestamptz",
            "gross": "2.125::numeric",
        },
        {
            "sale_id": "'bound'",
            "business_date": ":from_date::date",
            "occurred_at": ":to_utc::timestamptz",
            "gross": "1.0005::numeric(12, 4)",
        },
        {
            "sale_id": "'float'",
            "business_date": "'2026-10-02'::date",
            "occurred_at": "NULL",
            "gross": "(0.1::float8 + 0.2::float8)::numeric",
        },
    )
    extraction = postgres_shop.extract()
    assert (extraction.outside, extraction.dust) == ({"sales": 2}, {"sales.gross_cents": 1})
    assert postgres_shop.facts("sales", "sale_id", "occurred_at", "gross_cents") == [("bound", datetime(2026, 10, 3, 17, tzinfo=UTC), 100)]
    settings = ("transaction_read_only", "transaction_isolation", "TimeZone", "statement_timeout")
    session = " || ' ' || ".join(f"current_setting('{name}')" for name in settings)
    postgres_shop.sales({"receipt_no": session})
    postgres_shop.extract(name="second")
    assert postgres_shop.facts("sales", "receipt_no", name="second") == [("on repeatable read UTC 15min",)]
