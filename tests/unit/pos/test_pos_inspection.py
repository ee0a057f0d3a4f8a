"""All that an inspection says of SQL files: every fault of every file in one go, in whole sentences, whatever the database does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.unit.pos.corner_shop import DAY, FILES, PERIOD, SALE, Shop, select
from tillpost.connection import Connection
from tillpost.errors import SourceUnreachable
from tillpost.pos import inspection, inspection_rows
from tillpost.pos.contract import Shape
from tillpost.pos.inspection import Inspected, inspect_queries
from tillpost.pos.inspection_faults import Fault
from tillpost.pos.inspection_files import read_files

SLOWER = (
    "Nothing is lost, it is only slower: let WHERE select with >= and < of the period. Where the clock is put back within the hour of the "
    "cut-over, a few such rows are right."
)
MEAN_THE_SAME = (
    "Let WHERE and the date that is delivered mean the same: a time in UTC (timestamptz, occurred_at) is compared with :from_utc and :to_utc, "
    "a time on the shop's clock with :from_local and :to_local, a trading day with :from_date and :to_date."
)
Told = tuple[str, str, str, str]


def inspected(shop: Shop) -> dict[str, Inspected]:
    """What was found of each file that was run."""
    folder = shop.root / "inspected"
    folder.mkdir()
    files = read_files(shop.root / "include" / "sql" / "till")
    return {one.table: one for one in inspect_queries(shop.store, files.queries, shop.connection, DAY, folder)}


def told(faults: tuple[Fault, ...]) -> list[Told]:
    return [(fault.kind, fault.severity.value, fault.what, fault.remedy) for fault in faults]


def told_of(shop: Shop, table: str = "sales") -> list[Told]:
    return told(inspected(shop)[table].faults)


def told_of_files(shop: Shop) -> list[tuple[str, str]]:
    return [(fault.where, fault.what) for fault in read_files(shop.root / "include" / "sql" / "till").faults]


def test_of_a_sound_source_nothing_is_told(shop: Shop) -> None:
    found = inspected(shop)
    assert {table: (one.rows, one.faults, one.is_whole) for table, one in found.items()} == {
        "sales": (2, (), True), "sale_lines": (2, (), True), "tenders": (2, (), True),
    }  # fmt: skip


def test_missing_and_misspelt_columns_are_told_together(shop: Shop) -> None:
    shop.sales(
        {
            "sale_id": "",
            "saleid": "'S-1'",
            "gross": "",
            "currency": "",
            "business_date": "",
            "taxcode": "'GST'",
            "tex": "1",
            "colour": "'red'",
        }
    )
    assert told_of(shop) == [
        ("column_missing", "blocker", "the required column sale_id is missing; 'saleid' is delivered, did you mean that?", "Write AS sale_id."),
        (
            "column_missing", "blocker",
            "the required column currency is missing; delivered are store_id, kind, status, saleid, taxcode, tex, colour",
            "Deliver it: text.",
        ),
        (
            "column_missing", "blocker",
            "the required column gross or gross_cents is missing; delivered are store_id, kind, status, saleid, taxcode, tex, colour",
            "Deliver it: money.",
        ),
        (
            "column_missing", "blocker",
            "none of business_date, occurred_at, occurred_local is delivered; delivered are store_id, kind, status, saleid, taxcode, tex, colour",
            "Deliver the one that the POS knows best: its trading day, or the time of the sale.",
        ),
        ("column_extra", "info", "the contract has no column 'colour'; it is left", "Nothing, or leave it out of the query: it costs time only."),
        ("column_extra", "info", "the contract has no column 'taxcode'; it is left", "Nothing, or leave it out of the query: it costs time only."),
        ("column_extra", "info", "the contract has no column 'tex'; it is left", "Nothing, or leave it out of the query: it costs time only."),
    ]  # fmt: skip


def test_a_column_that_is_nearly_one_of_the_contract_is_told_with_its_name(shop: Shop) -> None:
    shop.sql("sale_lines", FILES["sale_lines"].replace("plu AS item_code", "plu AS item_code, 'GST' AS taxcode, 1 AS lines"))
    assert sorted(told_of(shop, "sale_lines"), reverse=True) == [
        (
            "column_misspelt", "blocker", "the contract has no column 'taxcode'; did you mean tax_code?",
            "Write AS tax_code; a column that is meant for nothing is left out of the query, or has a name that is less like it.",
        ),
        ("column_extra", "info", "the contract has no column 'lines'; it is left", "Nothing, or leave it out of the query: it costs time only."),
    ]  # fmt: skip


def test_columns_that_are_there_twice_are_told(shop: Shop) -> None:
    shop.sales({"gross_cents": "100", "Tax": "0.10", "tax": "0.10"})
    assert told_of(shop) == [
        ("column_twice", "blocker", "delivered twice: 'tax'", "Deliver one of them."),
        ("column_both", "blocker", "both forms of one amount are delivered: 'gross'; 'gross_cents'", "Deliver one of them."),
    ]


def test_every_wrong_value_is_counted_with_the_key_of_the_first(shop: Shop) -> None:
    shop.sales(
        {"gross": "'12,50'"}, {"sale_id": "'S-2'", "gross": "'AUD 1'", "business_date": "'3/10/2026'"}, {"sale_id": "'S-3'", "currency": "''"},
        {"sale_id": "'S-4'", "currency": "NULL"}, {"sale_id": "'S-5'", "status": "'Void'"}, {"sale_id": "'S-6'", "status": "'9'"},
        {"sale_id": "'S-7'", "status": "'9'"}, {"sale_id": "'S-8'"},
    )  # fmt: skip
    found = inspected(shop)["sales"]
    assert told(found.faults) == [
        (
            "not_allowed", "blocker", "status: values that are not allowed: '9' (2 rows), 'Void' (1 row)",
            "Map it in the query: CASE ... WHEN 'Void' THEN 'void' WHEN '9' THEN '?' END; "
            "allowed are completed, void, open, suspended, training.",
        ),
        (
            "wrong_kind", "blocker",
            "business_date: 1 row of the wrong kind: str '3/10/2026', first in the row with sale_id 'S-2'; "
            "expected a date such as 2026-10-03 (no time zone)",
            "Cast it to a date in the query, or to text such as 2026-10-03; a time with a zone must lose its zone first.",
        ),
        (
            "null", "blocker", "currency: NULL or empty in 2 rows, and it is required: str '', first in the row with sale_id 'S-3'",
            "Let the query fill it; rows that mean nothing belong left out.",
        ),
        (
            "wrong_kind", "blocker",
            "gross: 2 rows of the wrong kind: str '12,50', first in the row with sale_id 'S-1'; "
            "expected an exact amount such as 12.50, below ten million millions",
            "Cast it to DECIMAL(18,4) in the query, or deliver whole cents in the column with _cents behind its name.",
        ),
    ]  # fmt: skip
    assert (found.rows, found.is_whole, sorted(found.broken_keys)) == (8, True, ["S-1", "S-2", "S-3", "S-4", "S-6", "S-7"])


def test_rows_without_any_date_and_of_other_stores_are_told(shop: Shop) -> None:
    shop.sales(
        {"business_date": "NULL"}, {"sale_id": "'S-2'", "store_id": "8"}, {"sale_id": "'S-3'", "store_id": "'8'"}, {"sale_id": "'S-4'"}
    )
    assert told_of(shop) == [
        (
            "no_date", "blocker", "1 row with neither business_date nor occurred_at nor occurred_local, first sale_id 'S-1'",
            "Deliver one of the three in every row.",
        ),
        (
            "other_store", "blocker", "rows of other stores than '7': '8' (2 rows), first sale_id 'S-2'",
            "Select the store in WHERE with :store, and deliver store_id as pos_store in tillpost.yml writes it.",
        ),
    ]  # fmt: skip


def test_what_an_extraction_only_counts_is_a_warning(shop: Shop) -> None:
    shop.sales({"gross": "'1.005'", "tax": "0.1234"}, {"sale_id": "'S-2'", "business_date": "'2026-10-09'", "tax": "0.1"})
    shop.sql("source", "SELECT '2026-10-05T00:00:00Z' AS as_of UNION ALL SELECT '2026-10-06T00:00:00Z'")
    found = inspected(shop)
    assert told((*found["sales"].faults, *found["source"].faults)) == [
        (
            "dust", "warning", "tax: 1 row with a fraction of a cent, rounded half_up",
            "Round in the query as the receipt does, or see that `rounding` in tillpost.yml is how the POS rounds.",
        ),
        (
            "dust", "warning", "gross: 1 row with a fraction of a cent, rounded half_up",
            "Round in the query as the receipt does, or see that `rounding` in tillpost.yml is how the POS rounds.",
        ),
        (
            "dates_outside", "warning",
            "1 row of other dates than was asked for, left out: 'S-2'; asked for 2026-10-09, their own date, the file delivers them as well",
            SLOWER,
        ),
        ("one_row", "blocker", "2 rows delivered; it is one row with the time up to which the database is complete", "Take MIN of the times."),
    ]  # fmt: skip


def test_rows_that_no_date_ever_gets_stop_the_check(shop: Shop) -> None:
    """The column is in UTC and compared with the local bounds: trade of the morning belongs to the next date, which does not select it."""
    moments = select({"sale_id": "'morning'", "at": "'2026-10-03 22:30:00'"}, {"sale_id": "'evening'", "at": "'2026-10-03 09:00:00'"})
    whole = "store_id, kind, status, 'AUD' AS currency, 1 AS gross"
    shop.sql(
        "sales",
        f"SELECT sale_id, at || 'Z' AS occurred_at, {whole} FROM ({moments}), (SELECT 7 AS store_id, 'sale' AS kind, 'completed' AS status) "
        "WHERE at >= :from_local AND at < :to_local",
    )
    shop.sql("tenders", "SELECT 'morning' AS sale_id, 1 AS tender_no, 'CASH' AS tender_code, 'cash' AS tender_type, 1 AS amount")
    found = inspected(shop)
    assert told(found["sales"].faults) == [
        (
            "dates_lost", "blocker",
            "1 row of other dates than was asked for, left out: 'morning'; asked for 2026-10-04, their own date, the file does not deliver "
            "them either, so that no night would ever book them",
            MEAN_THE_SAME,
        ),
    ]  # fmt: skip
    assert told(found["tenders"].faults) == [
        ("dates_outside", "warning", "1 row of sales on other dates than was asked for, left out with them", "As sales.sql says."),
    ]
    assert (found["sales"].rows, found["sales"].outside) == (2, 1)


def test_rows_without_a_key_are_looked_for_as_they_are(shop: Shop) -> None:
    figures = select({"day": "'2026-10-03'", "amount": "1"}, {"day": "'2026-10-04'", "amount": "2"})
    counts = f"SELECT 7 AS store_id, day AS business_date, 'CASH' AS tender_code, amount AS counted FROM ({figures}) WHERE "
    shop.sql("counts", counts + ":from_date = '2026-10-03'")
    assert [(fault.kind, fault.severity.value) for fault in inspected(shop)["counts"].faults] == [("dates_lost", "blocker")]
    shop.sql("counts", counts + ":from_date < '2026-10-09'")
    (shop.root / "inspected").rename(shop.root / "before")
    assert told_of(shop, "counts") == [
        (
            "dates_outside", "warning",
            "1 row of other dates than was asked for, left out; asked for 2026-10-04, their own date, the file delivers them as well",
            SLOWER,
        ),
    ]  # fmt: skip


def test_whether_rows_come_on_a_date_for_which_the_file_fails_is_not_known(shop: Shop) -> None:
    shop.sql(
        "sales", select({**SALE, "business_date": "CASE :from_date WHEN '2026-10-03' THEN '2026-10-04' ELSE abs(-9223372036854775808) END"})
    )
    assert told_of(shop) == [
        (
            "dates_outside", "warning",
            "1 row of other dates than was asked for, left out: 'S-1'; whether they come on their own date is not known, for the file could "
            "not be read for 2026-10-04",
            MEAN_THE_SAME,
        ),
    ]  # fmt: skip


def test_a_file_that_does_not_ask_for_its_period_or_its_store_is_told(shop: Shop) -> None:
    shop.sql("source", "SELECT '2026-10-05' AS as_of")
    shop.sql("customers", "SELECT 1 AS id, 'Ann' AS name")
    shop.sql("sales", FILES["sales"].replace(":from_date", "'2026-10-03'").replace(":to_date", "'2026-10-04' /* :to_date */"))
    shop.sql("sale_lines", "SELECT 'A1' AS sale_id, 1 AS line_no, 'item' AS line_kind, 1 AS gross -- :store, :from_date")
    period = "no bind of the period is in it, so that it gives the same rows for every date"
    assert told_of_files(shop) == [("sales.sql", period), ("sale_lines.sql", period)]
    where = PERIOD.replace("shop = :store AND ", "")
    named = ":store only names the column store_id and is compared with nothing, so that another shop's rows are taken for this one's"
    shop.sql("sale_lines", FILES["sale_lines"])
    for column in (":store AS store_id", ':store "store_id"', "CAST(:store AS varchar(20)) AS store_id", ":store::text as Store_ID"):
        shop.sql("sales", f"SELECT {column} FROM baskets WHERE {where} -- :store")
        assert told_of_files(shop) == [("sales.sql", named)], column
    shop.sql("sales", f"SELECT :store AS store_id FROM baskets WHERE shop = :store AND {where}")
    assert told_of_files(shop) == []


def test_an_sql_error_costs_its_own_table_only(shop: Shop) -> None:
    shop.sql("sale_lines", "SELECT a FROM nowhere")
    found = inspected(shop)
    assert told(found["sale_lines"].faults) == [
        ("sql_error", "blocker", "the statement failed: no such table: nowhere", "Mend the SQL, or what the message names.")
    ]
    assert {table: one.is_whole for table, one in found.items()} == {"sales": True, "sale_lines": False, "tenders": True}


def test_an_sql_error_on_a_server_costs_its_own_table_only(postgres_shop: Shop) -> None:
    postgres_shop.sql("sales", "SELECT a FROM nowhere")
    found = inspected(postgres_shop)
    assert [fault.kind for fault in found["sales"].faults] == ["sql_error"]
    assert {table: one.is_whole for table, one in found.items()} == {"sales": False, "sale_lines": True, "tenders": True}


def test_a_statement_without_columns_is_told(shop: Shop) -> None:
    shop.sql("sales", "SAVEPOINT here")
    assert told_of(shop) == [
        (
            "no_columns", "blocker", "the statement returns no columns and no rows at all",
            "Let it SELECT the columns of the contract; a procedure for SQL Server needs SET NOCOUNT ON.",
        ),
    ]  # fmt: skip


def test_hostile_text_is_told_escaped_and_cut(shop: Shop) -> None:
    shop.sql("sales", select({"sale_id": "'S-1'", "kind": "char(27) || '[31m[red]' || char(0) || hex(zeroblob(50))", '"\x1b]0;evil"': "1"}))
    what = [fault.what for fault in inspected(shop)["sales"].faults]
    assert what[-1] == "kind: values that are not allowed: '\\x1b[31m[red]\\x000000000000000000000000… (1 row)"
    assert all(sentence.isprintable() for sentence in what)


def test_a_slow_query_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "SLOW_SECONDS", -1)
    assert told_of(shop) == [
        (
            "slow", "warning", "the query took 0 seconds for one date",
            "Look at its plan: the columns of store and date need an index, and WHERE must compare them bare, without a function.",
        ),
    ]  # fmt: skip


def test_more_wrong_rows_than_can_be_remembered_make_the_table_one_that_was_not_read_whole(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection_rows, "MOST_KEYS", 1)
    shop.sales({"gross": "'x'"}, {"sale_id": "'S-2'", "gross": "'y'"})
    assert inspected(shop)["sales"].is_whole is False


def test_a_row_without_a_readable_key_makes_the_table_one_that_was_not_read_whole(shop: Shop) -> None:
    shop.sales({"sale_id": "NULL"}, {"sale_id": "'S-2'"})
    assert inspected(shop)["sales"].is_whole is False


def test_a_rule_of_the_extraction_that_nobody_looks_at_here_is_told_in_its_words(shop: Shop) -> None:
    shop.sql(
        "movements",
        select({"movement_id": "1", "store_id": "7", "kind": "'float'", "amount": "1", "occurred_local": "'0001-01-01 01:00:00'"}),
    )
    found = inspected(shop)["movements"]
    assert ([fault.kind for fault in found.faults], found.is_whole) == (["refused"], False)
    assert found.faults[0].what.startswith("sql/till/movements.sql: column 'occurred_local' in the row with movement_id 1 holds str")


def test_a_database_that_is_away_is_told_once(shop: Shop) -> None:
    shop.connection = replace(shop.connection, host=str(shop.root / "nowhere.db"))
    with pytest.raises(SourceUnreachable, match="the POS database pos_corner .* cannot be used: unable to open database file"):
        inspected(shop)


def test_a_database_that_is_away_is_told_also_where_no_file_can_be_run(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable):
        list(inspect_queries(shop.store, (), Connection("pos", "sqlite", host=str(tmp_path / "nowhere.db")), DAY, tmp_path))


def test_all_faults_of_files_are_told(shop: Shop) -> None:
    folder = shop.root / "include" / "sql" / "till"
    (folder / "tenders.sql").unlink()
    shop.sql("sale_line", "SELECT 1")
    shop.sql("sales", "SELECT 1\nWHERE day = :date")
    shop.sql("shifts", "-- later")
    shop.sql("counts", "SELECT\n    /* fill in */ NULL AS store_id\n  , 1 AS counted\nFROM /* FILL IN */ x\n-- /* fill in */ no code")
    shop.sql("write_payment_status", "UPDATE x SET y = :nothing")
    assert told_of_files(shop) == [
        ("sale_line.sql", "no table of the contract has this name; did you mean sale_lines.sql?"),
        ("tenders.sql", "the file is not there, and every POS system has it"),
        (
            "sales.sql",
            "line 2: the bind :date is not known. Allowed: :store, :from_date, :to_date, :from_local, :to_local, :from_utc, :to_utc",
        ),
        ("counts.sql", "2 places still to be filled: store_id (line 2), FROM (line 4)"),
        ("shifts.sql", "line 1: the file holds no statement"),
        (
            "write_payment_status.sql",
            "line 1: the bind :nothing is not known. Allowed: :store, :kind, :pos_id, :number, :status, :amount_due_cents, "
            ":amount_paid_cents, :paid_on, :changed_at",
        ),
    ]


def test_wrong_rows_are_counted_over_all_batches(shop: Shop) -> None:
    shop.set(starts_on=date(2026, 1, 1))
    shop.sql(
        "sales",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT i AS sale_id, 7 AS store_id, 'sale' AS kind, "
        "'completed' AS status, '2026-10-03' AS business_date, 'AUD' AS currency, CASE WHEN i % 3 = 0 THEN 'x' || i ELSE 1 END AS gross FROM n",
    )
    found = inspected(shop)["sales"]
    assert (found.rows, [fault.count for fault in found.faults], len(found.broken_keys)) == (30_000, [10_000], 10_000)


def test_what_nobody_foresaw_of_a_drivers_values_costs_its_table_only(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(shape: Shape, *rest: object) -> None:
        if shape.table.name == "sales":
            raise ZeroDivisionError

    monkeypatch.setattr(inspection, "read_leniently", burst)
    found = inspected(shop)
    assert told(found["sales"].faults) == [
        (
            "unreadable", "blocker", "the rows could not be read (ZeroDivisionError)",
            "Cast the columns to plain types; the log has the details.",
        ),
    ]  # fmt: skip
    assert (found["sales"].is_whole, found["tenders"].faults) == (False, ())
