"""Late changes: what a later reading of a business date has that the reading before it had not, had otherwise, or has no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tillpost.model.findings import StreamKey

MAX_NAME = 80


class Change(StrEnum):
    """What became of a record since the reading before."""

    ADDED = "added"
    CHANGED = "changed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One sale, movement, count, ledger entry or purchase as it was read.

    ``table`` and ``key`` identify it within its stream, ``name`` is what a person knows it by, ``gross_cents`` what it books;
    ``digest`` is over all that it holds.
    """

    table: str
    key: str
    name: str
    gross_cents: int
    digest: str


@dataclass(frozen=True, slots=True)
class Records:
    """All records of a stream in one reading. ``version`` is that of their digests: those of two versions are not compared."""

    version: int
    rows: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class LateChange:
    """One difference between two readings of a stream: ``before_cents`` is None for what was added, ``after_cents`` for what was deleted.

    A record that was changed may well book the same amount as before.
    """

    table: str
    key: str
    name: str
    change: Change
    before_cents: int | None
    after_cents: int | None


@dataclass(frozen=True, slots=True)
class LateChangeTold:
    """A late change on record: of which stream, ``first_read_at`` when that was read for the first time, ``seen_at`` when the change was
    read (both aware UTC), and by which run.
    """

    key: StreamKey
    change: LateChange
    first_read_at: datetime
    seen_at: datetime
    run: str


def late_changes(before: Sequence[Record], after: Sequence[Record]) -> list[LateChange]:
    """The differences between two readings, by table and key.

    >>> [sale] = [Record("sales", "7", "receipt 7", 1100, "a")]
    >>> [(c.change.value, c.before_cents, c.after_cents) for c in late_changes([sale], [])]
    [('deleted', 1100, None)]
    """
    old, new = _by_key(before), _by_key(after)
    found = (_difference(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys()))
    return [change for change in found if change is not None]


def _by_key(records: Iterable[Record]) -> dict[tuple[str, str], Record]:
    return {(record.table, record.key): record for record in records}


def _difference(old: Record | None, new: Record | None) -> LateChange | None:
    told = new or old
    assert told is not None
    if old is not None and new is not None:
        if old.digest == new.digest:
            return None
        change = Change.CHANGED
    else:
        change = Change.DELETED if new is None else Change.ADDED
    return LateChange(told.table, told.key, told.name, change, old.gross_cents if old else None, new.gross_cents if new else None)


def counted(changes: Iterable[LateChange]) -> str:
    """How many of each, in words; empty where there are none.

    >>> counted([LateChange("sales", "7", "receipt 7", Change.ADDED, None, 1100)])
    '1 added'
    """
    kinds = [change.change for change in changes]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in Change if kind in kinds)


def plain_name(text: str) -> str:
    """A name from a POS on one line, without control characters and not longer than a line of a table."""
    words = "".join(c if c.isprintable() else "?" for c in text)
    return words if len(words) <= MAX_NAME else f"{words[: MAX_NAME - 1]}…"
