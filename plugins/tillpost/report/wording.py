"""How the report words and writes things: states, kinds, money, rates, times. One place, so that table and print agree."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from tillpost.model.documents import FactSelection
from tillpost.model.money import format_cents
from tillpost.model.period import DateRange, TradingClock

STATE_WORDS = {
    "open": "not complete",
    "held": "held, not sent",
    "ready": "ready to send",
    "sending": "being sent",
    "posted": "posted in Xero",
    "refused": "refused by Xero",
    "unknown": "sent, answer unknown",
    "voided": "voided in Xero",
    "nothing_to_send": "nothing to send",
}
# What each state asks of the reader where no finding says it better.
STATE_ADVICE = {
    "open": "Nothing of it was sent. It is read again with the next run. If it stays so, see that the store has closed its day.",
    "held": "Mend what is named, then run the date again: everything else was sent without waiting for it.",
    "refused": "Read Xero's words on the document, mend the mapping or the setting in Xero, then run the date again.",
    "voided": "Send it anew with `tillpost void --again`, or leave it out with `tillpost release`: it is never sent again by itself.",
    "unknown": "Do not enter it by hand. It is looked up in Xero before anything is sent again.",
}
NOT_SENT = frozenset({"held", "open"})
NEEDS_ATTENTION = frozenset({"held", "open", "refused", "voided"})
LANGUAGES = {"AU": "en-AU", "NZ": "en-NZ", "GB": "en-GB"}


def state_words(state: str) -> str:
    """A state in words; a state that is not known is shown as it is."""
    return STATE_WORDS.get(state, state.replace("_", " "))


def tax_word(country: str) -> str:
    """What the country calls its tax on sales."""
    return "VAT" if country == "GB" else "GST"


def rate(rate_bp: int) -> str:
    """A rate in basis points as a percentage.

    >>> rate(1000), rate(1750), rate(0)
    ('10%', '17.5%', '0%')
    """
    return f"{Decimal(rate_bp).scaleb(-2).normalize():f}%"


def amount(cents: int | None) -> str:
    """Cents as text; None, an amount that nobody knows, is empty."""
    return "" if cents is None else format_cents(cents)


def counted(number: int, word: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "document"), counted(0, "document"), counted(2, "entry", "entries")
    ('1 document', '0 documents', '2 entries')
    """
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def long_date(day: date) -> str:
    """A date with its weekday."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def moment(at: datetime, zone: str) -> str:
    """An aware moment on a store's wall clock."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


def trading_day(day: date, zone: str, cut_over: str) -> str:
    """From cut-over to cut-over on the store's wall clock; its hours where the clock was put forward or back.

    Without a cut-over it is the document of all stores, each of which has its own.
    """
    if not cut_over:
        return "each store's own"
    start, end = TradingClock(zone, time.fromisoformat(cut_over)).utc_bounds(DateRange.of_day(day))
    hours = (end - start).total_seconds() / 3600
    odd = "" if hours == 24 else f", {hours:g} hours because the clock changed"
    return f"{moment(start, zone)} to {moment(end, zone)} ({zone}{odd})"


def selection(source: FactSelection) -> str:
    """Where an amount comes from: contract table and the values that select its rows."""
    where = ", ".join(f"{column} = {value or '(empty)'}" for column, value in source.where)
    return f"{source.table} where {where}" if where else source.table
