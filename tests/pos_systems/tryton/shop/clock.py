"""Tryton's today, so that what is entered on a date of the week is posted on it, whenever the tests run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from trytond.ir.date import Date


@contextmanager
def today(day: date) -> Iterator[None]:
    """Tryton's clock shows the date."""
    before = Date.today
    Date.today = staticmethod(lambda timezone=None: day)
    try:
        yield
    finally:
        Date.today = before
