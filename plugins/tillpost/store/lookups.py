"""Which of our documents Xero holds: lists from Xero matched with documents whose outcome is unknown, by number.

Our own numbers are unique; bills and supplier credits carry the supplier's, so contact and number tell them; an allocation is
told by both of its ends and its amount. What is on record for another document of ours is never matched again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from tillpost.model.documents import Document, DocumentKind
from tillpost.model.folding import folded_number
from tillpost.model.results import ElementResult, HeldDocument
from tillpost.store.bookings import SentDocument
from tillpost.store.outbox import FOREIGN_NUMBERS, contact_key
from tillpost.store.schema import document
from tillpost.store.versions import parts

Identity = tuple[str, ...]
VOID = ("VOIDED", "DELETED")
# Other facts make an invoice a credit note under the same number, and a bill a supplier credit.
OTHER_KIND = {
    DocumentKind.INVOICE: DocumentKind.CREDIT_NOTE,
    DocumentKind.CREDIT_NOTE: DocumentKind.INVOICE,
    DocumentKind.BILL: DocumentKind.SUPPLIER_CREDIT,
    DocumentKind.SUPPLIER_CREDIT: DocumentKind.BILL,
}


def held_by_identity(kind: DocumentKind, held: Iterable[HeldDocument], known_ids: frozenset[str]) -> dict[Identity, list[HeldDocument]]:
    """Documents in Xero by what identifies them, without those that are on record for a document of ours."""
    found: dict[Identity, list[HeldDocument]] = defaultdict(list)
    for one in held:
        if one.kind is kind and one.xero_id not in known_ids:
            found[identity_held(one)].append(one)
    return found


def identity(sent: Document, contact_ids: Mapping[str, str], allocation: str) -> Identity:
    """What identifies a document of ours in Xero. ``allocation`` is the number of an allocation (its two ends)."""
    if sent.kind is DocumentKind.ALLOCATION:
        return (allocation, str(sent.amount_cents))
    if sent.kind in FOREIGN_NUMBERS:
        return (folded_number(sent.number), contact_ids.get(contact_key(sent.contact), ""))
    return (folded_number(sent.number),)


def identity_held(one: HeldDocument) -> Identity:
    """What identifies a document in Xero."""
    if one.kind is DocumentKind.ALLOCATION:
        return (one.number, str(one.total_cents))
    if one.kind in FOREIGN_NUMBERS:
        return (folded_number(one.number), one.contact_id)
    return (folded_number(one.number),)


def best_match(sent: SentDocument, candidates: Sequence[HeldDocument]) -> HeldDocument | None:
    """The document in Xero that is ours: a living one before a void one, the right total before another."""
    return min(candidates, key=lambda one: (one.status in VOID, one.total_cents != sent.document.total_cents), default=None)


def as_result(found: HeldDocument) -> ElementResult:
    """A document that was looked up, as the answer that we missed."""
    messages = (f"It was {found.status.lower()} in Xero when it was looked up.",) if found.status in VOID else ()
    return ElementResult(True, found.xero_id, found.status, found.total_cents, None, (), messages)


def known_xero_ids(tx: Connection, organisation: str, xero_ids: Sequence[str]) -> frozenset[str]:
    """Those of these ids that are on record for a document of ours."""
    known: set[str] = set()
    for start in range(0, len(xero_ids), 400):
        part = xero_ids[start : start + 400]
        query = select(document.c.xero_id).where(document.c.organisation == organisation, document.c.xero_id.in_(part))
        known.update(tx.execute(query).scalars())
    return frozenset(known)


def typed_ids(tx: Connection, document_ids: Sequence[int]) -> frozenset[str]:
    """The ids of what had been typed by hand under the numbers of these documents: a person has decided that ours are sent all the same."""
    queries = [select(document.c.seen_ids).where(document.c.id.in_(part)) for part in parts(document_ids)]
    return frozenset(xero_id for query in queries for seen in tx.execute(query).scalars() for xero_id in seen)
