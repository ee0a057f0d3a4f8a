"""Streams: a store's sales, or its purchases, of one business date. The unit of release.

A stream that passes is released with all its documents in one transaction; one that does not is held with its reasons, and no
other stream waits for it. ``posted`` is no state that anything can set: ``tillpost.store.states`` derives it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from tillpost.errors import StoreError, TillpostError
from tillpost.model.documents import Document
from tillpost.model.findings import ALL_STORES, Finding, StreamKey
from tillpost.model.late import Records
from tillpost.store import audit
from tillpost.store.adopting import Adopted, adopt, write_adopted
from tillpost.store.changes import POSTED_CHANGED
from tillpost.store.database import Database
from tillpost.store.failures import StoreBusy
from tillpost.store.late import compare_reading
from tillpost.store.left_out import leave_out
from tillpost.store.outbox import (
    DocumentPlan,
    Raced,
    has_documents,
    has_sent_documents,
    has_unsent_documents,
    only_posted,
    plan_documents,
    set_unsent,
    stream_books_digest,
    write_documents,
)  # fmt: skip
from tillpost.store.schema import document, finding, stream
from tillpost.store.states import StreamState, open_store_dates, stream_states
from tillpost.store.upserts import insert_missing

__all__ = [
    "StreamResult", "StreamState", "approve", "hold", "mark_open", "open_store_dates", "release", "settle_stream", "stream_states",
]  # fmt: skip

WAITS_FOR_APPROVAL = "Waits for approval."
RACES = 5


@dataclass(frozen=True, slots=True)
class StreamResult:
    """What a run found out about one stream. ``read_at``: when its facts were read; ``figures`` are integer cents or counts.

    ``mode`` is the store's mode on that date and ``takings`` the form of its takings: what its documents were built by. ``records`` are
    all that was read of it, where late changes are looked for.
    """

    key: StreamKey
    findings: tuple[Finding, ...]
    documents: tuple[Document, ...]
    figures: Mapping[str, int]
    facts_digest: str
    read_at: datetime
    extraction: str
    run: str
    mode: str = ""
    takings: str = ""
    records: Records | None = None


@dataclass(frozen=True, slots=True)
class _Verdict:
    state: str
    reason: str = ""


def settle_stream(db: Database, result: StreamResult, *, approval_required: bool, posted_changes: str, now: datetime) -> str:
    """Put a stream's findings and documents on record and release or hold it, in one transaction; returns its state.

    Facts read earlier than those on record change nothing. The same facts again change nothing that is sent.
    """
    for _ in range(RACES):
        try:
            with db.write() as tx:
                return _settle(tx, result, approval_required, posted_changes, now)
        except (Raced, StoreBusy):
            continue
    raise StoreError(f"Stream {result.key} could not be settled: its documents kept being claimed. Nothing was changed. Run again.")


def mark_open(db: Database, key: StreamKey, reason: str, now: datetime) -> bool:
    """Say why a stream has not been settled (not ready, unreachable, failed); never overwrites one that has been."""
    with db.write() as tx:
        row = _lock(tx, key, now)
        if row.state != "open":
            return False
        tx.execute(update(stream).where(stream.c.id == row.id).values(reason=reason, updated_at=now))
        return True


def reopen(db: Database, key: StreamKey, reason: str, now: datetime) -> None:
    """Put a stream back to open, whatever it was: what of it is not in Xero is not sent before it is settled again."""
    with db.write() as tx:
        _reopen(tx, key, reason, now)


def approve(db: Database, key: StreamKey, who: str, why: str, now: datetime) -> str:
    """The accountant's approval of exactly these figures: other figures need another one. Returns the new state."""

    def change(tx: Connection, row: Row[Any]) -> dict[str, Any]:
        if row.state != "held":
            raise TillpostError(f"Stream {key} is {row.state}: there is nothing to approve.")
        return {"approved_by": who, "approved_digest": row.books_digest}

    return _by_hand(db, key, "approve", who, why, now, change)


