"""A batch of rows as an SQL file delivers them, made into a batch of facts; the first thing that the contract forbids is an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tillpost.errors import ContractError
from tillpost.model.facts import Table
from tillpost.model.period import DateRange
from tillpost.organisations import Store
from tillpost.pos.contract import Delivered, Shape, Unreadable, contract_error
from tillpost.pos.convert import Reading, read_column
from tillpost.pos.facts import fact_schema

Row = Sequence[object]

# The lines of a row that nobody asked for are not asked for either: without it they would be orphans.
_PARENTS = {
    "sale_lines": ("sales", "sale_id"), "sale_taxes": ("sales", "sale_id"), "tenders": ("sales", "sale_id"),
    "movement_lines": ("movements", "movement_id"), "movement_allocations": ("movements", "movement_id"),
    "purchase_lines": ("purchases", "purchase_id"),
}  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What is counted while a store is read (see Extraction), and the keys of rows outside the range, per table."""

    rows: Counter[str] = field(default_factory=Counter)
    dust: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    outside_keys: dict[str, set[str]] = field(default_factory=dict)


def read_batch(shape: Shape, rows: Sequence[Row], store: Store, days: DateRange, tally: Tally) -> Any:
    """Rows as an Arrow record batch of facts, without those outside the range; raises ContractError."""
    columns = dict(zip(range(len(rows[0])), zip(*rows, strict=True), strict=True))
    reading = Reading(store.rounding, store.clock.zone)
    arrays: dict[str, Any] = {}
    for delivered in shape.delivered:
        array, dust = _read(shape, delivered, columns[delivered.index], rows, reading)
        arrays[delivered.column.fact_name] = array
        if dust:
            tally.dust[f"{shape.table.name}.{delivered.column.fact_name}"] += dust
    if shape.table.one_of:
        arrays["business_date"] = _business_dates(shape, arrays, rows, store)
    _check_store(shape, arrays, rows, store)
    batch = _record_batch(shape.table, arrays, store.key, len(rows))
    batch = _inside(shape.table, batch, days, tally)
    tally.rows[shape.table.name] += batch.num_rows
    return batch


def _read(shape: Shape, delivered: Delivered, values: Sequence[object], rows: Sequence[Row], reading: Reading) -> tuple[Any, int]:
    try:
        array, dust = read_column(values, delivered.column.kind, delivered.in_cents, reading)
    except Unreadable as problem:
        raise shape.wrong_value(delivered, rows[problem.index]) from None
    if delivered.column.required and array.null_count:
        raise shape.wrong_value(delivered, rows[_first(pc.is_null(array))], f"a value, as {delivered.column.name} is required")
    if delivered.column.allowed:
        _check_allowed(shape, delivered, array, rows)
    return array, dust


def _check_allowed(shape: Shape, delivered: Delivered, array: Any, rows: Sequence[Row]) -> None:
    known = pc.is_in(array, pa.array([*delivered.column.allowed, None], pa.string()))
    if not pc.all(known).as_py():
        raise shape.wrong_value(delivered, rows[_first(pc.invert(known))])


def _first(mask: Any) -> int:
    return int(pc.index(mask, True).as_py())


def _business_dates(shape: Shape, arrays: Mapping[str, Any], rows: Sequence[Row], store: Store) -> Any:
    """The business dates, told by the moment where the POS does not name them: the store's clock decides."""
    dates = arrays["business_date"].to_pylist() if "business_date" in arrays else [None] * len(rows)
    if None not in dates:
        return arrays["business_date"]
    moments = [arrays[name].to_pylist() for name in ("occurred_at", "occurred_local") if name in arrays]
    for index in (i for i, day in enumerate(dates) if day is None):
        moment = next((column[index] for column in moments if column[index] is not None), None)
        dates[index] = _business_date(shape, rows[index], moment, store)
    return pa.array(dates, pa.date32())


def _business_date(shape: Shape, row: Row, moment: datetime | None, store: Store) -> object:
    if moment is None:
        key = shape.key_of(row) or "no key"
        raise contract_error(shape.file, f"the row with {key} has neither business_date nor occurred_at nor occurred_local.")
    return store.clock.business_date(moment)


def _check_store(shape: Shape, arrays: Mapping[str, Any], rows: Sequence[Row], store: Store) -> None:
    """Refuse another store's rows: they would be booked here, and there again. Servers compare without regard to case, so we do."""
    if "store_id" not in arrays:
        return
    strange = {s for s in pc.unique(arrays["store_id"]).to_pylist() if s is not None and s.casefold() != store.pos_store.casefold()}
    if strange:
        delivered = next(d for d in shape.delivered if d.column.name == "store_id")
        raise _other_store(shape, delivered, rows[arrays["store_id"].to_pylist().index(min(strange))], store)


def _other_store(shape: Shape, delivered: Delivered, row: Row, store: Store) -> ContractError:
    return shape.wrong_value(delivered, row, f"only rows of the store that was asked for, {store.pos_store!r} (:store)")


def _record_batch(table: Table, arrays: Mapping[str, Any], store: str, size: int) -> Any:
    schema = fact_schema(table)
    filled = [pa.repeat(store, size), *(arrays.get(f.name, pa.nulls(size, f.type)) for f in list(schema)[1:])]
    return pa.RecordBatch.from_arrays(filled, schema=schema)


def _inside(table: Table, batch: Any, days: DateRange, tally: Tally) -> Any:
    """The rows inside the range; the others are counted and their keys remembered."""
    if "business_date" in batch.schema.names:
        dates = batch.column("business_date")
        inside = pc.and_(pc.greater_equal(dates, pa.scalar(days.start)), pc.less(dates, pa.scalar(days.end)))
    else:
        inside = _with_parent(table, batch, tally)
    if inside is None or pc.all(inside).as_py():
        return batch
    outside = batch.filter(pc.invert(inside))
    tally.outside[table.name] += outside.num_rows
    if table.key:
        tally.outside_keys.setdefault(table.name, set()).update(outside.column(table.key[0]).to_pylist())
    return batch.filter(inside)


def _with_parent(table: Table, batch: Any, tally: Tally) -> Any:
    parent, column = _PARENTS.get(table.name, ("", ""))
    strange = tally.outside_keys.get(parent)
    return pc.invert(pc.is_in(batch.column(column), pa.array(sorted(strange), pa.string()))) if strange else None
