"""Taking documents back: what a person wants voided, what Xero has confirmed, and what a person voided in Xero by hand.

The wish is committed before any request leaves, and stays until Xero has said that the document is void or that it will not be. Only
Xero's word makes a document ``voided``. A voided number stays taken: a document that is sent anew is a new version, ``/v2``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from tillpost.errors import TillpostError
from tillpost.model.documents import Document, DocumentKind, document_of_dict
from tillpost.store import audit
from tillpost.store.claims import REST, LeaseLost
from tillpost.store.database import Database
from tillpost.store.evidence import postings_of
from tillpost.store.leases import Lease, renew_lease
from tillpost.store.lookups import VOID
from tillpost.store.outbox import FOREIGN_NUMBERS, DocumentPlan, write_documents
from tillpost.store.schema import document, stream
from tillpost.store.schema_xero import payment_status
from tillpost.store.versions import GONE, UNDER_WAY, DocumentRow, OnRecord, name_of, renumbered, versions_of

_ORDER = list(DocumentKind)


@dataclass(frozen=True, slots=True)
class Voidable:
    """A document in Xero that is, or was, to be voided. ``day`` is its date there, ``parent`` kind and id of what an allocation takes from.

    ``again``: a new version follows as soon as it is void.
    """

    id: int
    document: Document
    xero_id: str
    day: date
    again: bool
    parent: tuple[DocumentKind, str] | None

    @property
    def name(self) -> str:
        """Kind and number, for sentences."""
        return name_of(self.document)


def request_void(
    db: Database, held: Lease, name: str, who: str, why: str, now: datetime, *, with_payments: bool = False, again: bool = False
) -> list[str]:
    """Commit that a document is to be voided, by its number or natural key; the names of all that are, what goes first first.

    ``with_payments``: its payments and allocations too, before it. ``again``: each is sent anew, as a new version, once it is void.
    One that is void already is only sent anew. Raises TillpostError with the reason where it cannot be, and LeaseLost.
    """
    with db.write() as tx:
        if not renew_lease(tx, held, now):
            raise LeaseLost
        row = _find(tx, held.organisation, name)
        _check_versions(tx, row, again)
        if row.state == "voided":
            _send_again(tx, row, who, why, now, wanted=again)
            return []
        needed = _settled_by(tx, row)
        if needed and not with_payments:
            raise TillpostError(
                f"The {name_of(row)} has {', '.join(name_of(one) for one in needed)} on it, and Xero voids nothing that is paid or "
                "allocated. Void them first, or all of it at once with --with-payments. Nothing was changed."
            )
        rows = _in_order([*needed, row])
        for one in rows:
            _want(tx, one, who, why, now, again)
        return [name_of(one) for one in rows]


def pending_voids(db: Database, organisation: str) -> list[Voidable]:
    """What is to be voided and not confirmed yet, what goes first first."""
    wanted = and_(document.c.organisation == organisation, document.c.voiding != "", document.c.state == "posted")
    with db.read() as tx:
        rows = _in_order(tx.execute(select(document).where(wanted)).all())
        return [_voidable(tx, row) for row in rows]


def confirm_void(db: Database, one: Voidable, status: str, now: datetime) -> str:
    """Xero says that a document is void (``status`` is its word): write it; the number of the new version, where one was wanted."""
    with db.write() as tx:
        row = tx.execute(select(document).where(document.c.id == one.id)).one()
        mine = and_(document.c.id == one.id, document.c.state == "posted")
        told = "" if one.again else row.held_why
        values = {"state": "voided", "voiding": "", "held_why": told, "message": "", "updated_at": now}
        if tx.execute(update(document).where(mine).values(**values)).rowcount != 1:
            return ""
        _audit(tx, row, "voided", now, why=row.held_why, details={"status": status})
        return _new_version(tx, row, now) if one.again else ""


def keep_void(db: Database, one: Voidable, message: str, now: datetime) -> None:
    """A wish was tried and is not clear: it stays, with what stood in its way."""
    mine = and_(document.c.id == one.id, document.c.voiding != "")
    with db.write() as tx:
        tx.execute(update(document).where(mine).values(message=message, updated_at=now))


def voids_to_withdraw(db: Database, organisation: str, name: str, now: datetime, *, with_payments: bool = False) -> list[Voidable]:
    """The wish to void a document, by its number or natural key; ``with_payments``: and those of what stands on it.

    Raises TillpostError where there is none, or where a request may still be on its way: from ``REST`` after the last attempt none is.
    """
    with db.read() as tx:
        row = _find(tx, organisation, name)
        on_it = _settling(tx, row, ("posted",)) if with_payments else []
        rows = [one for one in (*on_it, row) if one.voiding]
        if not rows:
            raise TillpostError(f"The {name_of(row)} is {row.state} and not to be voided: there is nothing to withdraw.")
        clear_at = max(one.updated_at for one in rows) + REST
        if now < clear_at:
            raise TillpostError(
                f"A request to void the {name_of(row)} may still be on its way: try again at {clear_at:%H:%M:%S} UTC. Nothing was changed."
            )
        return [_voidable(tx, one) for one in _in_order(rows)]


def withdraw_void(db: Database, one: Voidable, why: str, now: datetime, *, action: str = "void refused", who: str = audit.SYSTEM) -> None:
    """A document is not taken back: it stays as it is in Xero. ``why``: Xero's words, or those of the person ``who`` withdrew the wish."""
    with db.write() as tx:
        mine = and_(document.c.id == one.id, document.c.voiding != "")
        row = tx.execute(select(document).where(mine)).first()
        if row is not None:
            tx.execute(update(document).where(mine).values(voiding="", held_why="", message="", updated_at=now))
            _audit(tx, row, action, now, who=who, why=why)


