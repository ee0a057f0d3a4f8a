"""A batch of rows as an SQL file delivers them, made into a batch of facts; the first thing that the contract forbids is an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tillpost.errors import ContractError
from tillpost.model.facts import ColumnKind, Table
from tillpost.model.period import DateRange
from tillpost.organisations import Store
from tillpost.pos.contract import Delivered, Shape, Unreadable, contract_error
from tillpost.pos.convert import Reading, read_column
from tillpost.pos.facts import fact_schema

Row = Sequence[object]

# The lines of a row that nobody asked for are not asked for either: without it they would be orphans.
PARENTS = {
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

    def copy(self) -> Tally:
        """A tally of its own that goes on from here: for a table that may have to be read in another way."""
        return deepcopy(self)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch as it was delivered, whatever carries it: ``read`` gives a column as facts and its dust, ``row`` a row for messages.

    Both may raise Unreadable: ``row`` where rows are not at hand, and then no message of a row can be given.
    """

    size: int
    read: Callable[[Delivered, Reading], tuple[Any, int]]
    row: Callable[[int], Row]


def read_batch(shape: Shape, rows: Sequence[Row], store: Store, days: DateRange, tally: Tally) -> Any:
    """Rows as an Arrow record batch of facts, without those outside the range; raises ContractError."""
    columns = list(zip(*rows, strict=True))

    def read(delivered: Delivered, reading: Reading) -> tuple[Any, int]:
        return read_column(columns[delivered.index], delivered.column.kind, delivered.in_cents, reading)

    return make_facts(shape, Delivery(len(rows), read, rows.__getitem__), store, days, tally)


def make_facts(shape: Shape, batch: Delivery, store: Store, days: DateRange, tally: Tally) -> Any:
    """A batch as an Arrow record batch of facts, without rows outside the range; raises ContractError, or Unreadable as ``row`` does."""
    reading = Reading(store.rounding, store.clock.zone)
    arrays: dict[str, Any] = {}
    for delivered in shape.delivered:
        array, dust = _read(shape, delivered, batch, reading)
        arrays[delivered.column.fact_name] = array
        if dust:
            tally.dust[f"{shape.table.name}.{delivered.column.fact_name}"] += dust
    if shape.table.one_of:
        arrays["business_date"] = _business_dates(shape, arrays, batch, store)
    _check_store(shape, arrays, batch, store)
    facts = _inside(shape.table, _record_batch(shape.table, arrays, store.key, batch.size), days, tally)
    tally.rows[shape.table.name] += facts.num_rows
    return facts


def _read(shape: Shape, delivered: Delivered, batch: Delivery, reading: Reading) -> tuple[Any, int]:
    try:
        array, dust = batch.read(delivered, reading)
    except Unreadable as problem:
        raise shape.wrong_value(delivered, batch.row(problem.index)) from None
    if delivered.column.required and array.null_count:
        raise shape.wrong_value(delivered, batch.row(_first(pc.is_null(array))), f"a value, as {delivered.column.name} is required")
    if delivered.column.allowed:
        _check_allowed(shape, delivered, array, batch)
    return array, dust


def _check_allowed(shape: Shape, delivered: Delivered, array: Any, batch: Delivery) -> None:
    known = pc.is_in(array, pa.array([*delivered.column.allowed, None], pa.string()))
    if not pc.all(known).as_py():
        raise shape.wrong_value(delivered, batch.row(_first(pc.invert(known))))


def _first(mask: Any) -> int:
    return int(pc.index(mask, True).as_py())


def _business_dates(shape: Shape, arrays: Mapping[str, Any], batch: Delivery, store: Store) -> Any:
    """The business dates, told by the moment where the POS does not name them: the store's clock decides, the UTC time first."""
    dates = arrays.get("business_date", pa.nulls(batch.size, pa.date32()))
    for delivered in (d for d in shape.delivered if d.column.name in ("occurred_at", "occurred_local")):
        if dates.null_count:
            dates = pc.coalesce(dates, _dates_of(shape, delivered, arrays[delivered.name], batch, store))
    if dates.null_count:
        key = shape.key_of(batch.row(_first(pc.is_null(dates)))) or "no key"
        raise contract_error(shape.file, f"the row with {key} has neither business_date nor occurred_at nor occurred_local.")
    return dates


def _dates_of(shape: Shape, delivered: Delivered, moments: Any, batch: Delivery, store: Store) -> Any:
    """The business dates of a column of times. Each minute is asked once: the clock knows no smaller step."""
    zone = UTC if delivered.column.kind is ColumnKind.UTC else None
    minutes = pc.floor_temporal(pc.cast(moments, pa.timestamp("us")), unit="minute").dictionary_encode()
    try:
        dates = [store.clock.business_date(minute.replace(tzinfo=zone)) for minute in minutes.dictionary.to_pylist()]
    except OverflowError:  # the first or the last day of the calendar
        extreme = pc.min_max(moments)
        at = min((extreme["min"], extreme["max"]), key=lambda found: min(found.as_py().year - 1, 9999 - found.as_py().year))
        expected = "a time whose business date is in the calendar"
        raise shape.wrong_value(delivered, batch.row(_first(pc.equal(moments, at))), expected) from None
    return pa.array(dates, pa.date32()).take(minutes.indices)


def _check_store(shape: Shape, arrays: Mapping[str, Any], batch: Delivery, store: Store) -> None:
    """Refuse another store's rows: they would be booked here, and there again. Servers compare without regard to case, so we do."""
    if "store_id" not in arrays:
        return
    strange = other_stores(arrays["store_id"], store)
    if strange:
        delivered = next(d for d in shape.delivered if d.column.name == "store_id")
        raise _other_store(shape, delivered, batch.row(arrays["store_id"].to_pylist().index(min(strange))), store)


def other_stores(names: Any, store: Store) -> set[str]:
    """The names in a column of store ids that are another store's."""
    return {s for s in pc.unique(names).to_pylist() if s is not None and s.casefold() != store.pos_store.casefold()}


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
    parent, column = PARENTS.get(table.name, ("", ""))
    strange = tally.outside_keys.get(parent)
    return pc.invert(pc.is_in(batch.column(column), pa.array(sorted(strange), pa.string()))) if strange else None
