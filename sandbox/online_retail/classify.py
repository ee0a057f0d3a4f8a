"""What a line is to the accountant: its category, its VAT code, its pence, its VAT.

The data set has no tax column and names its non-goods by stock code. Prices are taken as including 20 % VAT for customers
in the United Kingdom and as zero-rated exports for all others; see docs/online_retail.md for why and for what that leaves open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

HOME = "United Kingdom"
WRITE_OFF, GIFT_VOUCHER, GOODS = "WRITE_OFF", "GIFT_VOUCHER", "GOODS"
PSEUDO_ITEMS = {
    "POST": "POSTAGE",
    "DOT": "POSTAGE",
    "C2": "POSTAGE",
    "BANK CHARGES": "BANK_CHARGES",
    "AMAZONFEE": "AMAZON_FEE",
    "D": "DISCOUNT",
    "M": "MANUAL",
    "S": "SAMPLES",
}
# Fees that others charge the shop are costs, a voucher is money taken before any supply, a price of zero is no supply at all.
OUTSIDE_VAT = frozenset({WRITE_OFF, GIFT_VOUCHER, "BANK_CHARGES", "AMAZON_FEE"})
VAT_DIVISOR = 6  # 20 % inside the gross is gross x 20 / 120


def category(stock_code: str, price: int) -> str:
    """The category of a line at ``price`` (ten-thousandths); a code of letters alone that nobody has placed names itself.

    ``UNKNOWN_...`` has no mapping row, so that its day is held until a person decides; goods always carry a digit.
    """
    code = stock_code.strip().upper()
    if price == 0:
        return WRITE_OFF
    if code in PSEUDO_ITEMS:
        return PSEUDO_ITEMS[code]
    if code.startswith("GIFT_"):
        return GIFT_VOUCHER
    return GOODS if any(character.isdigit() for character in code) else f"UNKNOWN_{code}"


def vat_code(line_category: str, country: str) -> str:
    """STD, ZERO or NONE (out of scope)."""
    if line_category in OUTSIDE_VAT:
        return "NONE"
    return "STD" if country == HOME else "ZERO"


def vat_cents(code: str, gross_cents: int) -> int:
    """VAT inside a line's gross, half a penny away from zero, so that a refund takes back what its sale had charged."""
    if code != "STD":
        return 0
    size = (2 * abs(gross_cents) + VAT_DIVISOR) // (2 * VAT_DIVISOR)
    return size if gross_cents >= 0 else -size


def half_up(amount: int) -> int:
    """Ten-thousandths as cents, half a cent up."""
    return (amount + 50) // 100


def day_in_cents(amounts: Iterable[int]) -> Iterator[int]:
    """The one place where exact amounts (ten-thousandths) become cents: what a line rounds off, the next one carries.

    So a day's lines add up to the day's exact total, rounded once. Lines in whole cents are never touched by it.
    """
    exact = rounded = 0
    for amount in amounts:
        exact += amount
        cents = half_up(exact) - rounded
        rounded += cents
        yield cents