def hold(db: Database, key: StreamKey, who: str, why: str, now: datetime) -> str:
    """Hold by hand what was not sent yet, until ``release``, and the document of all stores with a store's takings. The new state."""

    def change(tx: Connection, row: Row[Any]) -> dict[str, Any]:
        told = why or "no reason given"
        of_all = tx.execute(select(stream).where(_is(replace(key, store=ALL_STORES)))).first() if row.takings == "together" else None
        waits = of_all is not None and has_unsent_documents(tx, of_all.id)
        if row.state == "released" and not waits and not has_unsent_documents(tx, row.id):
            raise TillpostError(f"Stream {key} has been sent to Xero: there is nothing left to hold.")
        if waits:
            _reopen(tx, replace(key, store=ALL_STORES), f"It waits for all its stores. {key.store} is held by {who}: {told}", now)
        return {"held_by": who, "held_why": told}

    return _by_hand(db, key, "hold", who, why, now, change)


def release(db: Database, key: StreamKey, who: str, why: str, now: datetime) -> str:
    """Lift what a person may lift: a hold by hand, the poster's doubt about a document, a difference to what is posted, a voided document.

    What was not sent and settles a document that stays void is left out with it.
    Blockers of checks stay: data that is wrong is mended, not waved through. Returns the new state.
    """

    def change(tx: Connection, row: Row[Any]) -> dict[str, Any]:
        doubted = and_(document.c.stream_id == row.id, document.c.state.in_(("held", "voided")), document.c.held_why != "")
        tx.execute(update(document).where(doubted).values(held_why="", held_rule="", message="", updated_at=now))
        leave_out(tx, key.organisation, row.id, who, why, now)
        told = tx.execute(delete(finding).where(finding.c.stream_id == row.id, finding.c.rule == POSTED_CHANGED)).rowcount
        return {"held_by": "", "held_why": "", "accepted_digest": row.books_digest if told else row.accepted_digest}

    return _by_hand(db, key, "release", who, why, now, change)


def _reopen(tx: Connection, key: StreamKey, reason: str, now: datetime) -> None:
    row = _lock(tx, key, now)
    _write_findings(tx, row.id, ())
    set_unsent(tx, row.id, False, now)
    _move(tx, row, key, {"state": "open", "reason": reason, "read_at": None}, now)


def _settle(tx: Connection, result: StreamResult, approval_required: bool, posted_changes: str, now: datetime) -> str:
    row = _lock(tx, result.key, now)
    if result.records is not None:
        compare_reading(tx, result.key, result.records, result.read_at, result.run)
    if row.read_at is not None and result.read_at < row.read_at:
        return str(row.state)
    if _is_posted_from_these_facts(tx, row, result):
        return str(row.state)  # a changed mapping or policy alone reopens nothing that is posted
    books = stream_books_digest(result.documents)
    blocked = any(f.blocks for f in result.findings)
    # A blocked stream may not have been built at all: that its documents are missing then says nothing about them.
    not_built = blocked and not result.documents
    plan, adopted = (DocumentPlan((), (), (), ()), ()) if not_built else _plan(tx, row, result, posted_changes, books)
    findings = (*result.findings, *plan.findings)
    approved = not approval_required or row.approved_digest == books or (row.state == "released" and row.books_digest == books)
    something = bool(result.documents) or has_sent_documents(tx, row.id)
    verdict = _judge(row.held_by, row.held_why, any(f.blocks for f in findings), something, approved)
    write_documents(tx, row.id, plan, "ready" if verdict.state == "released" else "held", now)
    write_adopted(tx, row.id, adopted, now)
    set_unsent(tx, row.id, verdict.state == "released", now)
    _write_findings(tx, row.id, findings)
    values = {
        "state": verdict.state, "reason": verdict.reason, "figures": dict(result.figures), "facts_digest": result.facts_digest,
        "read_at": result.read_at, "extraction": result.extraction, "run": result.run, "approval_required": approval_required,
    }  # fmt: skip
    if not not_built:
        values |= {"books_digest": books, "mode": result.mode, "takings": result.takings}
    _move(tx, row, result.key, values, now, details={"run": result.run, "documents": len(result.documents)})
    return verdict.state


def _is_posted_from_these_facts(tx: Connection, row: Row[Any], result: StreamResult) -> bool:
    """Whether all of it is in Xero, made from the same facts in the same mode."""
    same = row.facts_digest == result.facts_digest and row.mode in ("", result.mode)
    return bool(row.state == "released" and same and result.facts_digest) and only_posted(tx, row.id)


