"""The one document that all stores of an organisation send of a date, where it asks for that: a stream of its own.

It waits until the sales of all its stores are read, free of blockers and not held by hand; what else those stores send does not wait
for it. It is made from the facts of all of them in one run, and is up to date as long as its digest is that of their latest facts.
Whatever changes after it was posted becomes an adjustment.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tillpost.build.context import BuildContext
from tillpost.build.takings import TOGETHER, stores_together
from tillpost.flows.runs import FactsRead, Run, StoreDate
from tillpost.model.documents import Document
from tillpost.model.findings import ALL_STORES, Finding, Severity, Stream, StreamKey
from tillpost.model.period import DateRange
from tillpost.store.records import Reading, readings_of
from tillpost.store.states import StreamState, stream_states
from tillpost.store.streams import StreamResult, reopen, settle_stream
from tillpost.store.versions import UNSENT

SENT_TOGETHER = "takings_sent_together"
SHARED_FIGURES = ("gross_cents", "gst_cents", "tenders_cents", "count")

Place = tuple[str, date, Stream]


@dataclass(frozen=True, slots=True)
class Shared:
    """The document of all stores of a date: its stream, and the stores that belong into it.

    ``gone`` are those in it already, in Xero, that tillpost.yml no longer has for that date: nothing takes their takings back.
    """

    key: StreamKey
    stores: tuple[str, ...]
    gone: tuple[str, ...] = ()

    @property
    def sales(self) -> tuple[StreamKey, ...]:
        """The sales streams of its stores."""
        return tuple(StreamKey(self.key.organisation, store, self.key.business_date, Stream.SALES) for store in (*self.stores, *self.gone))


@dataclass(frozen=True, slots=True)
class Takings:
    """What a run knows of its streams: figures and digests of their facts, their documents and findings."""

    read: FactsRead
    figures: Mapping[Place, Mapping[str, int]]
    digests: Mapping[Place, str]
    documents: Mapping[StreamKey, tuple[Document, ...]]
    findings: Mapping[StreamKey, tuple[Finding, ...]]

    def has(self, key: StreamKey) -> bool:
        """Whether the facts of a stream were read in this run."""
        return (key.store, key.business_date) in self.read.read_dates

    def digest(self, key: StreamKey) -> str:
        """The digest of a stream's facts in this run; empty where it has none."""
        return self.digests.get((key.store, key.business_date, key.stream), "")


def shared_dates(run: Run, context: BuildContext, store_dates: Sequence[StoreDate]) -> tuple[Shared, ...]:
    """The documents of all stores that the dates of a run touch."""
    days = sorted({day for _, day in store_dates})
    every = [(day, stores_together(context, day)) for day in days]
    keyed = [(StreamKey(run.org.key, ALL_STORES, day, Stream.SALES), stores, _gone(context, day, stores)) for day, stores in every]
    return tuple(Shared(*one) for one in keyed if any(one[1:]))


def _gone(context: BuildContext, day: date, stores: Sequence[str]) -> tuple[str, ...]:
    """The stores whose takings of a date are in the document in Xero and that no longer belong into it."""
    booked = (store for (store, of), form in context.takings.items() if of == day and form == TOGETHER)
    return tuple(sorted(store for store in booked if store != ALL_STORES and store not in stores))


def told_to_stores(run: Run, shared: Sequence[Shared]) -> Iterator[Finding]:
    """What the sales stream of each store says of its takings."""
    for one in shared:
        for key in (key for key in one.sales if key.store not in one.gone):
            said = f"{run.org.store_name(key.store)}: its takings of this date are in the document of all stores, not in one of its own."
            yield Finding(key, SENT_TOGETHER, Severity.INFO, said)


def announce(run: Run, shared: Sequence[Shared], takings: Takings) -> None:
    """Reopen the documents that these facts change, before their stores are settled: a run that dies in between leaves them open."""
    if not shared:
        return
    known = readings_of(run.db, run.org.key, _period(shared))
    for one in shared:
        latest = {key: takings.digest(key) if _is_news(takings, key, known.get(key)) else _digest(known.get(key)) for key in one.sales}
        if not _is_settled_from(known.get(one.key), latest):
            reopen(run.db, one.key, "Its stores are being settled.", run.now)


