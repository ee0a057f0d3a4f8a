"""Reading opensourcepos: any date and always alike, whatever the session; debts that are paid later; and databases that are not as they should be."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sandbox.world import PROJECT
from tests.pos_systems.opensourcepos.database import (
    ALL_DATES,
    CLOCK,
    READ_AT,
    STORE,
    change,
    engine_of,
    extract,
    facts,
    fill,
    one_day,
    open_shop,
)  # fmt: skip
from tests.pos_systems.opensourcepos.shop import COMPANY, PLUMBER, Shop, wall
from tests.pos_systems.opensourcepos.trade import days, trade
from tillpost.connection import Connection
from tillpost.errors import ContractError
from tillpost.pos.extract import extract_store
from tillpost.pos.queries import Queries, load_queries

QUERIES = load_queries(PROJECT / "include", "opensourcepos")
SALES = ("sales", "sale_lines", "sale_taxes", "tenders", "movements", "movement_allocations", "counts", "shifts", "control_totals")
SESSIONS = {
    "plus_eleven": "SET time_zone = '+11:00'",
    "utc": "SET time_zone = '+00:00'",
    "strict": "SET sql_mode = 'ANSI,ANSI_QUOTES,PIPES_AS_CONCAT,ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'",
    "lax": "SET sql_mode = ''",
}


def _rows(till: Connection, setting: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """What each file of SQL returns for all dates in a session of that setting."""
    first, last = CLOCK.local_bounds(ALL_DATES)
    values = {"store": COMPANY, "from_date": ALL_DATES.start, "to_date": ALL_DATES.end, "from_local": first, "to_local": last}
    with engine_of(till).connect() as database:
        if setting:
            database.exec_driver_sql(setting)
        return {
            query.name: [tuple(row) for row in database.execute(query.statement(), {name: values[name] for name in query.binds})]
            for query in QUERIES
        }


@pytest.mark.parametrize("session", SESSIONS)
def test_zone_and_mode_of_the_session_change_nothing(till: Connection, session: str) -> None:
    assert _rows(till, SESSIONS[session]) == _rows(till)


def test_one_date_at_a_time_delivers_what_all_dates_deliver(till: Connection, extracted: Path, tmp_path: Path) -> None:
    for day in days():
        extract(till, tmp_path / str(day), one_day(day))
    for table in (*SALES, "purchases", "purchase_lines"):
        columns = _columns(extracted, table)
        apart = [row for day in days() for row in facts(tmp_path / str(day), table, *columns)]
        assert sorted(map(repr, apart)) == sorted(map(repr, facts(extracted, table, *columns)))


def _columns(folder: Path, table: str) -> list[str]:
    return list(pq.read_schema(folder / f"{table}.parquet").names)


def test_a_sale_looks_the_same_before_and_after_its_debt_is_paid(mariadb_apart: Connection, shop: Shop, tmp_path: Path) -> None:
    sold = next(b for b in shop.baskets if b.customer == PLUMBER and b.later)
    open_shop(mariadb_apart, sold)
    change(mariadb_apart, "UPDATE ospos_sales_payments SET payment_type = 'Due', payment_time = '2026-03-03 10:07:00', payment_id = 700")
    extract(mariadb_apart, tmp_path / "before", one_day(sold.day))
    change(mariadb_apart, "DELETE FROM ospos_sales_payments")
    change(
        mariadb_apart,
        "INSERT INTO ospos_sales_payments (sale_id, payment_type, payment_amount, payment_time) "
        f"VALUES ({sold.sale_id}, 'Debit Card', 68.30, '2026-03-05 10:30:00')",
    )
    extract(mariadb_apart, tmp_path / "after", one_day(sold.day))
    for table in SALES:
        names = _columns(tmp_path / "before", table)
        assert facts(tmp_path / "after", table, *names) == facts(tmp_path / "before", table, *names)
    assert facts(tmp_path / "after", "tenders", "tender_no", "tender_code", "amount_cents") == [("due", "DUE", 6830)]


def test_a_server_whose_clock_is_not_the_shops(mariadb_apart: Connection, shop: Shop, tmp_path: Path) -> None:
    """payment_time is the server's: in UTC here, eleven hours behind the shop. The files of SQL are told by how much."""
    baskets = [b for b in shop.baskets if b.when.hour >= 20 or b.when.hour < 4 or b.later]
    open_shop(mariadb_apart, *baskets)
    change(mariadb_apart, "UPDATE ospos_sales_payments SET payment_time = payment_time - INTERVAL 11 HOUR")
    adapted = tmp_path / "include" / "sql" / "opensourcepos"
    shutil.copytree(PROJECT / "include" / "sql" / "opensourcepos", adapted)
    for file in adapted.glob("*.sql"):
        file.write_text(file.read_text(encoding="utf-8").replace("INTERVAL 0 MINUTE", "INTERVAL 660 MINUTE"), encoding="utf-8")
    _extract(load_queries(tmp_path / "include", "opensourcepos"), mariadb_apart, tmp_path / "facts")
    assert facts(tmp_path / "facts", "movements", "business_date", "occurred_local", "tender_code", "amount_cents") == [
        (date(2026, 3, 5), wall("2026-03-05 10:30"), "CARD", 6830),
        (date(2026, 3, 6), wall("2026-03-07 01:00"), "CHEQUE", 1500),
    ]
    due = {row[0] for row in facts(tmp_path / "facts", "tenders", "sale_id", "tender_code") if row[1] == "DUE"}
    assert due == {str(b.sale_id) for b in baskets if b.tenders["DUE"]}


