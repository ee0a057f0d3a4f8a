"""Columns that a server sent as Arrow's own types, turned into the exact types of facts: the twin of ``convert.read_column``.

What Arrow can turn column by column never becomes Python objects. Everything else does, the same objects that the database's driver
makes of those values, and goes through ``read_column``: so both ways give one result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tillpost.model.facts import ColumnKind
from tillpost.pos.amounts import MAX_NUMBER
from tillpost.pos.convert import WIDE, Reading, cents_of_decimals, read_column, within_bounds
from tillpost.pos.facts import ARROW_TYPES

_DIGITS = pa.decimal128(28, 0)
# Arrow reads the text of a number of more digits than it can hold as another number, without a word.
_SAFE_LENGTH = 38


class Family(Enum):
    """What a column is on the server, whatever Arrow type carries it."""

    TEXT = auto()
    WHOLE = auto()
    DECIMAL = auto()
    FLOAT = auto()
    FLAG = auto()
    DATE = auto()
    NAIVE = auto()
    AWARE = auto()


@dataclass(frozen=True, slots=True)
class Source:
    """A column on the server. A decimal of no fixed scale is carried as text, so that nothing of it is lost."""

    family: Family
    carried: Any


def read_arrow(array: Any, source: Source, kind: ColumnKind, in_cents: bool, reading: Reading) -> tuple[Any, int]:
    """A column as an Arrow array of the kind's type, and its amounts that are dust; raises Unreadable as ``read_column`` does."""
    try:
        if kind is ColumnKind.MONEY:
            return _money(array, source, in_cents, reading.rounding)
        return _CONVERSIONS[source.family, kind](_numbers(array, source)), 0
    except (KeyError, pa.ArrowInvalid):
        return _by_objects(array, source, kind, in_cents, reading)


def _money(array: Any, source: Source, in_cents: bool, rounding: str) -> tuple[Any, int]:
    if source.family not in (Family.WHOLE, Family.DECIMAL, Family.FLOAT):
        raise pa.ArrowInvalid("not a number on the server")
    numbers = _numbers(array, source)
    if in_cents:
        return within_bounds(pc.cast(numbers, pa.int64())), 0
    if source.family is Family.WHOLE:
        numbers = pc.cast(numbers, pa.decimal128(19, 0))
    return cents_of_decimals(numbers, rounding)


def _numbers(array: Any, source: Source) -> Any:
    """Decimals that are carried as text, and floats by their shortest decimal form, as Arrow decimals that can be subtracted."""
    if source.family is Family.FLOAT:
        return pc.cast(pc.cast(array, pa.string()), WIDE)
    if source.family is not Family.DECIMAL:
        return array
    if pa.types.is_string(array.type) and (pc.max(pc.binary_length(array)).as_py() or 0) > _SAFE_LENGTH:
        raise pa.ArrowInvalid("a number so long that Arrow would take it for another one")
    if pa.types.is_string(array.type) or array.type.precision > WIDE.precision:
        return pc.cast(array, WIDE)
    return array


def _by_objects(array: Any, source: Source, kind: ColumnKind, in_cents: bool, reading: Reading) -> tuple[Any, int]:
    """By way of Python objects; values that repeat become one, except amounts, whose dust is counted value by value."""
    if kind is ColumnKind.MONEY:
        return read_column(_objects(array, source), kind, in_cents, reading)
    encoded = array.dictionary_encode()
    read, dust = read_column(_objects(encoded.dictionary, source), kind, in_cents, reading)
    return read.take(encoded.indices), dust


def _objects(array: Any, source: Source) -> Sequence[object]:
    values: list[object] = array.to_pylist()
    if source.family is Family.DECIMAL and pa.types.is_string(array.type):
        return [None if value is None else Decimal(str(value)) for value in values]
    return values


def _trimmed(array: Any) -> Any:
    trimmed = pc.utf8_trim_whitespace(array)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _six_places(numbers: Any) -> Any:
    if pa.types.is_integer(numbers.type):
        numbers = pc.cast(numbers, pa.decimal128(19, 0))
    if numbers.type.scale > 6:
        numbers = pc.round(numbers, 6, round_mode="half_towards_infinity")
    return pc.cast(numbers, ARROW_TYPES[ColumnKind.DECIMAL])


def _whole(numbers: Any) -> Any:
    whole = pc.cast(numbers, pa.int64())
    if pc.any(pc.greater_equal(pc.abs_checked(whole), MAX_NUMBER)).as_py():
        raise pa.ArrowInvalid("a number is too large")
    return whole


def _flags(numbers: Any) -> Any:
    if not pc.all(pc.is_in(numbers, pa.array([0, 1, None], pa.int64()))).as_py():
        raise pa.ArrowInvalid("a number is no flag")
    return pc.cast(numbers, pa.bool_())


def _same(array: Any) -> Any:
    return array


_CONVERSIONS: dict[tuple[Family, ColumnKind], Callable[[Any], Any]] = {
    (Family.TEXT, ColumnKind.TEXT): _trimmed,
    (Family.WHOLE, ColumnKind.TEXT): lambda whole: pc.cast(whole, pa.string()),
    (Family.DECIMAL, ColumnKind.TEXT): lambda numbers: pc.cast(pc.cast(numbers, _DIGITS), pa.string()),
    (Family.WHOLE, ColumnKind.DECIMAL): _six_places,
    (Family.DECIMAL, ColumnKind.DECIMAL): _six_places,
    (Family.FLOAT, ColumnKind.DECIMAL): _six_places,
    (Family.WHOLE, ColumnKind.INTEGER): _whole,
    (Family.DECIMAL, ColumnKind.INTEGER): _whole,
    (Family.WHOLE, ColumnKind.FLAG): _flags,
    (Family.FLAG, ColumnKind.FLAG): _same,
    (Family.DATE, ColumnKind.DATE): _same,
    (Family.NAIVE, ColumnKind.DATE): lambda moments: pc.cast(moments, pa.date32()),
    (Family.AWARE, ColumnKind.UTC): _same,
    (Family.NAIVE, ColumnKind.UTC): lambda moments: pc.cast(moments, ARROW_TYPES[ColumnKind.UTC]),
    (Family.NAIVE, ColumnKind.LOCAL): _same,
}
