"""Business dates on ordinary nights and on the nights when the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

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


def test_bounds_of_the_night_when_the_clock_goes_forward() -> None:
    night = DateRange.of_day(date(2026, 10, 3))
    assert MELBOURNE.utc_bounds(night) == (datetime(2026, 10, 2, 18, tzinfo=UTC), datetime(2026, 10, 3, 17, tzinfo=UTC))
    assert MELBOURNE.local_bounds(night) == (datetime(2026, 10, 3, 4), datetime(2026, 10, 4, 4))  # noqa: DTZ001
