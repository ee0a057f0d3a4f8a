"""Money in integer minor units ("cents"), tax inside a gross amount, and splits that lose no cent.

Rounding is half up, away from zero, as Xero rounds the tax of a document line
(https://developer.xero.com/documentation/guides/how-to-guides/rounding-in-xero).
Rates are integers in hundredths of a percent ("basis points"): GST of 10 % is 1000.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

ROUNDING_MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero; ``denominator`` is positive."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def tax_inside(gross_cents: int, rate_bp: int) -> int:
    """Tax in cents inside a gross amount at a rate in basis points (AU 10 %: gross / 11).

    >>> tax_inside(5000, 1000), tax_inside(5000, 1500), tax_inside(-5000, 1000), tax_inside(5000, 0)
    (455, 652, -455, 0)
    """
    return divide_half_up(gross_cents * rate_bp, 10_000 + rate_bp)


def split_by_weight(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights; the last cents go by largest remainder, then to the earlier part. The sum is always the total.

    >>> split_by_weight(-1000, [4000, 2500])
    [-615, -385]
    """
    weight_sum = sum(abs(w) for w in weights)
    if weight_sum == 0:
        raise ValueError("an amount cannot be split over weights that are all zero")
    size, sign = abs(total_cents), -1 if total_cents < 0 else 1
    parts = [size * abs(w) // weight_sum for w in weights]
    remainders = [size * abs(w) % weight_sum for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for i in order[: size - sum(parts)]:
        parts[i] += 1
    return [sign * p for p in parts]


def format_cents(cents: int) -> str:
    """Cents as an accountant reads them.

    >>> format_cents(-123456), format_cents(5)
    ('-1,234.56', '0.05')
    """
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def decimal_of_cents(cents: int) -> Decimal:
    """Cents as an exact decimal amount, for payloads."""
    return Decimal(cents).scaleb(-2)


def cents_of_text(text: str) -> int:
    """An exact decimal amount such as ``-12.50`` in cents; raises ValueError on a third decimal or on rubbish."""
    scaled = Decimal(text).scaleb(2)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{text!r} is not a whole number of cents")
    return int(scaled)


def basis_points(percent: str) -> int:
    """A rate in percent as text (``10``, ``17.5``) in basis points; raises ValueError if it is finer than a hundredth of a percent."""
    scaled = Decimal(percent) * 100
    if scaled != scaled.to_integral_value() or scaled < 0:
        raise ValueError(f"{percent!r} is not a rate in percent with at most two decimals")
    return int(scaled)
