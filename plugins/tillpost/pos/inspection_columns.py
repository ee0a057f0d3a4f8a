"""The columns of an SQL file against the contract: missing, twice, and unknown ones, with the name that was meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tillpost.model.facts import Column, ColumnKind
from tillpost.model.findings import Severity
from tillpost.pos.contract import Mismatch, Shape, sample
from tillpost.pos.inspection_faults import Fault, nearest, of_file

# So many delivered names are told beside a missing one.
MOST_NAMES = 40


def faults_of_columns(shape: Shape, mismatches: Sequence[Mismatch], names: Sequence[str]) -> Iterator[Fault]:
    """What is wrong with the columns as a whole; a column that the contract does not know is a blocker where its name looks like a slip."""
    table, strange = shape.table, list(shape.extra)
    for mismatch in mismatches:
        if mismatch.kind == "missing":
            yield from _missing(shape, mismatch, strange, names)
        else:
            what = "; ".join(sample(name) for name in mismatch.columns)
            told = f"delivered twice: {what}" if mismatch.kind == "twice" else f"both forms of one amount are delivered: {what}"
            yield of_file(table.name, f"column_{mismatch.kind}", Severity.BLOCKER, told, "Deliver one of them.", mismatch.columns[0])
    delivered = {d.column.name for d in shape.delivered}
    for name in dict.fromkeys(strange):
        near = nearest(name, [n for c in table.columns if c.name not in delivered for n in _names(c)])
        if near:
            what = f"the contract has no column {sample(name)}; did you mean {near}?"
            remedy = f"Write AS {near}; a column that is meant for nothing is left out of the query, or has a name that is less like it."
            yield of_file(table.name, "column_misspelt", Severity.BLOCKER, what, remedy, near)
        else:
            what = f"the contract has no column {sample(name)}; it is left"
            yield of_file(
                table.name,
                "column_extra",
                Severity.INFO,
                what,
                "Nothing, or leave it out of the query: it costs time only.",
                name[:MOST_NAMES],
            )


def _missing(shape: Shape, mismatch: Mismatch, strange: list[str], names: Sequence[str]) -> Iterator[Fault]:
    """One fault for each; a delivered column that looks like it is told with it, and not a second time."""
    found = {d.column.name for d in shape.delivered}
    lacking = [column for column in shape.table.columns if column.required and column.name not in found]
    for column in lacking:
        near = nearest(column.name, strange)
        while near in strange:
            strange.remove(near)
        hint = f"; {sample(near)} is delivered, did you mean that?" if near else _delivered(names)
        what = f"the required column {' or '.join(_names(column))} is missing{hint}"
        remedy = f"Write AS {column.name}." if near else f"Deliver it: {column.kind.value}{_allowed(column)}."
        yield of_file(shape.table.name, "column_missing", Severity.BLOCKER, what, remedy, column.name)
    if len(mismatch.columns) > len(lacking):  # one of several, of which each would do
        what = f"none of {', '.join(shape.table.one_of)} is delivered{_delivered(names)}"
        remedy = "Deliver the one that the POS knows best: its trading day, or the time of the sale."
        yield of_file(shape.table.name, "column_missing", Severity.BLOCKER, what, remedy, shape.table.one_of[0])


def _names(column: Column) -> tuple[str, ...]:
    return (column.name, column.fact_name) if column.kind is ColumnKind.MONEY else (column.name,)


def _allowed(column: Column) -> str:
    return f", one of {', '.join(column.allowed)}" if column.allowed else ""


def _delivered(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > MOST_NAMES else ""
    return f"; delivered are {', '.join(sample(name)[1:-1] for name in names[:MOST_NAMES])}{more}"
