"""Which date a source is looked at on where nobody names one: the last trading day that is over and has sales."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from tillpost.connection import Connection
from tillpost.errors import SourceError
from tillpost.model.period import DateRange
from tillpost.organisations import Store
from tillpost.pos.extract import fetching, period_binds
from tillpost.pos.queries import Query
from tillpost.pos.source import bind_values, open_source

# How far back is looked for a sale, and for how long.
USUAL_DAYS = 14
LOOKING_SECONDS = 60


def date_of_interest(store: Store, queries: Sequence[Query], connection: Connection, day: date | None, now: datetime) -> tuple[date, str]:
    """The date to look at, and a sentence where nobody named it. A source that does not answer is told by what comes after."""
    if day is not None:
        return day, ""
    yesterday = store.clock.business_date(now) - timedelta(days=1)
    sales = next((query for query in queries if query.name == "sales"), None)
    if sales is None:
        return yesterday, f"No date was named: {yesterday} is the last trading day that is over."
    found = _last_with_sales(store, sales, connection, yesterday)
    if found is None:
        return (
            yesterday,
            f"No date was named: {yesterday} is the last trading day that is over; no sale was seen in the {USUAL_DAYS} up to it.",
        )
    if found == yesterday:
        return found, f"No date was named: {found} is the last trading day that is over, and it has sales."
    return found, f"No date was named: {found} is the last trading day with sales (none since, up to {yesterday})."


def _last_with_sales(store: Store, query: Query, connection: Connection, last: date) -> date | None:
    """The last date for which the query delivers a row, looked for backwards; None where there is none, or the source does not answer."""
    started = time.monotonic()
    try:
        with open_source(connection) as database:
            for back in range(USUAL_DAYS):
                day = last - timedelta(days=back)
                binds = bind_values(query.binds, period_binds(store, DateRange.of_day(day)), database.dialect.name)
                with database.execute(query.statement(), binds, execution_options=fetching(database, query)) as result:
                    if result.returns_rows and result.first() is not None:
                        return day
                if time.monotonic() - started > LOOKING_SECONDS:
                    return None
    except (SQLAlchemyError, SourceError, ValueError):
        return None
    return None
