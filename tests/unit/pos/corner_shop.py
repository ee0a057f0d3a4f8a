"""A corner shop with a POS database of three tables, and the SQL files that read it: each test changes what it is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tillpost.connection import Connection
from tillpost.model.period import DateRange, TradingClock
from tillpost.organisations import Store
from tillpost.pos.extract import extract_store
from tillpost.pos.extraction import Extraction
from tillpost.pos.queries import load_queries

READ_AT = datetime(2026, 10, 5, 20, 0, tzinfo=UTC)
DAY = DateRange.of_day(date(2026, 10, 3))
STORE = Store("corner", "Corner Shop", "till", "pos_corner", "7", TradingClock("Australia/Melbourne", time(4)), date(2026, 9, 1))

SCHEMA = """
CREATE TABLE baskets (no TEXT, shop INTEGER, day TEXT, total NUMERIC(12, 2), tax NUMERIC(12, 2));
CREATE TABLE items (basket TEXT, pos INTEGER, plu TEXT, qty NUMERIC(12, 3), total NUMERIC(12, 2));
CREATE TABLE payments (basket TEXT, pos INTEGER, how TEXT, total NUMERIC(12, 2));
INSERT INTO baskets VALUES ('A1  ', 7, '2026-10-03', '11.00', '1.00'), ('A2', 7, '2026-10-03', '-5.50', '-0.50'),
    ('A3', 7, '2026-10-04', '2.20', '0.20'), ('B1', 8, '2026-10-03', '99.00', '9.00');
INSERT INTO items VALUES ('A1', 1, '  0042', 2, '11.00'), ('A2', 1, '0042', -1, '-5.50'),
    ('A3', 1, '0042', 1, '2.20'), ('B1', 1, '1', 1, '99.00');
INSERT INTO payments VALUES ('A1', 1, 'CASH', '11.00'), ('A2', 1, 'CASH', '-5.50'), ('A3', 1, 'EFT', '2.20'), ('B1', 1, 'CASH', '99.00');
"""
PERIOD = "shop = :store AND day >= :from_date AND day < :to_date"
FILES = {
    "sales": f"""SELECT no AS sale_id, shop AS store_id, CASE WHEN total < 0 THEN 'refund' ELSE 'sale' END AS kind, 'completed' AS status,
        day AS business_date, 'AUD' AS currency, tax, total AS gross FROM baskets WHERE {PERIOD} ORDER BY no""",
    "sale_lines": f"""SELECT basket AS sale_id, pos AS line_no, 'item' AS line_kind, plu AS item_code, qty AS quantity, items.total AS gross
        FROM items JOIN baskets ON trim(no) = basket WHERE {PERIOD} ORDER BY 1""",
    "tenders": f"""SELECT basket AS sale_id, pos AS tender_no, how AS tender_code,
        CASE how WHEN 'CASH' THEN 'cash' ELSE 'card' END AS tender_type, payments.total AS amount
        FROM payments JOIN baskets ON trim(no) = basket WHERE {PERIOD} ORDER BY 1""",
}  # fmt: skip

# A whole row of each table where a test is about one value in it.
SALE = {"sale_id": "'S-1'", "store_id": "7", "kind": "'sale'", "status": "'completed'", "business_date": "'2026-10-03'",
        "currency": "'AUD'", "gross": "'1.00'"}  # fmt: skip


def select(*rows: dict[str, str]) -> str:
    """A statement that delivers rows of SQL expressions, as they are."""
    return " UNION ALL ".join("SELECT " + ", ".join(f"{value} AS {name}" for name, value in row.items()) for row in rows)


@dataclass
class Shop:
    """A POS database and the SQL files for it, in a folder of the test."""

    root: Path
    connection: Connection
    store: Store = STORE

    def sql(self, name: str, statement: str) -> None:
        """Write one SQL file."""
        folder = self.root / "include" / "sql" / "till"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.sql").write_text(statement, encoding="utf-8")

    def set(self, **changes: Any) -> None:
        """Change settings of the store."""
        self.store = replace(self.store, **changes)

    def extract(self, days: DateRange = DAY, name: str = "facts") -> Extraction:
        """Extract through the files."""
        return extract_store(self.store, load_queries(self.root / "include", "till"), self.connection, days, self.root / name, READ_AT)

    def facts(self, table: str, *columns: str, name: str = "facts") -> list[tuple[Any, ...]]:
        """The facts of a table, those columns of each row."""
        rows = pq.read_table(self.root / name / f"{table}.parquet").to_pylist()
        return [tuple(row[c] for c in columns) for row in rows]

    def sales(self, *rows: dict[str, str]) -> None:
        """Let the sales file deliver these rows, each laid over a whole one; ``""`` takes a column away."""
        merged = ({**SALE, **row} for row in rows)
        self.sql("sales", select(*({k: v for k, v in row.items() if v} for row in merged)))

    def left(self) -> list[str]:
        """What lies beside the include folder and the database."""
        return sorted(p.name for p in self.root.iterdir() if p.name not in ("include", "pos.db"))
