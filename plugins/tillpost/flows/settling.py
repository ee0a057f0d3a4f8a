"""Check, build and release: what becomes of the store-dates of a run, all stores of an organisation in one process.

Each stream is settled on its own: one that is right is released in one transaction, one that is not is held with its reasons,
and neither waits for the other. Only the document that all stores share waits for the sales of each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tillpost.build.context import BuildContext
from tillpost.build.documents import build_all, that_book
from tillpost.build.takings import takings_form
from tillpost.checks.activity import check_activity
from tillpost.checks.documents import check_documents
from tillpost.checks.source import check_source
from tillpost.config import Site
from tillpost.flows.budget import patient_meter
from tillpost.flows.contexts import build_context, check_context
from tillpost.flows.extracting import Extracted
from tillpost.flows.figures import facts_digests, stream_figures
from tillpost.flows.gathering import facts_read
from tillpost.flows.late import late_sentences, note_emptied, records_read
from tillpost.flows.mappings import mapping_of_site
from tillpost.flows.modes import mode_changes
from tillpost.flows.planning import Group, all_store_dates
from tillpost.flows.reference import read_reference_data
from tillpost.flows.reporting import write_reports
from tillpost.flows.runs import FactsRead, Outcome, Run, StoreDate
from tillpost.flows.summary import Summary, report_problems, summary_of
from tillpost.flows.together import Shared, Takings, announce, settle_shared, shared_dates, told_to_stores
from tillpost.model.documents import Document
from tillpost.model.findings import Finding, Stream, StreamKey
from tillpost.model.period import DateRange
from tillpost.pos.digests import add_digests
from tillpost.store.booked import booked_sales
from tillpost.store.database import open_database
from tillpost.store.names import bind_tenant, is_bound
from tillpost.store.streams import StreamResult, mark_open, settle_stream

__all__ = ["FactsRead", "Outcome", "Run", "Summary", "report_problems", "settle", "settle_extracted", "settle_facts"]


def settle(site: Site, organisation: str, groups: Sequence[Group], results: Iterable[Sequence[Extracted] | None], run: str) -> Summary:
    """Check, build and release what was extracted; tell what is missing.

    Raises ConfigError, StoreError or XeroError before anything is released.
    """
    org, now = site.organisation(organisation), datetime.now(UTC)
    mapping = mapping_of_site(site, org)
    db = open_database(site.settings.db_url, migrate=True)
    reference, remark = read_reference_data(site, org, patient_meter(site, org, db))
    # An answer on record binds nothing: it may be of an organisation that was only looked at.
    if not is_bound(db, org.key, reference.organisation.tenant_id) and not remark:
        bind_tenant(db, org.key, reference.organisation.tenant_id, now)
    extracted = [one for result in results for one in result or ()]
    summary = settle_extracted(Run(site, org, mapping, reference, db, run, now), all_store_dates(groups), extracted)
    if remark:
        summary["problems"].append(remark)
    return summary


def settle_extracted(run: Run, wanted: set[StoreDate], extracted: Sequence[Extracted]) -> Summary:
    """As ``settle``, for a run that is set up."""
    read, missing = facts_read(run, wanted, extracted)
    _mark_missing(run, missing)
    outcome = settle_facts(run, read)
    note_emptied(run, read)
    reports = write_reports(run.site, run.org, run.db, {day for _, day in wanted}, run.name, run.now)
    return summary_of(run, missing, outcome, reports, late_sentences(run, {day for _, day in wanted}))


def settle_facts(run: Run, read: FactsRead) -> Outcome:
    """Check, build, check again and release the streams of these store-dates."""
    if not read.store_dates:
        return Outcome({}, {})
    booked = booked_sales(run.db, run.org.key, _period(read.store_dates))
    building = build_context(run, read.store_dates, booked)
    shared = shared_dates(run, building, read.store_dates)
    built = _built(run, read, building, shared, mode_changes(run, read.store_dates, booked))
    add_digests(read.facts, read.folders)
    takings = Takings(read, stream_figures(read.facts), facts_digests(read.facts), built.documents, built.findings)
    announce(run, shared, takings)
    states = {key: _settle_stream(run, building, takings, key) for key in _keys(run, read.store_dates)}
    states |= settle_shared(run, shared, takings)
    return Outcome(states, built.findings)


@dataclass(frozen=True, slots=True)
class _Built:
    documents: Mapping[StreamKey, tuple[Document, ...]]
    findings: Mapping[StreamKey, tuple[Finding, ...]]


def _built(run: Run, read: FactsRead, building: BuildContext, shared: Sequence[Shared], changed: Iterable[Finding]) -> _Built:
    """The documents of all streams and what was found in them. A stream whose mode was changed too late says that alone, unbuilt."""
    context = check_context(run, read)
    findings = _by_key(check_source(read.facts, context))
    everything = build_all(read.facts, building)
    for key, alone in _by_key(changed).items():
        findings[key] = alone
        everything.pop(key, None)
    documents = that_book(everything)
    keys = _sound(run, read, shared, findings)
    sound = [document for key in keys for document in documents.get(key, ())]
    of_all = {sales: one.key for one in shared for sales in one.sales}
    proved = check_activity(read.facts, [document for key in keys for document in everything.get(key, ())], keys, context, of_all)
    keyed = replace(context, built=frozenset(document.natural_key for built in documents.values() for document in built))
    told = (*check_documents(sound, run.reference, keyed), *proved, *told_to_stores(run, shared))
    for key, found in _by_key(told).items():
        findings[key] = (*findings.get(key, ()), *found)
    return _Built(documents, findings)


def _sound(run: Run, read: FactsRead, shared: Sequence[Shared], findings: Mapping[StreamKey, tuple[Finding, ...]]) -> list[StreamKey]:
    """The streams that nothing holds yet: what else is wrong with the others is no news."""
    sound = [key for key in _keys(run, read.store_dates) if not _blocked(findings.get(key, ()))]
    passed = set(sound)
    return sound + [one.key for one in shared if passed.issuperset(one.sales)]


def _settle_stream(run: Run, building: BuildContext, takings: Takings, key: StreamKey) -> str:
    place, store, is_sales = (key.store, key.business_date), run.org.store(key.store), key.stream is Stream.SALES
    digest = takings.digest(key)
    result = StreamResult(
        key=key,
        findings=takings.findings.get(key, ()),
        documents=_stamped(takings.documents.get(key, ()), digest),
        figures=takings.figures.get((*place, key.stream), {}),
        facts_digest=digest,
        read_at=takings.read.read_at[place],
        extraction=run.name,
        run=run.name,
        mode=store.mode_on(key.business_date) if is_sales else "",
        takings=takings_form(building, *place) if is_sales else "",
        records=records_read(takings.read.facts, run.org, key),
    )
    approval = store.approval == "required"
    return settle_stream(run.db, result, approval_required=approval, posted_changes=store.posted_changes, now=run.now)


def _keys(run: Run, store_dates: Iterable[StoreDate]) -> list[StreamKey]:
    return [StreamKey(run.org.key, store, day, stream) for store, day in store_dates for stream in Stream]


def _period(store_dates: Sequence[StoreDate]) -> DateRange:
    days = [day for _, day in store_dates]
    return DateRange(min(days), DateRange.of_day(max(days)).end)


def _mark_missing(run: Run, missing: Mapping[StoreDate, str]) -> None:
    for (store, day), why in missing.items():
        for stream in Stream:
            mark_open(run.db, StreamKey(run.org.key, store, day, stream), why, run.now)


def _by_key(findings: Iterable[Finding]) -> dict[StreamKey, tuple[Finding, ...]]:
    found: dict[StreamKey, tuple[Finding, ...]] = {}
    for finding in findings:
        found[finding.key] = (*found.get(finding.key, ()), finding)
    return found


def _blocked(findings: Iterable[Finding]) -> bool:
    return any(finding.blocks for finding in findings)


def _stamped(documents: Sequence[Document], digest: str) -> tuple[Document, ...]:
    return tuple(replace(document, facts_digest=digest) for document in documents)
