"""Lanes in the schedule's time: requests run one after the other in this thread, and their answers come when they would have come."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.torture.local_xero import LocalXero
from tillpost.xero.lanes import Job, Outcome


class VirtualLanes:
    """So many requests at once (``tillpost.xero.lanes.Lanes``); the same seed, the same order."""

    def __init__(self, size: int, xero: LocalXero) -> None:
        self._size, self._xero = size, xero
        self._answers: list[tuple[datetime, int, Outcome]] = []
        self._started = 0

    @property
    def size(self) -> int:
        """How many at once."""
        return self._size

    @property
    def busy(self) -> int:
        """How many are under way."""
        return len(self._answers)

    def start(self, job: Job) -> None:
        """Let a request leave now; its answer comes after what it takes."""
        self._started += 1
        self._xero.taken = 0.0
        outcome = job()
        at = self._xero.clock() + timedelta(seconds=self._xero.taken)
        self._xero.taken = None
        self._xero.under_way.append(at)
        self._answers.append((at, self._started, outcome))

    def next_done(self, seconds: float | None) -> Outcome | None:
        """The answer that comes first; None if none comes within so many seconds, which then have passed."""
        first = min(self._answers, key=lambda answer: answer[:2])
        if seconds is not None and first[0] > self._xero.clock() + timedelta(seconds=seconds):
            self._xero.clock.advance(seconds)
            return None
        self._xero.clock.advance_to(first[0])
        self._answers.remove(first)
        return first[2]