def settle_shared(run: Run, shared: Sequence[Shared], takings: Takings) -> dict[StreamKey, str]:
    """Settle each document of all stores that is complete; say of the others what they wait for. The state of each."""
    if not shared:
        return {}
    standing = {state.key: state for state in stream_states(run.db, run.org.key, _period(shared))}
    known = readings_of(run.db, run.org.key, _period(shared))
    return {one.key: _settle(run, one, takings, standing, known) for one in shared}


def _settle(run: Run, one: Shared, takings: Takings, standing: Mapping[StreamKey, StreamState], known: Mapping[StreamKey, Reading]) -> str:
    latest = {key: _digest(known.get(key)) for key in one.sales}
    waits = [why for key in one.sales if (why := _why_not(run, one, key, takings, standing.get(key), latest[key]))]
    if not waits:
        return settle_stream(
            run.db,
            _result(run, one, takings, latest),
            approval_required=any(store.approval == "required" for key, store in run.org.stores.items() if key in (*one.stores, *one.gone)),
            posted_changes="adjust",
            now=run.now,
        )
    is_stopped = _has_unsent(standing.get(one.key)) and any(_is_held(standing.get(key)) for key in one.sales)
    if _is_settled_from(known.get(one.key), latest) and not is_stopped:
        state = standing[one.key].state  # nothing has changed since: what was decided stands
        return state if state in ("held", "nothing_to_send") else "released"
    reopen(run.db, one.key, f"It waits for all its stores. {' '.join(waits)}", run.now)
    return "open"


def _result(run: Run, one: Shared, takings: Takings, latest: Mapping[StreamKey, str]) -> StreamResult:
    figures: Counter[str] = Counter()
    for key in one.sales:
        own = takings.figures.get((key.store, key.business_date, key.stream), {})
        figures.update({name: own[name] for name in SHARED_FIGURES if name in own})
    return StreamResult(
        key=one.key,
        findings=takings.findings.get(one.key, ()),
        documents=takings.documents.get(one.key, ()),
        figures=dict(figures),
        facts_digest=_digest_of_all(latest),
        read_at=max(takings.read.read_at[(key.store, key.business_date)] for key in one.sales),
        extraction=run.name,
        run=run.name,
        mode="batch",
    )


def _why_not(run: Run, one: Shared, key: StreamKey, takings: Takings, state: StreamState | None, on_record: str) -> str:
    """Why a store's sales are not ready to go into the document, as a sentence; empty when they are."""
    name = run.org.store_name(key.store)
    if not takings.has(key) and key.store in one.gone:
        return f"{name} was in it and is no longer set up for this date: put it back into tillpost.yml, with its old starts_on."
    if state is not None and state.state == "held" and _is_held(state):
        return f"{name} is held: {' '.join(state.reasons)}"
    if not takings.has(key):
        said = " ".join(state.reasons) if state is not None and state.state == "open" else ""
        return f"{name} was not read: {said or 'its facts of this date are missing in this run.'}"
    if on_record != takings.digest(key):
        return f"{name} has been read again meanwhile by another run."
    return ""


def _is_held(state: StreamState | None) -> bool:
    """Whether a store's sales are held by hand or for a blocker; a missing approval of its own holds nothing of the others."""
    return state is not None and bool(state.held_by or any(finding.blocks for finding in state.findings))


def _has_unsent(state: StreamState | None) -> bool:
    return state is not None and any(state.documents.get(unsent) for unsent in UNSENT)


def _is_news(takings: Takings, key: StreamKey, reading: Reading | None) -> bool:
    """Whether the facts of a stream were read in this run, and not before those on record."""
    if not takings.has(key):
        return False
    return reading is None or reading.read_at is None or takings.read.read_at[(key.store, key.business_date)] >= reading.read_at


def _is_settled_from(reading: Reading | None, latest: Mapping[StreamKey, str]) -> bool:
    """Whether the document was settled from these very facts and has not been reopened since."""
    return reading is not None and reading.read_at is not None and reading.facts_digest == _digest_of_all(latest)


def _digest_of_all(latest: Mapping[StreamKey, str]) -> str:
    told = "\n".join(f"{key.store}={digest}" for key, digest in sorted(latest.items()))
    return hashlib.sha256(told.encode()).hexdigest()


def _digest(reading: Reading | None) -> str:
    return reading.facts_digest if reading is not None else ""


def _period(shared: Sequence[Shared]) -> DateRange:
    days = [one.key.business_date for one in shared]
    return DateRange(min(days), max(days) + timedelta(days=1))
