"""One budget of calls per organisation, shared by every process through the database.

Xero allows an app 60 calls a minute, 1,000 or 5,000 a day by its tier and five at once for each organisation, and 10,000 a minute over
all of them. A call is counted before it leaves and never given back; it holds a slot until its answer is in. What the headers of an
answer say is left corrects the count, and the limits themselves where Xero's are others than ours (``tillpost.xero.limits``).

Limits and headers: https://developer.xero.com/documentation/guides/oauth2/limits/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from tillpost.errors import RateLimited
from tillpost.posting_rules import DEFAULT_RULES, PostingRules
from tillpost.store import calls
from tillpost.store.calls import Counted, KnownQuota
from tillpost.store.database import CLOCK_SKEW, Clock, Database
from tillpost.xero import limits
from tillpost.xero.limits import DAY, MINUTE, Said
from tillpost.xero.sender import Answered

# One call of so many removes what no window counts any more.
FORGET_EVERY = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """The budget as it stands: the calls that may leave in this minute and today, Xero's limit of a day as it is known, when Xero lets
    calls in again if it does not now (aware UTC), and when the calls of the last day left, oldest first."""

    minute_left: int
    day_left: int
    day_limit: int
    blocked_until: datetime | None
    calls: tuple[datetime, ...]


class Quota:
    """The budget of one organisation (``tillpost.xero.sender.Meter`` and ``Budget``).

    ``app`` is the client id of its connection, whose own limit counts the calls to all organisations; ``minute`` Xero's limit of a minute,
    of which ``keep`` calls are left to others.
    """

    def __init__(
        self,
        db: Database,
        organisation: str,
        clock: Clock,
        rules: PostingRules = DEFAULT_RULES,
        *,
        app: str = "",
        minute: int = limits.MINUTE_CALLS,
        keep: int = limits.KEPT_OF_A_MINUTE,
    ) -> None:
        self._db, self._organisation, self._clock, self._rules = db, organisation, clock, rules
        self._app, self._minute, self._keep = app[:80], minute, keep

    def before_call(self) -> Answered:
        """Count one call that is about to leave, and hand out what takes its answer; RateLimited where the budget is spent."""
        with self._db.write() as tx:
            locked = calls.lock_quota(tx, self._organisation)
            now = self._clock()  # the lock may have taken long
            known = _believed(locked, now)
            limit = self._limit(tx, known, self._counted(tx, known, now), now)
            slot = calls.begin_call(tx, self._organisation, self._app, now, limits.SLOT_LIFE) if limit is None else 0
            if slot and slot % FORGET_EVERY == 0:
                calls.forget_calls(tx, self._organisation, now - DAY, now)
        if limit is not None:
            raise limit
        return partial(self._answered, slot, now)

    def room(self, *, in_flight: int, backfill: bool) -> RateLimited | None:
        """None where one more call may leave now; else the limit it waits for. Counts nothing."""
        with self._db.read() as tx:
            now = self._clock()
            known = self._known(tx, now)
            counted = self._counted(tx, known, now)
            limit = self._limit(tx, known, counted, now, in_flight)
            return self._share(tx, known, counted, now) if limit is None and backfill else limit

    def standing(self) -> Standing:
        """The budget as it stands now; nothing is counted."""
        with self._db.read() as tx:
            now = self._clock()
            known = self._known(tx, now)
            counted, times = self._counted(tx, known, now), calls.call_times(tx, self._organisation, now - DAY, now)
        minute = limits.calls_left(self._minute, self._keep, known.minute_limit, known.minute_left, counted.since, counted.minute)
        day = limits.calls_left(self._rules.calls_a_day, 0, _proved_day(known), known.day_left, counted.since, counted.day)
        blocked = known.blocked_until if known.blocked_until and known.blocked_until > now else None
        return Standing(0 if blocked else minute, day, limits.tier(self._rules.calls_a_day, known.day_limit), blocked, tuple(times))

    def _known(self, tx: Connection, now: datetime) -> KnownQuota:
        return _believed(calls.known_quota(tx, self._organisation), now)

    def _counted(self, tx: Connection, known: KnownQuota, now: datetime) -> Counted:
        return calls.count_windows(tx, self._organisation, now - MINUTE, now - DAY, known.observed_at, now)

    def _limit(self, tx: Connection, known: KnownQuota, counted: Counted, now: datetime, in_flight: int = 0) -> RateLimited | None:
        minute = limits.allowed_calls(self._minute, self._keep, known.minute_limit, known.minute_left, counted.since)
        return (
            self._blocked(tx, known, now)
            or self._day(tx, known, counted, now)
            or self._window(tx, "minute", MINUTE, counted.minute, minute, now)
            or self._app_minute(tx, known, now)
            or self._at_once(tx, known, now, in_flight)
        )

    def _blocked(self, tx: Connection, known: KnownQuota, now: datetime) -> RateLimited | None:
        """Xero's own word, for this organisation or for the whole app."""
        for told in (known, _believed(calls.known_quota(tx, calls.app_row(self._app)), now) if self._app else KnownQuota()):
            if told.blocked_until is not None and told.blocked_until > now:
                return self._reached(told.problem or "Xero's", told.blocked_until)
        return None

    def _at_once(self, tx: Connection, known: KnownQuota, now: datetime, in_flight: int) -> RateLimited | None:
        """Calls under way: as many as Xero takes, and only one that has yet to prove that it was let in."""
        under_way = calls.calls_under_way(tx, self._organisation, now)
        learnt = known.at_once if known.at_once_until and known.at_once_until > now else None
        if max(len(under_way), in_flight) >= (learnt or limits.AT_ONCE):
            return self._reached("concurrent", now + timedelta(seconds=1))
        if under_way and now < under_way[0] + limits.PROVED:
            return self._reached("concurrent", under_way[0] + limits.PROVED)
        return None

    def _window(self, tx: Connection, name: str, length: timedelta, used: int, allowed: int, now: datetime) -> RateLimited | None:
        if used < allowed:
            return None
        return self._reached(name, max(calls.newest_call(tx, self._organisation, allowed, now) + length, now))

    def _app_minute(self, tx: Connection, known: KnownQuota, now: datetime) -> RateLimited | None:
        if not self._app:
            return None
        kept = limits.KEPT_OF_AN_APP_MINUTE
        if calls.count_calls_of_app(tx, self._app, now - MINUTE, now) >= limits.APP_MINUTE_CALLS - kept:
            return self._reached("appminute", now + timedelta(seconds=1))
        if known.app_minute_left is None or known.observed_at is None or now >= known.observed_at + MINUTE:
            return None
        if known.app_minute_left - calls.count_calls_of_app(tx, self._app, known.observed_at, now) > 0:
            return None
        return self._reached("appminute", known.observed_at + MINUTE)

    def _day(self, tx: Connection, known: KnownQuota, counted: Counted, now: datetime) -> RateLimited | None:
        believed = _believed_until(known)
        if believed is not None and now >= believed:
            return self._window(tx, "day", DAY, counted.day, self._rules.calls_a_day, now)
        allowed = limits.allowed_calls(self._rules.calls_a_day, 0, _proved_day(known), known.day_left, counted.since)
        limit = self._window(tx, "day", DAY, counted.day, allowed, now)
        if limit is None or believed is None or limit.until <= believed:
            return limit
        return self._reached("day", believed)

    def _share(self, tx: Connection, known: KnownQuota, counted: Counted, now: datetime) -> RateLimited | None:
        """Documents of older dates leave a share of the day to the nightly run, by our count and by Xero's."""
        limit = limits.tier(self._rules.calls_a_day, known.day_limit)
        share = limits.share_for_backfill(limit, self._rules.kept_for_nights)
        reached = self._window(tx, "day", DAY, counted.day, share, now)
        asked_again = known.observed_at + limits.BELIEVE if known.observed_at is not None else now
        if reached is None and known.day_left is not None and now < asked_again and known.day_left - counted.since <= limit - share:
            reached = self._reached("day", asked_again)
        if reached is None:
            return None
        kept = f"The calls of a day for older dates are used up for {self._organisation}; the rest is kept for the nightly run."
        return RateLimited(f"{kept} Go on at {reached.until:%Y-%m-%d %H:%M:%S} UTC.", until=reached.until, problem="day")

    def _answered(self, slot: int, left_at: datetime, headers: Mapping[str, str], status: int = 0) -> None:
        """Free the slot, and learn from the headers; of a refusal without any, that there was one."""
        with self._db.write() as tx:
            locked = calls.lock_quota(tx, self._organisation)
            now = self._clock()
            known = _believed(locked, now)
            calls.end_call(tx, slot)
            said = limits.said_by(headers, now, status)
            values = {} if said.wait is None else self._refused(tx, known, said, now)
            # Answers may overtake one another: what counts is the word on the call that left last.
            if said != Said() and (known.observed_at is None or known.observed_at <= left_at):
                values = self._learnt(tx, known, said, left_at, now) | values
            if values:
                calls.write_quota(tx, self._organisation, values)
            if said.problem == "appminute" and self._app:
                told = {"blocked_until": now + timedelta(seconds=said.wait or 0), "problem": said.problem}
                calls.write_quota(tx, calls.app_row(self._app), told)

    def _learnt(self, tx: Connection, known: KnownQuota, said: Said, left_at: datetime, now: datetime) -> dict[str, Any]:
        """What an answer says is left, and what that proves of the limits.

        Whether Xero counts when a call comes or when it is answered is not documented. For the minute every call until the answer may have
        been counted, for a limit that is learnt too low would waste it; of a day a few calls do not matter, but one too many is refused.
        """
        values: dict[str, Any] = {"observed_at": left_at, "app_minute_left": said.app_minute_left}
        windows = (
            ("minute", left_at - MINUTE, now, self._minute, known.minute_limit, said.minute_left),
            ("day", left_at - DAY, left_at, self._rules.calls_a_day, known.day_limit, said.day_left),
        )
        for name, after, to, configured, limit, left in windows:
            values[f"{name}_left"] = left
            if left is not None:
                counted = calls.count_calls(tx, self._organisation, after, to)
                values[f"{name}_limit"] = limits.learnt_limit(configured, limit, left, counted)
        return values

    def _refused(self, tx: Connection, known: KnownQuota, said: Said, now: datetime) -> dict[str, Any]:
        """What a refusal means: everybody waits, and the limit that was met is another one than we knew."""
        until = now + timedelta(seconds=said.wait or 0)
        values: dict[str, Any] = {}
        if said.problem == "minute":
            # What of a minute is left after that nobody knows, so it passes as a whole: then one call asks for the limit.
            until, values = max(until, now + MINUTE), {"minute_limit": 1, "minute_left": None}
        elif said.problem == "day":
            values = {"day_limit": 1, "day_left": None}
        elif said.problem == "concurrent":
            others = len(calls.calls_under_way(tx, self._organisation, now))
            values = {"at_once": max(others, 1), "at_once_until": now + limits.BELIEVE}
        if known.blocked_until is not None and known.blocked_until >= until:
            return values
        return values | {"blocked_until": until, "problem": said.problem}

    def _reached(self, problem: str, until: datetime) -> RateLimited:
        return RateLimited(
            f"The {problem} limit of calls to Xero is reached for {self._organisation}: nothing was sent. "
            f"Go on at {until:%Y-%m-%d %H:%M:%S} UTC.",
            until=until,
            problem=problem,
        )


def _believed(known: KnownQuota, now: datetime) -> KnownQuota:
    """What is known, without what a clock that was ahead has written: no wait is longer than a day, and nothing was heard tomorrow."""
    if known.blocked_until is not None and known.blocked_until > now + DAY + CLOCK_SKEW:
        known = replace(known, blocked_until=None, problem="")
    if known.at_once_until is not None and known.at_once_until > now + limits.BELIEVE + CLOCK_SKEW:
        known = replace(known, at_once=None, at_once_until=None)
    if known.observed_at is not None and known.observed_at > now + CLOCK_SKEW:
        known = replace(known, observed_at=None, minute_left=None, day_left=None, app_minute_left=None)
    return known


def _proved_day(known: KnownQuota) -> int | None:
    """The day's limit as far as answers prove it; after a refusal none does, and its time to wait is what counts."""
    return None if known.day_left is None else known.day_limit


def _believed_until(known: KnownQuota) -> datetime | None:
    """Where less than Xero's smallest day remains without calls of ours to explain it, others used the app: asked again after an hour."""
    if known.observed_at is None or known.day_limit is None or known.day_limit >= limits.FIRST_TIER:
        return None
    return known.observed_at + limits.BELIEVE
