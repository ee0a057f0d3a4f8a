"""A clock that only the schedule moves, in shared memory: the poster's processes and the local Xero all live by it."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SharedClock:
    """Aware UTC. A process that was forked off moves it for all others too."""

    def __init__(self) -> None:
        self._cell = mmap.mmap(-1, 8)

    def set(self, moment: datetime) -> None:
        """Begin at this moment."""
        self._set((moment - _EPOCH) // timedelta(microseconds=1))

    def __call__(self) -> datetime:
        """The present moment."""
        return _EPOCH + timedelta(microseconds=self._get())

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._set(self._get() + round(seconds * 1_000_000))

    def advance_to(self, moment: datetime) -> None:
        """Let time pass until then; nothing where that has been."""
        self._set(max(self._get(), (moment - _EPOCH) // timedelta(microseconds=1)))

    def _get(self) -> int:
        return int(struct.unpack("q", self._cell[:8])[0])

    def _set(self, microseconds: int) -> None:
        self._cell[:8] = struct.pack("q", microseconds)
