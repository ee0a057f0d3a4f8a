"""Batches of rows read leniently: all that the contract forbids is counted, and the rows that are right become facts as in an extraction.

A batch that an extraction would take is read by the extraction's own function at once. Only one that it refuses is looked at value by
value, with the extraction's own readers; then the rows that are right go through the extraction's function again. Memory is that of
a batch: of what is wrong only counts, a few values and the keys of at most ``MOST_KEYS`` rows are kept.

So that one slip does not hide what else is wrong, a row is kept with what was most likely meant (``completed`` for ``Completed``), and
without an optional value that is no amount. Any other row that is wrong is taken out, and its whole sale from what is summed up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow.compute as pc

from tillpost.errors import ContractError
from tillpost.model.facts import Column, ColumnKind
from tillpost.model.findings import Severity
from tillpost.model.period import DateRange
from tillpost.organisations import Store
from tillpost.pos.batches import PARENTS, Row, Tally, other_stores, read_batch
from tillpost.pos.contract import Delivered, Shape, Unreadable, described, sample
from tillpost.pos.convert import Reading, read_column
from tillpost.pos.inspection_faults import KIND_REMEDIES, Fault, in_a_check, meant_value, of_file, rows_of, value_remedy
from tillpost.pos.inspection_outside import Outside

MOST_KEYS = 10_000
MOST_VALUES = 20
_EVER = DateRange(date.min, date.max)


@dataclass(slots=True)
class Seen:
    """How many rows share a fault, the first of them in words, and what values they hold."""

    count: int = 0
    first: str = ""
    values: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Wrong:
    """What is wrong with the rows of one table so far.

    ``keys`` are those of the sales, movements or purchases whose rows could not all be read; ``is_lost``: there are too many of
    them, or rows without a readable key, so that nothing can be said of how the table fits to others. ``outside`` are rows of other dates.
    """

    seen: dict[tuple[str, Delivered | None], Seen] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    is_lost: bool = False
    refusal: str = ""
    outside: Outside = field(default_factory=Outside)

    def note(self, kind: str, delivered: Delivered | None, rows: Collection[int], first: Callable[[int], str]) -> Seen:
        """Count the rows (positions) that share a fault of a column; ``first`` tells of the first row of all."""
        seen = self.seen.setdefault((kind, delivered), Seen())
        if rows and not seen.count:
            seen.first = first(min(rows))
        seen.count += len(rows)
        return seen


def read_leniently(shape: Shape, rows: Sequence[Row], store: Store, days: DateRange, tally: Tally, wrong: Wrong) -> Any | None:
    """The facts of the rows that are right, None where there are none; what is wrong with the others goes into ``wrong``."""
    batch, problem = _strictly(shape, rows, store, days, tally, wrong)
    if problem is None:
        return batch
    good = look_at_rows(shape, rows, store, wrong)
    batch, problem = _strictly(shape, good, store, days, tally, wrong) if good else (None, None)
    if problem is not None:  # a rule of the extraction that is not looked at here
        wrong.refusal, wrong.is_lost = wrong.refusal or in_a_check(problem), True
    return batch


def _strictly(
    shape: Shape, rows: Sequence[Row], store: Store, days: DateRange, tally: Tally, wrong: Wrong
) -> tuple[Any | None, ContractError | None]:
    """As an extraction reads it; a batch that is refused leaves no trace in the tally."""
    own = Tally(outside_keys=tally.outside_keys)
    try:
        batch = read_batch(shape, rows, store, days, own)
    except ContractError as problem:
        return None, problem
    for counted, added in ((tally.rows, own.rows), (tally.dust, own.dust), (tally.outside, own.outside)):
        counted.update(added)
    if own.outside and "business_date" in batch.schema.names:
        wrong.outside.note(shape.table, read_batch(shape, rows, store, _EVER, Tally()), days)
    return batch, None


def look_at_rows(shape: Shape, rows: Sequence[Row], store: Store, wrong: Wrong) -> list[Row]:
    """The rows that can be facts, mended where that harms no sum; all that is not as the contract asks is noted in ``wrong``."""
    columns = list(zip(*rows, strict=True))
    reading = Reading(store.rounding, store.clock.zone)
    arrays: dict[str, Any] = {}
    bad: set[int] = set()
    mended: dict[int, dict[int, object]] = {}
    for delivered in shape.delivered:
        values = columns[delivered.index]
        array, unreadable = _readable(values, delivered, reading)
        arrays[delivered.column.name] = array
        if unreadable:
            wrong.note("wrong_kind", delivered, unreadable, _teller(shape, delivered, rows))
        strange = _not_allowed(shape, delivered, array, rows, wrong)
        bad |= _nulls(shape, delivered, array, rows, unreadable, wrong)
        for index, value in {**dict.fromkeys(unreadable), **strange}.items():
            if value is None and not _is_spare(shape, delivered.column):
                bad.add(index)
            else:
                mended.setdefault(index, {})[delivered.index] = value
    bad |= _undated(shape, arrays, rows, bad, wrong) | _others(shape, arrays, rows, store, wrong)
    _remember_keys(shape, arrays, bad, wrong)
    return [_mended(row, mended.get(index)) for index, row in enumerate(rows) if index not in bad]


def _is_spare(shape: Shape, column: Column) -> bool:
    """Whether a row makes sense without the value: no amount, no date, nothing that is required."""
    return not column.required and column.kind is not ColumnKind.MONEY and column.name not in shape.table.one_of


def _mended(row: Row, values: dict[int, object] | None) -> Row:
    return row if values is None else [values.get(index, value) for index, value in enumerate(row)]


def _readable(values: Sequence[object], delivered: Delivered, reading: Reading) -> tuple[Any, set[int]]:
    """The column with NULL where a value cannot be read, and the positions of those values."""
    kind, in_cents = delivered.column.kind, delivered.in_cents
    try:
        return read_column(values, kind, in_cents, reading)[0], set()
    except Unreadable:
        distinct = {_identity(value): value for value in values}
        readable = {identity: _is_readable(value, delivered, reading) for identity, value in distinct.items()}
        unreadable = {index for index, value in enumerate(values) if not readable[_identity(value)]}
        mended = [None if index in unreadable else value for index, value in enumerate(values)]
        return read_column(mended, kind, in_cents, reading)[0], unreadable


def _identity(value: object) -> object:
    """What makes a value the same as another one for reading: True, 1 and 1.0 are three."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    return type(value), value


