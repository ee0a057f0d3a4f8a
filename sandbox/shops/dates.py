"""The 28 business dates of the demo: a month end and the start of daylight saving in both countries lie among them.

New Zealand puts the clock forward on 27 September 2026 at 02:00, Melbourne on 4 October 2026 at 02:00; Brisbane has no daylight saving.
Times are what the till writes: naive, on the shop's wall clock. An hour past 24 is after midnight and belongs to the evening before.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

FIRST = date(2026, 9, 14)
LAST = date(2026, 10, 11)
DATES = tuple(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
COMPLETE_UNTIL = "2026-10-12T01:00:00Z"

NEW_ZEALAND_CLOCK_CHANGE = date(2026, 9, 26)
MELBOURNE_CLOCK_CHANGE = date(2026, 10, 3)
GRAND_FINAL_FRIDAY = date(2026, 9, 25)
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6


def day(text: str) -> date:
    """A date of the demo written as month and day, such as ``10-03``."""
    return date.fromisoformat(f"2026-{text}")


def moment(business_date: date, clock: str) -> datetime:
    """A naive wall-clock moment of a business date; ``25:30`` is 01:30 after its midnight."""
    hours, minutes = clock.split(":")
    return datetime.combine(business_date, datetime.min.time()) + timedelta(hours=int(hours), minutes=int(minutes))


def stamp(when: datetime) -> str:
    """A moment as the till stores it."""
    return when.strftime("%Y-%m-%d %H:%M:%S")
