"""Dates and times as drivers deliver them: objects, or text in ISO form or with the month's name. All-number forms are not guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from tillpost.pos.contract import Unreadable

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WORDY = re.compile(r"(\d{1,2}) ([A-Za-z]{3}) (\d{4})(?: (\d\d:\d\d(?::\d\d)?))?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def date_of(value: object) -> date | None:
    """A date; the time of day is dropped. A time with a zone is refused: its date depends on who looks."""
    moment = _moment(value)
    if isinstance(moment, datetime):
        if moment.tzinfo is not None:
            raise Unreadable
        return moment.date()
    return moment


def utc_time(value: object) -> datetime | None:
    """An aware UTC time; one without a zone is UTC already."""
    moment = _moment(value)
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        raise Unreadable
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else _shifted(moment, UTC)


def local_time(value: object, zone: ZoneInfo) -> datetime | None:
    """A naive time on the store's wall clock; one with a zone is put on that clock. A bare date is no time."""
    moment = _moment(value)
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        raise Unreadable
    return moment if moment.tzinfo is None else _shifted(moment, zone).replace(tzinfo=None)


def _shifted(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # year 1 or 9999
        raise Unreadable from None


def _moment(value: object) -> date | None:
    if isinstance(value, str):
        return _moment_of_text(value.strip())
    if isinstance(value, date):
        return value
    raise Unreadable


def _moment_of_text(text: str) -> date | None:
    if not text:
        return None
    try:
        if _ISO_DATE.match(text):
            return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        return _moment_of_words(text)
    except ValueError:
        raise Unreadable from None


def _moment_of_words(text: str) -> date:
    """``23 Aug 2019 06:18:39``, as some systems write a date; all-number forms other than ISO would be a guess."""
    match = _WORDY.fullmatch(text)
    if not match or match[2].lower() not in _MONTHS:
        raise Unreadable
    day = f"{match[3]}-{_MONTHS.index(match[2].lower()) + 1:02d}-{int(match[1]):02d}"
    return datetime.fromisoformat(f"{day} {match[4]}") if match[4] else date.fromisoformat(day)
