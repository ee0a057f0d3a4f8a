"""convert.py and moments.py: keys, flags, dates and times from all forms in which drivers deliver them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tillpost.model.facts import ColumnKind
from tillpost.pos.contract import Unreadable
from tillpost.pos.convert import Reading, read_column

MELBOURNE = Reading("half_up", "Australia/Melbourne")
TEN = timezone(timedelta(hours=10))
NINE_PM, ELEVEN = datetime.fromisoformat("2026-10-03T21:00"), datetime.fromisoformat("2026-10-03T11:00")


def read(kind: ColumnKind, *values: object) -> list[Any]:
    return list(read_column(values, kind, False, MELBOURNE)[0].to_pylist())


def refused(kind: ColumnKind, *values: object) -> int:
    with pytest.raises(Unreadable) as problem:
        read(kind, *values)
    return problem.value.index


def test_text_is_trimmed_and_numbers_are_keys() -> None:
    values = ("  0042", "A1  ", "", " \t", None, 7, Decimal("12.00"), UUID(int=5), "a  b", 10**30)
    assert read(ColumnKind.TEXT, *values) == [
        "0042", "A1", None, None, None, "7", "12", "00000000-0000-0000-0000-000000000005", "a  b", str(10**30),
    ]  # fmt: skip


@pytest.mark.parametrize("value", [1.0, Decimal("1.5"), Decimal("NaN"), True, b"A1", date(2026, 10, 3), ["a"], "half \ud800 a letter"])
def test_what_is_no_text_is_refused(value: object) -> None:
    assert refused(ColumnKind.TEXT, "A1", None, value) == 2


def test_flags() -> None:
    assert read(ColumnKind.FLAG, 0, 1, "0", "1", "TRUE", "false", True, False, b"\1", Decimal(1), None, " ") == [
        False, True, False, True, True, False, True, False, True, True, None, None,
    ]  # fmt: skip
    for value in (2, "yes", "Y", -1, 0.5, date(2026, 10, 3), ["1"]):
        assert refused(ColumnKind.FLAG, value) == 0


def test_dates() -> None:
    values = ("2026-10-03", " 2026-10-03 ", "2026-10-03 23:10:00", "2026-10-03T00:00:00.000", date(2026, 10, 3), NINE_PM,
              "3 Oct 2026", "03 oct 2026 06:18:39", "", None)  # fmt: skip
    assert read(ColumnKind.DATE, *values) == [date(2026, 10, 3)] * 8 + [None, None]


@pytest.mark.parametrize(
    "value",
    ["03/10/2026", "10-03-2026", "20261003", "2026-W40-6", "2026-13-01", "2026-02-30", "0000-00-00", "2026-10-03T11:00:00Z", "30 Feb 2026",
     "3 Okt 2026", "yesterday", 20261003, 46298.0, True, b"2026-10-03", datetime(2026, 10, 3, tzinfo=UTC)],
)  # fmt: skip
def test_what_is_no_date_is_refused(value: object) -> None:
    assert refused(ColumnKind.DATE, "2026-10-03", value) == 1


def test_utc_times() -> None:
    values = ("2026-10-03T11:00:00Z", "2026-10-03 11:00:00", "2026-10-03T21:00:00+10:00", "2026-10-03 11:00:00.1234567",
              ELEVEN, NINE_PM.replace(tzinfo=TEN), NINE_PM.replace(tzinfo=ZoneInfo("Australia/Melbourne")), "", None)  # fmt: skip
    eleven = ELEVEN.replace(tzinfo=UTC)
    assert read(ColumnKind.UTC, *values) == [*[eleven] * 3, eleven.replace(microsecond=123456), *[eleven] * 3, None, None]


def test_local_times_are_on_the_stores_clock() -> None:
    values = ("2026-10-03 21:00:00", "2026-10-03T21:00", "3 Oct 2026 21:00:00", NINE_PM, "2026-10-03T11:00:00Z",
              ELEVEN.replace(tzinfo=UTC), None)  # fmt: skip
    assert read(ColumnKind.LOCAL, *values) == [NINE_PM] * 6 + [None]


@pytest.mark.parametrize("kind", [ColumnKind.UTC, ColumnKind.LOCAL])
@pytest.mark.parametrize(
    "value", ["2026-10-03", date(2026, 10, 3), "21:00:00", "3/10/2026 21:00", 1790000000, timedelta(1), "0001-01-01T00:00+14:00"]
)
def test_what_is_no_time_is_refused(kind: ColumnKind, value: object) -> None:
    if kind is ColumnKind.LOCAL and str(value).startswith("0001"):
        value = "9999-12-31T23:00:00Z"  # past the end of the calendar on the store's clock
    assert refused(kind, value) == 0


def test_numbers_of_several_types_in_one_column() -> None:
    assert read(ColumnKind.MONEY, 1, 1.0, Decimal("1.00"), "1", None) == [100, 100, 100, 100, None]
    assert refused(ColumnKind.MONEY, 1, True) == 1
    assert refused(ColumnKind.TEXT, 1, 1.0) == 1  # equal, and yet a float is no key


def test_a_column_of_nothing() -> None:
    assert [read(kind, None, None) for kind in ColumnKind] == [[None, None]] * len(ColumnKind)
