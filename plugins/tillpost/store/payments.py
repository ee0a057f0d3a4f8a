"""Payment status: what Xero says of our invoices, bills and credit notes, and what of it the POS has been told.

A status is written back to the POS once per change: the digest of what was written stands beside the digest of what is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, select, update

from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.store.database import Database
from tillpost.store.schema import document, stream
from tillpost.store.schema_xero import payment_status, watermark
from tillpost.store.upserts import insert_missing, upsert

PULLED = (
    "kind", "number", "status", "contact_name", "date", "total_cents", "due_cents", "paid_cents", "credited_cents", "paid_on", "changed_at",
    "pulled_at", "digest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """One document of ours as Xero holds it, with its place in the POS. Amounts in integer cents; ``digest`` names this very status."""

    store: str
    business_date: date
    kind: DocumentKind
    natural_key: str
    pos_id: str
    number: str
    xero_id: str
    status: str
    total_cents: int
    due_cents: int
    paid_cents: int
    credited_cents: int
    paid_on: date | None
    changed_at: datetime | None
    digest: str


def keep_payment_status(db: Database, organisation: str, held: Iterable[HeldDocument], now: datetime) -> int:
    """Put pulled documents on record; an older state of a document never replaces a newer one. Returns how many were new or changed."""
    rows = {one.xero_id: _values(organisation, one, now) for one in held}
    with db.write() as tx:
        mine = payment_status.c.organisation == organisation
        known = {r.xero_id: r for r in tx.execute(select(payment_status).where(mine))}
        fresh = [row for row in rows.values() if not _is_older(row, known.get(row["xero_id"]))]
        changed = sum(1 for row in fresh if row["xero_id"] not in known or known[row["xero_id"]].digest != row["digest"])
        upsert(tx, payment_status, fresh, PULLED)
    return changed


def payment_statuses(db: Database, organisation: str, stores: Sequence[str] | None = None) -> list[PaymentStatus]:
    """What is known of our documents, by store and date."""
    return _statuses(db, organisation, stores, unwritten=False)


def unwritten_statuses(db: Database, organisation: str, stores: Sequence[str] | None = None) -> list[PaymentStatus]:
    """Those of our documents whose status changed since it was last written back to the POS."""
    return _statuses(db, organisation, stores, unwritten=True)


def mark_written(db: Database, organisation: str, written: Sequence[PaymentStatus], now: datetime) -> None:
    """Remember that exactly these statuses were written to the POS; one that changed meanwhile stays to be written."""
    with db.write() as tx:
        for one in written:
            mine = and_(payment_status.c.organisation == organisation, payment_status.c.xero_id == one.xero_id)
            tx.execute(update(payment_status).where(mine).values(written_digest=one.digest, written_at=now))


def get_watermark(db: Database, organisation: str, name: str) -> datetime | None:
    """How far something was read, aware UTC; None before the first time."""
    mine = and_(watermark.c.organisation == organisation, watermark.c.name == name)
    with db.read() as tx:
        return tx.execute(select(watermark.c.value).where(mine)).scalar()


def set_watermark(db: Database, organisation: str, name: str, value: datetime) -> None:
    """Remember how far something was read; it never goes back."""
    mine = and_(watermark.c.organisation == organisation, watermark.c.name == name, watermark.c.value < value)
    with db.write() as tx:
        if tx.execute(update(watermark).where(mine).values(value=value)).rowcount == 0:
            insert_missing(tx, watermark, {"organisation": organisation, "name": name, "value": value})


def _statuses(db: Database, organisation: str, stores: Sequence[str] | None, *, unwritten: bool) -> list[PaymentStatus]:
    ours = and_(document.c.organisation == payment_status.c.organisation, document.c.xero_id == payment_status.c.xero_id)
    columns = stream.c.store, document.c.business_date, document.c.natural_key, document.c.pos_id, document.c.number.label("our_number")
    joined = payment_status.join(document, ours).join(stream, stream.c.id == document.c.stream_id)
    query = select(payment_status, *columns).select_from(joined).where(payment_status.c.organisation == organisation)
    if stores is not None:
        query = query.where(stream.c.store.in_(stores))
    if unwritten:
        query = query.where(payment_status.c.digest != payment_status.c.written_digest)
    with db.read() as tx:
        return [_status(row) for row in tx.execute(query.order_by(stream.c.store, document.c.business_date, document.c.id))]


def _status(row: Row[Any]) -> PaymentStatus:
    return PaymentStatus(
        *(row.store, row.business_date, DocumentKind(row.kind), row.natural_key, row.pos_id, row.our_number, row.xero_id, row.status),
        *(row.total_cents, row.due_cents, row.paid_cents, row.credited_cents, row.paid_on, row.changed_at, row.digest),
    )


def _values(organisation: str, one: HeldDocument, now: datetime) -> dict[str, Any]:
    state = (one.status, one.total_cents, one.due_cents, one.paid_cents, one.credited_cents, one.paid_on)
    return {
        "organisation": organisation, "xero_id": one.xero_id, "kind": one.kind.value, "number": one.number, "status": one.status,
        "contact_name": one.contact_name, "date": one.date, "total_cents": one.total_cents, "due_cents": one.due_cents,
        "paid_cents": one.paid_cents, "credited_cents": one.credited_cents, "paid_on": one.paid_on, "changed_at": one.changed_at,
        "pulled_at": now, "digest": hashlib.sha256(repr(state).encode()).hexdigest(),
    }  # fmt: skip


def _is_older(row: dict[str, Any], known: Row[Any] | None) -> bool:
    if known is None or known.changed_at is None or row["changed_at"] is None:
        return False
    return bool(row["changed_at"] < known.changed_at)
