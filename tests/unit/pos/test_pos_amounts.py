"""amounts.py: any number that a driver delivers becomes exact cents, or is refused."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillpost.model.facts import ColumnKind
from tillpost.pos.amounts import cents_of, cents_of_whole, decimal_of, is_dusty, whole_number
from tillpost.pos.contract import Unreadable
from tillpost.pos.convert import Reading, read_column

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=5)


@pytest.mark.parametrize(
    ("value", "half_up", "half_even", "dusty"),
    [
        ("12.34", 1234, 1234, False),
        (" -12.3 ", -1230, -1230, False),
        ("+.5", 50, 50, False),
        ("7.", 700, 700, False),
        ("1e3", 100000, 100000, False),
        (5, 500, 500, False),
        (-5, -500, -500, False),
        ("", None, None, False),
        ("  ", None, None, False),
        (Decimal("0.125"), 13, 12, True),
        (Decimal("-0.125"), -13, -12, True),
        (Decimal("0.135"), 14, 14, True),
        ("2.345", 235, 234, True),
        (2.675, 268, 268, True),
        (1.005, 101, 100, True),
        (55.04500000000001, 5505, 5505, True),
        (0.1 + 0.2, 30, 30, False),
        (29330.840000000000378, 2933084, 2933084, False),
        (12.3405, 1234, 1234, False),
        (12.34051, 1234, 1234, True),
        (12.3395, 1234, 1234, False),
        (Decimal("12.3394"), 1234, 1234, True),
        (1e-7, 0, 0, False),
    ],
)
def test_amounts_become_cents(value: object, half_up: int | None, half_even: int | None, dusty: bool) -> None:
    assert (cents_of(value, "half_up"), cents_of(value, "half_even"), is_dusty(value)) == (half_up, half_even, dusty)


@pytest.mark.parametrize(
    "value",
    ["1,234.50", "$5", "5-", "(5)", "NaN", "Infinity", "1_000", "１２", "0x10", "1e400", "12.5 AUD", True, b"5", [], {},
     float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e999999"), 10**13, "9" * 50, "9" * 5000],
)  # fmt: skip
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(Unreadable):
        cents_of(value, "half_up")


@pytest.mark.parametrize(("value", "cents"), [(1250, 1250), ("1250", 1250), (Decimal("1250.00"), 1250), (1250.0, 1250), ("", None)])
def test_cents_delivered_as_such(value: object, cents: int | None) -> None:
    assert cents_of_whole(value) == cents


@pytest.mark.parametrize("value", ["12.50", 12.5, Decimal("0.001"), True, "x", 10**15, -(10**15), Decimal("1e30")])
def test_cents_are_whole(value: object) -> None:
    with pytest.raises(Unreadable):
        cents_of_whole(value)


def test_quantities_keep_six_decimals() -> None:
    values = ["1.5", 2, 0.1, Decimal("1.0000005"), Decimal("-1.0000005"), ""]
    assert [decimal_of(v) for v in values] == [
        Decimal("1.500000"), Decimal("2.000000"), Decimal("0.100000"), Decimal("1.000001"), Decimal("-1.000001"), None,
    ]  # fmt: skip
    with pytest.raises(Unreadable):
        decimal_of(10**18)


def test_whole_numbers() -> None:
    assert [whole_number(v) for v in (30, "30", Decimal("30.0"), 30.0, "")] == [30, 30, 30, 30, None]
    for value in ("30.5", "soon", 10**18, True):
        with pytest.raises(Unreadable):
            whole_number(value)


@given(AMOUNTS)
def test_cents_are_what_decimal_arithmetic_says(amount: Decimal) -> None:
    for name, mode in (("half_up", ROUND_HALF_UP), ("half_even", ROUND_HALF_EVEN)):
        expected = int((amount * 100).to_integral_value(mode))
        assert [cents_of(value, name) for value in (amount, str(amount), f"{amount:f}")] == [expected] * 3
    nearest = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert is_dusty(amount) == (abs(amount - nearest) > Decimal("0.0005"))


@given(st.integers(-(10**12), 10**12))
def test_a_float_of_whole_cents_is_read_without_dust(cents: int) -> None:
    assert (cents_of(cents / 100, "half_up"), is_dusty(cents / 100)) == (cents, False)


@settings(deadline=None)  # the first call loads libraries
@given(st.lists(st.one_of(st.none(), AMOUNTS), max_size=30), st.sampled_from(["half_up", "half_even"]))
def test_a_column_of_decimals_is_read_as_its_values_are(amounts: list[Decimal | None], rounding: str) -> None:
    """The whole column at once and value by value must agree: the column of text goes the second way."""
    reading = Reading(rounding, "UTC")
    fast, fast_dust = read_column(amounts, ColumnKind.MONEY, False, reading)
    slow, slow_dust = read_column([None if a is None else str(a) for a in amounts], ColumnKind.MONEY, False, reading)
    assert (fast.to_pylist(), fast_dust) == (slow.to_pylist(), slow_dust)
