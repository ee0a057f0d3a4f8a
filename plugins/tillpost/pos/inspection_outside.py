"""Rows of other dates than was asked for, which an extraction leaves out: whether they come on their own date, or on none.

A file that selects too much is only slower. One whose WHERE means another date than the one that it delivers loses rows for good: each
date leaves them to the one beside it, which does not select them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow.compute as pc

from tillpost.model.facts import Table
from tillpost.model.findings import Severity
from tillpost.model.period import DateRange
from tillpost.pos.contract import sample
from tillpost.pos.inspection_faults import MOST_EXAMPLES, Fault, of_file, rows_of

# So many rows of each date are looked for on that date.
MOST_SOUGHT = 100
Identity = tuple[object, ...]

_SLOWER = (
    "Nothing is lost, it is only slower: let WHERE select with >= and < of the period. Where the clock is put back within the hour of "
    "the cut-over, a few such rows are right."
)
_LOSES = (
    "Let WHERE and the date that is delivered mean the same: a time in UTC (timestamptz, occurred_at) is compared with :from_utc and "
    ":to_utc, a time on the shop's clock with :from_local and :to_local, a trading day with :from_date and :to_date."
)


@dataclass(slots=True)
class Outside:
    """The rows of a table that lie on other dates: how many on each, and what names the first of them."""

    rows: Counter[date] = field(default_factory=Counter)
    sought: dict[date, set[Identity]] = field(default_factory=dict)

    def note(self, table: Table, facts: Any, days: DateRange) -> None:
        """Count the rows of a batch of facts that are not of ``days``."""
        dates = facts.column("business_date")
        others = facts.filter(pc.or_(pc.less(dates, days.start), pc.greater_equal(dates, days.end)))
        for day, identity in zip(others.column("business_date").to_pylist(), identities(table, others), strict=True):
            self.rows[day] += 1
            own = self.sought.setdefault(day, set())
            if len(own) < MOST_SOUGHT:
                own.add(identity)

    @property
    def fullest(self) -> date:
        """The date with most of them, of several the first."""
        return min(self.rows, key=lambda day: (-self.rows[day], day))


def identities(table: Table, facts: Any) -> list[Identity]:
    """What names each row: its key, or all of it where the table has none."""
    names = list(table.key) or facts.schema.names
    return list(zip(*(facts.column(name).to_pylist() for name in names), strict=True))


def fault_of_outside(table: Table, outside: Outside, found: set[Identity] | None) -> Fault:
    """What to say of them; ``found`` are the rows that the file gives for the fullest date, None where it could not be asked."""
    day, count = outside.fullest, outside.rows.total()
    lost = set() if found is None else outside.sought[day] - found
    named = sorted({sample(one[0]) for one in lost or outside.sought[day]})[:MOST_EXAMPLES] if table.key else []
    what = f"{rows_of(count)} of other dates than was asked for, left out{': ' if named else ''}{', '.join(named)}"
    if found is None:
        what += f"; whether they come on their own date is not known, for the file could not be read for {day}"
        return of_file(table.name, "dates_outside", Severity.WARNING, what, _LOSES, count=count)
    if lost:
        what += f"; asked for {day}, their own date, the file does not deliver them either, so that no night would ever book them"
        return of_file(table.name, "dates_lost", Severity.BLOCKER, what, _LOSES, count=count)
    what += f"; asked for {day}, their own date, the file delivers them as well"
    return of_file(table.name, "dates_outside", Severity.WARNING, what, _SLOWER, count=count)
