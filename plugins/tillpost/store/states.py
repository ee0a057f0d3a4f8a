"""What a person sees of the streams: their state, derived from their documents, and the reasons in plain sentences.

A stream is ``posted`` only when every live document of it is confirmed by Xero. There is no other way to become posted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from tillpost.model.findings import Finding, Severity, Stream, StreamKey
from tillpost.model.period import DateRange
from tillpost.store.database import Database
from tillpost.store.schema import document, finding, stream

DONE = ("posted", "nothing_to_send")
# What needs a person first comes first.
URGENCY = ("refused", "unknown", "held", "voided", "sending", "ready")
VOIDED = "It is not sent again by itself: `tillpost void --again` sends it anew, `tillpost release` leaves it as it is."


@dataclass(frozen=True, slots=True)
class StreamState:
    """One stream as it stands. ``documents`` counts the live ones by state; ``updated_at`` aware UTC; ``held_by``: who holds it by hand."""

    key: StreamKey
    state: str
    reasons: tuple[str, ...]
    figures: Mapping[str, int]
    documents: Mapping[str, int]
    updated_at: datetime
    findings: tuple[Finding, ...]
    held_by: str = ""


def stream_states(db: Database, organisation: str, days: DateRange | None = None) -> list[StreamState]:
    """The streams of an organisation, all or of some business dates, by date and store."""
    with db.read() as tx:
        rows = tx.execute(_streams(organisation, days).order_by(stream.c.business_date, stream.c.store, stream.c.stream)).all()
        counts = _counts(tx, organisation, days)
        said = _said_by_documents(tx, organisation, days)
        findings = _findings(tx, rows, organisation, days)
    return [_state(row, counts[row.id], said[row.id], findings[row.id]) for row in rows]


def open_store_dates(db: Database, organisation: str, stores: Collection[str], days: DateRange) -> list[tuple[str, date]]:
    """The stores and business dates of which sales or purchases are neither posted nor nothing to send, oldest first."""
    with db.read() as tx:
        rows = tx.execute(_streams(organisation, days)).all()
        counts = _counts(tx, organisation, days)
    done = {(row.store, row.business_date, row.stream) for row in rows if _derived(row.state, counts[row.id]) in DONE}
    return [(store, day) for day in days for store in stores if any((store, day, s.value) not in done for s in Stream)]


def open_sales_dates(db: Database, organisation: str, store: str, days: DateRange) -> list[date]:
    """The business dates on which that store's sales are on record and neither posted nor nothing to send, oldest first."""
    query = _streams(organisation, days).where(stream.c.store == store, stream.c.stream == Stream.SALES.value)
    with db.read() as tx:
        rows = tx.execute(query.order_by(stream.c.business_date)).all()
        counts = _counts(tx, organisation, days)
    return [row.business_date for row in rows if _derived(row.state, counts[row.id]) not in DONE]


@dataclass(frozen=True, slots=True)
class Stuck:
    """Documents that Xero refused and that the poster holds, with a sentence for each of the first."""

    refused: int
    held: int
    reasons: tuple[str, ...]


def stuck_since(db: Database, organisation: str, since: datetime, limit: int) -> Stuck:
    """What has become refused, or held by the poster, from an aware moment on; sentences for at most ``limit``, the last first."""
    refused, held = document.c.state == "refused", and_(document.c.state == "held", document.c.held_why != "")
    stuck = and_(document.c.organisation == organisation, document.c.updated_at >= since, or_(refused, held))
    with db.read() as tx:
        counts: dict[str, int] = dict(
            tx.execute(select(document.c.state, func.count()).where(stuck).group_by(document.c.state)).tuples().all()
        )
        rows = tx.execute(select(document).where(stuck).order_by(document.c.updated_at.desc(), document.c.id).limit(limit)).all()
    return Stuck(counts.get("refused", 0), counts.get("held", 0), tuple(said for row in rows for said in _sentences(row, {})))


def _derived(state: str, documents: Mapping[str, int]) -> str:
    """The state that people see: a released stream's is that of the document that needs attention most."""
    if state != "released":
        return state
    worst = next((s for s in URGENCY if documents.get(s)), None)
    return worst or ("posted" if documents.get("posted") else "nothing_to_send")


def _state(row: Row[Any], documents: Mapping[str, int], said: Sequence[str], findings: Sequence[Finding]) -> StreamState:
    blockers = [f"{f.sentence} {f.remedy}".strip() for f in findings if f.blocks]
    reasons = dict.fromkeys([*([row.reason] if row.reason else []), *blockers, *said])
    state = _derived(row.state, documents)
    held_by = row.held_by if row.held_why else ""
    return StreamState(_key(row), state, tuple(reasons), row.figures, dict(documents), row.updated_at, tuple(findings), held_by)


def _key(row: Row[Any]) -> StreamKey:
    return StreamKey(row.organisation, row.store, row.business_date, Stream(row.stream))


