"""What the commands share: their options, dates as people write them, and text from outside on a terminal."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.markup import escape

from tillpost.errors import ConfigError

OrganisationOption = Annotated[str, typer.Option("--organisation", "-o", help="The organisation's key in tillpost.yml.")]


def date_of(text: str) -> date:
    """A date such as 2026-10-31; raises ConfigError for anything else, and for the calendar's first and last: each has its neighbours."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is not a date such as 2026-10-31.", value=text) from None
    if day == date.max:
        raise ConfigError(f"{text!r} is the last date that there is; name an earlier one.", value=text)
    if day == date.min:
        raise ConfigError(f"{text!r} is the first date that there is; name a later one.", value=text)
    return day


def reason_of(text: str) -> str:
    """A reason for an act, which may not be blank; raises ConfigError."""
    if not text.strip():
        raise ConfigError("--why is blank: say the reason in some words; it stays in the audit trail.", value=text)
    return text.strip()


def plain(text: str) -> str:
    """Text from outside, so that square brackets in it are not taken for markup and control characters do nothing."""
    return escape("".join(c if c.isprintable() or c == "\n" else "?" for c in text))
