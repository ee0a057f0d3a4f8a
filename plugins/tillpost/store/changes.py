"""Findings of the outbox itself: what a new build asks for that cannot or must not be done to the documents on record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from tillpost.model.documents import Document
from tillpost.model.findings import Finding, Severity, StreamKey
from tillpost.model.money import format_cents

POSTED_CHANGED = "posted_stream_changed"
MAX_EXAMPLES = 10
REMEDIES = {
    "hold": "Correct it in Xero by hand if it must be, new documents too, then release the stream: what is posted is kept as it is.",
    "adjust": "An adjustment of what Xero holds is booked by a person: enter the difference in Xero, then release the stream.",
    "replace": "A document that Xero holds is replaced by a person: void it in Xero and enter the new figures, then release the stream.",
}


def posted_stream_changed(
    key: StreamKey, changed: Sequence[tuple[Row[Any], Document | None]], new: Sequence[Document], posted_changes: str, accepted: bool
) -> Finding:
    """The facts changed after documents had been posted: the difference of each, and what would be ``new``. Nothing is sent.

    A difference that a person has accepted is reported and holds nothing.
    """
    examples = [_difference(row, wanted) for row, wanted in changed]
    examples += [f"{_name(d.kind.value, d.number, d.natural_key)}: would be new, {format_cents(d.total_cents)}" for d in new]
    amount = sum((wanted.total_cents if wanted else 0) - row.total_cents for row, wanted in changed)
    return Finding(
        key,
        POSTED_CHANGED,
        Severity.INFO if accepted else Severity.BLOCKER,
        f"{_count(len(changed), 'document')} already in Xero would be booked differently now: {'; '.join(examples[:3])}."
        + (" The difference was accepted." if accepted else " Nothing was sent."),
        count=len(changed),
        amount_cents=amount,
        examples=tuple(examples[:MAX_EXAMPLES]),
        remedy="" if accepted else REMEDIES.get(posted_changes, REMEDIES["hold"]),
    )


def changed_under_way(key: StreamKey, rows: Sequence[Row[Any]]) -> Finding:
    """The facts changed while documents are on their way to Xero: nothing is touched until their outcome is known."""
    numbers = tuple(_name(row.kind, row.number, row.natural_key) for row in rows[:MAX_EXAMPLES])
    return Finding(
        key,
        "changed_under_way",
        Severity.BLOCKER,
        f"The figures changed while {_count(len(rows), 'document')} of this stream are on their way to Xero ({', '.join(numbers[:3])}).",
        count=len(rows),
        examples=numbers,
        remedy="Prepare this date again once their outcome is known.",
    )


def duplicate_document(key: StreamKey, wanted: Document) -> Finding:
    """Two documents of one build claim to be the same one."""
    return Finding(
        key,
        "duplicate_document",
        Severity.BLOCKER,
        f"Two documents have the key {wanted.natural_key}.",
        count=1,
        amount_cents=wanted.total_cents,
        examples=(wanted.natural_key,),
        remedy="Look for a sale, movement or purchase that the POS delivers twice.",
    )


def number_taken(key: StreamKey, wanted: Document, holder: str) -> Finding:
    """A number that another document has: Xero would refuse it, or overwrite the other."""
    return Finding(
        key,
        "number_taken",
        Severity.BLOCKER,
        f"The {wanted.kind.replace('_', ' ')} {wanted.natural_key} has the number {wanted.number}, which {holder} has already.",
        count=1,
        amount_cents=wanted.total_cents,
        examples=(wanted.number,),
        remedy="Look for two stores or registers that the POS gives the same ids.",
    )


def _difference(row: Row[Any], wanted: Document | None) -> str:
    name = _name(row.kind, row.number, row.natural_key)
    if wanted is None:
        return f"{name} {format_cents(row.total_cents)} is no longer there"
    if wanted.total_cents == row.total_cents:
        return f"{name} {format_cents(row.total_cents)} with other accounts, tax or date"
    return f"{name} {format_cents(row.total_cents)} is now {format_cents(wanted.total_cents)}"


def _name(kind: str, number: str, natural_key: str) -> str:
    return f"{kind.replace('_', ' ')} {number or natural_key}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
