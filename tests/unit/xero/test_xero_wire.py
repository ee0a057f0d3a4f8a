"""Reading odd JSON: an empty value instead of an error, and money to the cent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tillpost.xero import wire


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"[]", b"null", b'"x"', b"\xff\xfe", b"{" * 5, b"[" * 100_000, b'{"a":1' + b"1" * 5000 + b"}"]
)
def test_what_is_no_json_object(data: bytes) -> None:
    assert wire.parsed(data) is None


def test_decimals_stay_exact() -> None:
    assert wire.parsed(b'{"Total":0.10,"Big":12345678901234567.89}') == {"Total": Decimal("0.10"), "Big": Decimal("12345678901234567.89")}


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        (Decimal("45.45"), 4545), (Decimal("-45.455"), -4546), (Decimal("2.165"), 217), (100, 10000), ("12.5", 1250), (0, 0),
        (None, None), (True, None), ("", None), ("x", None), ([], None), (float("nan"), None), ("NaN", None), (Decimal("1e999999"), None),
    ],
)  # fmt: skip
def test_cents(value: object, cents: int | None) -> None:
    assert wire.cents({"Amount": value}, "Amount") == cents


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("/Date(1790899200000+0000)/", datetime(2026, 10, 2, tzinfo=UTC)),
        # The offset is for show: the milliseconds are UTC already.
        ("/Date(1790899200123+1300)/", datetime(2026, 10, 2, 0, 0, 0, 123000, tzinfo=UTC)),
        ("/Date(-86400000)/", datetime(1969, 12, 31, tzinfo=UTC)),
        ("2026-10-02T00:00:00", datetime(2026, 10, 2, tzinfo=UTC)),
        ("2026-10-02T01:00:00.5+13:00", datetime(2026, 10, 1, 12, 0, 0, 500000, tzinfo=UTC)),
        ("2026-10-02T00:00:00Z", datetime(2026, 10, 2, tzinfo=UTC)),
        ("/Date(9999999999999999)/", None),
        ("/Date()/", None),
        ("yesterday", None),
        (None, None),
        (5, None),
    ],
)
def test_moments(value: object, moment: datetime | None) -> None:
    assert wire.moment({"Date": value}, "Date") == moment


def test_a_date_is_midnight_utc() -> None:
    assert wire.day({"Date": "/Date(1790899200000+0000)/"}, "Date") == date(2026, 10, 2)


def test_fields_of_another_type_are_empty() -> None:
    item = {"List": None, "Text": None, "Object": [], "Mixed": [1, None, {"a": 1}], "Id": wire.NO_ID, "Flag": True}
    read = (
        *(wire.objects(item, "List"), wire.text(item, "Text"), wire.child(item, "Object"), wire.objects(item, "Mixed")),
        *(wire.guid(item, "Id"), wire.whole(item, "Flag"), wire.objects(item, "Nothing")),
    )
    assert read == ([], "", {}, [{"a": 1}], "", None, [])


def test_what_no_database_takes_is_replaced() -> None:
    item = wire.parsed(b'{"Name":"Caf\\ud83d","Number":"A\\u0000B","Whole":"Caf\\ud83d\\ude00"}')
    assert item is not None
    assert [wire.text(item, field) for field in ("Name", "Number", "Whole")] == ["Caf\ufffd", "A\ufffdB", "Caf\U0001f600"]


def test_text_from_outside_becomes_one_short_line() -> None:
    assert wire.clean("Bad\r\n\x1b[31m  Account\u2028code", 18) == "Bad [31m Account …"
    assert wire.clean(None) == ""
