"""The validation report of each organisation and business date, from what the run found and what is on record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from tillpost.config import Site
from tillpost.mapping.tables import Mapping as Mappings
from tillpost.model.documents import Document
from tillpost.model.findings import Finding, Stream, StreamKey
from tillpost.model.period import DateRange
from tillpost.model.reference import ReferenceData
from tillpost.organisations import Organisation
from tillpost.report.data import DayReport, StreamReport, TenderRow
from tillpost.report.write import write_day_report
from tillpost.store.database import Database
from tillpost.store.states import StreamState, stream_states

StoreDate = tuple[str, date]


@dataclass(frozen=True, slots=True)
class DayParts:
    """What a run found: documents and findings by stream, tenders and the time of reading by store and date."""

    documents: Mapping[StreamKey, Sequence[Document]]
    findings: Mapping[StreamKey, Sequence[Finding]]
    tenders: Mapping[StoreDate, tuple[TenderRow, ...]]
    read_at: Mapping[StoreDate, datetime]


def write_reports(
    site: Site,
    org: Organisation,
    db: Database,
    reference: ReferenceData,
    mapping: Mappings,
    keys: Sequence[StreamKey],
    parts: DayParts,
    run: str,
    now: datetime,
) -> Iterator[Path]:
    """Write one report per business date of these streams; yields the paths of the HTML files."""
    names = {account.code: account.name for account in reference.accounts.values()}
    base = DayReport(org.key, org.name, org.country, org.currency, date.min, run, mapping_digest(mapping), names, now, ())
    for day in sorted({key.business_date for key in keys}):
        states = {state.key: state for state in stream_states(db, org.key, DateRange.of_day(day))}
        streams = tuple(_stream_report(org, key, states.get(key), parts) for key in keys if key.business_date == day)
        yield write_day_report(replace(base, business_date=day, streams=streams), site.settings.data / "reports")


def _stream_report(org: Organisation, key: StreamKey, state: StreamState | None, parts: DayParts) -> StreamReport:
    store, place = org.store(key.store), (key.store, key.business_date)
    return StreamReport(
        key=key,
        store_name=store.name,
        zone=store.clock.zone,
        cut_over=f"{store.clock.cut_over:%H:%M}",
        state=state.state if state else "open",
        reasons=state.reasons if state else (),
        findings=tuple(parts.findings.get(key, ())),
        documents=tuple(parts.documents.get(key, ())),
        tenders=parts.tenders.get(place, ()) if key.stream is Stream.SALES else (),
        read_at=parts.read_at.get(place),
        facts=f"{store.pos} ({store.connection})",
    )


def mapping_digest(mapping: Mappings) -> str:
    """A short digest that changes with any row of the mapping."""
    return hashlib.sha256(repr((mapping.accounts, mapping.taxes, mapping.contacts)).encode()).hexdigest()[:12]
