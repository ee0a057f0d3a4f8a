"""What changed in the POS after a date had been read for the first time: a table per stream."""

from __future__ import annotations

from dataclasses import dataclass

from tillpost.model.late import counted
from tillpost.report import wording
from tillpost.report.data import StreamReport


@dataclass(frozen=True, slots=True)
class LateRow:
    """One late change: what was added, changed or deleted in the POS, its amount before and after (cents; None: was not there)."""

    name: str
    change: str
    before_cents: int | None
    after_cents: int | None
    seen_at: str


@dataclass(frozen=True, slots=True)
class LateTable:
    """The late changes of one stream, in the order in which they were seen; ``since`` is when it was read for the first time."""

    stream: str
    summary: str
    since: str
    rows: tuple[LateRow, ...]


def late_table(stream: StreamReport) -> LateTable:
    """What changed in the POS after the date had been read for the first time."""
    rows = tuple(
        LateRow(
            told.change.name,
            told.change.change,
            told.change.before_cents,
            told.change.after_cents,
            wording.moment(told.seen_at, stream.zone),
        )
        for told in stream.late
    )
    since = wording.moment(stream.late[0].first_read_at, stream.zone) if stream.late else ""
    return LateTable(stream.key.stream, counted(told.change for told in stream.late), since, rows)
