"""Lanes in virtual time: each request takes so many seconds of a clock that the test moves, so that hours pass at once and always alike."""

from __future__ import annotations

import heapq
from datetime import datetime, timedelta
from typing import Protocol

from tillpost.xero.lanes import Job, Outcome


class Movable(Protocol):
    """A clock that a test moves."""

    time: datetime


class VirtualLanes:
    """``size`` requests at once; each is answered ``seconds`` after it left. Its effect in Xero is there when it leaves."""

    def __init__(self, size: int, watch: Movable, seconds: float) -> None:
        self.size, self._watch, self._seconds = size, watch, timedelta(seconds=seconds)
        self._under_way: list[tuple[datetime, int, Outcome]] = []
        self._count = 0
        self.most = 0

    @property
    def busy(self) -> int:
        """How many are under way."""
        return len(self._under_way)

    def start(self, job: Job) -> None:
        """Begin one more."""
        self._count += 1
        heapq.heappush(self._under_way, (self._watch.time + self._seconds, self._count, job()))
        self.most = max(self.most, self.busy)

    def next_done(self, seconds: float | None) -> Outcome | None:
        """Move the clock to the next answer, or by so many seconds where none comes earlier."""
        due = self._under_way[0][0]
        limit = due if seconds is None else self._watch.time + timedelta(seconds=seconds)
        if due > limit:
            self._watch.time = limit
            return None
        self._watch.time = max(self._watch.time, due)
        return heapq.heappop(self._under_way)[2]
