"""The state of each store and business date, as the command line and the demo show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tillpost.config import Site
from tillpost.flows.late import late_words
from tillpost.flows.together import SENT_TOGETHER
from tillpost.model.findings import Stream
from tillpost.model.period import DateRange
from tillpost.store.changes import REDATED
from tillpost.store.database import open_database
from tillpost.store.late import late_changes_of
from tillpost.store.states import DONE, StreamState, stream_states


@dataclass(frozen=True, slots=True)
class NightRow:
    """One stream of a store and date: figures in cents (None: nothing was read), documents, state, and reasons where it is not done.

    ``late`` says what changed in the POS after the date was read for the first time; empty where nothing did.
    """

    store: str
    business_date: date
    stream: Stream
    gross_cents: int | None
    gst_cents: int | None
    tenders_cents: int | None
    documents: int
    state: str
    reasons: tuple[str, ...]
    late: str = ""


def night_rows(site: Site, organisation: str, from_date: date, to_date: date) -> list[NightRow]:
    """The streams of an organisation's stores on business dates [from_date, to_date), as they stand; nothing is asked of POS or Xero."""
    org = site.organisation(organisation)
    db, days = open_database(site.settings.db_url, migrate=True), DateRange(from_date, to_date)
    late = late_changes_of(db, org.key, days)
    return [_row(org.store_name(s.key.store), s, late_words(org, late.get(s.key, ()))) for s in stream_states(db, org.key, days)]


def _row(name: str, state: StreamState, late: str) -> NightRow:
    figures = state.figures
    return NightRow(
        store=name,
        business_date=state.key.business_date,
        stream=state.key.stream,
        gross_cents=figures.get("gross_cents"),
        gst_cents=figures.get("gst_cents"),
        tenders_cents=figures.get("tenders_cents"),
        documents=sum(state.documents.values()),
        state=state.state,
        reasons=_elsewhere(state) if state.state in DONE else state.reasons,
        late=late,
    )


def _elsewhere(state: StreamState) -> tuple[str, ...]:
    """Where a finished stream's takings are, if not in a document of its own, and what is in Xero with another date than its own."""
    return tuple(finding.message for finding in state.findings if finding.rule in (SENT_TOGETHER, REDATED))
