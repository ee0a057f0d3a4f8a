"""The nights when the clock is changed, on real servers: a store that trades to 04:00, a server with another zone, columns of every kind.

Each date is extracted on its own: every sale is read exactly once, on the date that the shop's clock says.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.unit.pos.corner_shop import Shop, select
from tillpost.connection import Connection
from tillpost.model.period import DateRange, TradingClock

MELBOURNE, AUCKLAND = "Australia/Melbourne", "Pacific/Auckland"
CUT_OVER = time(4)


@dataclass(frozen=True)
class Night:
    """A night on which the clock changes: the sales of it as moments in UTC, and the date to which each of them belongs."""

    zone: str
    evening: date
    sales: Mapping[str, tuple[str, date]]
    bounds: tuple[str, str]

    def wall(self, name: str) -> datetime:
        """What the shop's clock shows at a sale."""
        return self.moment(name).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def moment(self, name: str) -> datetime:
        """The moment of a sale, aware UTC."""
        return datetime.fromisoformat(self.sales[name][0])


def night(zone: str, evening: date, bounds: tuple[str, str], **sales: str) -> Night:
    """Sales by their name, each a moment in UTC; all but those at or after 04:00 belong to the evening before."""
    after = evening + timedelta(days=1)
    told = {name: (f"{moment}+00:00", after if name in ("at_0400", "noon") else evening) for name, moment in sales.items()}
    return Night(zone, evening, told, bounds)


NIGHTS = {
    # 02:00 becomes 03:00: 02:00 to 02:59 do not exist.
    "melbourne_forward": night(
        MELBOURNE, date(2026, 10, 3), ("2026-10-02 18:00:00", "2026-10-03 17:00:00"), at_0400_before="2026-10-02 18:00:00",
        dinner="2026-10-03 11:30:00", at_0159="2026-10-03 15:59:59", at_0300="2026-10-03 16:00:00", at_0359="2026-10-03 16:59:59",
        at_0400="2026-10-03 17:00:00", noon="2026-10-04 01:00:00",
    ),
    # 03:00 becomes 02:00: 02:00 to 02:59 come twice.
    "melbourne_back": night(
        MELBOURNE, date(2026, 4, 4), ("2026-04-03 17:00:00", "2026-04-04 18:00:00"), at_0400_before="2026-04-03 17:00:00",
        at_0159="2026-04-04 14:59:59", first_0200="2026-04-04 15:00:00", first_0230="2026-04-04 15:30:00", first_0259="2026-04-04 15:59:59",
        second_0200="2026-04-04 16:00:00", second_0230="2026-04-04 16:30:00", second_0259="2026-04-04 16:59:59",
        at_0300="2026-04-04 17:00:00", at_0359="2026-04-04 17:59:59", at_0400="2026-04-04 18:00:00", noon="2026-04-05 02:00:00",
    ),
    "auckland_forward": night(
        AUCKLAND, date(2026, 9, 26), ("2026-09-25 16:00:00", "2026-09-26 15:00:00"), at_0400_before="2026-09-25 16:00:00",
        at_0159="2026-09-26 13:59:59", at_0300="2026-09-26 14:00:00", at_0359="2026-09-26 14:59:59", at_0400="2026-09-26 15:00:00",
        noon="2026-09-26 23:00:00",
    ),
    "auckland_back": night(
        AUCKLAND, date(2026, 4, 4), ("2026-04-03 15:00:00", "2026-04-04 16:00:00"), at_0400_before="2026-04-03 15:00:00",
        at_0159="2026-04-04 12:59:59", first_0200="2026-04-04 13:00:00", first_0259="2026-04-04 13:59:59",
        second_0200="2026-04-04 14:00:00", second_0259="2026-04-04 14:59:59", at_0300="2026-04-04 15:00:00",
        at_0359="2026-04-04 15:59:59", at_0400="2026-04-04 16:00:00", noon="2026-04-05 00:00:00",
    ),
}  # fmt: skip

# How a POS may keep the time of a sale: the column's type, the literal for a night's sale, what selects it, and what it is delivered as.

SERVER = "Asia/Kathmandu"  # neither the store's zone nor UTC, and a quarter of an hour off


@dataclass(frozen=True)
class Way:
    """One way to keep a time: ``kind`` is the column's type, ``holds`` what is in it, ``binds`` what selects by it."""

    kind: str
    holds: str
    column: str
    binds: str
    selected: str = "rung"


