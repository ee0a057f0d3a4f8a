"""Keys, parents and dates: rows told twice, without a parent, or of a date that was not asked for (contract: invariants 1 and 5)."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.model.findings import Severity, Stream

_PURCHASE_TABLES = "('purchases', 'purchase_lines', 'suppliers')"
_ROWS = ("row", "rows")


def _duplicate_key(stream: Stream) -> Rule:
    side = "IN" if stream is Stream.PURCHASES else "NOT IN"
    return Rule(
        name="duplicate_key",
        hints=("purchase twins" if stream is Stream.PURCHASES else "twins",),
        stream=stream,
        severity=Severity.BLOCKER,
        title="A key is there more than once, so that an amount would be booked twice",
        remedy="Make the key unique in the store's SQL file: put the register or the date into it where numbers start again.",
        unit=("key", "keys"),
        sql=f"""
        WITH twins AS (
            SELECT store, table_name, row_key, count(*) AS n
            FROM keyed_rows WHERE table_name {side} {_PURCHASE_TABLES} GROUP BY store, table_name, row_key HAVING count(*) > 1),
        told AS (
            SELECT DISTINCT k.store, k.table_name, k.row_key, k.parent_key, k.business_date, t.n
            FROM twins AS t JOIN keyed_rows AS k ON k.store = t.store AND k.table_name = t.table_name AND k.row_key = t.row_key)
        SELECT DISTINCT t.store, coalesce(t.business_date, s.business_date, m.business_date, p.business_date) AS business_date,
            1 AS n, NULL AS amount_cents, t.table_name || ' ' || t.row_key || ' is there ' || t.n || ' times' AS example
        FROM told AS t
        LEFT JOIN sales AS s ON t.table_name IN ('sale_lines', 'tenders') AND s.store = t.store AND s.sale_id = t.parent_key
        LEFT JOIN movements AS m ON t.table_name IN ('movement_lines', 'movement_allocations') AND m.store = t.store
            AND m.movement_id = t.parent_key
        LEFT JOIN purchases AS p ON t.table_name = 'purchase_lines' AND p.store = t.store AND p.purchase_id = t.parent_key""",
    )


def _orphans(children: tuple[tuple[str, str, str], ...]) -> str:
    """Rows of child tables without their parent; nobody can tell their date."""
    return " UNION ALL ".join(
        f"""SELECT c.store, NULL::DATE AS business_date, 1 AS n, NULL::BIGINT AS amount_cents,
            '{child}: ' || c.{key} || ' is not in {parent}' AS example
        FROM {child} AS c LEFT JOIN {parent} AS p ON p.store = c.store AND p.{key} = c.{key} WHERE p.{key} IS NULL"""
        for child, parent, key in children
    )


def _orphan_row(stream: Stream, children: tuple[tuple[str, str, str], ...], *hints: str) -> Rule:
    return Rule(
        name="orphan_row",
        hints=hints,
        stream=stream,
        severity=Severity.BLOCKER,
        title="A row belongs to a sale, movement or purchase that was not delivered; its date is not known, so every date is held",
        remedy="Let the SQL file of the lines select by the same dates and keys as that of the sales, movements or purchases.",
        unit=_ROWS,
        sql=_orphans(children),
    )


def _outside(tables: tuple[tuple[str, str], ...]) -> str:
    parts = " UNION ALL ".join(f"SELECT store, business_date, '{table} ' || {key} AS what FROM {table}" for table, key in tables)
    return f"""
    WITH periods AS (SELECT store, min(first_date) AS first_date, max(end_date) AS end_date FROM store_dates GROUP BY store)
    SELECT r.store, NULL::DATE AS business_date, 1 AS n, NULL::BIGINT AS amount_cents,
        r.what || ' is dated ' || coalesce(r.business_date::VARCHAR, 'nothing') AS example
    FROM ({parts}) AS r JOIN periods AS p ON p.store = r.store
    WHERE r.business_date IS NULL OR r.business_date < p.first_date OR r.business_date >= p.end_date"""


def _date_outside_period(stream: Stream, tables: tuple[tuple[str, str], ...], *hints: str) -> Rule:
    return Rule(
        name="date_outside_period",
        hints=hints,
        stream=stream,
        severity=Severity.BLOCKER,
        title="The POS delivered rows of business dates that were not asked for",
        remedy="Let the SQL file select by :from_date and :to_date (half-open) of the business date.",
        unit=_ROWS,
        sql=_outside(tables),
    )


def _rows_outside_dates(stream: Stream) -> Rule:
    side = "IN" if stream is Stream.PURCHASES else "NOT IN"
    return Rule(
        name="rows_outside_dates",
        hints=("rows outside",),
        stream=stream,
        severity=Severity.WARNING,
        title="The POS delivered rows of dates that nobody asked for; they were left out, and may be missing on their own dates",
        remedy=(
            "Run tillpost source check: it tells whether they come on their own dates. Compare the WHERE of the file with business_date or "
            "occurred_at; a file that only selects too much, or a clock put back within the hour of the cut-over, loses nothing."
        ),
        unit=_ROWS,
        sql=f"""
        SELECT store, NULL::DATE AS business_date, n, NULL AS amount_cents, table_name || ': ' || n || ' rows' AS example
        FROM outside WHERE table_name {side} {_PURCHASE_TABLES}""",
    )


RULES = (
    _duplicate_key(Stream.SALES),
    _duplicate_key(Stream.PURCHASES),
    _orphan_row(
        Stream.SALES,
        (
            ("sale_lines", "sales", "sale_id"),
            ("sale_taxes", "sales", "sale_id"),
            ("tenders", "sales", "sale_id"),
            ("movement_lines", "movements", "movement_id"),
            ("movement_allocations", "movements", "movement_id"),
        ),
        *("orphan lines", "orphan tenders", "sale_taxes", "movement_lines", "movement_allocations"),
    ),
    _orphan_row(Stream.PURCHASES, (("purchase_lines", "purchases", "purchase_id"),), "purchase_lines"),
    _date_outside_period(
        Stream.SALES,
        (
            ("sales", "sale_id"),
            ("movements", "movement_id"),
            ("counts", "tender_code"),
            ("control_totals", "measure"),
            ("gl_entries", "entry_id"),
        ),
        *("sales outside", "movements", "counts", "control_totals", "gl_entries"),
    ),
    _date_outside_period(Stream.PURCHASES, (("purchases", "purchase_id"),), "purchases"),
    _rows_outside_dates(Stream.SALES),
    _rows_outside_dates(Stream.PURCHASES),
)
