"""The codes that the POS systems show, read through the stores' own extraction into a folder that is gone afterwards.

A store that cannot be read is told, and the others go on. Nothing is kept, released or sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb

from tillpost.checks.context import CheckContext
from tillpost.checks.relations import open_cursor
from tillpost.checks.rules.mapped import OTHERS
from tillpost.config import Site
from tillpost.errors import ConfigError, SourceError
from tillpost.mapping.tables import Mapping
from tillpost.mapping.uses import CodeUse
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation, Store
from tillpost.pos.extract import extract_store
from tillpost.pos.facts import open_facts
from tillpost.pos.queries import load_queries

# How many dates before today are looked at where nobody names any.
USUAL_DAYS = 14

# kind and code asked for first, and second; tax code, hint, class, whether a row is needed, amount.
_USES = f"""
SELECT store, business_date, kind, code, second_kind, second_code, tax_code, hint, class, needed,
    sum(cents)::BIGINT AS cents, count(*) AS n
FROM (
    SELECT store, business_date, CASE WHEN line_kind = 'item' THEN 'sales_category' ELSE 'line_kind' END AS kind,
        CASE WHEN line_kind = 'item' THEN coalesce(category, '') ELSE line_kind END AS code,
        CASE WHEN line_kind <> 'item' THEN 'sales_category' END AS second_kind,
        coalesce(category, '') AS second_code, coalesce(tax_code, '') AS tax_code, '' AS hint, '' AS class, NOT is_spread AS needed,
        gross_cents AS cents
    FROM revenue_lines
    UNION ALL SELECT store, business_date, 'tender', tender_code, NULL, '', '', tender_type, '', TRUE, amount_cents FROM booked_tenders
    UNION ALL SELECT store, business_date, 'tender', tender_code, NULL, '', '', '', '', TRUE, amount_cents
        FROM movements WHERE tender_code IS NOT NULL
    UNION ALL SELECT store, business_date, 'tender', tender_code, NULL, '', '', '', '', TRUE, counted_cents - expected_cents FROM counted
    UNION ALL SELECT store, business_date, 'tender', cash_code, NULL, '', '', 'cash', '', TRUE, -cash_out_cents FROM cash_handed_out
    UNION ALL SELECT store, business_date, 'function', coalesce(function_code, ''), NULL, '', coalesce(tax_code, ''), kind, '', TRUE,
        amount_cents FROM movements WHERE kind IN ('paid_out', 'received', 'prepayment')
    UNION ALL SELECT store, business_date, kind, code, NULL, '', '', '', '', TRUE, cents FROM ({OTHERS})
    UNION ALL SELECT store, business_date, 'other', 'inventory_suspense', NULL, '', '', '', '', TRUE, gross_cents
        FROM booked_purchases WHERE kind = 'receipt'
    UNION ALL SELECT store, business_date, 'gl_account', account_code, NULL, '', '', coalesce(description, ''), coalesce(class, ''),
        TRUE, amount_cents FROM gl_entries WHERE sale_id IS NULL
    UNION ALL SELECT l.store, p.business_date,
        CASE WHEN l.line_kind <> 'goods' THEN 'purchase_other' WHEN l.category IS NULL AND l.account_code IS NOT NULL THEN 'gl_account'
            ELSE 'purchase_category' END,
        CASE WHEN l.line_kind <> 'goods' THEN l.line_kind ELSE coalesce(l.category, l.account_code, '') END,
        NULL, '', coalesce(l.tax_code, ''), '', '', TRUE, l.gross_cents
        FROM purchase_lines AS l JOIN booked_purchases AS p ON p.store = l.store AND p.purchase_id = l.purchase_id
    UNION ALL SELECT store, business_date, 'purchase_other', 'freight', NULL, '', '', '', '', TRUE, freight_cents FROM booked_purchases
)
WHERE cents <> 0 GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class PosReading:
    """The facts of the stores that could be read. ``unread`` tells per store why it could not; ``store_dates`` are those looked at."""

    facts: duckdb.DuckDBPyConnection
    store_dates: tuple[tuple[str, date], ...]
    unread: dict[str, str]


def dates_of_interest(org: Organisation, first: date | None, last: date | None, now: datetime) -> DateRange:
    """From ``first`` to ``last``; without them the last two weeks before today in the organisation's zone."""
    today = now.astimezone(ZoneInfo(org.time_zone)).date()
    end = last + timedelta(days=1) if last else max(today, first + timedelta(days=1) if first else today)
    return DateRange(first or end - timedelta(days=USUAL_DAYS), end)


@contextmanager
def read_pos(site: Site, org: Organisation, days: DateRange | None) -> Iterator[PosReading]:
    """The facts of all stores for these dates, never before a store's ``starts_on``; None: no POS is asked."""
    with TemporaryDirectory(prefix="tillpost-mapping-") as folder:
        folders: list[Path] = []
        store_dates: list[tuple[str, date]] = []
        unread: dict[str, str] = {}
        for store in org.stores.values() if days else ():
            own = _since_start(store, days)
            if own is None:
                continue
            try:
                folders.append(_extract(site, store, own, Path(folder) / store.key))
                store_dates += [(store.key, day) for day in own]
            except (SourceError, ConfigError) as problem:
                unread[store.key] = str(problem)
        with open_facts(folders) as facts:
            yield PosReading(facts, tuple(store_dates), unread)


def code_uses(reading: PosReading, org: Organisation, mapping: Mapping) -> list[CodeUse]:
    """What the facts show of every code that has an amount, by store and business date."""
    cursor = open_cursor(reading.facts, CheckContext(org, mapping, reading.store_dates))
    looked_at = set(reading.store_dates)
    return [use for row in cursor.execute(_USES).fetchall() if ((use := _use(row)).store, use.on) in looked_at]


def _since_start(store: Store, days: DateRange | None) -> DateRange | None:
    if days is None or store.starts_on >= days.end:
        return None
    return DateRange(max(days.start, store.starts_on), days.end)


def _extract(site: Site, store: Store, days: DateRange, folder: Path) -> Path:
    queries = load_queries(site.settings.include, store.pos)
    extract_store(store, queries, site.connections(store.connection), days, folder, datetime.now(UTC))
    return folder


def _use(row: tuple[object, ...]) -> CodeUse:
    store, day, kind, code, second_kind, second_code, tax_code, hint, class_name, needed, cents, count = row
    asks = ((str(kind), str(code)), *(((str(second_kind), str(second_code)),) if second_kind else ()))
    assert isinstance(day, date) and isinstance(cents, int) and isinstance(count, int)
    return CodeUse(str(store), day, asks, cents, count, str(tax_code), str(hint), str(class_name), bool(needed))
