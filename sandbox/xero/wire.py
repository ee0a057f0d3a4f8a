"""How values look on Xero's wire: JSON with exact decimals, dates as /Date(ms+0000)/, money as numbers of two decimals.

Dates: https://developer.xero.com/documentation/api/accounting/requests-and-responses
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from sandbox.xero.clock import from_ms, to_ms

Json = dict[str, Any]
ZERO_ID = "00000000-0000-0000-0000-000000000000"
_DATE = re.compile(r"^/Date\((-?\d+)([+-]\d{4})?\)/$")
_LITERALS = {True: "true", False: "false", None: "null"}


class Raw(str):
    """JSON text that is already written and goes out as it is."""

    __slots__ = ()


def loads(text: str | bytes) -> Any:
    """JSON with decimals kept exact; ValueError if it is not JSON."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def dumps(value: Any) -> str:
    """JSON text of dicts, lists, text, integers, decimals and Raw."""
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts)


def _write(value: Any, out: Callable[[str], None]) -> None:
    kind = type(value)
    if kind is str:
        out(_quoted(value))
    elif kind is Decimal:
        out(format(value, "f"))
    elif kind is dict:
        separator = "{"
        for key, item in value.items():
            out(f"{separator}{_quoted(key)}:")
            _write(item, out)
            separator = ","
        out("}" if value else "{}")
    elif kind is list or kind is tuple:
        separator = "["
        for item in value:
            out(separator)
            _write(item, out)
            separator = ","
        out("]" if value else "[]")
    elif kind is Raw:
        out(value)
    elif value is True or value is False or value is None:
        out(_LITERALS[value])
    elif kind is int:
        out(str(value))
    else:
        raise TypeError(f"a {kind.__name__} cannot be written as JSON")


def amount(cents: int) -> Decimal:
    """Integer cents as the decimal that goes on the wire: 4545 -> 45.45."""
    return Decimal(cents).scaleb(-2)


def decimal_of(value: Any) -> Decimal | None:
    """A JSON number, or text of one, as a finite Decimal; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 20 else None


def half_up_cents(value: Decimal) -> int:
    """An amount in dollars as cents, halves away from zero: 2.165 -> 217, -2.165 -> -217."""
    return int((value * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def cents_of(value: Any) -> int | None:
    """A JSON amount as cents, half away from zero; None if it is no number."""
    found = decimal_of(value)
    return None if found is None else half_up_cents(found)


def ms_date(day: date) -> str:
    """A date as Xero writes it: midnight UTC in milliseconds."""
    return f"/Date({to_ms(datetime(day.year, day.month, day.day, tzinfo=UTC))}+0000)/"


def ms_moment(milliseconds: int) -> str:
    """A moment as Xero writes it."""
    return f"/Date({milliseconds}+0000)/"


def date_string(day: date) -> str:
    """The DateString beside a date."""
    return f"{day.isoformat()}T00:00:00"


def moment_string(milliseconds: int) -> str:
    """The UpdatedDateUTCString beside a moment: ISO 8601 with milliseconds and Z."""
    return from_ms(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def date_of(value: Any) -> date | None:
    """A date sent as YYYY-MM-DD (a time of day is ignored) or /Date(ms)/; None if it is neither."""
    if not isinstance(value, str):
        return None
    match = _DATE.match(value)
    if match:
        return _from_milliseconds(int(match.group(1)))
    try:
        return date.fromisoformat(value[:10]) if len(value) == 10 or value[10:11] == "T" else None
    except ValueError:
        return None


def _from_milliseconds(milliseconds: int) -> date | None:
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).date()
    except OverflowError:
        return None


def compact(value: Json) -> Json:
    """Without the fields that are None: Xero leaves a field out where it has nothing to say."""
    return {key: item for key, item in value.items() if item is not None}
