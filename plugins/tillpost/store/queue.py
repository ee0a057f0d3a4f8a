"""Questions about what is ready and what is left: contacts that are missing, numbers to check, counts for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select, update

from tillpost.model.documents import Contact, DocumentKind, document_of_dict
from tillpost.store.claims import ReadyDocument, Tally, is_ready, may_be_sent, ready_documents
from tillpost.store.database import Database
from tillpost.store.outbox import contact_key
from tillpost.store.schema import chunk, document
from tillpost.store.schema_xero import contact


@dataclass(frozen=True, slots=True)
class Leftover:
    """Documents that are not in Xero: may be sent now, wait for what they settle, held by the poster, of unknown outcome."""

    ready: int
    waiting: int
    held: int
    unknown: int
    unknown_since: datetime | None


def next_kind(db: Database, organisation: str, recent_from: date) -> DocumentKind | None:
    """The kind of which documents go next: the first in the order of sending, of recent business dates before older ones."""
    with db.read() as tx:
        there = set(tx.execute(select(document.c.kind).where(is_ready(organisation)).distinct()).scalars())
        kinds = [kind for kind in DocumentKind if kind.value in there]
        for recent in (document.c.business_date >= recent_from, document.c.business_date < recent_from):
            for kind in kinds:
                some = select(document.c.id).where(may_be_sent(organisation), document.c.kind == kind.value, recent).limit(1)
                if tx.execute(some).first() is not None:
                    return kind
    return None


def missing_contacts(db: Database, organisation: str) -> list[Contact]:
    """The contacts of ready documents whose ContactID we do not know, each once."""
    known = select(contact.c.contact_key).where(contact.c.organisation == organisation)
    lacking = and_(may_be_sent(organisation), document.c.contact_key != "", document.c.contact_key.not_in(known))
    newest = select(func.max(document.c.id)).where(lacking).group_by(document.c.contact_key)
    query = select(document.c.payload).where(document.c.id.in_(newest)).order_by(document.c.contact_key)
    with db.read() as tx:
        contacts = [document_of_dict(payload).contact for payload in tx.execute(query).scalars()]
    return [c for c in contacts if c is not None]


def refuse_contact(db: Database, organisation: str, who: Contact, messages: tuple[str, ...], now: datetime) -> Tally:
    """Xero does not take a contact: the documents that need it are refused with its message."""
    said = f"Contact {who.name}: {'; '.join(messages) or 'Xero refused it without a reason.'}"
    mine = and_(is_ready(organisation), document.c.contact_key == contact_key(who))
    values = {"state": "refused", "message": said, "refusals": document.c.refusals + 1, "updated_at": now}
    with db.write() as tx:
        return Tally(refused=tx.execute(update(document).where(mine).values(**values)).rowcount)


def unchecked_numbers(db: Database, organisation: str, kind: DocumentKind, limit: int, *, recent_from: date) -> list[ReadyDocument]:
    """Ready documents with a supplier's number that was not looked for in Xero yet, those of recent dates first."""
    with db.read() as tx:
        return ready_documents(tx, organisation, kind, limit, recent_from=recent_from, unchecked=True)


def leftover(db: Database, organisation: str) -> Leftover:
    """What of the released documents of an organisation is not in Xero."""
    mine = document.c.organisation == organisation
    since = select(func.min(chunk.c.unknown_at)).where(chunk.c.organisation == organisation, chunk.c.state == "unknown")
    with db.read() as tx:
        ready, sendable, held, unknown = (
            tx.execute(select(func.count()).select_from(document).where(condition)).scalar_one()
            for condition in (
                is_ready(organisation),
                may_be_sent(organisation),
                and_(mine, document.c.state == "held", document.c.held_why != ""),
                and_(mine, document.c.state.in_(("unknown", "sending"))),
            )
        )
        return Leftover(sendable, ready - sendable, held, unknown, tx.execute(since).scalar_one())
