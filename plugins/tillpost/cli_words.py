"""What the commands share: dates as people write them, and text from outside on a terminal."""

from __future__ import annotations

from datetime import date

from rich.markup import escape

from tillpost.errors import ConfigError


def date_of(text: str) -> date:
    """A date such as 2026-10-31; raises ConfigError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is not a date such as 2026-10-31.", value=text) from None


def plain(text: str) -> str:
    """Text from outside, so that square brackets in it are not taken for markup and control characters do nothing."""
    return escape("".join(c if c.isprintable() or c == "\n" else "?" for c in text))