def _is_readable(value: object, delivered: Delivered, reading: Reading) -> bool:
    try:
        read_column((value,), delivered.column.kind, delivered.in_cents, reading)
    except Unreadable:
        return False
    return True


def _nulls(shape: Shape, delivered: Delivered, array: Any, rows: Sequence[Row], unreadable: set[int], wrong: Wrong) -> set[int]:
    if not delivered.column.required or not array.null_count:
        return set()
    empty = set(_positions(pc.is_null(array))) - unreadable
    if empty:
        wrong.note("null", delivered, empty, _teller(shape, delivered, rows))
    return empty


def _not_allowed(shape: Shape, delivered: Delivered, array: Any, rows: Sequence[Row], wrong: Wrong) -> dict[int, str | None]:
    """The positions of values that are not allowed, each with the one that was most likely meant, or None."""
    allowed = delivered.column.allowed
    if not allowed:
        return {}
    found = {i: value for i, value in enumerate(array.to_pylist()) if value is not None and value not in allowed}
    if found:
        _count_values(wrong.note("not_allowed", delivered, found, _teller(shape, delivered, rows)), found.values())
    meant = {value: meant_value(value, allowed) or None for value in set(found.values())}
    return {index: meant[value] for index, value in found.items()}


def _undated(shape: Shape, arrays: dict[str, Any], rows: Sequence[Row], bad: set[int], wrong: Wrong) -> set[int]:
    """Rows that tell neither their date nor a moment; those where it could not be read are told already."""
    dates = [arrays[name] for name in shape.table.one_of if name in arrays]
    if not dates:
        return set()
    undated = {index for index in range(len(rows)) if index not in bad and not any(array[index].is_valid for array in dates)}
    if undated:
        wrong.note("no_date", None, undated, lambda index: shape.key_of(rows[index]))
    return undated


