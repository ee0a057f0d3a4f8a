"""The facts that are booked, summed as far as their document allows: queries over the views of ``pos.facts``.

A journal takes sums per code; an invoice takes its sale's own lines. So a year of lines never becomes Python objects:
lines of ordinary sales arrive summed by (store, business date, kind, category, tax code).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import groupby
from typing import TypeVar

import duckdb
import pyarrow as pa

from tillpost.build import queries
from tillpost.build.context import BuildContext
from tillpost.build.facts import (
    Allocation,
    CountSum,
    GlLine,
    LaybyCancel,
    LineSum,
    Movement,
    MovementLine,
    Person,
    Purchase,
    PurchaseLineSum,
    SaleSum,
    Selection,
    TenderSum,
)

Row = TypeVar("Row")


def select_facts(facts: duckdb.DuckDBPyConnection, context: BuildContext) -> Selection:
    """Select and sum what is booked of the context's store-dates. Dates before a store's start are never booked."""
    _register(facts, context)
    for statement in (queries.HALF_UP, queries.CASH, queries.ACCOUNT_SALES, queries.SPREAD_SALES, queries.BOOKED, queries.LINE_SUMS):
        facts.execute(statement)

    def rows(kind: type[Row], query: str) -> tuple[Row, ...]:
        return tuple(_rows(facts, kind, query))

    return Selection(
        lines=rows(LineSum, queries.LINES),
        tenders=rows(TenderSum, queries.TENDERS),
        sales=rows(SaleSum, queries.SALES),
        movements=rows(Movement, queries.MOVEMENTS),
        movement_lines=rows(MovementLine, queries.MOVEMENT_LINES),
        layby_cancels=rows(LaybyCancel, queries.LAYBY_CANCELS),
        allocations=_by_movement(rows(Allocation, queries.ALLOCATIONS)),
        counts=rows(CountSum, queries.COUNTS),
        purchases=rows(Purchase, queries.PURCHASES),
        purchase_lines=rows(PurchaseLineSum, queries.PURCHASE_LINES),
        customers=rows(Person, queries.CUSTOMERS.format("customers")),
        gl_lines=rows(GlLine, queries.GL_ENTRIES),
        cash_tender={
            (store, day): code for store, day, code in facts.execute("SELECT store, business_date, tender_code FROM build_cash").fetchall()
        },
    )


def _by_movement(allocations: tuple[Allocation, ...]) -> dict[tuple[str, str], tuple[Allocation, ...]]:
    keyed = groupby(allocations, key=lambda a: (a.store, a.movement_id))  # the query orders them so
    return {key: tuple(own) for key, own in keyed}


def _rows(facts: duckdb.DuckDBPyConnection, kind: type[Row], query: str) -> Iterator[Row]:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    cursor = facts.execute(query)
    found = [column[0] for column in cursor.description]
    assert [name.rstrip("_") for name in names] == found, f"{kind.__name__}: {names} is not {found}"
    for row in cursor.fetchall():
        yield kind(*row)


def _register(facts: duckdb.DuckDBPyConnection, context: BuildContext) -> None:
    """Hand the policies to the queries as tables."""
    days = [(store, day) for store, day in context.store_dates if day >= context.store(store).starts_on]
    used = sorted({store for store, _ in days})
    stores = [context.store(key) for key in used]
    facts.register(
        "build_days",
        pa.table(
            {
                "store": pa.array([s for s, _ in days], pa.string()),
                "business_date": pa.array([d for _, d in days], pa.date32()),
                "mode": pa.array([context.store(s).mode_on(d) for s, d in days], pa.string()),
            }
        ),
    )
    facts.register(
        "build_stores",
        pa.table(
            {
                "store": pa.array(used, pa.string()),
                "layby_recognition": pa.array([s.layby_recognition for s in stores], pa.string()),
                "split_mixed_tax": pa.array([s.split_mixed_tax for s in stores], pa.bool_()),
            }
        ),
    )
    dates, codes = sorted({d for _, d in days}), sorted({t.pos_tax_code for t in context.mapping.taxes})
    rates = [(day, code, tax.rate_bp) for day in dates for code in codes if (tax := context.mapping.tax(code, day))]
    facts.register(
        "build_rates",
        pa.table(
            {
                "business_date": pa.array([r[0] for r in rates], pa.date32()),
                "tax_code": pa.array([r[1] for r in rates], pa.string()),
                "rate_bp": pa.array([r[2] for r in rates], pa.int64()),
            }
        ),
    )