POSTGRES = {
    "timestamptz": Way("timestamptz", "offset", "occurred_at", "utc"),
    "timestamptz_as_local": Way("timestamptz", "offset", "occurred_local", "utc"),
    "timestamp_in_utc": Way("timestamp", "utc", "occurred_at", "utc", "rung AT TIME ZONE 'UTC'"),
    "timestamp_on_the_shops_clock": Way("timestamp", "local", "occurred_local", "local"),
    "text_with_offset": Way("text", "offset", "occurred_at", "utc", "rung::timestamptz"),
    "text_on_the_shops_clock": Way("text", "local", "occurred_local", "local", "rung::timestamp"),
}
MARIADB = {
    "timestamp": Way("TIMESTAMP NULL", "server", "occurred_at", "utc"),
    "datetime_in_utc": Way("DATETIME", "utc", "occurred_at", "utc"),
    "datetime_on_the_shops_clock": Way("DATETIME", "local", "occurred_local", "local"),
    "text_on_the_shops_clock": Way("VARCHAR(40)", "local", "occurred_local", "local"),
}
SQLITE = {
    "text_in_utc": Way("TEXT", "utc", "occurred_at", "utc"),
    "text_with_offset": Way("TEXT", "offset", "occurred_at", "utc", "datetime(rung)"),
    "text_on_the_shops_clock": Way("TEXT", "local", "occurred_local", "local"),
    "text_in_words": Way("TEXT", "words", "occurred_local", "local", "day_of_words"),
}


def read_each_date(shop: Shop, way: Way, one: Night) -> dict[str, list[date]]:
    """Extract the dates around the night one by one; of each sale the dates on which it was read."""
    shop.set(clock=TradingClock(one.zone, CUT_OVER))
    period = f"{way.selected} >= :from_{way.binds} AND {way.selected} < :to_{way.binds}"
    shop.sql(
        "sales",
        f"SELECT no AS sale_id, '7' AS store_id, 'sale' AS kind, 'completed' AS status, rung AS {way.column}, 'AUD' AS currency, "
        f"100 AS gross_cents FROM rings WHERE {period} ORDER BY no",
    )
    shop.sql("sale_lines", select({"sale_id": "'x'", "line_no": "'1'", "line_kind": "'item'", "gross_cents": "1"}) + " WHERE 1 = 0")
    tender = {"sale_id": "'x'", "tender_no": "'1'", "tender_code": "'CASH'", "tender_type": "'cash'", "amount_cents": "1"}
    shop.sql("tenders", select(tender) + " WHERE 1 = 0")
    found: dict[str, list[date]] = {name: [] for name in one.sales}
    for day in (one.evening + timedelta(days=n) for n in range(-1, 2)):
        name = f"facts-{day}"
        extraction = shop.extract(DateRange.of_day(day), name)
        assert extraction.outside == {}
        for sale_id, business_date in shop.facts("sales", "sale_id", "business_date", name=name):
            assert business_date == day
            found[sale_id].append(day)
    return found


def expected(one: Night) -> dict[str, list[date]]:
    """Every sale read once, on its own date."""
    return {name: [day] for name, (_, day) in one.sales.items()}


def held(one: Night, name: str, holds: str) -> str:
    """What a column holds of a sale, as text."""
    forms = {
        "utc": one.moment(name).strftime("%Y-%m-%d %H:%M:%S"),
        "local": f"{one.wall(name):%Y-%m-%d %H:%M:%S}",
        "offset": one.moment(name).astimezone(ZoneInfo(one.zone)).isoformat(),
        "server": one.moment(name).astimezone(ZoneInfo(SERVER)).strftime("%Y-%m-%d %H:%M:%S"),
        "words": f"{one.wall(name):%d %b %Y %H:%M:%S}",
    }
    return forms[holds]


def rows_of(one: Night, way: Way) -> list[tuple[str, str]]:
    return [(name, held(one, name, way.holds)) for name in one.sales]


