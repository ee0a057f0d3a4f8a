"""Pre-flight's side of the outbox: which documents are to be judged before they are sent, and what the judgement does to them.

A document that is held by it (``held_rule`` 'preflight') is judged again before each posting and made ready when its cause is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, tuple_, update

from tillpost.model.documents import Contact, Document, document_of_dict
from tillpost.model.findings import Severity
from tillpost.store import audit
from tillpost.store.changes import REDATED
from tillpost.store.claims import Tally, is_ready, released_streams
from tillpost.store.database import Database
from tillpost.store.outbox import contact_key
from tillpost.store.schema import document, finding

PREFLIGHT = "preflight"


@dataclass(frozen=True, slots=True)
class ToJudge:
    """A document that is ready, or held by an earlier judgement; ``sent_date`` is the date it is to be sent with, None: its own."""

    id: int
    stream_id: int
    revision: int
    ready: bool
    why: str
    sent_date: date | None
    document: Document


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a document: ready where ``why`` is empty, else held, or ``refused`` until a person retries it."""

    judged: ToJudge
    why: str = ""
    refused: bool = False
    sent_date: date | None = None

    @property
    def changes(self) -> bool:
        """Whether anything is to be written."""
        one = self.judged
        return self.refused or self.why != one.why or self.sent_date != one.sent_date


def waiting_revisions(db: Database, organisation: str) -> dict[int, int]:
    """The documents that are to be judged, with their revisions, in the order of their ids."""
    with db.read() as tx:
        query = select(document.c.id, document.c.revision).where(_to_judge(organisation)).order_by(document.c.id)
        return {row.id: row.revision for row in tx.execute(query)}


def documents_to_judge(db: Database, organisation: str, ids: Sequence[int]) -> list[ToJudge]:
    """Those of these documents that are still to be judged (at most some hundred at a time)."""
    query = select(document).where(_to_judge(organisation), document.c.id.in_(ids)).order_by(document.c.id)
    with db.read() as tx:
        return [
            ToJudge(
                *(r.id, r.stream_id, r.revision, r.state == "ready", r.held_why if r.state == "held" else "", r.sent_date),
                document_of_dict(r.payload),
            )
            for r in tx.execute(query)
        ]


def write_verdicts(db: Database, organisation: str, verdicts: Iterable[Verdict], now: datetime) -> Tally:
    """Hold, lift, refuse and re-date in one transaction; a document that was changed meanwhile is left alone. Counts the refused."""
    changing = [verdict for verdict in verdicts if verdict.changes]
    if not changing:
        return Tally()
    with db.write() as tx:
        released = released_streams(tx, {verdict.judged.stream_id for verdict in changing})
        alike: dict[_Change, list[Verdict]] = defaultdict(list)
        for verdict in changing:
            alike[_change_of(verdict, released)].append(verdict)
        done = [verdict for change, group in alike.items() for verdict in _written(tx, change, group, now)]
        _tell_dates(tx, organisation, [verdict for verdict in done if verdict.sent_date != verdict.judged.sent_date], now)
    return Tally(refused=sum(verdict.refused for verdict in done))


def hold_for_contact(db: Database, organisation: str, who: Contact, why: str, now: datetime) -> int:
    """Hold the ready documents of a contact that cannot be used; returns how many."""
    mine = and_(is_ready(organisation), document.c.contact_key == contact_key(who))
    values = {"state": "held", "held_rule": PREFLIGHT, "held_why": why, "updated_at": now}
    with db.write() as tx:
        return tx.execute(update(document).where(mine).values(**values)).rowcount


def _to_judge(organisation: str) -> ColumnElement[bool]:
    held = and_(document.c.state == "held", document.c.held_rule == PREFLIGHT)
    return and_(document.c.organisation == organisation, or_(document.c.state == "ready", held))


class _Change(NamedTuple):
    """What is written to all documents with one judgement."""

    was_ready: bool
    state: str
    held_why: str
    message: str
    sent_date: date | None


def _change_of(verdict: Verdict, released: set[int]) -> _Change:
    one = verdict.judged
    if verdict.refused:
        return _Change(one.ready, "refused", "", verdict.why, None)
    if verdict.why:
        return _Change(one.ready, "held", verdict.why, "", None)
    return _Change(one.ready, "ready" if one.stream_id in released else "held", "", "", verdict.sent_date)


def _written(tx: Connection, change: _Change, group: Sequence[Verdict], now: datetime) -> list[Verdict]:
    """Those of a group whose documents are still as they were judged, and are changed now."""
    held = and_(document.c.state == "held", document.c.held_rule == PREFLIGHT)
    as_judged = and_(
        tuple_(document.c.id, document.c.revision).in_([(verdict.judged.id, verdict.judged.revision) for verdict in group]),
        document.c.state == "ready" if change.was_ready else held,
    )
    values = {
        "state": change.state, "held_why": change.held_why, "held_rule": PREFLIGHT if change.held_why else "", "message": change.message,
        "sent_date": change.sent_date, "updated_at": now,
    }  # fmt: skip
    done = set(tx.execute(update(document).where(as_judged).values(**values).returning(document.c.id)).scalars())
    return [verdict for verdict in group if verdict.judged.id in done]


def _tell_dates(tx: Connection, organisation: str, redated: Sequence[Verdict], now: datetime) -> None:
    """Another date than its own is never silent: an entry in the audit trail and a finding, which goes when the date does."""
    if not redated:
        return
    ids = [verdict.judged.id for verdict in redated]
    tx.execute(delete(finding).where(finding.c.document_id.in_(ids), finding.c.rule == REDATED))
    audit.record_all(tx, organisation, "redate", [_entry(verdict) for verdict in redated], now=now)
    rows = [_finding(verdict, verdict.sent_date) for verdict in redated if verdict.sent_date is not None]
    if rows:
        tx.execute(insert(finding), rows)


def _entry(verdict: Verdict) -> tuple[str, str, dict[str, object]]:
    one = verdict.judged.document
    details = {"number": one.number, "own_date": one.date.isoformat(), "sent_date": (verdict.sent_date or one.date).isoformat()}
    why = "" if verdict.sent_date is None else f"Its own date, {one.date.isoformat()}, is locked in Xero."
    return one.natural_key, why, dict(details)


def _finding(verdict: Verdict, day: date) -> dict[str, Any]:
    one = verdict.judged.document
    name = f"{one.kind.replace('_', ' ').capitalize()} {one.number or one.natural_key}"
    return {
        "stream_id": verdict.judged.stream_id, "document_id": verdict.judged.id, "rule": REDATED, "severity": Severity.INFO.value,
        "message": f"{name} goes into Xero with the date {day.isoformat()}: its own, {one.date.isoformat()}, is locked there.", "count": 1,
        "amount_cents": one.total_cents, "examples": [one.natural_key],
    }  # fmt: skip
