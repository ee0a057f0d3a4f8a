"""Xero's limits in virtual time, and processes of ours that call it under one budget: discrete events, so that hours pass at once.

It refuses as Xero does (https://developer.xero.com/documentation/guides/oauth2/limits/): at once, with Retry-After for the minute and
the day, without for too many at once. Its windows are fixed at some phase, or rolling.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.unit.store.databases import Watch
from tillpost.errors import RateLimited
from tillpost.xero.quota import Quota
from tillpost.xero.sender import Answered

Event = Callable[[], None]


@dataclass
class Timeline:
    """What happens when; ``run`` moves the clock from one event to the next."""

    watch: Watch
    _events: list[tuple[datetime, int, Event]] = field(default_factory=list)
    _count: int = 0

    def after(self, seconds: float, event: Event) -> None:
        self._count += 1
        heapq.heappush(self._events, (self.watch.time + timedelta(seconds=seconds), self._count, event))

    def run(self, until: datetime) -> None:
        while self._events and self._events[0][0] <= until:
            self.watch.time, _, event = heapq.heappop(self._events)
            event()
        self.watch.time = until


@dataclass
class SimulatedXero:
    """Counts the calls of one app to one organisation. ``phase``: seconds by which its fixed windows are shifted."""

    watch: Watch
    rolling: bool
    phase: float = 0
    minute: int = 60
    day: int = 5_000
    at_once: int = 5
    refused_count: bool = False
    came: list[datetime] = field(default_factory=list)
    in_progress: int = 0
    refusals: list[tuple[datetime, str]] = field(default_factory=list)

    def arrive(self) -> tuple[bool, dict[str, str]]:
        """A call comes in: whether it is let in, and the headers of its answer."""
        problem = self._problem()
        if problem:
            self.refusals.append((self.watch.time, problem))
        if not problem or self.refused_count:
            self.came.append(self.watch.time)
        if not problem:
            self.in_progress += 1
        headers = {"X-MinLimit-Remaining": str(self._left(60, self.minute)), "X-DayLimit-Remaining": str(self._left(86_400, self.day))}
        if problem in ("minute", "day"):
            headers["Retry-After"] = str(self._retry_after(60 if problem == "minute" else 86_400))
        return not problem, headers | ({"X-Rate-Limit-Problem": problem} if problem else {})

    def _problem(self) -> str:
        if self._left(86_400, self.day) == 0:
            return "day"
        if self._left(60, self.minute) == 0:
            return "minute"
        return "concurrent" if self.in_progress >= self.at_once else ""

    def _left(self, seconds: int, limit: int) -> int:
        return max(0, limit - sum(1 for at in self.came if at > self._begun(seconds)))

    def _begun(self, seconds: int) -> datetime:
        now = self.watch.time
        if self.rolling:
            return now - timedelta(seconds=seconds)
        return now - timedelta(seconds=(now.timestamp() + self.phase) % seconds)

    def _retry_after(self, seconds: int) -> int:
        oldest = min((at for at in self.came if at > self._begun(seconds)), default=self.watch.time)
        begun = oldest if self.rolling else self._begun(seconds)
        return max(1, math.ceil((begun + timedelta(seconds=seconds) - self.watch.time).total_seconds()))


@dataclass
class Lane:
    """Makes one call after the other, as soon as the budget has room for it. ``seconds``: how long an answer takes; ``calls``: how many."""

    timeline: Timeline
    xero: SimulatedXero
    quota: Quota
    seconds: Callable[[], float]
    dice: random.Random
    calls: int = 1_000_000

    def start(self) -> None:
        """Try to make the next call now."""
        if not self.calls:
            return
        try:
            answered = self.quota.before_call()
        except RateLimited as limit:
            wait = (limit.until - self.timeline.watch.time).total_seconds()
            self.timeline.after(max(wait, 0.01) + self.dice.random() * 0.01, self.start)
            return
        self.calls -= 1
        way = self.dice.uniform(0.01, 0.3)
        self.timeline.after(way, lambda: self._arrive(answered, way))

    def _arrive(self, answered: Answered, way: float) -> None:
        let_in, headers = self.xero.arrive()
        seconds = max(self.seconds() - way, 0.01) if let_in else way
        self.timeline.after(seconds, lambda: self._answer(answered, headers, let_in))

    def _answer(self, answered: Answered, headers: Mapping[str, str], let_in: bool) -> None:
        self.xero.in_progress -= let_in
        answered(headers)
        self.start()
