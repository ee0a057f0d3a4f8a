"""Generated trade: as many stores and sales as asked, always the same, and right in every cent, so that no check has anything to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

import duckdb
import pyarrow as pa

from tillpost.mapping.tables import Mapping, load_mapping
from tillpost.model.facts import TABLES
from tillpost.model.period import DateRange, TradingClock
from tillpost.organisations import Organisation, Store
from tillpost.pos.facts import fact_schema, write_facts

DAY = date(2026, 10, 5)
DAYS = DateRange.of_day(DAY)
CLOCK = TradingClock("Australia/Melbourne", time(4))
NAMES = ("sales", "sale_lines", "tenders")
_MAPPINGS = Path(__file__).resolve().parents[2] / "include" / "mappings" / "harbour"

# Sales of two and three lines in turn; every seventh line is free of GST; the GST of a line is an eleventh of it, half up.
_LINES = """
CREATE TABLE sale_lines AS
SELECT store, sale_id, line_no::VARCHAR AS line_no, 'item' AS line_kind, item::VARCHAR AS item_code, 'Item ' || item AS description,
    ['FOOD', 'BEVERAGE', 'WINE', 'BEER', 'SPIRITS'][1 + item % 5] AS category, 1.0 AS quantity,
    CASE WHEN item % 7 = 0 THEN 0 ELSE (2 * gross_cents + 11) // 22 END AS tax_cents, gross_cents,
    CASE WHEN item % 7 = 0 THEN 'FRE' ELSE 'GST' END AS tax_code
FROM (
    SELECT 'shop' || s AS store, 'S' || s || '-' || n AS sale_id, line_no, (s * 7919 + n * 104729 + line_no * 1299709) % 997 AS item,
        100 + (s * 31 + n * 17 + line_no * 101) % 4900 AS gross_cents
    FROM range(getvariable('stores')) AS stores(s), range(getvariable('sales')) AS sales(n), range(3) AS lines(line_no)
    WHERE line_no < 2 + n % 2
) ORDER BY store, sale_id, line_no
"""
_SALES = """
CREATE TABLE sales AS
SELECT store, sale_id, store AS store_id, 'till1' AS register_id, 'sale' AS kind, 'completed' AS status,
    getvariable('day') AS business_date, 'AUD' AS currency, sum(tax_cents)::BIGINT AS tax_cents, sum(gross_cents)::BIGINT AS gross_cents
FROM sale_lines GROUP BY store, sale_id ORDER BY store, sale_id
"""
_TENDERS = """
CREATE TABLE tenders AS
SELECT store, sale_id, '1' AS tender_no, if(tax_cents % 3 = 0, 'CASH', 'EFTPOS') AS tender_code,
    if(tax_cents % 3 = 0, 'cash', 'card') AS tender_type, gross_cents AS amount_cents
FROM sales ORDER BY store, sale_id
"""


@dataclass(frozen=True, slots=True)
class Trade:
    """Facts on disk: one folder per store, and who they belong to."""

    folders: tuple[Path, ...]
    organisation: Organisation
    mapping: Mapping

    @classmethod
    def at(cls, root: Path, stores: int) -> Trade:
        """The trade that was written there."""
        keys = [f"shop{number}" for number in range(stores)]
        organisation = Organisation("bench", "Bench", "AU", "AUD", CLOCK.zone, "none", time(6), {key: store_of(key) for key in keys})
        return cls(tuple(root / key for key in keys), organisation, load_mapping(_MAPPINGS, "AU"))

    @property
    def store_dates(self) -> tuple[tuple[str, date], ...]:
        """Every store on the one date."""
        return tuple((store, DAY) for store in self.organisation.stores)


def generated(stores: int, sales: int) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the tables of ``NAMES``: 2.5 lines a sale, ``sales`` sales per store."""
    connection = duckdb.connect(":memory:")
    for name, value in (("stores", stores), ("sales", sales)):
        connection.execute(f"SET VARIABLE {name} = {value:d}")
    connection.execute(f"SET VARIABLE day = DATE '{DAY}'")
    for statement in (_LINES, _SALES, _TENDERS):
        connection.execute(statement)
    return connection


def write_trade(root: Path, stores: int, sales: int) -> Trade:
    """Generate trade and write it as extraction would: a folder per store, a Parquet file per table."""
    connection = generated(stores, sales)
    trade = Trade.at(root, stores)
    for folder in trade.folders:
        write_facts(folder, {name: _facts(connection, name, folder.name) for name in NAMES})
    connection.close()
    return trade


def store_of(key: str) -> Store:
    """A store of that key that trades on the one date."""
    return Store(key, key.capitalize(), "bench", "bench", key, CLOCK, DAY)


def _facts(connection: duckdb.DuckDBPyConnection, name: str, store: str) -> pa.Table:
    """One store's rows of a table with all columns of the contract, NULL where they are not generated."""
    schema = fact_schema(TABLES[name])
    there = set(connection.table(name).columns)
    columns = ", ".join(column if column in there else f"NULL AS {column}" for column in schema.names)
    rows = connection.sql(f"SELECT {columns} FROM {name} WHERE store = ? ORDER BY ALL", params=[store])
    return rows.to_arrow_table().cast(schema)
