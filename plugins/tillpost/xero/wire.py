"""Reading Xero's JSON so that one odd value never loses a page, and money never becomes a float.

Every reader takes an object and a field name and answers with an empty value where the field is missing, null or of another
type: Xero leaves fields out, and its lists have been null (upstream issues 131, 203, 205 and 206 of xero-python). Unknown words
(statuses, types) stay text. Dates come as ``/Date(ms+0000)/``:
https://developer.xero.com/documentation/api/accounting/requests-and-responses
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from typing import Any

Json = dict[str, Any]
NO_ID = "00000000-0000-0000-0000-000000000000"
MAX_TEXT = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_MS_DATE = re.compile(r"/Date\((-?\d{1,16})([+-]\d{4})?\)/\Z")


def parsed(data: bytes) -> Json | None:
    """The JSON object in an answer's bytes, decimals exact; None if it is anything else."""
    try:
        value = json.loads(data, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def objects(item: Json, field: str) -> list[Json]:
    """A list of objects; what is no object in it is left out."""
    value = item.get(field)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def child(item: Json, field: str) -> Json:
    """An object inside an object; empty if there is none."""
    value = item.get(field)
    return value if isinstance(value, dict) else {}


def text(item: Json, field: str) -> str:
    """A text as it stands; empty if it is missing, null or no text. What no database takes (NUL, half a character) becomes U+FFFD."""
    value = item.get(field)
    return _UNWRITABLE.sub("\ufffd", value) if isinstance(value, str) else ""


def guid(item: Json, field: str) -> str:
    """An id; empty if it is missing or the zero id that Xero gives to what it refused."""
    value = text(item, field)
    return "" if value == NO_ID else value


def cents(item: Json, field: str) -> int | None:
    """An amount in cents, half away from zero; None if there is no number."""
    value = item.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        return int((Decimal(value) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except (DecimalException, ValueError, OverflowError):
        return None


def amount(item: Json, field: str) -> int:
    """An amount in cents, 0 where Xero gives none."""
    return cents(item, field) or 0


def whole(item: Json, field: str) -> int | None:
    """A whole number; None if there is none."""
    value = item.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(item: Json, field: str) -> datetime | None:
    """A moment in aware UTC, from /Date(ms+0000)/ or ISO 8601 (without an offset: UTC); None if it is neither."""
    value = text(item, field)
    found = _MS_DATE.match(value)
    try:
        if found:
            return _EPOCH + timedelta(milliseconds=int(found.group(1)))
        read = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def day(item: Json, field: str) -> date | None:
    """A date: Xero writes it as midnight UTC; None if there is none."""
    found = moment(item, field)
    return found.date() if found else None


def clean(value: object, longest: int = MAX_TEXT) -> str:
    """A text from outside as one readable line of bounded length, for messages and logs; empty if it is no text."""
    if not isinstance(value, str):
        return ""
    line = "".join(" " if unicodedata.category(letter).startswith(("C", "Z")) else letter for letter in value[: longest * 2])
    line = " ".join(line.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
