"""One budget of calls per organisation, shared by every process through the database.

Xero allows 60 calls a minute and, by tier, 1,000 or 5,000 a day. Whether its windows are fixed or rolling is not documented, so ours
roll, which keeps both: a call is counted before it leaves and never given back. Xero's own headers correct the count downwards; a
reset time is never computed from them, only Retry-After is believed.

Limits and headers: https://developer.xero.com/documentation/guides/oauth2/limits/
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from tillpost.errors import RateLimited
from tillpost.store.database import Clock, Database
from tillpost.store.schema_xero import api_call, quota
from tillpost.store.upserts import insert_missing

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# How long a remaining of zero that came without Retry-After is believed before one call tries again.
BELIEVE = timedelta(hours=1)


class Quota:
    """The budget of one organisation (``tillpost.xero.sender.Meter``). ``keep`` calls of each minute are left to others."""

    def __init__(self, db: Database, organisation: str, clock: Clock, *, minute: int = 60, keep: int = 2, day: int = 5_000) -> None:
        self._db, self._organisation, self._clock = db, organisation, clock
        self._minute, self._day = minute - keep, day

    def before_call(self) -> None:
        """Count one call that is about to leave; RateLimited, with the time to wait for, where the budget is spent."""
        now = self._clock()
        with self._db.write() as tx:
            row = self._lock(tx)
            limit = self._limit(tx, row, now)
            if limit is None:
                tx.execute(insert(api_call).values(organisation=self._organisation, at=now))
        if limit is not None:
            raise limit

    def observe(self, headers: Mapping[str, str]) -> None:
        """Take Xero's own count from the headers of an answer; Retry-After blocks the organisation for everybody."""
        seen = {name.lower(): value for name, value in headers.items()}
        now = self._clock()
        values: dict[str, Any] = {}
        minute, day = _whole(seen.get("x-minlimit-remaining")), _whole(seen.get("x-daylimit-remaining"))
        if minute is not None or day is not None:
            values |= {"minute_left": minute, "day_left": day, "observed_at": now}
        wait = _whole(seen.get("retry-after"))
        if wait is not None:
            problem = seen.get("x-rate-limit-problem", "")[:40].lower()
            values |= {"blocked_until": now + timedelta(seconds=wait), "problem": problem}
        if values:
            with self._db.write() as tx:
                self._lock(tx)
                tx.execute(update(quota).where(quota.c.organisation == self._organisation).values(**values))

    def used(self) -> tuple[int, int]:
        """Calls counted in the last minute and in the last day."""
        now = self._clock()
        with self._db.read() as tx:
            return self._count(tx, now - MINUTE), self._count(tx, now - DAY)

    def _lock(self, tx: Connection) -> Row[Any]:
        """The organisation's row, ours until the end of the transaction: counting and inserting are one step for all processes."""
        insert_missing(tx, quota, {"organisation": self._organisation})
        mine = quota.c.organisation == self._organisation
        tx.execute(update(quota).where(mine).values(organisation=self._organisation))
        return tx.execute(select(quota).where(mine)).one()

    def _limit(self, tx: Connection, row: Row[Any], now: datetime) -> RateLimited | None:
        tx.execute(delete(api_call).where(api_call.c.organisation == self._organisation, api_call.c.at <= now - DAY))
        if row.blocked_until is not None and row.blocked_until > now:
            return self._reached(row.problem or "Xero's", row.blocked_until)
        if self._count(tx, now - MINUTE) >= self._minute:
            return self._reached("minute", self._free_at(tx, now, MINUTE, self._minute))
        if self._count(tx, now - DAY) >= self._day:
            return self._reached("day", self._free_at(tx, now, DAY, self._day))
        return self._observed_limit(tx, row, now)

    def _observed_limit(self, tx: Connection, row: Row[Any], now: datetime) -> RateLimited | None:
        """Others may use the same app: what Xero said was left, less what left since."""
        if row.observed_at is None:
            return None
        since = self._count(tx, row.observed_at)
        if row.minute_left is not None and row.minute_left <= since and now < row.observed_at + MINUTE:
            return self._reached("minute", row.observed_at + MINUTE)
        if row.day_left is not None and row.day_left <= since and now < row.observed_at + BELIEVE:
            return self._reached("day", row.observed_at + BELIEVE)
        return None

    def _count(self, tx: Connection, after: datetime) -> int:
        query = select(func.count()).select_from(api_call).where(api_call.c.organisation == self._organisation, api_call.c.at > after)
        return tx.execute(query).scalar_one()

    def _free_at(self, tx: Connection, now: datetime, window: timedelta, allowed: int) -> datetime:
        """When the oldest of the last ``allowed`` calls leaves the window."""
        newest_first = select(api_call.c.at).where(api_call.c.organisation == self._organisation).order_by(api_call.c.at.desc())
        oldest: datetime = tx.execute(newest_first.offset(allowed - 1).limit(1)).scalar_one()
        return max(oldest + window, now)

    def _reached(self, problem: str, until: datetime) -> RateLimited:
        return RateLimited(
            f"The {problem} limit of calls to Xero is reached for {self._organisation}: nothing was sent. "
            f"Go on at {until:%Y-%m-%d %H:%M:%S} UTC.",
            until=until,
            problem=problem,
        )


def _whole(value: str | None) -> int | None:
    """A header's whole number; None where it is missing or no number."""
    return int(value) if value is not None and value.strip().isdecimal() else None
