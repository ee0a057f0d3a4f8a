"""Late changes: what is handed to the record of them when a stream is read again, and what people are told of them.

A date that is not ready is not compared: what arrives before it was complete for the first time is not late, and what is missing while
its database is away was not deleted. Only a date that was read before and holds nothing at all any more has been emptied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import duckdb

from tillpost.config import Site
from tillpost.flows.runs import FactsRead, Run
from tillpost.model.findings import Stream, StreamKey
from tillpost.model.late import LateChangeTold, Record, Records, counted
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation
from tillpost.pos.digests import VERSION, add_digests
from tillpost.store.database import open_database
from tillpost.store.late import has_reading, late_changes_of, record_reading

_RECORDS = """
SELECT table_name, key, name, gross_cents, digest FROM digests AS d
WHERE store = ? AND business_date = ? AND (table_name = 'purchases') = ?
"""
# A purchase of no store is delivered by all stores of a database: it is one record, and told under the first of them.
_OF_A_STORE = "AND NOT EXISTS (SELECT 1 FROM purchases AS p WHERE p.store = d.store AND p.purchase_id = d.key AND p.store_id IS NULL)"


@dataclass(frozen=True, slots=True)
class LateRow:
    """One late change as people read it: amounts in cents (None: was not there), ``seen_at`` on the store's wall clock, in words."""

    store: str
    business_date: date
    stream: Stream
    name: str
    change: str
    before_cents: int | None
    after_cents: int | None
    seen_at: str


def records_read(facts: duckdb.DuckDBPyConnection, org: Organisation, key: StreamKey) -> Records:
    """The records of a stream in the facts of this run, which have their digests."""
    is_purchases = key.stream is Stream.PURCHASES
    query = _RECORDS + (_OF_A_STORE if is_purchases and not _is_first_of_its_database(org, key.store) else "")
    return Records(VERSION, tuple(Record(*row) for row in facts.execute(query, [key.store, key.business_date, is_purchases]).fetchall()))


def _is_first_of_its_database(org: Organisation, store: str) -> bool:
    own = org.store(store)
    return store == next(s.key for s in org.stores.values() if (s.pos, s.connection) == (own.pos, own.connection))


def note_emptied(run: Run, read: FactsRead) -> None:
    """Tell what is gone of the dates that were read before and hold nothing any more: they are not settled, and stay as they are."""
    keys = [StreamKey(run.org.key, store, day, stream) for store, day in read.emptied for stream in Stream]
    known = [key for key in keys if has_reading(run.db, key)]
    if known:
        add_digests(read.facts, read.folders)
    for key in known:
        record_reading(run.db, key, records_read(read.facts, run.org, key), read.read_at[(key.store, key.business_date)], run.name)


def late_rows(site: Site, organisation: str, from_date: date, to_date: date) -> list[LateRow]:
    """The late changes of business dates [from_date, to_date) of an organisation, by date, store and time."""
    org = site.organisation(organisation)
    found = late_changes_of(open_database(site.settings.db_url, migrate=True), org.key, DateRange(from_date, to_date))
    ordered = sorted(found, key=lambda key: (key.business_date, key.store, key.stream))
    return [_row(org, told) for key in ordered for told in found[key]]


def late_words(org: Organisation, told: Sequence[LateChangeTold]) -> str:
    """How many late changes a stream has, and since when: ``late: 1 added, 2 deleted since 3 Oct 06:00``; empty without any."""
    if not told:
        return ""
    return f"late: {counted(one.change for one in told)} since {_moment(org, told[0].key, told[0].first_read_at)}"


def late_sentences(run: Run, days: Iterable[date]) -> list[str]:
    """What this run has told, a line for each stream."""
    wanted = sorted(set(days))
    if not wanted:
        return []
    period = DateRange(wanted[0], DateRange.of_day(wanted[-1]).end)
    found: Mapping[StreamKey, Sequence[LateChangeTold]] = late_changes_of(run.db, run.org.key, period, run.name)
    return [
        f"{run.org.store_name(key.store)}, {key.business_date}, {key.stream}: {late_words(run.org, told)}." for key, told in found.items()
    ]


def _row(org: Organisation, told: LateChangeTold) -> LateRow:
    key, change = told.key, told.change
    return LateRow(
        org.store_name(key.store), key.business_date, key.stream, change.name, change.change.value,
        change.before_cents, change.after_cents, _moment(org, key, told.seen_at),
    )  # fmt: skip


def _moment(org: Organisation, key: StreamKey, moment: datetime) -> str:
    """A moment on the wall clock of the stream's store: ``3 Oct 06:00``; of a store that is gone, of its organisation."""
    zone = org.stores[key.store].clock.zone if key.store in org.stores else org.time_zone
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %H:%M}"
