"""Texts as Xero compares them."""

from __future__ import annotations


def folded_name(name: str) -> str:
    """A name without case, and without spaces at its ends or twice."""
    return " ".join(name.split()).casefold()


def folded_number(number: str) -> str:
    """A document's number without case and outer spaces."""
    return number.strip().casefold()