def record_voided_by_hand(db: Database, organisation: str, now: datetime) -> list[str]:
    """Documents of ours that were voided in Xero by somebody else, by the status that was pulled: they become voided; their names.

    Their payments and allocations go with them: Xero voids nothing that has any.
    """
    pulled = and_(payment_status.c.organisation == document.c.organisation, payment_status.c.xero_id == document.c.xero_id)
    ours = and_(document.c.organisation == organisation, document.c.state == "posted", document.c.voiding == "")
    with db.write() as tx:
        query = select(document).join(payment_status, pulled).where(ours, payment_status.c.status.in_(VOID)).order_by(document.c.id)
        found = []
        for row in tx.execute(query).all():
            gone = [(row, "")] + [(one, f", with the {name_of(row)}") for one in _lost_with(tx, row)]
            for one, more in gone:
                _void_by_hand(tx, one, more, now)
            found += [name_of(one) for one, _ in gone]
        return found


def _void_by_hand(tx: Connection, row: DocumentRow, more: str, now: datetime) -> None:
    why = f"by somebody in Xero{more}, seen on {now:%Y-%m-%d}"
    mine = and_(document.c.id == row.id, document.c.state == "posted")
    tx.execute(update(document).where(mine).values(state="voided", voiding="", held_why=why, updated_at=now))
    _audit(tx, row, "voided", now, why=why)


def _lost_with(tx: Connection, row: DocumentRow) -> list[DocumentRow]:
    kinds = (DocumentKind.PAYMENT.value, DocumentKind.ALLOCATION.value)
    return [one for one in _settling(tx, row, ("posted",)) if one.kind in kinds]


def _find(tx: Connection, organisation: str, name: str) -> DocumentRow:
    """The document in Xero of that number or natural key, its newest version; TillpostError if there is none, or more than one."""
    named = and_(document.c.organisation == organisation, or_(document.c.number == name, document.c.natural_key == name))
    rows = tx.execute(select(document).where(named).order_by(document.c.version.desc())).all()
    if not rows:
        raise TillpostError(f"No document of {organisation} has the number or key {name!r}. `tillpost status` and the report name them.")
    sent = [row for row in rows if row.state in ("posted", "voided")]
    if not sent:
        raise TillpostError(f"The {name_of(rows[0])} is {rows[0].state}: only what is posted can be voided. Hold its stream instead.")
    posted = [row for row in sent if row.state == "posted"] or sent
    keys = sorted({row.natural_key for row in posted})
    if len(keys) > 1:
        raise TillpostError(f"{len(keys)} documents have the number {name}. Name one by its key: {', '.join(keys)}.")
    return posted[0]


def _check_versions(tx: Connection, row: DocumentRow, again: bool) -> None:
    """TillpostError where other versions of a document stand in the way: the newest goes first, and only a whole one is sent anew."""
    versions = _versions(tx, row).rows
    newer = [one for one in versions if one.version > row.version and one.state not in GONE]
    if newer:
        raise TillpostError(f"The {name_of(newer[-1])} ({newer[-1].state}) is a newer version of the {name_of(row)}: it goes first.")
    older = [one for one in versions if one.version < row.version and one.state not in GONE]
    if again and older:
        raise TillpostError(f"The {name_of(row)} adjusts {older[-1].number}: it can be voided, but not sent anew by itself.")


