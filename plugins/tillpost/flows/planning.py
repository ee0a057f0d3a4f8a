"""Which store-dates a run looks at, grouped by POS system. Values are plain, so that Airflow can hand them from task to task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TypedDict

from tillpost.config import Site
from tillpost.model.findings import ALL_STORES
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation
from tillpost.store.database import open_database
from tillpost.store.states import open_sales_dates, open_store_dates

# How far back a nightly run takes up store-dates that are still open.
OPEN_DAYS = 28


class Group(TypedDict):
    """Stores of one POS system and their business dates (ISO text)."""

    pos: str
    stores: dict[str, list[str]]


def plan_run(site: Site, organisation: str, from_date: str, to_date: str, *, nightly: bool) -> list[Group]:
    """The store-dates of [from_date, to_date), one group per POS system.

    A nightly run adds what is still open of the last weeks, and the last days again for late changes. Dates before a store's
    ``starts_on`` are never looked at.
    """
    org = site.organisation(organisation)
    days = DateRange(date.fromisoformat(from_date), date.fromisoformat(to_date))
    wanted = {(key, day) for key in org.stores for day in days}
    if nightly:
        wanted |= _looked_back(org, days)
        wanted |= _still_open(site, org, days)
    started = {(key, day) for key, day in wanted if day >= org.store(key).starts_on}
    return _grouped(org, sorted(started))


def _looked_back(org: Organisation, days: DateRange) -> set[tuple[str, date]]:
    return {(key, days.start - timedelta(days=n)) for key in org.stores for n in range(1, org.look_back_days + 1)}


def _still_open(site: Site, org: Organisation, days: DateRange) -> set[tuple[str, date]]:
    """Store-dates of the last weeks that nobody has finished: not ready, unreachable, held, never run."""
    back = DateRange(days.start - timedelta(days=OPEN_DAYS), days.start)
    db = open_database(site.settings.db_url, migrate=True)
    found = set(open_store_dates(db, org.key, list(org.stores), back))
    # The document that all stores share is made from the facts of all of them in one run.
    shared = set(open_sales_dates(db, org.key, ALL_STORES, back))
    if org.sales_document == "per_organisation":
        shared |= {day for _, day in found}
    return found | {(key, day) for key in org.stores for day in shared}


def _grouped(org: Organisation, store_dates: Iterable[tuple[str, date]]) -> list[Group]:
    groups: dict[str, Group] = {}
    for key, day in store_dates:
        group = groups.setdefault(org.store(key).pos, {"pos": org.store(key).pos, "stores": {}})
        group["stores"].setdefault(key, []).append(day.isoformat())
    return list(groups.values())


def stretches(days: Sequence[date]) -> Iterator[DateRange]:
    """The dates as unbroken ranges: one extraction each.

    >>> [len(r) for r in stretches([date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 5)])]
    [2, 1]
    """
    ordered = sorted(set(days))
    start = 0
    for n, day in enumerate(ordered):
        is_last = n + 1 == len(ordered)
        if is_last or ordered[n + 1] != day + timedelta(days=1):
            yield DateRange(ordered[start], day + timedelta(days=1))
            start = n + 1


def all_store_dates(groups: Iterable[Group]) -> set[tuple[str, date]]:
    """Every store and date of a plan."""
    return {(store, date.fromisoformat(day)) for group in groups for store, days in group["stores"].items() for day in days}
