"""Lanes: so many requests to Xero at once, each in a thread that only sends. Claims and outcomes are written by the poster's own thread.

A batch of 50 documents takes Xero seconds, and it allows five requests at once
(https://developer.xero.com/documentation/guides/oauth2/limits/), so that one lane alone would use a fraction of the minute.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tillpost.model.results import ElementResult
from tillpost.store.claims import Chunk


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the request of a chunk ended: results, or the error. ``left``: whether it may have left at all."""

    chunk: Chunk
    results: Sequence[ElementResult] = ()
    error: BaseException | None = None
    left: bool = True


Job = Callable[[], Outcome]


class Lanes(Protocol):
    """Where the requests of claimed chunks run."""

    @property
    def size(self) -> int:
        """How many at once."""

    @property
    def busy(self) -> int:
        """How many are under way."""

    def start(self, job: Job) -> None:
        """Begin one more; never called when all are busy. A job raises nothing: its outcome tells."""

    def next_done(self, seconds: float | None) -> Outcome | None:
        """Wait for the next outcome; None if none came within so many seconds (None: for as long as it takes)."""


class OneLane:
    """One request after the other, in the caller's thread."""

    size = 1

    def __init__(self) -> None:
        self._done: list[Outcome] = []

    @property
    def busy(self) -> int:
        """Whether an outcome waits to be taken."""
        return len(self._done)

    def start(self, job: Job) -> None:
        """Run it at once."""
        self._done.append(job())

    def next_done(self, seconds: float | None) -> Outcome | None:
        """The outcome of what ran last."""
        return self._done.pop()


class ThreadLanes:
    """Requests in threads; they do not keep the process alive, for a request that nobody waits for is looked up later."""

    def __init__(self, size: int) -> None:
        self._size, self._busy = size, 0
        self._done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()

    @property
    def size(self) -> int:
        """How many at once."""
        return self._size

    @property
    def busy(self) -> int:
        """How many are under way."""
        return self._busy

    def start(self, job: Job) -> None:
        """Begin one more; RuntimeError where the machine gives no thread."""
        threading.Thread(target=lambda: self._done.put(job()), name="tillpost-lane", daemon=True).start()
        self._busy += 1

    def next_done(self, seconds: float | None) -> Outcome | None:
        """Wait for the next outcome."""
        try:
            outcome = self._done.get(timeout=seconds)
        except queue.Empty:
            return None
        self._busy -= 1
        return outcome


def lanes_of(size: int) -> Lanes:
    """So many lanes."""
    return OneLane() if size == 1 else ThreadLanes(size)