def _versions(tx: Connection, row: DocumentRow) -> OnRecord:
    return versions_of(tx, row.organisation, row.stream_id, [row.natural_key])[row.natural_key]


def _settled_by(tx: Connection, row: DocumentRow) -> list[DocumentRow]:
    """What stands on a document in Xero: payments, allocations, the reversal of goods received. TillpostError if any is under way."""
    under_way = _settling(tx, row, UNDER_WAY)
    if under_way:
        raise TillpostError(f"The {name_of(under_way[0])} is on its way to the {name_of(row)}: wait until its outcome is known.")
    return _settling(tx, row, ("posted",))


def _settling(tx: Connection, row: DocumentRow, states: Sequence[str]) -> list[DocumentRow]:
    on_it = or_(document.c.settles == row.natural_key, document.c.credit == row.natural_key)
    query = select(document).where(document.c.organisation == row.organisation, on_it, document.c.state.in_(states))
    return list(tx.execute(query.order_by(document.c.id)).all())


def _in_order(rows: Iterable[DocumentRow]) -> list[DocumentRow]:
    """What settles before what is settled, newest first."""
    return sorted(rows, key=lambda row: (-_ORDER.index(DocumentKind(row.kind)), -row.id))


def _want(tx: Connection, row: DocumentRow, who: str, why: str, now: datetime, again: bool) -> None:
    mine = and_(document.c.id == row.id, document.c.state == "posted")
    values = {"voiding": "again" if again else "void", "held_why": f"{who}: {why}", "message": "", "updated_at": now}
    tx.execute(update(document).where(mine).values(**values))
    _audit(tx, row, "void", now, who=who, why=why, details={"again": again})


def _send_again(tx: Connection, row: DocumentRow, who: str, why: str, now: datetime, *, wanted: bool) -> None:
    """A document that is void already is sent anew, where that is wanted."""
    if wanted:
        tx.execute(update(document).where(document.c.id == row.id).values(held_why="", updated_at=now))
        number = _new_version(tx, row, now)
        _audit(tx, row, "send again", now, who=who, why=why, details={"as": number})


def _new_version(tx: Connection, row: DocumentRow, now: datetime) -> str:
    """Write the next version of a voided document, from what is on record of it; its number. Ready where its stream is released."""
    versions = _versions(tx, row).rows
    version, first = versions[-1].version + 1, versions[0].number
    number = first if row.kind in FOREIGN_NUMBERS else f"{first}/v{version}"
    content = document_of_dict(row.payload)
    made = replace(renumbered(content, version, number), postings=postings_of(tx, [(row.id, content)]).get(row.id, ()))
    released = tx.execute(select(stream.c.state).where(stream.c.id == row.stream_id)).scalar_one() == "released"
    write_documents(tx, row.stream_id, DocumentPlan((made,), (), (), ()), "ready" if released else "held", now)
    return number


def _voidable(tx: Connection, row: DocumentRow) -> Voidable:
    content = document_of_dict(row.payload)
    return Voidable(row.id, content, row.xero_id, row.sent_date or content.date, row.voiding == "again", _parent(tx, row))


def _parent(tx: Connection, row: DocumentRow) -> tuple[DocumentKind, str] | None:
    if row.kind != DocumentKind.ALLOCATION:
        return None
    mine = and_(document.c.organisation == row.organisation, document.c.natural_key == row.credit, document.c.xero_id != "")
    found = tx.execute(select(document).where(mine).order_by((document.c.state == "posted").desc(), document.c.version.desc())).first()
    return None if found is None else (DocumentKind(found.kind), found.xero_id)


def _audit(
    tx: Connection,
    row: DocumentRow,
    action: str,
    now: datetime,
    *,
    who: str = audit.SYSTEM,
    why: str,
    details: dict[str, Any] | None = None,
) -> None:
    said = {"document": row.number or row.natural_key, "xero_id": row.xero_id, **(details or {})}
    key = document_of_dict(row.payload).key
    audit.record(tx, row.organisation, str(key), action, now=now, who=who, why=why, details=said)
