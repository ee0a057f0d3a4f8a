"""Doubts of the poster about single documents: a number that Xero holds already, a document that cannot be sent, a copy in Xero.

A document that is held for a doubt stays held, with its reason, until a person releases its stream or its content changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, update

from tillpost.model.money import format_cents
from tillpost.model.results import HeldDocument
from tillpost.store import bookings
from tillpost.store.claims import Chunk, ReadyDocument
from tillpost.store.database import Database
from tillpost.store.lookups import VOID
from tillpost.store.schema import document


def living(held: Iterable[HeldDocument]) -> list[HeldDocument]:
    """Those that are neither voided nor deleted."""
    return [one for one in held if one.status not in VOID]


def number_checked(db: Database, documents: Sequence[ReadyDocument], found: Sequence[Sequence[HeldDocument]], now: datetime) -> None:
    """Write that suppliers' numbers were looked for in Xero; hold the documents whose number is there."""
    with db.write() as tx:
        for one, in_xero in zip(documents, found, strict=True):
            seen = [there.xero_id for there in in_xero]
            tx.execute(update(document).where(_unchanged(one)).values(number_checked_at=now, seen_ids=seen))
            if in_xero:
                _hold(tx, one, _typed_by_hand(in_xero[0]), now, "number")


def hold_document(db: Database, one: ReadyDocument, why: str, now: datetime, *, rule: str) -> None:
    """Hold one document that cannot be sent as it is; ``rule`` names the doubt."""
    with db.write() as tx:
        _hold(tx, one, why, now, rule)


def report_copies(db: Database, chunk: Chunk, matches: Sequence[Sequence[HeldDocument]]) -> None:
    """Documents that a look-up found more than once: a finding each."""
    copies = [(sent, living(match)) for sent, match in zip(chunk.documents, matches, strict=True)]
    copies = [(sent, match) for sent, match in copies if len(match) > 1]
    if not copies:
        return
    with db.write() as tx:
        for sent, match in copies:
            bookings.report_copies(tx, sent.id, [one.xero_id for one in match])


def _hold(tx: Connection, one: ReadyDocument, why: str, now: datetime, rule: str) -> None:
    tx.execute(update(document).where(_unchanged(one)).values(state="held", held_why=why, held_rule=rule, updated_at=now))


def _unchanged(one: ReadyDocument) -> ColumnElement[bool]:
    return and_(document.c.id == one.id, document.c.revision == one.revision, document.c.state == "ready")


def _typed_by_hand(one: HeldDocument) -> str:
    what = f"{one.kind.replace('_', ' ')} {one.number} of {one.contact_name or one.contact_id} over {format_cents(one.total_cents)}"
    return f"Xero already holds the {what} ({one.status.lower()}): typed by hand? Remove it there, or release this stream to send ours too."