@pytest.mark.parametrize("name", NIGHTS)
@pytest.mark.parametrize("kind", SQLITE)
def test_text_on_sqlite(tmp_path: Path, name: str, kind: str) -> None:
    one, way = NIGHTS[name], SQLITE[kind]
    with closing(sqlite3.connect(tmp_path / "pos.db")) as pos, pos:
        pos.execute("CREATE TABLE rings (no TEXT, rung TEXT, day_of_words TEXT)")
        rows = [(sale, text, held(one, sale, "local")) for sale, text in rows_of(one, way)]
        pos.executemany("INSERT INTO rings VALUES (?, ?, ?)", rows)
    shop = Shop(tmp_path, Connection("pos_corner", "sqlite", host=str(tmp_path / "pos.db")))
    assert read_each_date(shop, way, one) == expected(one)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Connection]:
    """A database whose own time zone is somewhere else altogether."""
    yield from _database("TILLPOST_TEST_POSTGRES_URL", "postgres", "ALTER DATABASE {name} SET timezone TO '" + SERVER + "'")


@pytest.fixture(scope="module")
def mariadb() -> Iterator[Connection]:
    """A database on a server whose own time zone is somewhere else altogether, for as long as this module runs."""
    yield from _database("TILLPOST_TEST_MARIADB_URL", "mysql", "SET GLOBAL time_zone = '+05:45'", "SET GLOBAL time_zone = 'SYSTEM'")


def _database(variable: str, conn_type: str, begin: str, end: str = "SELECT 1") -> Iterator[Connection]:
    url = os.environ.get(variable)
    if not url:
        pytest.skip(f"NO SERVER: set {variable} to run this test")
    parts, name = sa.make_url(url), f"tillpost_nights_{uuid4().hex[:12]}"
    made = Connection("pos_corner", conn_type, parts.host or "", parts.port, parts.username or "", str(parts.password or ""), name)
    driver = made.sqlalchemy_url().drivername
    server = sa.create_engine(parts.set(drivername=driver), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as admin:
        admin.exec_driver_sql(f"CREATE DATABASE {name}")
        admin.exec_driver_sql(begin.format(name=name))
    try:
        yield made
    finally:
        with server.connect() as admin:
            admin.exec_driver_sql(end)
            admin.exec_driver_sql(f"DROP DATABASE {name}{' WITH (FORCE)' if conn_type == 'postgres' else ''}")


def _fill(connection: Connection, way: Way, rows: list[tuple[str, str]], session: str) -> None:
    engine = sa.create_engine(connection.sqlalchemy_url(), poolclass=NullPool)
    with engine.begin() as pos:
        pos.exec_driver_sql(session)
        pos.exec_driver_sql("DROP TABLE IF EXISTS rings")
        pos.exec_driver_sql(f"CREATE TABLE rings (no VARCHAR(40), rung {way.kind})")
        for no, rung in rows:
            pos.exec_driver_sql("INSERT INTO rings VALUES (%s, %s)", (no, rung))


@pytest.mark.parametrize("name", NIGHTS)
@pytest.mark.parametrize("kind", POSTGRES)
def test_columns_of_postgresql(tmp_path: Path, postgres: Connection, name: str, kind: str) -> None:
    one, way = NIGHTS[name], POSTGRES[kind]
    _fill(postgres, way, rows_of(one, way), f"SET timezone TO '{SERVER}'")
    assert read_each_date(Shop(tmp_path, postgres), way, one) == expected(one)


@pytest.mark.parametrize("name", NIGHTS)
@pytest.mark.parametrize("kind", MARIADB)
def test_columns_of_mariadb(tmp_path: Path, mariadb: Connection, name: str, kind: str) -> None:
    """A TIMESTAMP is shown in the session's zone, which is the server's unless the session says otherwise."""
    one, way = NIGHTS[name], MARIADB[kind]
    _fill(mariadb, way, rows_of(one, way), "SET time_zone = '+05:45'")
    assert read_each_date(Shop(tmp_path, mariadb), way, one) == expected(one)


@pytest.mark.parametrize("name", NIGHTS)
def test_what_a_query_is_told_of_the_night(shop: Shop, name: str) -> None:
    one = NIGHTS[name]
    shop.set(clock=TradingClock(one.zone, CUT_OVER))
    told = {"receipt_no": ":from_utc", "register_id": ":to_utc", "shift_id": ":from_local", "ledger_ref": ":to_local"}
    shop.sales({"business_date": f"'{one.evening}'", **told})
    shop.extract(DateRange.of_day(one.evening))
    [found] = shop.facts("sales", "receipt_no", "register_id", "shift_id", "ledger_ref")
    after = one.evening + timedelta(days=1)
    assert found == (*one.bounds, f"{one.evening} 04:00:00", f"{after} 04:00:00")
