"""Business dates on ordinary nights and on the nights when the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tillpost.model.period import DateRange, TradingClock

MELBOURNE = TradingClock("Australia/Melbourne", time(4))
AUCKLAND = TradingClock("Pacific/Auckland", time(4))


def test_a_range_is_half_open() -> None:
    days = DateRange(date(2026, 9, 30), date(2026, 10, 2))
    assert list(days) == [date(2026, 9, 30), date(2026, 10, 1)] and len(days) == 2
    assert date(2026, 10, 2) not in days and date(2026, 9, 30) in days


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        DateRange(date(2026, 10, 2), date(2026, 10, 2))


@pytest.mark.parametrize(
    ("clock", "moment", "expected"),
    [
        (MELBOURNE, datetime(2026, 10, 2, 17, 59, tzinfo=UTC), date(2026, 10, 2)),  # 03:59 on the 3rd
        (MELBOURNE, datetime(2026, 10, 2, 18, 0, tzinfo=UTC), date(2026, 10, 3)),  # 04:00 on the 3rd
        # The clock goes forward at 02:00 on 4 October: 04:00 there is 17:00 UTC, not 18:00.
        (MELBOURNE, datetime(2026, 10, 3, 16, 59, tzinfo=UTC), date(2026, 10, 3)),
        (MELBOURNE, datetime(2026, 10, 3, 17, 0, tzinfo=UTC), date(2026, 10, 4)),
        # and back at 03:00 on 5 April: 04:00 there is 18:00 UTC.
        (MELBOURNE, datetime(2026, 4, 4, 17, 59, tzinfo=UTC), date(2026, 4, 4)),
        (MELBOURNE, datetime(2026, 4, 4, 18, 0, tzinfo=UTC), date(2026, 4, 5)),
        (AUCKLAND, datetime(2026, 9, 26, 14, 59, tzinfo=UTC), date(2026, 9, 26)),  # forward on 27 September
        (AUCKLAND, datetime(2026, 9, 26, 15, 0, tzinfo=UTC), date(2026, 9, 27)),
        (MELBOURNE, datetime(2026, 10, 4, 4, 30), date(2026, 10, 4)),  # noqa: DTZ001 (the shop's own clock)
        (MELBOURNE, datetime(2026, 10, 4, 3, 30), date(2026, 10, 3)),  # noqa: DTZ001
    ],
)
def test_the_shops_clock_decides_the_business_date(clock: TradingClock, moment: datetime, expected: date) -> None:
    assert clock.business_date(moment) == expected


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("zone", "cut_over", "day", "start", "end"),
    [
        # 04:00 in Melbourne and Auckland: 23 hours when the clock goes forward, 25 when it goes back.
        ("Australia/Melbourne", time(4), date(2026, 10, 3), "2026-10-02 18:00", "2026-10-03 17:00"),
        ("Australia/Melbourne", time(4), date(2026, 4, 4), "2026-04-03 17:00", "2026-04-04 18:00"),
        ("Pacific/Auckland", time(4), date(2026, 9, 26), "2026-09-25 16:00", "2026-09-26 15:00"),
        ("Pacific/Auckland", time(4), date(2026, 4, 4), "2026-04-03 15:00", "2026-04-04 16:00"),
        # A cut-over that never comes is at the jump, 02:00 becoming 03:00 at 16:00 UTC; on Lord Howe half an hour is left out.
        ("Australia/Melbourne", time(2, 30), date(2026, 10, 3), "2026-10-02 16:30", "2026-10-03 16:00"),
        ("Australia/Melbourne", time(2, 30), date(2026, 10, 4), "2026-10-03 16:00", "2026-10-04 15:30"),
        ("Australia/Lord_Howe", time(2, 10), date(2026, 10, 4), "2026-10-03 15:30", "2026-10-04 15:10"),
        # One that comes twice ends a date at the second time and begins the next one at the first.
        ("Australia/Melbourne", time(2, 30), date(2026, 4, 4), "2026-04-03 15:30", "2026-04-04 16:30"),
        ("Australia/Melbourne", time(2, 30), date(2026, 4, 5), "2026-04-04 15:30", "2026-04-05 16:30"),
        # Midnight itself is left out in Santiago.
        ("America/Santiago", time(0), date(2026, 9, 6), "2026-09-06 04:00", "2026-09-07 03:00"),
    ],
)
def test_the_bounds_of_a_date_in_utc(zone: str, cut_over: time, day: date, start: str, end: str) -> None:
    assert TradingClock(zone, cut_over).utc_bounds(DateRange.of_day(day)) == (utc(start), utc(end))


def changes_of_the_clock(zone: str) -> list[datetime]:
    """Midnights in UTC of the days of 2026 on which a zone's clock is changed."""
    days = [datetime(2026, 1, 2, tzinfo=UTC) + timedelta(days=n) for n in range(362)]
    return [
        day
        for day in days
        if (day.astimezone(ZoneInfo(zone)).utcoffset() != (day + timedelta(days=1)).astimezone(ZoneInfo(zone)).utcoffset())
    ]


@pytest.mark.parametrize("zone", ["Australia/Melbourne", "Pacific/Auckland", "Australia/Lord_Howe", "Europe/London", "America/Santiago"])
def test_every_moment_around_a_change_of_the_clock_lies_within_the_bounds_of_its_date(zone: str) -> None:
    """No gap whatever the cut-over, and an overlap only where the clock itself passes the cut-over twice."""
    overlaps = {}
    for cut_over in (time(0), time(1, 30), time(2), time(2, 30), time(3), time(4)):
        clock, overlaps[cut_over] = TradingClock(zone, cut_over), 0
        for change in changes_of_the_clock(zone):
            for quarter in range(-4 * 4, 28 * 4):
                moment = change + timedelta(minutes=15 * quarter)
                day = clock.business_date(moment)
                start, end = clock.utc_bounds(DateRange.of_day(day))
                assert start <= moment < end
                overlaps[cut_over] += moment >= clock.utc_bounds(DateRange.of_day(day + timedelta(days=1)))[0]
    assert len(changes_of_the_clock(zone)) == 2
    assert max(overlaps.values()) <= 4 and overlaps[time(4)] == 0


def test_bounds_of_the_night_when_the_clock_goes_forward() -> None:
    night = DateRange.of_day(date(2026, 10, 3))
    assert MELBOURNE.utc_bounds(night) == (datetime(2026, 10, 2, 18, tzinfo=UTC), datetime(2026, 10, 3, 17, tzinfo=UTC))
    assert MELBOURNE.local_bounds(night) == (datetime(2026, 10, 3, 4), datetime(2026, 10, 4, 4))  # noqa: DTZ001