def test_a_payment_that_nobody_foresaw_keeps_its_name(mariadb_apart: Connection, shop: Shop, tmp_path: Path) -> None:
    sold = next(b for b in shop.completed() if len(b.payments) == 1 and b.payments[0].kind == "Credit Card")
    open_shop(mariadb_apart, sold)
    change(mariadb_apart, "UPDATE ospos_sales_payments SET payment_type = 'Store Token'")
    extract(mariadb_apart, tmp_path / "facts", one_day(sold.day))
    assert facts(tmp_path / "facts", "tenders", "tender_code", "tender_type") == [("STORE_TOKEN", "other")]


def test_the_database_of_another_shop_is_refused(mariadb_apart: Connection, shop: Shop, tmp_path: Path) -> None:
    open_shop(mariadb_apart, shop.baskets[0])
    change(mariadb_apart, "UPDATE ospos_app_config SET value = 'Other Shop' WHERE `key` = 'company'")
    with pytest.raises(ContractError, match="Other Shop"):
        extract(mariadb_apart, tmp_path / "facts")


def test_a_version_without_the_columns_is_told_by_their_name(mariadb_apart: Connection, shop: Shop, tmp_path: Path) -> None:
    open_shop(mariadb_apart, shop.baskets[0])
    change(mariadb_apart, "ALTER TABLE ospos_sales_payments DROP COLUMN cash_adjustment")
    with pytest.raises(ContractError, match=r"opensourcepos/sales\.sql.*cash_adjustment"):
        extract(mariadb_apart, tmp_path / "facts")


def test_an_open_cash_up_keeps_its_date_open(mariadb_apart: Connection, shop: Shop, tmp_path: Path) -> None:
    fill(mariadb_apart, trade())
    change(
        mariadb_apart,
        "UPDATE ospos_cash_up SET closed_amount_cash = 0, closed_amount_card = 0, closed_amount_check = 0 WHERE cashup_id = 2",
    )
    extract(mariadb_apart, tmp_path / "facts", one_day(days()[1]))
    assert facts(tmp_path / "facts", "shifts", "shift_id", "closed_at", "state") == [("2", None, "open")]
    assert facts(tmp_path / "facts", "counts", "shift_id") == []


def _extract(queries: Queries, till: Connection, folder: Path) -> None:
    extract_store(STORE, queries, till, ALL_DATES, folder, READ_AT)
