"""What is on record of documents that were built: one by its natural key, the bills of suppliers, all of some business dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from tillpost.model.documents import Document, DocumentKind, document_of_dict
from tillpost.model.findings import Stream, StreamKey
from tillpost.model.period import DateRange
from tillpost.store.database import Database
from tillpost.store.evidence import posting_of
from tillpost.store.schema import document, posting, stream
from tillpost.store.versions import GONE


@dataclass(frozen=True, slots=True)
class BillOnRecord:
    """A bill or supplier credit that we built: the supplier's number, the purchase, and the supplier's contact name."""

    number: str
    pos_id: str
    contact_name: str


def find_document(db: Database, organisation: str, natural_key: str) -> Document | None:
    """The newest version of a document, or None."""
    query = (
        select(document.c.payload)
        .where(document.c.organisation == organisation, document.c.natural_key == natural_key, document.c.state.not_in(GONE))
        .order_by(document.c.version.desc())
        .limit(1)
    )
    with db.read() as tx:
        payload = tx.execute(query).scalar()
    return document_of_dict(payload) if payload else None


def bills_on_record(db: Database, organisation: str, contact_names: Collection[str]) -> list[BillOnRecord]:
    """The bills and supplier credits of these suppliers, of any date."""
    kinds = (DocumentKind.BILL.value, DocumentKind.SUPPLIER_CREDIT.value)
    query = select(document.c.number, document.c.pos_id, document.c.payload).where(
        document.c.organisation == organisation, document.c.kind.in_(kinds), document.c.state.not_in(GONE)
    )
    with db.read() as tx:
        rows = [(row.number, row.pos_id, (row.payload.get("contact") or {}).get("name", "")) for row in tx.execute(query)]
    return [BillOnRecord(*row) for row in rows if row[2] in contact_names]


def documents_of(db: Database, organisation: str, days: DateRange) -> dict[StreamKey, tuple[Document, ...]]:
    """The live documents of these business dates with the postings that they sum, per stream."""
    wanted = (document.c.organisation == organisation, document.c.business_date >= days.start, document.c.business_date < days.end)
    live = select(document.c.id, document.c.natural_key, document.c.payload).where(*wanted, document.c.state.not_in(GONE))
    sums = select(posting).join(document, posting.c.document_id == document.c.id).where(*wanted).order_by(posting.c.id)
    with db.read() as tx:
        rows, postings = tx.execute(live.order_by(document.c.id)).all(), tx.execute(sums).all()
    by_document: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in postings:
        by_document[row.document_id].append(row)
    found: dict[StreamKey, list[Document]] = defaultdict(list)
    for row in rows:
        built = document_of_dict(row.payload)
        found[built.key].append(replace(built, postings=tuple(posting_of(p, built.natural_key) for p in by_document[row.id])))
    return {key: tuple(documents) for key, documents in found.items()}


@dataclass(frozen=True, slots=True)
class Reading:
    """When the facts of a stream were read (aware UTC), and their digest."""

    read_at: datetime | None
    facts_digest: str


def readings_of(db: Database, organisation: str, days: DateRange) -> dict[StreamKey, Reading]:
    """What was read of the streams of these business dates."""
    wanted = (stream.c.organisation == organisation, stream.c.business_date >= days.start, stream.c.business_date < days.end)
    with db.read() as tx:
        rows = tx.execute(select(stream).where(*wanted)).all()
    keys = [StreamKey(row.organisation, row.store, row.business_date, Stream(row.stream)) for row in rows]
    return {key: Reading(row.read_at, row.facts_digest) for key, row in zip(keys, rows, strict=True)}


def dates_changed_since(db: Database, organisation: str, moment: datetime) -> list[date]:
    """The business dates of which documents changed at or after an aware moment."""
    query = select(document.c.business_date).where(document.c.organisation == organisation, document.c.updated_at >= moment).distinct()
    with db.read() as tx:
        return sorted(tx.execute(query).scalars())
