"""Arithmetic of the demo tills, in integer cents.

The tills compute for themselves, as a real POS does, and share no code with what later checks them.
GST inside a gross amount is gross * rate / (100 + rate), half up (Australia gross / 11, New Zealand gross * 3 / 23). Cash is rounded to
the smallest coin: in Australia to 5c, in New Zealand to 10c, where 5c goes down (the choice that most shops there make).
"""

from __future__ import annotations

from collections.abc import Sequence


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero; the denominator is positive."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def gst_inside(gross_cents: int, rate_percent: int) -> int:
    """The GST in cents inside a gross amount."""
    return half_up(gross_cents * rate_percent, 100 + rate_percent)


def cash_due(gross_cents: int, coin_cents: int) -> int:
    """What is asked for in cash: the nearest multiple of the smallest coin, the exact middle towards zero."""
    whole, rest = divmod(abs(gross_cents), coin_cents)
    due = (whole + (2 * rest > coin_cents)) * coin_cents
    return due if gross_cents >= 0 else -due


def spread(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Split an amount over positive weights without losing a cent; the last part takes what is left."""
    parts = [total_cents * weight // sum(weights) for weight in weights]
    parts[-1] += total_cents - sum(parts)
    return parts
