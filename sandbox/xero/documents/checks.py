"""Checks that all documents share: dates, lock dates, currency, texts, enumerations.

Lock dates: https://developer.xero.com/documentation/api/accounting/organisation
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sandbox.xero.context import Context
from sandbox.xero.errors import Invalid, Unreadable
from sandbox.xero.wire import Json, date_of


def day(context: Context, element: Json, field: str = "Date", default_today: bool = True) -> date | None:
    """The date in a field, today if it is left out; Unreadable if it is no date."""
    value = element.get(field)
    if value in (None, ""):
        return context.today if default_today else None
    found = date_of(value)
    if found is None or not 1900 <= found.year <= 2999:
        raise Unreadable(f"The value {str(value)[:40]!r} of {field} is not a valid date.")
    return found


def document_day(context: Context, element: Json) -> date:
    """The date of a document, today if it is left out."""
    return day(context, element) or context.today


def not_locked(context: Context, found: date) -> None:
    """Invalid if the date lies in a locked period or year."""
    organisation = context.organisation
    for name, lock in (("end of year", organisation.year_lock), ("period", organisation.period_lock)):
        if lock and (found < lock or (found == lock and context.settings.lock_date_inclusive)):
            shown = f"{lock.day}-{lock:%b-%Y}" if lock.day > 9 else f"0{lock.day}-{lock:%b-%Y}"
            raise Invalid(f"The document date cannot be before the {name} lock date, currently set at {shown}")


def currency(context: Context, element: Json) -> None:
    """Invalid if another currency than the organisation's own is named."""
    code = element.get("CurrencyCode")
    if code and code != context.organisation.currency:
        raise Invalid(f"Organisation is not subscribed to currency {code}")


def choice(element: Json, field: str, allowed: Sequence[str], default: str) -> str:
    """The value of an enumeration; Unreadable if it is not one of the allowed."""
    value = element.get(field)
    if value is None:
        return default
    if value not in allowed:
        raise Unreadable(f"The value {str(value)[:60]!r} is not valid for {field}. Allowed: {', '.join(allowed)}.")
    return str(value)


def text(element: Json, field: str, limit: int) -> str | None:
    """A text of at most `limit` characters, None if left out or empty."""
    value = element.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Unreadable(f"{field} must be text.")
    if len(value) > limit:
        raise Invalid(f"The {field} field must not exceed {limit} characters in length.")
    return value


def url(element: Json) -> str | None:
    """The source link of a document; Xero refuses its own name in it."""
    value = text(element, "Url", 2000)
    if value and "xero" in value.lower():
        raise Invalid("The Url must not contain the word xero.")
    return value
