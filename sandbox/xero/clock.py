"""The clock of the local Xero: the machine's own time plus an offset, so that a day's limit can pass in a second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time in aware UTC."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class ShiftedClock:
    """Another clock, moved forward by `offset`."""

    base: Clock
    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """The base clock's time plus the offset."""
        return self.base.now() + self.offset

    def advance(self, seconds: float) -> None:
        """Move this clock forward by `seconds`; ValueError for a negative number, for time never runs back."""
        if seconds < 0:
            raise ValueError(f"the clock only goes forward, not by {seconds} seconds")
        self.offset += timedelta(seconds=seconds)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware moment, without a float in between."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """The aware UTC moment of milliseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
