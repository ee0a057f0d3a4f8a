"""Tracking of a line as text: categories of Xero with an option each, ``Region=North; Channel=Web``."""

from __future__ import annotations

from collections.abc import Iterable

MOST_CATEGORIES = 2


def tracking_of(tracking: str) -> list[tuple[str, str]]:
    """Category and option of a line's tracking; at most two (Xero has no more), ValueError otherwise.

    >>> tracking_of("Region=North; Channel=Web"), tracking_of("")
    ([('Region', 'North'), ('Channel', 'Web')], [])
    """
    parts = [part.partition("=") for part in tracking.split(";") if part.strip()]
    found = [(name.strip(), option.strip()) for name, _, option in parts]
    names = [name for name, _ in found]
    if len(found) > MOST_CATEGORIES or len(set(names)) < len(names) or not all(name and option for name, option in found):
        raise ValueError(f"tracking {tracking!r} is not Category=Option, at most two categories with ; between")
    return found


def tracking_text(tracking: Iterable[tuple[str, str]]) -> str:
    """Categories with their options as text.

    >>> tracking_text([("Region", "North"), ("Channel", "Web")])
    'Region=North; Channel=Web'
    """
    return "; ".join(f"{category}={option}" for category, option in tracking)


def with_category(tracking: str, category: str, option: str) -> str:
    """The same tracking with an option of a category, unless it has one of that category already.

    >>> with_category("Region=North", "Store", "City"), with_category("Store=Web", "Store", "City")
    ('Region=North; Store=City', 'Store=Web')
    """
    if not category or any(part.partition("=")[0].strip() == category for part in tracking.split(";")):
        return tracking
    return "; ".join(part for part in (tracking, f"{category}={option}") if part)
