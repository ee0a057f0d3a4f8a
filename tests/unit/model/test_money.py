"""Money in cents: rounding, tax inside, splits, text."""

from __future__ import annotations

import doctest
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillpost.model import money
from tillpost.model.money import basis_points, cents_of_text, divide_half_up, format_cents, split_by_weight, tax_inside

CENTS = st.integers(-10_000_000, 10_000_000)


def test_docstrings_tell_the_truth() -> None:
    assert doctest.testmod(money) == (0, 3)


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [(5000, 1000, 455), (5000, 1500, 652), (120, 2000, 20), (105, 500, 5), (-5000, 1000, -455), (11, 1000, 1), (5, 1000, 0), (6, 1000, 1), (0, 1000, 0)],
)  # fmt: skip
def test_tax_inside_a_gross_amount(gross: int, rate: int, tax: int) -> None:
    assert tax_inside(gross, rate) == tax


@given(CENTS, st.sampled_from([0, 500, 1000, 1500, 1750, 2000]))
def test_tax_inside_is_what_decimal_rounding_half_up_gives(gross: int, rate: int) -> None:
    exact = Decimal(gross) * rate / (10_000 + rate)
    assert tax_inside(gross, rate) == int(exact.quantize(Decimal(1), "ROUND_HALF_UP"))


@given(CENTS)
def test_a_refund_is_the_mirror_of_its_sale(gross: int) -> None:
    assert tax_inside(-gross, 1000) == -tax_inside(gross, 1000)


def test_halves_go_away_from_zero() -> None:
    assert [divide_half_up(n, 2) for n in (1, -1, 3, -3)] == [1, -1, 2, -2]


@given(CENTS, st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=20).filter(any))
def test_a_split_loses_no_cent(total: int, weights: list[int]) -> None:
    parts = split_by_weight(total, weights)
    assert sum(parts) == total and all(part * total >= 0 for part in parts)


def test_a_split_over_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="all zero"):
        split_by_weight(100, [0, 0])


def test_text_of_cents_and_back() -> None:
    assert [format_cents(c) for c in (0, 5, -5, 100_000_000)] == ["0.00", "0.05", "-0.05", "1,000,000.00"]
    assert [cents_of_text(t) for t in ("12.50", "-0.01", "3", "1e2")] == [1250, -1, 300, 10000]


@pytest.mark.parametrize("text", ["1.005", "NaN", "twelve", ""])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        cents_of_text(text)


def test_rates_in_basis_points() -> None:
    assert [basis_points(p) for p in ("10", "17.5", "0")] == [1000, 1750, 0]
    with pytest.raises(ValueError, match="rate"):
        basis_points("-1")
