"""Xero's default due dates: what the number counts, and months that are too short for it."""

from __future__ import annotations

from datetime import date

import pytest

from tillpost.model.reference import PaymentTerm

JAN_31, FEB_5 = date(2026, 1, 31), date(2026, 2, 5)


@pytest.mark.parametrize(
    ("day", "kind", "of", "due"),
    [
        (0, "DAYSAFTERBILLDATE", FEB_5, FEB_5),
        (14, "DAYSAFTERBILLDATE", FEB_5, date(2026, 2, 19)),
        (0, "DAYSAFTERBILLMONTH", FEB_5, date(2026, 2, 28)),
        (6, "DAYSAFTERBILLMONTH", FEB_5, date(2026, 3, 6)),
        (31, "OFCURRENTMONTH", FEB_5, date(2026, 2, 28)),
        (3, "OFCURRENTMONTH", FEB_5, FEB_5),
        (20, "OFFOLLOWINGMONTH", date(2026, 12, 31), date(2027, 1, 20)),
        (31, "OFFOLLOWINGMONTH", JAN_31, date(2026, 2, 28)),
        (0, "OFFOLLOWINGMONTH", JAN_31, None),
        (5, "SOMEDAY", JAN_31, None),
    ],
)
def test_when_a_document_is_due(day: int, kind: str, of: date, due: date | None) -> None:
    assert PaymentTerm(day, kind).due(of) == due
