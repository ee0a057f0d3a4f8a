"""The shop's rows in a database of the server, and what the files of SQL make of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from sandbox.world import PROJECT
from tests.pos_systems.opensourcepos.shop import COMPANY, FIRST_DATE, LAST_DATE, Basket, Shop
from tests.pos_systems.opensourcepos.trade import furnish
from tillpost.connection import Connection
from tillpost.model.period import DateRange, TradingClock
from tillpost.organisations import Store
from tillpost.pos.extract import extract_store
from tillpost.pos.extraction import Extraction
from tillpost.pos.queries import load_queries

HERE = Path(__file__).parent
READ_AT = datetime(2026, 3, 9, 20, tzinfo=UTC)
CLOCK = TradingClock("Australia/Melbourne", time(4))
STORE = Store("corner", "Corner Store", "opensourcepos", "pos", COMPANY, CLOCK, FIRST_DATE)
ALL_DATES = DateRange(FIRST_DATE, LAST_DATE + timedelta(days=1))


def engine_of(connection: Connection) -> sa.Engine:
    """The way of the till itself into its database, by which rows are written."""
    return sa.create_engine(connection.sqlalchemy_url(), poolclass=NullPool)


def fill(connection: Connection, shop: Shop) -> None:
    """Create the till's tables and write the shop's rows into them."""
    with engine_of(connection).begin() as database:
        for statement in (HERE / "schema.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                database.exec_driver_sql(statement)
        for table, rows in shop.rows.items():
            names, binds = ", ".join(f"`{name}`" for name in rows[0]), ", ".join(f":{name}" for name in rows[0])
            database.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({binds})"), rows)


def open_shop(connection: Connection, *baskets: Basket) -> None:
    """A shop with only those baskets."""
    shop = Shop()
    furnish(shop)
    for basket in baskets:
        shop.sell(basket)
    fill(connection, shop)


def change(connection: Connection, statement: str) -> None:
    """What a person does in the till after the fact."""
    with engine_of(connection).begin() as database:
        database.exec_driver_sql(statement)


def extract(connection: Connection, folder: Path, days: DateRange = ALL_DATES) -> Extraction:
    """Extract through the files of SQL."""
    return extract_store(STORE, load_queries(PROJECT / "include", "opensourcepos"), connection, days, folder, READ_AT)


def facts(folder: Path, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """The facts of a table, those columns of each row."""
    return [tuple(row[c] for c in columns) for row in pq.read_table(folder / f"{table}.parquet").to_pylist()]


def one_day(day: date) -> DateRange:
    """The range of one date."""
    return DateRange.of_day(day)
