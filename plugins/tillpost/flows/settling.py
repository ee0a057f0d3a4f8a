"""Check, build and release: what becomes of the store-dates of a run, all stores of an organisation in one process.

Each stream is settled on its own: one that is right is released in one transaction, one that is not is held with its reasons,
and neither waits for the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypedDict

import duckdb

from tillpost.build.contacts import supplier_name
from tillpost.build.context import BuildContext
from tillpost.build.documents import build_documents
from tillpost.checks.context import CheckContext
from tillpost.checks.documents import check_documents
from tillpost.checks.source import check_source
from tillpost.config import Site
from tillpost.errors import RunIncomplete, SourceError
from tillpost.flows.extracting import Extracted
from tillpost.flows.figures import facts_digests, stream_figures
from tillpost.flows.planning import Group, all_store_dates
from tillpost.flows.readiness import Readiness
from tillpost.flows.reference import read_reference_data
from tillpost.flows.reporting import write_reports
from tillpost.mapping.tables import Mapping as Mappings
from tillpost.mapping.tables import load_mapping
from tillpost.model.documents import Document
from tillpost.model.findings import Finding, Stream, StreamKey
from tillpost.model.period import DateRange
from tillpost.model.reference import ReferenceData
from tillpost.organisations import Organisation
from tillpost.pos.extraction import Extraction, read_extraction
from tillpost.pos.facts import open_facts
from tillpost.store.database import Database, open_database
from tillpost.store.names import bind_tenant
from tillpost.store.records import bills_on_record, find_document
from tillpost.store.states import StreamState, stream_states
from tillpost.store.streams import StreamResult, mark_open, settle_stream
from tillpost.xero.quota import Quota

StoreDate = tuple[str, date]

_SUPPLIERS = """
SELECT DISTINCT p.supplier_id, coalesce(s.name, '') FROM purchases p
LEFT JOIN suppliers s ON p.store = s.store AND p.supplier_id = s.id ORDER BY ALL
"""


class Summary(TypedDict):
    """What became of a run: counts of streams, the held and open ones by name, the reports written, and sentences for whoever must act."""

    released: int
    unchanged: int
    nothing_to_send: int
    held: list[str]
    open: list[str]
    reports: list[str]
    problems: list[str]


@dataclass(frozen=True, slots=True)
class Run:
    """What a settling run works with."""

    site: Site
    org: Organisation
    mapping: Mappings
    reference: ReferenceData
    db: Database
    name: str
    now: datetime


def settle(site: Site, organisation: str, groups: Sequence[Group], results: Iterable[Sequence[Extracted] | None], run: str) -> Summary:
    """Check, build and release what was extracted; tell what is missing.

    Raises ConfigError, StoreError or XeroError before anything is released.
    """
    org, now = site.organisation(organisation), datetime.now(UTC)
    mapping = load_mapping(site.settings.include / "mappings" / org.key, org.country)
    db = open_database(site.settings.db_url, migrate=True)
    reference, remark = read_reference_data(site, org, Quota(db, org.key, db.now))
    bind_tenant(db, org.key, reference.organisation.tenant_id, now)
    extracted = [one for result in results for one in result or ()]
    summary = settle_extracted(Run(site, org, mapping, reference, db, run, now), all_store_dates(groups), extracted)
    if remark:
        summary["problems"].append(remark)
    return summary


def settle_extracted(run: Run, wanted: set[StoreDate], extracted: Sequence[Extracted]) -> Summary:
    """As ``settle``, for a run that is set up."""
    missing = _missing(wanted, extracted)
    extractions, damaged = _read_extractions(extracted)
    missing |= damaged
    facts = open_facts([extraction.folder for extraction in extractions])
    missing |= _not_ready(run, facts, extractions)
    ready = tuple(sorted({(e.store, day) for e in extractions for day in e.days if (e.store, day) in wanted} - set(missing)))
    _mark_missing(run, missing)
    read = FactsRead(facts, ready, _read_at(extractions), _dust(extractions), _periods(extractions))
    outcome = settle_facts(run, read)
    reports = write_reports(run.site, run.org, run.db, {day for _, day in wanted}, run.name, run.now)
    return _summary(run, missing, outcome, reports)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each stream, and what was found in it."""

    states: Mapping[StreamKey, str]
    findings: Mapping[StreamKey, tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class FactsRead:
    """Facts to settle: views over them, the store-dates that are ready, when each was read (aware UTC).

    ``dust`` counts amounts with a true third decimal per store and table, ``periods`` are the dates extracted per store.
    """

    facts: duckdb.DuckDBPyConnection
    store_dates: Sequence[StoreDate]
    read_at: Mapping[StoreDate, datetime]
    dust: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    periods: Mapping[str, DateRange] = field(default_factory=dict)


def settle_facts(run: Run, read: FactsRead) -> Outcome:
    """Check, build, check again and release the streams of these store-dates."""
    facts, store_dates = read.facts, read.store_dates
    if not store_dates:
        return Outcome({}, {})
    keys = [StreamKey(run.org.key, store, day, stream) for store, day in store_dates for stream in Stream]
    bills = _known_bills(run, facts)
    context = CheckContext(run.org, run.mapping, tuple(store_dates), bills, read.periods, read.dust)
    findings = _by_key(check_source(facts, context))
    documents = build_documents(facts, _build_context(run, store_dates))
    sound = [document for key in keys if not _blocked(findings.get(key, ())) for document in documents.get(key, ())]
    for key, found in _by_key(check_documents(sound, run.reference, context)).items():
        findings[key] = (*findings.get(key, ()), *found)
    figures, digests = stream_figures(facts), facts_digests(facts)
    states = {}
    for key in keys:
        place = (key.store, key.business_date, key.stream)
        result = StreamResult(
            key=key,
            findings=findings.get(key, ()),
            documents=_stamped(documents.get(key, ()), digests.get(place, "")),
            figures=figures.get(place, {}),
            facts_digest=digests.get(place, ""),
            read_at=read.read_at[(key.store, key.business_date)],
            extraction=run.name,
            run=run.name,
        )
        store = run.org.store(key.store)
        states[key] = settle_stream(run.db, result, approval_required=store.approval == "required", posted_changes="hold", now=run.now)
    return Outcome(states, findings)


def report_problems(summary: Summary) -> None:
    """Raise RunIncomplete with every sentence where something is missing or held, so that the run is seen to be red."""
    if summary["problems"]:
        lines = "\n".join(f"  * {problem}" for problem in summary["problems"])
        raise RunIncomplete(f"{len(summary['problems'])} to look at; everything else was released.\n{lines}")


def _build_context(run: Run, store_dates: Sequence[StoreDate]) -> BuildContext:
    banks = frozenset(code for code, account in run.reference.accounts.items() if account.type == "BANK")
    return BuildContext(
        run.org, run.mapping, tuple(store_dates), banks, lambda natural_key: find_document(run.db, run.org.key, natural_key)
    )


def _known_bills(run: Run, facts: duckdb.DuckDBPyConnection) -> tuple[tuple[str, str, str], ...]:
    """Bills on record of the suppliers of these facts: supplier id, supplier's number, purchase id."""
    names: dict[str, list[str]] = {}
    for supplier, name in facts.execute(_SUPPLIERS).fetchall():
        names.setdefault(supplier_name(run.mapping, supplier, name), []).append(supplier)
    recorded = bills_on_record(run.db, run.org.key, tuple(names))
    return tuple((supplier, bill.number, bill.pos_id) for bill in recorded for supplier in names.get(bill.contact_name, ()))


def _missing(wanted: set[StoreDate], extracted: Sequence[Extracted]) -> dict[StoreDate, str]:
    """Store-dates without facts, each with the reason."""
    failed = {(one["store"], date.fromisoformat(day)): one["error"] for one in extracted if one["error"] for day in one["dates"]}
    read = {(one["store"], date.fromisoformat(day)) for one in extracted if not one["error"] for day in one["dates"]}
    silent = dict.fromkeys(wanted - read - set(failed), "The extraction did not finish; its task's log tells why. Run the date again.")
    return {**silent, **failed}


def _read_extractions(extracted: Sequence[Extracted]) -> tuple[list[Extraction], dict[StoreDate, str]]:
    """The extractions that are whole, and why the others are not: a damaged folder is a missing one, and nobody else's trouble."""
    whole: list[Extraction] = []
    damaged: dict[StoreDate, str] = {}
    for one in extracted:
        if one["folder"]:
            try:
                whole.append(read_extraction(Path(one["folder"])))
            except SourceError as problem:
                damaged |= {(one["store"], date.fromisoformat(day)): str(problem) for day in one["dates"]}
    return whole, damaged


def _not_ready(run: Run, facts: duckdb.DuckDBPyConnection, extractions: Sequence[Extraction]) -> dict[StoreDate, str]:
    as_of = {e.store: e.as_of for e in extractions if e.as_of is not None}
    readiness = Readiness(facts, as_of, run.now)
    reasons = {(e.store, day): readiness.why_not(run.org.store(e.store), day) for e in extractions for day in e.days}
    return {key: why for key, why in reasons.items() if why}


def _mark_missing(run: Run, missing: Mapping[StoreDate, str]) -> None:
    for (store, day), why in missing.items():
        for stream in Stream:
            mark_open(run.db, StreamKey(run.org.key, store, day, stream), why, run.now)


def _read_at(extractions: Sequence[Extraction]) -> dict[StoreDate, datetime]:
    return {(e.store, day): e.read_at for e in extractions for day in e.days}


def _dust(extractions: Sequence[Extraction]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for extraction in extractions:
        own = counts.setdefault(extraction.store, {})
        for column, count in extraction.dust.items():
            table = column.split(".")[0]
            own[table] = own.get(table, 0) + count
    return counts


def _periods(extractions: Sequence[Extraction]) -> dict[str, DateRange]:
    """From the first to the last date extracted of each store."""
    found: dict[str, DateRange] = {}
    for e in extractions:
        before = found.get(e.store, e.days)
        found[e.store] = DateRange(min(before.start, e.days.start), max(before.end, e.days.end))
    return found


def _by_key(findings: Iterable[Finding]) -> dict[StreamKey, tuple[Finding, ...]]:
    found: dict[StreamKey, tuple[Finding, ...]] = {}
    for finding in findings:
        found[finding.key] = (*found.get(finding.key, ()), finding)
    return found


def _blocked(findings: Iterable[Finding]) -> bool:
    return any(finding.blocks for finding in findings)


def _stamped(documents: Sequence[Document], digest: str) -> tuple[Document, ...]:
    return tuple(replace(document, facts_digest=digest) for document in documents)


def _summary(run: Run, missing: Mapping[StoreDate, str], outcome: Outcome, reports: Sequence[Path]) -> Summary:
    standing = _standing(run, outcome)
    held = [key for key, state in outcome.states.items() if state == "held"]
    posted = [key for key, state in outcome.states.items() if state == "released" and standing[key].state == "posted"]
    problems = [f"{run.org.store(store).name}, {day}: open. {why}" for (store, day), why in sorted(missing.items())]
    problems += [_held_sentence(run, standing[key]) for key in held]
    counts = list(outcome.states.values())
    return {
        "released": counts.count("released") - len(posted),
        "unchanged": len(posted),
        "nothing_to_send": counts.count("nothing_to_send"),
        "held": [str(key) for key in held],
        "open": [f"{run.org.key}/{store}/{day}" for store, day in sorted(missing)],
        "reports": [str(path) for path in reports],
        "problems": problems,
    }


def _standing(run: Run, outcome: Outcome) -> Mapping[StreamKey, StreamState]:
    """How the streams of a run stand on record: what is in Xero already, and every reason of what is held."""
    if not outcome.states:
        return {}
    days = [key.business_date for key in outcome.states]
    period = DateRange(min(days), max(days) + timedelta(days=1))
    return {state.key: state for state in stream_states(run.db, run.org.key, period)}


def _held_sentence(run: Run, state: StreamState) -> str:
    key = state.key
    return f"{run.org.store(key.store).name}, {key.business_date}, {key.stream}: held. {' '.join(state.reasons)}"
