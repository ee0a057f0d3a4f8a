"""Numbers as drivers deliver them, exactly: amounts become integer cents here and nowhere else.

Rule (docs/contract.md, "Money"): an amount is an exact decimal, read as it is written; a float is read by its shortest decimal
form. It becomes cents with the store's rounding mode. What lies further than half a thousandth from a whole cent is counted as
dust: a float's noise is nearer, a true third decimal is not.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from tillpost.model.money import ROUNDING_MODES
from tillpost.pos.contract import Unreadable

DUST_LIMIT = Decimal("0.0005")
MAX_CENTS = 10**15
MAX_NUMBER = 10**18

_CENT, _MICRO = Decimal("0.01"), Decimal("0.000001")
_EXACT = Context(prec=60, traps=[InvalidOperation])
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)


def exact(value: object) -> Decimal | None:
    """A number as an exact decimal, None for an empty text; a float by its shortest decimal form."""
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, bool):
        raise Unreadable
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float | str):
        return _exact_of_text(repr(value) if isinstance(value, float) else value.strip())
    raise Unreadable


def _exact_of_text(text: str) -> Decimal | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise Unreadable
    return Decimal(text)


def cents_of(value: object, rounding: str) -> int | None:
    """An amount in cents, rounded to the whole cent by ``half_up`` or ``half_even``.

    >>> cents_of("12.345", "half_up"), cents_of("12.345", "half_even"), cents_of(55.04500000000001, "half_up"), cents_of(5, "half_up")
    (1235, 1234, 5505, 500)
    """
    amount = exact(value)
    return None if amount is None else _checked(_quantised(amount, _CENT, ROUNDING_MODES[rounding]).scaleb(2, _EXACT))


def cents_of_whole(value: object) -> int | None:
    """Cents delivered as such: any number that is whole."""
    amount = exact(value)
    return None if amount is None else _checked(amount)


def is_dusty(value: object) -> bool:
    """Whether an amount lies further than half a thousandth from a whole cent."""
    amount = exact(value)
    return amount is not None and abs(_EXACT.subtract(amount, _quantised(amount, _CENT, ROUND_HALF_UP))) > DUST_LIMIT


def _checked(cents: Decimal) -> int:
    if abs(cents) >= MAX_CENTS or cents != cents.to_integral_value():
        raise Unreadable
    return int(cents)


def _quantised(amount: Decimal, unit: Decimal, mode: str) -> Decimal:
    try:
        return amount.quantize(unit, mode, _EXACT)
    except InvalidOperation:
        raise Unreadable from None


def decimal_of(value: object) -> Decimal | None:
    """A quantity, price or rate with six decimals, half up."""
    amount = exact(value)
    if amount is None:
        return None
    if abs(amount) >= MAX_NUMBER:
        raise Unreadable
    return _quantised(amount, _MICRO, ROUND_HALF_UP)


def whole_number(value: object) -> int | None:
    """A whole number of at most 18 digits."""
    amount = exact(value)
    if amount is None:
        return None
    if abs(amount) >= MAX_NUMBER or amount != amount.to_integral_value():
        raise Unreadable
    return int(amount)
