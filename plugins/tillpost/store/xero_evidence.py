"""What is put beside documents in Xero: notes and files that are wanted, on their way, done or failed.

Wanted is only what is posted while the rule is on: documents of before are left alone. ``sending`` is committed before the call; a
process that dies there leaves it, and the next one looks in Xero first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from tillpost.model.documents import DocumentKind
from tillpost.model.findings import Stream, StreamKey
from tillpost.store.database import Database
from tillpost.store.outbox import only_posted
from tillpost.store.payments import get_watermark, set_watermark
from tillpost.store.schema import document, stream
from tillpost.store.schema_xero import evidence

NOTE = "note"
_other = document.alias("other")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One piece of evidence and what it tells of its document. ``read_at`` is aware UTC."""

    id: int
    kind: str
    key: StreamKey
    document_kind: DocumentKind
    number: str
    xero_id: str
    version: int
    books_digest: str
    facts_digest: str
    read_at: datetime | None
    run: str
    approved_by: str


def turn_evidence(db: Database, organisation: str, kind: str, kinds: Collection[str], now: datetime) -> None:
    """At both ends of a drain: ``kind`` is on from its first drain on, the others begin anew when they are on again."""
    for one in kinds:
        since = get_watermark(db, organisation, _name(one))
        if (since is None) is (one == kind):
            set_watermark(db, organisation, _name(one), now)


def want_evidence(db: Database, organisation: str, kind: str, document_kinds: Sequence[DocumentKind], now: datetime) -> None:
    """Write down what is wanted: a note for each document posted since the rule is on, a file for the main document of each posted stream.

    ``document_kinds``: which may have it, the main one first.
    """
    since = get_watermark(db, organisation, _name(kind))
    if since is None:
        return
    order = {one.value: place for place, one in enumerate(document_kinds)}
    with db.write() as tx:
        rows = tx.execute(_posted_without(organisation, kind, document_kinds, since)).all()
        rows = sorted(rows, key=lambda row: (order[row.kind], row.id))
        chosen = rows if kind == NOTE else _main_documents(tx, rows)
        values = [
            {"document_id": row.id, "organisation": organisation, "kind": kind, "state": "wanted", "updated_at": now} for row in chosen
        ]
        if values:
            tx.execute(insert(evidence), values)


def next_evidence(db: Database, organisation: str, kind: str) -> Wanted | None:
    """The next that is wanted, by business date; None if nothing is."""
    with db.read() as tx:
        row = tx.execute(_told(organisation, kind, "wanted").limit(1)).first()
    return None if row is None else _wanted(row)


def interrupted_evidence(db: Database, organisation: str, kind: str) -> list[Wanted]:
    """What a process left on its way."""
    with db.read() as tx:
        return [_wanted(row) for row in tx.execute(_told(organisation, kind, "sending"))]


def move_evidence(db: Database, one: Wanted, before: str, after: str, now: datetime, message: str = "") -> bool:
    """Move one from state to state; False if it is no longer in the first."""
    mine = and_(evidence.c.id == one.id, evidence.c.state == before)
    with db.write() as tx:
        return tx.execute(update(evidence).where(mine).values(state=after, message=message, updated_at=now)).rowcount == 1


def evidence_to_come(db: Database, organisation: str, kind: str, document_kinds: Sequence[DocumentKind]) -> int:
    """How many calls evidence will cost: what is wanted, and what the documents that wait to be sent will want."""
    waiting = and_(document.c.organisation == organisation, document.c.state == "ready", document.c.kind.in_(document_kinds))
    counted = func.count() if kind == NOTE else func.count(document.c.stream_id.distinct())
    wanted = and_(evidence.c.organisation == organisation, evidence.c.kind == kind, evidence.c.state.in_(("wanted", "sending")))
    with db.read() as tx:
        to_come: int = tx.execute(select(counted).select_from(document).where(waiting)).scalar_one()
        open_now: int = tx.execute(select(func.count()).select_from(evidence).where(wanted)).scalar_one()
    return to_come + open_now


def _name(kind: str) -> str:
    return f"evidence/{kind}"


def _posted_without(organisation: str, kind: str, document_kinds: Sequence[DocumentKind], since: datetime) -> Any:
    """The documents that lack it: of their own, or, where it is a file, of any document of their stream."""
    same = _other.c.id == document.c.id if kind == NOTE else _other.c.stream_id == document.c.stream_id
    has = select(evidence.c.id).join(_other, evidence.c.document_id == _other.c.id).where(same, evidence.c.kind == kind)
    mine: list[ColumnElement[bool]] = [document.c.organisation == organisation, document.c.state == "posted"]
    mine += [document.c.posted_at > since, document.c.kind.in_(document_kinds), ~has.exists()]
    return select(document.c.id, document.c.stream_id, document.c.kind).where(*mine)


def _main_documents(tx: Connection, rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Of each stream that is posted as a whole, the document that it is known by: the first."""
    main: dict[int, Row[Any]] = {}
    for row in rows:
        main.setdefault(row.stream_id, row)
    return [row for stream_id, row in main.items() if only_posted(tx, stream_id)]


def _told(organisation: str, kind: str, state: str) -> Any:
    d, s = document.c, stream.c
    columns = d.kind.label("document_kind"), d.number, d.xero_id, d.version, d.books_digest, d.facts_digest
    more = s.store, s.stream, s.business_date.label("day"), s.read_at, s.run, s.approved_by
    joined = select(evidence.c.id, evidence.c.kind, evidence.c.organisation, *columns, *more).join(document, evidence.c.document_id == d.id)
    mine = and_(evidence.c.organisation == organisation, evidence.c.kind == kind, evidence.c.state == state)
    return joined.join(stream, d.stream_id == s.id).where(mine).order_by(d.business_date, evidence.c.id)


def _wanted(row: Row[Any]) -> Wanted:
    key = StreamKey(row.organisation, row.store, row.day, Stream(row.stream))
    return Wanted(
        *(row.id, row.kind, key, DocumentKind(row.document_kind), row.number, row.xero_id, row.version),
        *(row.books_digest, row.facts_digest, row.read_at, row.run, row.approved_by),
    )
