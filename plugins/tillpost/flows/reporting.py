"""The validation report of each organisation and business date, from what is on record: written when a date is prepared and again
when its documents reach Xero, so that the page always tells the state of all its streams.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from tillpost.config import Site
from tillpost.errors import TillpostError
from tillpost.flows.carrying import carried_forward
from tillpost.flows.mappings import mapping_of_site
from tillpost.flows.reference import last_reference_data
from tillpost.mapping.tables import Mapping as Mappings
from tillpost.model.documents import Document
from tillpost.model.findings import ALL_STORES, Stream, StreamKey
from tillpost.model.late import LateChangeTold
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation
from tillpost.report.data import DayReport, StreamReport, TenderRow
from tillpost.report.write import write_day_report
from tillpost.store.database import Database
from tillpost.store.late import late_changes_of
from tillpost.store.records import Reading, dates_changed_since, documents_of, readings_of
from tillpost.store.states import StreamState, stream_states

# Figures of tenders are kept per code under these names: `taken/CASH`, `expected/CASH`, `counted/CASH` (cents).
TAKEN, EXPECTED, COUNTED = "taken", "expected", "counted"
_log = logging.getLogger("tillpost.reports")


@contextmanager
def reporting_changes(site: Site, org: Organisation, db: Database, run: str) -> Iterator[None]:
    """Around work that changes documents: afterwards the reports of their dates are written, and also where it fails.

    Then its failure is the one that is raised: that of a report is logged.
    """
    begun = db.now()
    try:
        yield
    except BaseException:
        try:
            _write_changed(site, org, db, begun, run)
        except (TillpostError, OSError) as problem:
            _log.error("%s: the reports were not written: %s", org.key, problem)
        raise
    _write_changed(site, org, db, begun, run)


def _write_changed(site: Site, org: Organisation, db: Database, since: datetime, run: str) -> None:
    write_reports(site, org, db, dates_changed_since(db, org.key, since), run, db.now())


def write_reports(site: Site, org: Organisation, db: Database, days: Iterable[date], run: str, now: datetime) -> list[Path]:
    """Write the report of each of these business dates; the paths of the HTML files. Without dates nothing is read at all."""
    dates = sorted(set(days))
    reports = day_reports(site, org, db, dates, run, now) if dates else ()
    return [write_day_report(report, site.settings.data / "reports") for report in reports]


def day_reports(site: Site, org: Organisation, db: Database, days: list[date], run: str, now: datetime) -> Iterator[DayReport]:
    """The reports of these business dates, one after the other, from what is on record."""
    mapping = mapping_of_site(site, org)
    reference = last_reference_data(site, org)
    names = {account.code: account.name for account in reference.accounts.values()} if reference else {}
    carried = carried_forward(db, org, mapping, reference, days)
    for day in days:
        streams = _streams(org, db, mapping, day)
        digest = mapping_digest(mapping)
        yield DayReport(org.key, org.name, org.country, org.currency, day, run, digest, names, now, streams, carried[day])


def _streams(org: Organisation, db: Database, mapping: Mappings, day: date) -> tuple[StreamReport, ...]:
    one = DateRange.of_day(day)
    documents, readings = documents_of(db, org.key, one), readings_of(db, org.key, one)
    late = late_changes_of(db, org.key, one)
    states = [state for state in stream_states(db, org.key, one) if state.key.store in (*org.stores, ALL_STORES)]
    return tuple(
        _stream(org, mapping, state, documents.get(state.key, ()), readings.get(state.key), late.get(state.key, ())) for state in states
    )


def _stream(
    org: Organisation,
    mapping: Mappings,
    state: StreamState,
    documents: tuple[Document, ...],
    reading: Reading | None,
    late: tuple[LateChangeTold, ...],
) -> StreamReport:
    key = state.key
    zone, cut_over, facts = _origin(org, key, reading)
    return StreamReport(
        key=key,
        store_name=org.store_name(key.store),
        zone=zone,
        cut_over=cut_over,
        state=state.state,
        reasons=state.reasons,
        findings=state.findings,
        documents=documents,
        tenders=_tenders(mapping, key, state.figures) if key.stream is Stream.SALES else (),
        read_at=reading.read_at if reading else None,
        facts=facts,
        late=late,
    )


def _origin(org: Organisation, key: StreamKey, reading: Reading | None) -> tuple[str, str, str]:
    """The zone, the cut-over and the facts of a stream, in words; the document of all stores has each store's own cut-over."""
    digest = f"digest {reading.facts_digest[:12]}" if reading and reading.facts_digest else ""
    if key.store == ALL_STORES:
        return org.time_zone, "", ", ".join(filter(None, ("those of all stores", digest)))
    store = org.store(key.store)
    facts = f"{store.pos} ({store.connection}), {digest}" if digest else store.pos
    return store.clock.zone, f"{store.clock.cut_over:%H:%M}", facts


def _tenders(mapping: Mappings, key: StreamKey, figures: Mapping[str, int]) -> tuple[TenderRow, ...]:
    codes = sorted({name.split("/", 1)[1] for name in figures if "/" in name})
    rows = []
    for code in codes:
        row = mapping.for_store(key.store).account("tender", code, key.business_date)
        taken, expected, counted = (figures.get(f"{what}/{code}") for what in (TAKEN, EXPECTED, COUNTED))
        rows.append(TenderRow(code, row.account if row else "", taken or 0, expected, counted))
    return tuple(rows)


def mapping_digest(mapping: Mappings) -> str:
    """A short digest that changes with any row of the mapping."""
    everything = (mapping.accounts, mapping.taxes, mapping.contacts, mapping.stores, mapping.store_tracking)
    return hashlib.sha256(repr(everything).encode()).hexdigest()[:12]