def _others(shape: Shape, arrays: dict[str, Any], rows: Sequence[Row], store: Store, wrong: Wrong) -> set[int]:
    """Rows of another store."""
    strange = other_stores(arrays["store_id"], store) if "store_id" in arrays else set()
    if not strange:
        return set()
    found = {index: name for index, name in enumerate(arrays["store_id"].to_pylist()) if name in strange}
    _count_values(wrong.note("other_store", None, found, lambda index: shape.key_of(rows[index])), found.values())
    return set(found)


def _count_values(seen: Seen, values: Iterable[str]) -> None:
    for value, count in Counter(values).items():
        if value in seen.values or len(seen.values) < MOST_VALUES:
            seen.values[value] += count


def _remember_keys(shape: Shape, arrays: dict[str, Any], bad: set[int], wrong: Wrong) -> None:
    _, column = PARENTS.get(shape.table.name, ("", shape.table.key[0] if shape.table.key else ""))
    if column not in arrays:
        return
    keys = {arrays[column][index].as_py() for index in bad}
    wrong.is_lost |= None in keys or len(wrong.keys | keys) > MOST_KEYS
    wrong.keys = set() if wrong.is_lost else wrong.keys | keys


def _positions(mask: Any) -> list[int]:
    return [index for index, is_set in enumerate(mask.to_pylist()) if is_set]


def _teller(shape: Shape, delivered: Delivered, rows: Sequence[Row]) -> Callable[[int], str]:
    """Tells of the row at a position: what stands there, and the row's key."""

    def tell(index: int) -> str:
        found, key = described(rows[index][delivered.index]), shape.key_of(rows[index])
        return f"{found}, first in the row with {key}" if key else found

    return tell


def faults_of_rows(shape: Shape, wrong: Wrong, store: Store) -> Iterator[Fault]:
    """What is wrong with the rows of a table, one fault for each column and kind of fault."""
    table = shape.table.name
    for (kind, delivered), seen in wrong.seen.items():
        if delivered is None:
            yield _of_row(table, kind, seen, store)
            continue
        name, column = delivered.name, delivered.column
        if kind == "wrong_kind":
            what = f"{name}: {rows_of(seen.count)} of the wrong kind: {seen.first}; expected {delivered.expected}"
            yield of_file(table, kind, Severity.BLOCKER, what, KIND_REMEDIES[column.kind], name, seen.count)
        elif kind == "null":
            what = f"{name}: NULL or empty in {rows_of(seen.count)}, and it is required: {seen.first}"
            yield of_file(
                table, kind, Severity.BLOCKER, what, "Let the query fill it; rows that mean nothing belong left out.", name, seen.count
            )
        else:
            values = ", ".join(f"{sample(value)} ({rows_of(n)})" for value, n in seen.values.most_common())
            more = " and others" if sum(seen.values.values()) < seen.count else ""
            what = f"{name}: values that are not allowed: {values}{more}"
            yield of_file(table, kind, Severity.BLOCKER, what, value_remedy(column, seen.values), name, seen.count)
    if wrong.refusal:
        yield of_file(table, "refused", Severity.BLOCKER, wrong.refusal, "Mend the SQL file.")


def _of_row(table: str, kind: str, seen: Seen, store: Store) -> Fault:
    first = f", first {seen.first}" if seen.first else ""
    if kind == "no_date":
        what = f"{rows_of(seen.count)} with neither business_date nor occurred_at nor occurred_local{first}"
        return of_file(table, kind, Severity.BLOCKER, what, "Deliver one of the three in every row.", count=seen.count)
    names = ", ".join(f"{sample(value)} ({rows_of(n)})" for value, n in seen.values.most_common())
    what = f"rows of other stores than {store.pos_store!r}: {names}{first}"
    remedy = "Select the store in WHERE with :store, and deliver store_id as pos_store in tillpost.yml writes it."
    return of_file(table, kind, Severity.BLOCKER, what, remedy, "store_id", seen.count)