def _plan(tx: Connection, row: Row[Any], result: StreamResult, posted_changes: str, books: str) -> tuple[DocumentPlan, tuple[Adopted, ...]]:
    # Once a person has accepted a difference, what Xero holds is no longer what was sent: from then on a person decides.
    policy, accepted = "hold" if row.accepted_digest else posted_changes, row.accepted_digest == books
    plan = plan_documents(tx, result.key, row.id, result.documents, policy, accepted=accepted)
    return adopt(tx, result.key, plan, policy, accepted=accepted)


def _judge(held_by: str, held_why: str, blocked: bool, something: bool, approved: bool) -> _Verdict:
    """The state of a stream: held for any reason, else nothing to send, else released."""
    if held_why:
        return _Verdict("held", f"Held by {held_by}: {held_why}")
    if blocked:
        return _Verdict("held")
    if not something:
        return _Verdict("nothing_to_send")
    return _Verdict("released") if approved else _Verdict("held", WAITS_FOR_APPROVAL)


def _by_hand(
    db: Database,
    key: StreamKey,
    action: str,
    who: str,
    why: str,
    now: datetime,
    change: Callable[[Connection, Row[Any]], dict[str, Any]],
) -> str:
    """A person's act: change the stream, judge it again, release or hold its documents, and write who, when and why."""
    with db.write() as tx:
        row = _lock(tx, key, now)
        changes = change(tx, row)
        tx.execute(update(stream).where(stream.c.id == row.id).values(**changes))
        audit.record(tx, key.organisation, str(key), action, now=now, who=who, why=why, details={"state": row.state})
        row = _row(tx, key)
        if row.read_at is None:  # nothing on record yet: the act counts once the stream is settled
            return str(row.state)
        blocked = tx.execute(select(finding.c.id).where(finding.c.stream_id == row.id, _BLOCKS)).first() is not None
        approved = not row.approval_required or row.approved_digest == row.books_digest or row.state == "released"
        verdict = _judge(row.held_by, row.held_why, blocked, has_documents(tx, row.id), approved)
        set_unsent(tx, row.id, verdict.state == "released", now)
        _move(tx, row, key, {"state": verdict.state, "reason": verdict.reason}, now, who=who, why=why)
        return verdict.state


_BLOCKS = and_(finding.c.severity == "blocker", finding.c.document_id.is_(None))


def _lock(tx: Connection, key: StreamKey, now: datetime) -> Row[Any]:
    """The stream's row, made if it is missing, and ours until the end of the transaction (the UPDATE locks it on PostgreSQL)."""
    values = {"organisation": key.organisation, "store": key.store, "business_date": key.business_date, "stream": key.stream.value}
    insert_missing(tx, stream, {**values, "state": "open", "figures": {}, "updated_at": now})
    tx.execute(update(stream).where(_is(key)).values(organisation=key.organisation))
    return _row(tx, key)


def _row(tx: Connection, key: StreamKey) -> Row[Any]:
    return tx.execute(select(stream).where(_is(key))).one()


def _is(key: StreamKey) -> Any:
    return and_(
        stream.c.organisation == key.organisation,
        stream.c.store == key.store,
        stream.c.business_date == key.business_date,
        stream.c.stream == key.stream.value,
    )


def _move(
    tx: Connection,
    row: Row[Any],
    key: StreamKey,
    values: Mapping[str, Any],
    now: datetime,
    *,
    who: str = audit.SYSTEM,
    why: str = "",
    details: Mapping[str, object] | None = None,
) -> None:
    """Write the stream's new values; a change of its state goes into the audit trail."""
    tx.execute(update(stream).where(stream.c.id == row.id).values(**values, updated_at=now))
    if values["state"] != row.state:
        said = {"from": row.state, "to": values["state"], **(details or {})}
        audit.record(tx, key.organisation, str(key), "state", now=now, who=who, why=why or values["reason"], details=said)


def _write_findings(tx: Connection, stream_id: int, findings: tuple[Finding, ...]) -> None:
    """Replace the findings of the last check; those of the poster are about what was sent and stay."""
    tx.execute(delete(finding).where(finding.c.stream_id == stream_id, finding.c.document_id.is_(None)))
    rows = [
        {
            "stream_id": stream_id, "rule": f.rule, "severity": f.severity.value, "message": f.message, "count": f.count,
            "amount_cents": f.amount_cents, "examples": list(f.examples), "remedy": f.remedy, "crashed": f.crashed,
        }
        for f in findings
    ]  # fmt: skip
    if rows:
        tx.execute(insert(finding), rows)