def _streams(organisation: str, days: DateRange | None) -> Select[Any]:
    query = select(stream).where(stream.c.organisation == organisation)
    return query if days is None else query.where(stream.c.business_date >= days.start, stream.c.business_date < days.end)


def _of_streams(query: Select[Any], stream_id: Any, organisation: str, days: DateRange | None) -> Select[Any]:
    chosen = _streams(organisation, days).with_only_columns(stream.c.id)
    return query.where(stream_id.in_(chosen))


def _counts(tx: Connection, organisation: str, days: DateRange | None) -> dict[int, dict[str, int]]:
    # What was voided counts until a person has decided about it.
    counted = and_(document.c.state != "superseded", or_(document.c.state != "voided", document.c.held_why != ""))
    columns = document.c.stream_id, document.c.state, document.c.voiding
    query = select(*columns, func.count().label("number")).where(counted).group_by(*columns)
    counts: dict[int, dict[str, int]] = defaultdict(Counter)
    for row in tx.execute(_of_streams(query, document.c.stream_id, organisation, days)):
        # What is to be voided has no certain state until Xero has said so.
        counts[row.stream_id]["unknown" if row.voiding else row.state] += row.number
    return counts


def _said_by_documents(tx: Connection, organisation: str, days: DateRange | None) -> dict[int, list[str]]:
    """The sentences of documents that are stuck: Xero's refusal, the poster's doubt, what a payment waits for."""
    sentences: dict[int, list[str]] = defaultdict(list)
    waits = (document.c.state == "ready") & or_(document.c.settles != "", document.c.credit != "")
    stuck = or_(document.c.state.in_(("refused", "unknown")), document.c.held_why != "", waits)
    query = _of_streams(select(document).where(stuck), document.c.stream_id, organisation, days).order_by(document.c.id)
    rows = tx.execute(query).all()
    needed = _needed_documents(tx, organisation, rows)
    for row in rows:
        sentences[row.stream_id] += _sentences(row, needed)
    return sentences


def _needed_documents(tx: Connection, organisation: str, rows: Iterable[Row[Any]]) -> dict[str, Row[Any]]:
    keys = sorted({key for row in rows for key in (row.settles, row.credit) if key and row.state == "ready"})
    columns = document.c.natural_key, document.c.kind, document.c.number, document.c.state, document.c.held_why
    needed: dict[str, Row[Any]] = {}
    for start in range(0, len(keys), 400):
        part = keys[start : start + 400]
        query = select(*columns).where(document.c.organisation == organisation, document.c.natural_key.in_(part))
        # The newest version tells, and one that was never sent only where there is no other.
        ordered = query.order_by(document.c.state != "superseded", document.c.version)
        needed.update({row.natural_key: row for row in tx.execute(ordered)})
    return needed


def _sentences(row: Row[Any], needed: Mapping[str, Row[Any]]) -> list[str]:
    name = f"{row.kind.replace('_', ' ').capitalize()} {row.number or row.natural_key}"
    if row.state == "refused":
        return [f"{name} was refused: {row.message}"]
    if row.state == "unknown":
        return [f"{name}: {row.message or 'no clear answer came back'}; it is looked up before anything is sent again."]
    if row.voiding:
        return [f"{name} is to be voided in Xero ({row.held_why}); it has not confirmed that yet. {row.message}".rstrip()]
    if row.state == "voided":
        return [f"{name} was voided in Xero ({row.held_why}). {VOIDED}"]
    if row.held_why:
        return [f"{name}: {row.held_why}"]
    return [f"{name} waits for {what}." for key in (row.settles, row.credit) if key and (what := _waits_for(key, needed.get(key)))]


def _waits_for(natural_key: str, needed: Row[Any] | None) -> str:
    """What a payment or allocation waits for; empty if that is posted."""
    if needed is None:
        return f"{natural_key}, which is not in the outbox"
    if needed.state == "posted":
        return ""
    said = f"{needed.kind.replace('_', ' ')} {needed.number}, which is {needed.state}"
    if needed.state != "voided":
        return said
    return f"{said}: `tillpost release` of that leaves out both" if needed.held_why else f"{said}: `tillpost release` leaves it out too"


def _findings(tx: Connection, rows: Sequence[Row[Any]], organisation: str, days: DateRange | None) -> dict[int, list[Finding]]:
    keys = {row.id: _key(row) for row in rows}
    found: dict[int, list[Finding]] = defaultdict(list)
    for row in tx.execute(_of_streams(select(finding), finding.c.stream_id, organisation, days).order_by(finding.c.id)):
        found[row.stream_id].append(_finding(keys[row.stream_id], row))
    return found


def _finding(key: StreamKey, row: Row[Any]) -> Finding:
    values = row._mapping  # row.count would be the method of a tuple
    severity, examples = Severity(row.severity), tuple(row.examples)
    return Finding(key, row.rule, severity, row.message, values["count"], row.amount_cents, examples, row.remedy, row.crashed)
