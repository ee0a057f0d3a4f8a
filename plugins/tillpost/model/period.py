"""Business dates: which trading day a moment belongs to, and which moments a range of business dates covers.

The wall clock of the store decides, minus its cut-over hour: with a cut-over at 04:00, 03:59 still belongs to the evening
before, also on the night when the clock is put forward or back.

On most clocks the hour that is left out or comes twice is not the cut-over's. Where it is: a cut-over that never comes is at the jump, and
around one that comes twice the UTC bounds of two dates overlap, for the wall clock itself passes it twice (02:40 is the new date, 02:20
after the clock was put back is the old one again). ``business_date`` then tells whose each moment is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """Business dates, half-open: ``start`` belongs to it, ``end`` does not."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a range of business dates must end after it starts: {self.start} to {self.end}")

    @classmethod
    def of_day(cls, day: date) -> DateRange:
        """The range that holds one business date."""
        return cls(day, day + timedelta(days=1))

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=n) for n in range((self.end - self.start).days))

    def __len__(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class TradingClock:
    """How a store reads the clock: its zone and the hour at which its business date changes."""

    zone: str
    cut_over: time

    def business_date(self, moment: datetime) -> date:
        """The business date of an aware moment, or of a naive time on the store's wall clock."""
        local = moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None) if moment.tzinfo else moment
        return (local - self._offset()).date()

    def local_bounds(self, days: DateRange) -> tuple[datetime, datetime]:
        """First and (excluded) last moment of the range on the store's wall clock, naive."""
        return (datetime.combine(days.start, time()) + self._offset(), datetime.combine(days.end, time()) + self._offset())

    def utc_bounds(self, days: DateRange) -> tuple[datetime, datetime]:
        """First and (excluded) last moment of the range, aware UTC: no moment of the range lies outside."""
        first, last = self.local_bounds(days)
        return self._to_utc(first, fold=0), self._to_utc(last, fold=1)

    def _to_utc(self, local: datetime, fold: int) -> datetime:
        """The moment at which the wall clock shows a time: where it does so twice the first or the second one, where never, the jump."""
        before, after = (local.replace(tzinfo=ZoneInfo(self.zone), fold=f).astimezone(UTC) for f in (0, 1))
        if before <= after:
            return after if fold else before
        moment = after  # what the clock showed then is before the gap; after the jump it shows more than the cut-over
        while moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None) < local:
            moment += timedelta(minutes=1)
        return moment

    def _offset(self) -> timedelta:
        return timedelta(hours=self.cut_over.hour, minutes=self.cut_over.minute)
