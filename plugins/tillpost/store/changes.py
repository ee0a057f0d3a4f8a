"""Findings of the outbox itself: what a new build asks for that cannot or must not be done to the documents on record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from tillpost.model.documents import Document
from tillpost.model.findings import Finding, Severity, StreamKey
from tillpost.model.money import format_cents

POSTED_CHANGED = "posted_stream_changed"
# A document that is sent with another date than its own: told by pre-flight, gone with the document.
REDATED = "sent_on_first_open_day"
MAX_EXAMPLES = 10
_BY_HAND = "Correct it in Xero by hand if it must be, new documents too, then release the stream: what is posted is kept as it is."
REMEDIES = {
    "hold": _BY_HAND,
    "adjust": "Only the journals of a stream are adjusted, and not where another document changed too, a version was voided in Xero, "
    f"or the mapping has moved what is posted. {_BY_HAND}",
}


def posted_stream_changed(
    key: StreamKey, changed: Sequence[tuple[Document, Document | None]], new: Sequence[Document], posted_changes: str, accepted: bool
) -> Finding:
    """The facts changed after documents had been posted: of each what Xero holds and what is wanted, and what would be ``new``.

    Nothing is sent. A difference that a person has accepted is reported and holds nothing.
    """
    examples = [_difference(before, wanted) for before, wanted in changed]
    examples += [f"{_name(d.kind.value, d.number, d.natural_key)}: would be new, {format_cents(_worth(d))}" for d in new]
    return Finding(
        key,
        POSTED_CHANGED,
        Severity.INFO if accepted else Severity.BLOCKER,
        f"{_count(len(changed), 'document')} already in Xero would be booked differently now: {'; '.join(examples[:3])}."
        + (" The difference was accepted." if accepted else " Nothing was sent."),
        count=len(changed),
        amount_cents=_amount(changed),
        examples=tuple(examples[:MAX_EXAMPLES]),
        remedy="" if accepted else REMEDIES[posted_changes],
    )


def posted_stream_adjusted(key: StreamKey, adjusted: Sequence[tuple[Document, Document | None, str]]) -> Finding:
    """The facts changed after documents had been posted, and the difference is sent: what Xero holds, what is wanted, the new number."""
    examples = [f"{_difference(before, wanted)}, adjusted by {number}" for before, wanted, number in adjusted]
    return Finding(
        key,
        "posted_stream_adjusted",
        Severity.INFO,
        f"{_count(len(adjusted), 'document')} already in Xero changed: {'; '.join(examples[:3])}.",
        count=len(adjusted),
        amount_cents=_amount([(before, wanted) for before, wanted, _ in adjusted]),
        examples=tuple(examples[:MAX_EXAMPLES]),
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


def _difference(before: Document, wanted: Document | None) -> str:
    name, worth = _name(before.kind.value, before.number, before.natural_key), format_cents(_worth(before))
    if wanted is None:
        return f"{name} {worth} is no longer there"
    if _worth(wanted) == _worth(before):
        return f"{name} {worth} with other accounts, tax or date"
    return f"{name} {worth} is now {format_cents(_worth(wanted))}"


def _worth(document: Document) -> int:
    """What a reader knows a document by: takings that are an invoice total zero, and are told by their income."""
    return sum(line.cents for line in document.lines if line.cents > 0) if document.is_takings else document.total_cents


def _amount(changed: Sequence[tuple[Document, Document | None]]) -> int:
    return sum((_worth(wanted) if wanted else 0) - _worth(before) for before, wanted in changed)


def _name(kind: str, number: str, natural_key: str) -> str:
    return f"{kind.replace('_', ' ')} {number or natural_key}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
