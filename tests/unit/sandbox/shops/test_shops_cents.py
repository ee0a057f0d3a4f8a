"""The arithmetic of the demo tills against figures worked out by hand."""

from __future__ import annotations

import pytest

from sandbox.shops.cents import cash_due, gst_inside, half_up, spread


def test_gst_is_inside_the_gross_and_rounded_half_up() -> None:
    """Examples of the tax offices' formulas: a eleventh, and three twenty-thirds."""
    assert [gst_inside(c, 10) for c in (5000, -5000, 1997, 6, 5)] == [455, -455, 182, 1, 0]
    assert [gst_inside(c, 15) for c in (5000, 11_500, -2300)] == [652, 1500, -300]


def test_half_goes_away_from_zero() -> None:
    """Both ways from zero."""
    assert [half_up(n, 2) for n in (1, -1, 3, -3, 4)] == [1, -1, 2, -2, 2]


@pytest.mark.parametrize(
    ("gross", "australia", "new_zealand"),
    [(1997, 1995, 2000), (1998, 2000, 2000), (1995, 1995, 1990), (1996, 1995, 2000), (-1997, -1995, -2000), (2, 0, 0)],
)
def test_cash_is_rounded_to_the_smallest_coin(gross: int, australia: int, new_zealand: int) -> None:
    """5c in Australia, 10c in New Zealand, the middle goes down."""
    assert (cash_due(gross, 5), cash_due(gross, 10)) == (australia, new_zealand)


def test_a_discount_spread_over_lines_loses_no_cent() -> None:
    """The last line takes what is left."""
    assert spread(500, [2199, 549, 713]) == [317, 79, 104]
