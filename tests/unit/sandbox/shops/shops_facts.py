"""Reads the demo shops through their SQL files with nothing but sqlite3, so that these tests prove the files and not the extraction."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.shops import hire_schema, idealpos_schema
from sandbox.shops.dates import DATES, LAST

SQL = Path(__file__).parents[4] / "include" / "sql"
CUT_OVER = time(4)
END = LAST + timedelta(days=1)
Fact = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DemoStore:
    """A demo store: its database, its SQL files and what its country's GST and coins are."""

    key: str
    organisation: str
    database: str
    pos: str
    zone: str
    gst_percent: int = 10
    coin_cents: int = 5


STORES = (
    DemoStore("cafe", "harbour", "harbour_idealpos.sqlite", "demo_idealpos", "Australia/Melbourne"),
    DemoStore("bottleshop", "harbour", "harbour_idealpos.sqlite", "demo_idealpos", "Australia/Melbourne"),
    DemoStore("hire", "harbour", "harbour_hire.sqlite", "demo_pointofrental", "Australia/Brisbane"),
    DemoStore("ponsonby", "kauri", "kauri_idealpos.sqlite", "demo_idealpos", "Pacific/Auckland", 15, 10),
)
BY_KEY = {store.key: store for store in STORES}
Reader = Callable[[DemoStore, str], list[Fact]]


def tables_of(store: DemoStore) -> list[str]:
    """The contract tables that the store's POS delivers."""
    return sorted(file.stem for file in (SQL / store.pos).glob("*.sql") if file.stem != "write_payment_status")


def binds(store: DemoStore, first: date, end: date) -> dict[str, str]:
    """The period as the SQL files may ask for it."""
    local = [datetime.combine(day, CUT_OVER) for day in (first, end)]
    utc = [moment.replace(tzinfo=ZoneInfo(store.zone)).astimezone(UTC) for moment in local]
    return {
        "store": store.key, "from_date": first.isoformat(), "to_date": end.isoformat(),
        "from_local": f"{local[0]:%Y-%m-%d %H:%M:%S}", "to_local": f"{local[1]:%Y-%m-%d %H:%M:%S}",
        "from_utc": f"{utc[0]:%Y-%m-%d %H:%M:%S}", "to_utc": f"{utc[1]:%Y-%m-%d %H:%M:%S}",
    }  # fmt: skip


def read(folder: Path, store: DemoStore, table: str, first: date = DATES[0], end: date = END) -> list[Fact]:
    """The rows of a contract table for business dates from ``first`` until before ``end``."""
    sql = (SQL / store.pos / f"{table}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(folder / store.database)) as connection:
        cursor = connection.execute(sql, binds(store, first, end))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def columns_of(store: DemoStore, table: str) -> list[str]:
    """The columns that the file of a table delivers, also where there is no row."""
    sql = (SQL / store.pos / f"{table}.sql").read_text(encoding="utf-8")
    schema = hire_schema.SCHEMA if store.pos == "demo_pointofrental" else idealpos_schema.SCHEMA
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema)
        return [column[0] for column in connection.execute(sql, binds(store, DATES[0], END)).description]


def business_date(row: Fact) -> date:
    """The business date of a sale or movement: the POS's own, else by the clock."""
    if row.get("business_date"):
        return date.fromisoformat(row["business_date"])
    return (datetime.fromisoformat(row["occurred_local"]) - timedelta(hours=CUT_OVER.hour)).date()


def grouped(rows: Iterable[Fact], key: str) -> dict[Any, list[Fact]]:
    """Rows by the value of one column."""
    groups: dict[Any, list[Fact]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def completed(sales: Iterable[Fact]) -> list[Fact]:
    """The sales that are booked."""
    return [sale for sale in sales if sale["status"] == "completed"]
