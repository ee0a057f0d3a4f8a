"""Claims: a chunk of documents on its way to Xero, from the commit before its request leaves to the commit of each one's outcome.

Every step is one transaction of conditional UPDATEs whose row count decides: a document is only claimed if it is still ready and
unchanged, an outcome only written to the documents of that very claim. No transaction is open while a request is under way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, case, insert, or_, select, tuple_, update

from tillpost.model.documents import OUR_NUMBERS, Document, DocumentKind, document_of_dict
from tillpost.model.redating import redated
from tillpost.model.results import ElementResult
from tillpost.store.bookings import SentDocument, booked
from tillpost.store.database import Database
from tillpost.store.failures import StoreBusy
from tillpost.store.leases import Lease, renew_lease
from tillpost.store.schema import chunk, document, stream
from tillpost.store.schema_xero import recovered

# An unknown outcome rests for longer than Xero keeps an idempotency key (6 minutes) and than any slow request may still run.
REST = timedelta(minutes=7)
# A document that broke a request all by itself: if Xero does not hold it, it is refused rather than sent again.
ALONE = 0


_needed = document.alias("needed")


class LeaseLost(Exception):
    """Another poster has taken over; nothing was claimed."""


@dataclass(frozen=True, slots=True)
class ReadyDocument:
    """A document that may be claimed: what it needs is posted. ``revision`` tells whether it was changed since."""

    id: int
    revision: int
    document: Document
    books_digest: str
    contact_key: str
    max_chunk: int
    refusals: int
    number_checked: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """A committed claim: its documents in the order of its body."""

    id: int
    organisation: str
    kind: DocumentKind
    claimed_at: datetime
    documents: tuple[SentDocument, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What a chunk is about to send: the digest of its exact body, and its idempotency key."""

    kind: DocumentKind
    body_digest: str
    idempotency_key: str
    documents: tuple[ReadyDocument, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of documents."""

    posted: int = 0
    refused: int = 0
    returned: int = 0


def ready_documents(
    tx: Connection, organisation: str, kind: DocumentKind, limit: int, *, recent_from: date | None = None, unchecked: bool = False
) -> list[ReadyDocument]:
    """The documents of a kind that may be sent now, or those whose number was not looked for in Xero.

    Oldest business date first; with ``recent_from`` those from that date on before older ones.
    """
    query = select(document).where(may_be_sent(organisation), document.c.kind == kind.value)
    if unchecked:
        query = query.where(document.c.number_checked_at.is_(None))
    query, day = query.order_by(document.c.business_date, document.c.id), document.c.business_date
    # Two queries that follow the index: one order for both would sort a year of documents for each chunk.
    parts = [query] if recent_from is None else [query.where(day >= recent_from), query.where(day < recent_from)]
    rows: list[Row[Any]] = []
    for part in parts:
        rows += tx.execute(part.limit(limit - len(rows))).all() if len(rows) < limit else []
    return [_ready(row) for row in rows]


def _ready(row: Row[Any]) -> ReadyDocument:
    content, checked = redated(document_of_dict(row.payload), row.sent_date), row.number_checked_at is not None
    return ReadyDocument(row.id, row.revision, content, row.books_digest, row.contact_key, row.max_chunk, row.refusals, checked)


def may_be_sent(organisation: str) -> ColumnElement[bool]:
    """The condition of a document that is ready, not in Xero already, and whose invoice, credit note or overpayment is posted."""
    return and_(is_ready(organisation), _is_posted(document.c.settles), _is_posted(document.c.credit), ~_is_read_back())


def is_ready(organisation: str) -> ColumnElement[bool]:
    """The condition of a document that is released and not sent."""
    return and_(document.c.organisation == organisation, document.c.state == "ready")


def _is_posted(natural_key: ColumnElement[str]) -> ColumnElement[bool]:
    there = and_(_needed.c.state == "posted", _needed.c.voiding == "")
    posted = and_(_needed.c.organisation == document.c.organisation, _needed.c.natural_key == natural_key, there)
    return or_(natural_key == "", select(_needed.c.id).where(posted).exists())


def _is_read_back() -> ColumnElement[bool]:
    """Whether Xero holds a document under this number of ours, which nothing on record stands for yet."""
    number = and_(recovered.c.number == document.c.number, recovered.c.number.startswith(OUR_NUMBERS))
    pair = (DocumentKind.INVOICE.value, DocumentKind.CREDIT_NOTE.value)  # other facts make one of them the other
    alike = or_(recovered.c.kind == document.c.kind, and_(recovered.c.kind.in_(pair), document.c.kind.in_(pair)))
    there = and_(recovered.c.organisation == document.c.organisation, alike, number)
    return select(recovered.c.xero_id).where(there).exists()


def posted_ids(tx: Connection, organisation: str, natural_keys: Sequence[str]) -> dict[str, str]:
    """The ids in Xero of posted documents, newest version last."""
    mine = and_(document.c.organisation == organisation, document.c.state == "posted", document.c.natural_key.in_(natural_keys))
    query = select(document.c.natural_key, document.c.xero_id).where(mine).order_by(document.c.version)
    return {row.natural_key: row.xero_id for row in tx.execute(query)}


def posted_kinds(tx: Connection, organisation: str, natural_keys: Sequence[str]) -> dict[str, DocumentKind]:
    """The kinds of posted documents, newest version last: a date's account sales may be an invoice or a credit note."""
    mine = and_(document.c.organisation == organisation, document.c.state == "posted", document.c.natural_key.in_(natural_keys))
    query = select(document.c.natural_key, document.c.kind).where(mine).order_by(document.c.version)
    return {row.natural_key: DocumentKind(row.kind) for row in tx.execute(query)}


def claim(db: Database, held: Lease, request: Request, now: datetime) -> Chunk | None:
    """Commit a claim; None if a document was changed or held meanwhile. Raises LeaseLost."""
    try:
        with db.write() as tx:
            if not renew_lease(tx, held, now):
                raise LeaseLost
            chunk_id = _insert_chunk(tx, held, request, now)
            _mark_sending(tx, chunk_id, request.documents, now)
    except (_Changed, StoreBusy):
        return None
    sent = tuple(SentDocument(d.id, d.books_digest, d.document) for d in request.documents)
    return Chunk(chunk_id, held.organisation, request.kind, now, sent)


class _Changed(Exception):
    """A document is not what it was when the body was made: undo the claim."""


def _insert_chunk(tx: Connection, held: Lease, request: Request, now: datetime) -> int:
    values = {
        "organisation": held.organisation, "kind": request.kind.value, "lease_number": held.number,
        "body_digest": request.body_digest, "idempotency_key": request.idempotency_key, "state": "sending", "claimed_at": now,
        "documents": [[d.id, d.books_digest] for d in request.documents],
    }  # fmt: skip
    chunk_id: int = tx.execute(insert(chunk).values(**values).returning(chunk.c.id)).scalar_one()
    return chunk_id


def _mark_sending(tx: Connection, chunk_id: int, documents: Sequence[ReadyDocument], now: datetime) -> None:
    unchanged = tuple_(document.c.id, document.c.revision).in_([(d.id, d.revision) for d in documents])
    mark = update(document).where(unchanged, document.c.state == "ready")
    sending = {"state": "sending", "chunk_id": chunk_id, "message": "", "updated_at": now}
    if tx.execute(mark.values(**sending)).rowcount != len(documents):
        raise _Changed
    positions = update(document).where(document.c.id == bindparam("row_id")).values(position=bindparam("place"))
    tx.execute(positions, [{"row_id": d.id, "place": place} for place, d in enumerate(documents)])


def record_answer(db: Database, sent: Chunk, results: Sequence[ElementResult], now: datetime) -> Tally:
    """Commit each document's own result, by position. Also takes a late answer, after the chunk was given up for unknown."""
    posted = refused = 0
    with db.write() as tx:
        for one, result in zip(sent.documents, results, strict=True):
            if result.accepted:
                booked(tx, sent.id, one, result, now)
                posted += 1
            else:
                message = "; ".join(result.messages) or "Xero gave no reason."
                refusal = {"state": "refused", "message": message, "refusals": document.c.refusals + 1, "updated_at": now}
                tx.execute(update(document).where(_under_way(sent.id), document.c.id == one.id).values(**refusal))
                refused += 1
        _finish(tx, sent.id, "answered", f"{posted} posted, {refused} refused", now)
    return Tally(posted=posted, refused=refused)


def give_back(db: Database, sent: Chunk, why: str, now: datetime, *, max_chunk: int | None = None) -> Tally:
    """Nothing of the chunk was booked, and that is proved: its documents may be sent again, in smaller chunks if need be."""
    values: dict[str, Any] = {"chunk_id": None, "position": None, "updated_at": now}
    if max_chunk is not None:
        values["max_chunk"] = max_chunk
    with db.write() as tx:
        again = _ready_or_held(tx, sent.id)
        tx.execute(update(document).where(_under_way(sent.id)).values(state=again, **values))
        _finish(tx, sent.id, "answered", why, now)
    return Tally(returned=len(sent.documents))


def refuse(db: Database, sent: Chunk, message: str, now: datetime) -> Tally:
    """Xero refused the request as a whole and the chunk cannot be made smaller: its document is refused."""
    values = {"state": "refused", "message": message, "refusals": document.c.refusals + 1, "updated_at": now}
    with db.write() as tx:
        tx.execute(update(document).where(_under_way(sent.id)).values(**values))
        _finish(tx, sent.id, "answered", message, now)
    return Tally(refused=len(sent.documents))


def mark_unknown(db: Database, sent: Chunk, why: str, now: datetime, *, max_chunk: int | None = None) -> None:
    """No clear answer: nothing of the chunk is sent again before it was looked up."""
    values: dict[str, Any] = {"state": "unknown", "message": why, "updated_at": now}
    if max_chunk is not None:
        values["max_chunk"] = max_chunk
    with db.write() as tx:
        sending = and_(document.c.chunk_id == sent.id, document.c.state == "sending")
        tx.execute(update(document).where(sending).values(**values))
        tx.execute(
            update(chunk).where(chunk.c.id == sent.id, chunk.c.state == "sending").values(state="unknown", unknown_at=now, outcome=why)
        )


def give_up_lost_claims(db: Database, held: Lease, now: datetime) -> int:
    """Claims that an earlier poster left behind become unknown; returns how many chunks."""
    lost = and_(chunk.c.organisation == held.organisation, chunk.c.state == "sending", chunk.c.lease_number < held.number)
    why = "The poster ended before an answer was recorded."
    with db.write() as tx:
        ids = tx.execute(select(chunk.c.id).where(lost)).scalars().all()
        mine = and_(document.c.chunk_id.in_(ids), document.c.state == "sending")
        tx.execute(update(document).where(mine).values(state="unknown", message=why, updated_at=now))
        tx.execute(update(chunk).where(lost).values(state="unknown", unknown_at=now, outcome=why))
    return len(ids)


def rested_chunks(db: Database, organisation: str, now: datetime) -> list[Chunk]:
    """The chunks whose outcome has been unknown for as long as it must rest, with their documents."""
    mine = and_(chunk.c.organisation == organisation, chunk.c.state == "unknown", chunk.c.unknown_at <= now - REST)
    with db.read() as tx:
        chunks = tx.execute(select(chunk).where(mine).order_by(chunk.c.id)).all()
        return [Chunk(c.id, organisation, DocumentKind(c.kind), c.claimed_at, _documents_of(tx, c.id)) for c in chunks]


def _documents_of(tx: Connection, chunk_id: int) -> tuple[SentDocument, ...]:
    mine = and_(document.c.chunk_id == chunk_id, document.c.state == "unknown")
    rows = tx.execute(select(document).where(mine).order_by(document.c.position))
    return tuple(SentDocument(r.id, r.books_digest, document_of_dict(r.payload)) for r in rows)


def settle_chunk(db: Database, looked_up: Chunk, found: Sequence[ElementResult | None], now: datetime) -> Tally:
    """Write what the look-up told of each document of an unknown chunk: in Xero, or not there and so to be sent again."""
    posted = sum(1 for result in found if result is not None)
    with db.write() as tx:
        again = _ready_or_held(tx, looked_up.id)
        for one, result in zip(looked_up.documents, found, strict=True):
            if result is not None:
                booked(tx, looked_up.id, one, result, now)
        left = and_(document.c.chunk_id == looked_up.id, document.c.state == "unknown")
        values = {"sends": document.c.sends + 1, "updated_at": now}
        refusal = update(document).where(left, document.c.max_chunk == ALONE)
        refused = tx.execute(refusal.values(state="refused", refusals=document.c.refusals + 1, **values)).rowcount
        given_back = update(document).where(left).values(state=again, chunk_id=None, position=None, message="", **values)
        returned = tx.execute(given_back).rowcount
        _finish(tx, looked_up.id, "settled", f"looked up: {posted} in Xero, {returned} not there, {refused} refused", now)
    return Tally(posted, refused, returned)


def released_streams(tx: Connection, ids: Collection[int]) -> set[int]:
    """The released ones of these streams; all of them are locked, in one order, before their documents are touched."""
    query = select(stream.c.id, stream.c.state).where(stream.c.id.in_(ids)).order_by(stream.c.id).with_for_update()
    return {row.id for row in tx.execute(query) if row.state == "released"}


def _ready_or_held(tx: Connection, chunk_id: int) -> ColumnElement[str]:
    """The state of documents of a chunk that are not in Xero: their streams may have been held while they were under way."""
    mine = select(document.c.stream_id).where(document.c.chunk_id == chunk_id).distinct()
    released = released_streams(tx, tx.execute(mine).scalars().all())
    return case((document.c.stream_id.in_(released), "ready"), else_="held")


def _under_way(chunk_id: int) -> ColumnElement[bool]:
    return and_(document.c.chunk_id == chunk_id, document.c.state.in_(("sending", "unknown")))


def _finish(tx: Connection, chunk_id: int, state: str, outcome: str, now: datetime) -> None:
    tx.execute(update(chunk).where(chunk.c.id == chunk_id).values(state=state, outcome=outcome, finished_at=now))
