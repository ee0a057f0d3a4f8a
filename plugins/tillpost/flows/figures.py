"""The figures of each stream that status, tables and reports show, and the digest that tells changed facts."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from datetime import date
from typing import Any

import duckdb

from tillpost.flows.reporting import COUNTED, EXPECTED, TAKEN
from tillpost.model.facts import TABLES
from tillpost.model.findings import Stream

# Facts of each stream: the table, and how its rows find their business date.
_DATED = {"sales": ("sales", "movements", "counts", "gl_entries"), "purchases": ("purchases",)}
_CHILDREN = {
    "sales": (("sale_lines", "sales", "sale_id"), ("tenders", "sales", "sale_id"), ("sale_taxes", "sales", "sale_id"),
              ("movement_lines", "movements", "movement_id"), ("movement_allocations", "movements", "movement_id")),
    "purchases": (("purchase_lines", "purchases", "purchase_id"),),
}  # fmt: skip

_ROWS = 100_000  # digests read at a time

_SALES = """
SELECT store, business_date, sum(gross_cents)::BIGINT, sum(coalesce(tax_cents, 0))::BIGINT, count(*)
FROM booked WHERE becomes <> 'nothing' GROUP BY ALL
"""
_TENDERS = """
SELECT b.store, b.business_date, sum(t.amount_cents - coalesce(t.cash_out_cents, 0))::BIGINT
FROM tenders t JOIN booked b ON t.store = b.store AND t.sale_id = b.sale_id WHERE b.becomes <> 'nothing' GROUP BY ALL
"""
_PURCHASES = """
SELECT store, business_date, sum(gross_cents)::BIGINT, sum(coalesce(tax_cents, 0))::BIGINT, count(*) FROM purchases GROUP BY ALL
"""
_TENDER_ROWS = """
WITH taken AS (
    SELECT b.store, b.business_date, t.tender_code, sum(t.amount_cents)::BIGINT AS cents
    FROM tenders t JOIN booked b ON t.store = b.store AND t.sale_id = b.sale_id WHERE b.becomes <> 'nothing' GROUP BY ALL
),
counted AS (
    SELECT store, business_date, tender_code, sum(expected_cents)::BIGINT AS expected, sum(counted_cents)::BIGINT AS counted
    FROM counts GROUP BY ALL
)
SELECT coalesce(t.store, c.store), coalesce(t.business_date, c.business_date), coalesce(t.tender_code, c.tender_code),
    coalesce(t.cents, 0), c.expected, c.counted
FROM taken t FULL JOIN counted c ON t.store = c.store AND t.business_date = c.business_date AND t.tender_code = c.tender_code
ORDER BY 1, 2, 3
"""


def stream_figures(facts: duckdb.DuckDBPyConnection) -> dict[tuple[str, date, Stream], dict[str, int]]:
    """Gross, GST, tenders (cents, also per code) and the number of sales or purchases. Needs the view of what is booked."""
    figures: dict[tuple[str, date, Stream], dict[str, int]] = {}
    for store, day, gross, tax, count in facts.execute(_SALES).fetchall():
        figures[(store, day, Stream.SALES)] = {"gross_cents": gross, "gst_cents": tax, "count": count, "tenders_cents": 0}
    for store, day, cents in facts.execute(_TENDERS).fetchall():
        figures[(store, day, Stream.SALES)]["tenders_cents"] = cents
    for store, day, gross, tax, count in facts.execute(_PURCHASES).fetchall():
        figures[(store, day, Stream.PURCHASES)] = {"gross_cents": gross, "gst_cents": tax, "count": count}
    for store, day, code, taken, expected, counted in facts.execute(_TENDER_ROWS).fetchall():
        amounts = {TAKEN: taken, EXPECTED: expected, COUNTED: counted}
        own = figures.setdefault((store, day, Stream.SALES), {})
        own.update({f"{what}/{code}": cents for what, cents in amounts.items() if cents is not None})
    return figures


def facts_digests(facts: duckdb.DuckDBPyConnection) -> dict[tuple[str, date, Stream], str]:
    """One digest per stream over all of its rows, whatever order they came in."""
    parts: dict[tuple[str, date, Stream], list[str]] = {}
    for stream in Stream:
        for table in _DATED[stream]:
            _digest(facts, parts, stream, table, f"SELECT {_row_text(table, 't')} AS row, t.store, t.business_date FROM {table} t")
        for child, parent, key in _CHILDREN[stream]:
            join = f"{child} t JOIN {parent} p ON t.store = p.store AND t.{key} = p.{key}"
            _digest(facts, parts, stream, child, f"SELECT {_row_text(child, 't')} AS row, p.store, p.business_date FROM {join}")
    return {key: hashlib.sha256("\n".join(found).encode()).hexdigest() for key, found in parts.items()}


def _row_text(table: str, alias: str) -> str:
    columns = ", ".join(f"coalesce({alias}.{c.fact_name}::VARCHAR, chr(0))" for c in TABLES[table].columns)
    return f"concat_ws(chr(31), {columns})"


def _digest(
    facts: duckdb.DuckDBPyConnection, parts: dict[tuple[str, date, Stream], list[str]], stream: Stream, table: str, rows: str
) -> None:
    """The digest of the sorted digests of the rows of each date. DuckDB sorts them, on disk if it must; they are read as a stream."""
    query = f"SELECT store, business_date, md5(row) AS digest FROM ({rows}) ORDER BY ALL"
    sums: dict[tuple[str, date], Any] = {}
    for batch in facts.sql(query).to_arrow_reader(_ROWS):
        stores, days, digests = batch.columns
        first = 0
        while first < len(batch):
            key = stores[first].as_py(), days[first].as_py()
            end = bisect_left(range(len(batch)), True, lo=first, key=lambda n: (stores[n].as_py(), days[n].as_py()) != key)
            found = sums.setdefault(key, hashlib.md5(usedforsecurity=False))
            found.update("".join(digests.slice(first, end - first).to_pylist()).encode())
            first = end
    for (store, day), found in sums.items():
        parts.setdefault((store, day, stream), []).append(f"{table}:{found.hexdigest()}")
