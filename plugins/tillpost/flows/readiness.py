"""Whether a store's business date is over and complete, so that half a day is never taken for a whole one.

A date is ready when all its shifts are closed (reconciled where the store asks for it); without shifts, when it has ended and
the POS database is known to be complete past its end. A date with neither shift nor trade is an empty day only if the
store's calendar says so; until then it is open, and shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import duckdb

from tillpost.model.period import DateRange
from tillpost.organisations import Store

_SHIFTS = "SELECT store, business_date, state, count(*) FROM shifts GROUP BY ALL"
_TRADE = """
SELECT store, business_date, count(*) FROM (
    SELECT store, business_date FROM sales UNION ALL SELECT store, business_date FROM movements UNION ALL
    SELECT store, business_date FROM gl_entries
) GROUP BY ALL
"""


class Readiness:
    """What the facts say about shifts and trade, asked per store and date."""

    def __init__(self, facts: duckdb.DuckDBPyConnection, as_of: Mapping[str, datetime], now: datetime) -> None:
        self._as_of, self._now = as_of, now
        self._shifts: dict[tuple[str, date], dict[str, int]] = {}
        for store, day, state, count in facts.execute(_SHIFTS).fetchall():
            self._shifts.setdefault((store, day), {})[state] = count
        self._trade = {(store, day) for store, day, _ in facts.execute(_TRADE).fetchall()}

    def why_not(self, store: Store, day: date) -> str:
        """Why the date is not ready, as a sentence; empty when it is."""
        end = store.clock.utc_bounds(DateRange.of_day(day))[1]
        if self._now < end:
            return f"The trading day is not over yet: it ends at {store.clock.cut_over:%H:%M} on the day after ({store.clock.zone})."
        as_of = self._as_of.get(store.key)
        if as_of is not None and as_of < end:
            return f"The POS database is complete up to {as_of:%Y-%m-%d %H:%M} UTC only; the date ends at {end:%Y-%m-%d %H:%M} UTC."
        return self._shifts_missing(store, day) if (store.key, day) in self._shifts else self._no_trade(store, day)

    def is_emptied(self, store: Store, day: date) -> bool:
        """Whether the date is over, the database complete past it, and nothing in it at all: neither a shift nor trade."""
        end, as_of = store.clock.utc_bounds(DateRange.of_day(day))[1], self._as_of.get(store.key)
        is_whole = self._now >= end and (as_of is None or as_of >= end)
        return is_whole and (store.key, day) not in self._shifts and (store.key, day) not in self._trade

    def _shifts_missing(self, store: Store, day: date) -> str:
        states = self._shifts[(store.key, day)]
        unfinished = states.get("open", 0) + (states.get("closed", 0) if store.ready_when == "reconciled" else 0)
        if not unfinished:
            return ""
        what = "closed and reconciled" if store.ready_when == "reconciled" else "closed"
        return f"{unfinished} of {sum(states.values())} shifts are not {what} yet."

    def _no_trade(self, store: Store, day: date) -> str:
        if (store.key, day) in self._trade or store.is_closed_on(day):
            return ""
        return (
            "No shift and no sale: either nothing has arrived yet, or the store did not trade. If it did not, add the date to "
            "closed_dates (or the weekday to closed_weekdays) of the store in tillpost.yml."
        )
