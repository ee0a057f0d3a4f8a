"""The exact body of a chunk, the ids that it names, and its idempotency key."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from tillpost.model.documents import Contact, Document, DocumentKind
from tillpost.store import claims, doubts
from tillpost.store.outbox import contact_key
from tillpost.xero.run import Run
from tillpost.xero.sender import MAX_BODY_BYTES, Parent, allocation_number


@dataclass(frozen=True, slots=True)
class PostedIds:
    """What payloads name: ContactIDs by contact key, ids in Xero and kinds by natural key."""

    contacts: dict[str, str]
    documents: dict[str, str]
    kinds: dict[str, DocumentKind] = field(default_factory=dict)

    def contact_id(self, contact: Contact) -> str:
        """The ContactID of a contact."""
        return self.contacts[contact_key(contact)]

    def xero_id(self, natural_key: str) -> str:
        """The id in Xero of a posted document."""
        return self.documents[natural_key]

    def kind_of(self, natural_key: str) -> DocumentKind:
        """The kind of a posted document."""
        return self.kinds[natural_key]

    def allocation(self, sent: Document) -> str:
        """What tells an allocation in Xero: both of its ends; empty for any other kind."""
        if sent.kind is not DocumentKind.ALLOCATION:
            return ""
        return allocation_number(self.documents.get(sent.credit, ""), self.documents.get(sent.settles, ""))


@dataclass(frozen=True, slots=True)
class Body:
    """What one request will carry: its documents in order, its bytes, its idempotency key, and the parent of allocations."""

    kind: DocumentKind
    documents: tuple[claims.ReadyDocument, ...]
    data: bytes
    idempotency_key: str
    parent: Parent | None

    @property
    def digest(self) -> str:
        """Digest of the exact bytes."""
        return hashlib.sha256(self.data).hexdigest()


def body_of(run: Run, kind: DocumentKind, documents: list[claims.ReadyDocument]) -> Body | None:
    """The body of as many of these documents as fit; None if the first cannot be sent, which is then held."""
    ids, parent = _ids(run, documents)
    while True:
        data, why = _written(run, kind, documents, ids)
        if data:
            key = _idempotency_key(run.tenant_id, kind, parent, data, sum(d.refusals + d.document.version - 1 for d in documents))
            return Body(kind, tuple(documents), data, key, parent)
        if len(documents) == 1:
            doubts.hold_document(run.db, documents[0], why, run.clock(), rule="unwritable")
            return None
        documents = documents[: (len(documents) + 1) // 2]


def _written(run: Run, kind: DocumentKind, documents: list[claims.ReadyDocument], ids: PostedIds) -> tuple[bytes, str]:
    """The bytes, or empty with the reason: one document that cannot be written must not stop the others."""
    try:
        data = run.sender.body(kind, [d.document for d in documents], ids)
    except Exception as error:
        return b"", f"It cannot be written for Xero: {error}"
    return (data, "") if len(data) <= MAX_BODY_BYTES else (b"", f"It is too large for Xero: {len(data)} bytes.")


def _ids(run: Run, documents: Sequence[claims.ReadyDocument]) -> tuple[PostedIds, Parent | None]:
    needed = sorted({key for d in documents for key in (d.document.settles, d.document.credit) if key})
    with run.db.read() as tx:
        kinds = claims.posted_kinds(tx, run.organisation, needed)
        ids = PostedIds(run.contacts, claims.posted_ids(tx, run.organisation, needed), kinds)
    first = documents[0].document
    if first.kind is not DocumentKind.ALLOCATION:
        return ids, None
    return ids, Parent(kinds[first.credit], ids.documents[first.credit])


def _idempotency_key(tenant_id: str, kind: DocumentKind, parent: Parent | None, data: bytes, anew: int) -> str:
    """The same chunk has the same key; after a refusal, and for a new version of what was voided, another one: for 6 minutes Xero would
    replay what it answered before. ``anew``: how often that was."""
    digest = hashlib.sha256(data).hexdigest()
    parts = (tenant_id, kind.value, parent.xero_id if parent else "", digest, str(anew))
    return f"tillpost-{hashlib.sha256('|'.join(parts).encode()).hexdigest()}"
