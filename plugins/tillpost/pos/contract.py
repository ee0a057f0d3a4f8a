"""What an SQL file delivered, held against the contract: columns before the first row is read, values batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tillpost.errors import ContractError
from tillpost.model.facts import Column, ColumnKind, Table

SAMPLE_LENGTH = 40

EXPECTED: dict[ColumnKind, str] = {
    ColumnKind.TEXT: "text or a whole number",
    ColumnKind.DATE: "a date such as 2026-10-03 (no time zone)",
    ColumnKind.UTC: "a UTC time such as 2026-10-03T11:00:00Z",
    ColumnKind.LOCAL: "a time on the store's clock such as 2026-10-03 21:00:00",
    ColumnKind.MONEY: "an exact amount such as 12.50, below ten million millions",
    ColumnKind.DECIMAL: "a number with at most 18 digits before the point",
    ColumnKind.INTEGER: "a whole number",
    ColumnKind.FLAG: "0, 1, true or false",
}
EXPECTED_CENTS = "whole cents such as 1250, below ten million millions"


class Unreadable(Exception):
    """A value is not of its kind; ``index`` is its position in the column once that is known."""

    def __init__(self, index: int = -1) -> None:
        self.index = index
        super().__init__("a value is not of its kind")


@dataclass(frozen=True, slots=True)
class Delivered:
    """A contract column and its position in the rows; ``in_cents``: delivered as whole cents (``gross_cents``)."""

    column: Column
    index: int
    in_cents: bool = False

    @property
    def name(self) -> str:
        """The column's name as delivered."""
        return self.column.fact_name if self.in_cents else self.column.name

    @property
    def expected(self) -> str:
        """What a value of it must be, for messages."""
        if self.column.allowed:
            return f"one of {', '.join(self.column.allowed)}"
        return EXPECTED_CENTS if self.in_cents else EXPECTED[self.column.kind]


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns that a file delivers: those of the contract, and the names of others (``extra``), which are left alone."""

    table: Table
    file: str
    delivered: tuple[Delivered, ...]
    extra: tuple[str, ...] = ()

    def key_of(self, row: Sequence[object]) -> str:
        """The row's key as far as it is delivered, for messages."""
        parts = [f"{d.name} {sample(row[d.index])}" for d in self.delivered if d.column.name in self.table.key]
        return ", ".join(parts)

    def wrong_value(self, delivered: Delivered, row: Sequence[object], expected: str = "") -> ContractError:
        """The error for a value of a row that is not what the contract asks."""
        key = self.key_of(row)
        found = described(row[delivered.index])
        where = f" in the row with {key}" if key else ""
        return contract_error(self.file, f"column {delivered.name!r}{where} holds {found}; expected {expected or delivered.expected}.")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What is wrong with the columns as a whole: ``kind`` is twice, both (forms of one amount) or missing; ``columns`` names them."""

    kind: str
    columns: tuple[str, ...]
    words: str


def match_columns(table: Table, names: Sequence[str], file: str) -> Shape:
    """Find the contract's columns among the delivered ones (any case); raises ContractError where one is missing or there twice."""
    shape, mismatches = compare_columns(table, names, file)
    if mismatches:
        raise contract_error(file, mismatches[0].words)
    return shape


def compare_columns(table: Table, names: Sequence[str], file: str) -> tuple[Shape, tuple[Mismatch, ...]]:
    """The contract's columns among the delivered ones, and all that is wrong with them."""
    lowered = [name.strip().lower() for name in names]
    delivered = [d for column in table.columns for d in _places(column, lowered)]
    known = {d.name for d in delivered}
    shape = Shape(table, file, tuple(delivered), tuple(sorted(name for name in lowered if name not in known)))
    return shape, tuple(_mismatches(shape, lowered, names))


def _mismatches(shape: Shape, lowered: list[str], names: Sequence[str]) -> Iterator[Mismatch]:
    twice = tuple(sorted({name for name in lowered if lowered.count(name) > 1}))
    if twice:
        yield Mismatch("twice", twice, f"these columns are delivered twice: {', '.join(twice)}. Name each column once.")
    for d in shape.delivered:
        if d.in_cents and d.column.name in lowered:
            yield Mismatch("both", (d.column.name, d.name), f"both {d.column.name!r} and {d.name!r} are delivered. Deliver one of them.")
    table, found = shape.table, {d.column.name for d in shape.delivered}
    missing = [_asked(c) for c in table.columns if c.required and c.name not in found]
    if table.one_of and found.isdisjoint(table.one_of):
        missing.append(f"one of {', '.join(table.one_of)}")
    if missing:
        columns = "column" if len(missing) == 1 else "columns"
        words = f"the {columns} {'; '.join(missing)} must be delivered. Delivered are: {', '.join(names)}."
        yield Mismatch("missing", tuple(missing), words)


def _places(column: Column, names: list[str]) -> list[Delivered]:
    plain = [Delivered(column, names.index(column.name))] if column.name in names else []
    if column.kind is not ColumnKind.MONEY or column.fact_name not in names:
        return plain
    return [*plain, Delivered(column, names.index(column.fact_name), in_cents=True)]


def _asked(column: Column) -> str:
    return f"{column.name} (or {column.fact_name})" if column.kind is ColumnKind.MONEY else column.name


def contract_error(file: str, message: str) -> ContractError:
    """A ContractError that names the file, says what is safe and what to do."""
    return ContractError(
        f"{file}: {message} Nothing was kept of this store; other stores are not affected. "
        "Mend the SQL file (docs/contract.md), then run again."
    )


def described(value: object) -> str:
    """A value with its type, for messages."""
    return "NULL" if value is None else f"{type(value).__name__} {sample(value)}"


def sample(value: object) -> str:
    """A value as short safe text: control characters escaped, cut at 40 characters."""
    if value is None:
        return "NULL"
    words = repr(str(value)) if isinstance(value, str) else repr(value) if isinstance(value, bytes) else repr(str(value))[1:-1]
    return words if len(words) <= SAMPLE_LENGTH else f"{words[:SAMPLE_LENGTH]}…"
