"""The outbox: what becomes of each document of a stream when the stream is settled again.

Per document (architecture, "Identity: exactly once"): neither in Xero nor under way, it is replaced in place, under the same
version and number; the same books in Xero, nothing happens; other books in Xero, the store's policy decides: the stream is held, or
the difference becomes one more version (``store.adjustments``); never while its outcome is unknown. All of it is decided first
(``plan_documents``) and written afterwards, so that a stream is one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from tillpost.model.documents import Contact, Document, DocumentKind, document_of_dict
from tillpost.model.findings import Finding, StreamKey
from tillpost.store.adjustments import adjustment, is_adjustable, is_recoded
from tillpost.store.changes import (
    REDATED,
    changed_under_way,
    duplicate_document,
    number_taken,
    posted_stream_adjusted,
    posted_stream_changed,
)
from tillpost.store.evidence import postings_of, write_postings
from tillpost.store.schema import document, finding, posting
from tillpost.store.versions import GONE, UNDER_WAY, UNSENT, DocumentRow, OnRecord, parts, renumbered, versions_of

# Kinds whose number is not ours alone: the supplier's, or none.
FOREIGN_NUMBERS = (DocumentKind.BILL, DocumentKind.SUPPLIER_CREDIT, DocumentKind.ALLOCATION)
FULL_CHUNK = 50


class Raced(Exception):
    """The poster claimed a document between our look and our write: settle the stream anew."""


@dataclass(frozen=True, slots=True)
class DocumentPlan:
    """What is to be written: new documents, (row, document) pairs to replace, rows to drop, and what cannot be done."""

    new: tuple[Document, ...]
    replaced: tuple[tuple[DocumentRow, Document], ...]
    dropped: tuple[DocumentRow, ...]
    findings: tuple[Finding, ...]


def contact_key(contact: Contact | None) -> str:
    """The key of a contact in our own table: its number, else its name as Xero compares names (without case)."""
    if contact is None:
        return ""
    return f"number:{contact.number}" if contact.number else f"name:{contact.name.casefold()}"


def stream_books_digest(documents: Iterable[Document]) -> str:
    """Digest of what a whole stream books."""
    parts = sorted(f"{d.natural_key}={d.books_digest}" for d in documents)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(slots=True)
class _Draft:
    """A plan as it grows. ``adjusted`` and ``changed``: what is in Xero, and what is wanted now (None: nothing)."""

    new: list[Document] = field(default_factory=list)
    replaced: list[tuple[DocumentRow, Document]] = field(default_factory=list)
    dropped: list[DocumentRow] = field(default_factory=list)
    under_way: list[DocumentRow] = field(default_factory=list)
    adjusted: list[tuple[OnRecord, Document | None]] = field(default_factory=list)
    changed: list[tuple[OnRecord, Document | None]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def plan_documents(
    tx: Connection, key: StreamKey, stream_id: int, documents: Sequence[Document], posted_changes: str, accepted: bool
) -> DocumentPlan:
    """Compare the documents of a new build with those on record."""
    unique, findings = _unique(key, documents)
    on_record = versions_of(tx, key.organisation, stream_id, list(unique))
    taken = _taken_numbers(tx, key.organisation, unique.values())
    draft = _Draft(findings=findings)
    for natural_key, wanted in unique.items():
        known = on_record.pop(natural_key, None)
        holder = taken.get(_number_key(wanted.kind, wanted.number, contact_key(wanted.contact)), natural_key)
        if holder != natural_key:
            draft.findings.append(number_taken(key, wanted, holder))
        elif known is None:
            draft.new.append(wanted)
        elif not known.is_sent or known.is_again:
            draft.replaced.append((known.latest, _same_identity(known.latest, wanted)))
        else:
            _compare(draft, known, wanted, posted_changes)
    for known in on_record.values():
        if known.confirmed or known.under_way:
            _compare(draft, known, None, posted_changes)
        elif known.pending is not None:
            draft.dropped.append(known.pending)
    return _finished(tx, key, draft, posted_changes, accepted)


def _compare(draft: _Draft, known: OnRecord, wanted: Document | None, posted_changes: str) -> None:
    """What becomes of a document of which versions were sent; a version of it that waits to be sent is made anew or dropped."""
    if known.books(wanted):
        pass
    elif known.under_way:
        draft.under_way += known.under_way
        return
    elif posted_changes == "adjust" and known.confirmed and not known.is_voided and is_adjustable(known.in_xero()):
        draft.adjusted.append((known, wanted))
        return
    else:
        draft.changed.append((known, wanted))
    if known.pending is not None:
        draft.dropped.append(known.pending)


def _finished(tx: Connection, key: StreamKey, draft: _Draft, posted_changes: str, accepted: bool) -> DocumentPlan:
    """The plan. Where anything is held for its difference, all that is new or adjusted belongs to that difference: beside what is
    posted it would book the same sale twice. A mapping that moved what is posted is such a difference.
    """
    versions = [_confirmed(tx, known) for known, _ in draft.adjusted]
    if draft.changed or any(is_recoded(wanted, sent) for (_, wanted), sent in zip(draft.adjusted, versions, strict=True)):
        told = [(known.in_xero(), wanted) for known, wanted in (*draft.changed, *draft.adjusted)]
        draft.findings.append(posted_stream_changed(key, told, draft.new, posted_changes, accepted))
        draft.new = []
        draft.dropped += [known.pending for known, _ in draft.adjusted if known.pending is not None]
    else:
        _adjust(key, draft, versions)
    if draft.under_way:
        draft.findings.append(changed_under_way(key, draft.under_way))
    return DocumentPlan(tuple(draft.new), tuple(draft.replaced), tuple(draft.dropped), tuple(draft.findings))


def _confirmed(tx: Connection, known: OnRecord) -> list[Document]:
    """The versions in Xero, each with its evidence."""
    confirmed = [(row.id, document_of_dict(row.payload)) for row in known.confirmed]
    postings = postings_of(tx, confirmed)
    return [replace(built, postings=postings.get(row_id, ())) for row_id, built in confirmed]


def _adjust(key: StreamKey, draft: _Draft, versions: Sequence[Sequence[Document]]) -> None:
    """The difference of each journal to all of its confirmed versions, as the next version; in place of one that was not sent yet."""
    made = []
    for (known, wanted), confirmed in zip(draft.adjusted, versions, strict=True):
        again = known.latest if known.latest.state in (*UNSENT, "superseded") else None
        version = known.latest.version + (again is None)
        difference = adjustment(wanted, confirmed, known.rows[0].number, version)
        if difference is None:
            draft.dropped += [known.pending] if known.pending is not None else []
            continue
        made.append((known.in_xero(), wanted, difference.number))
        if again is None:
            draft.new.append(difference)
        else:
            draft.replaced.append((again, difference))
    if made:
        draft.findings.append(posted_stream_adjusted(key, made))


def write_documents(tx: Connection, stream_id: int, plan: DocumentPlan, state: str, now: datetime) -> None:
    """Write a plan; new and changed documents take ``state``. Raises Raced where the poster was faster."""
    if plan.new:
        rows = [{**_values(d, stream_id, now), "state": state, "created_at": now} for d in plan.new]
        statement = insert(document).returning(document.c.id, sort_by_parameter_order=True)
        write_postings(tx, list(zip(tx.execute(statement, rows).scalars(), plan.new, strict=True)))
    for row, wanted in plan.replaced:
        _replace(tx, row, wanted, stream_id, state, now)
    for row in plan.dropped:
        _change(tx, row, {"state": "superseded", "updated_at": now})
        tx.execute(delete(finding).where(finding.c.document_id == row.id, finding.c.rule == REDATED))


def set_unsent(tx: Connection, stream_id: int, released: bool, now: datetime) -> None:
    """Release or hold what was not sent yet. What the poster itself holds or Xero refused stays as it is."""
    mine = document.c.stream_id == stream_id
    if released:
        where, state = and_(mine, document.c.state == "held", document.c.held_why == ""), "ready"
    else:
        where, state = and_(mine, document.c.state == "ready"), "held"
    tx.execute(update(document).where(where).values(state=state, updated_at=now))


def has_documents(tx: Connection, stream_id: int) -> bool:
    """Whether any document of a stream is neither superseded nor voided."""
    query = select(document.c.id).where(document.c.stream_id == stream_id, document.c.state.not_in(GONE)).limit(1)
    return tx.execute(query).first() is not None


def has_sent_documents(tx: Connection, stream_id: int) -> bool:
    """Whether any document of a stream is in Xero or on its way there."""
    query = select(document.c.id).where(document.c.stream_id == stream_id, document.c.state.in_(("posted", *UNDER_WAY))).limit(1)
    return tx.execute(query).first() is not None


def has_unsent_documents(tx: Connection, stream_id: int) -> bool:
    """Whether any document of a stream still waits to be sent."""
    query = select(document.c.id).where(document.c.stream_id == stream_id, document.c.state.in_(UNSENT)).limit(1)
    return tx.execute(query).first() is not None


def only_posted(tx: Connection, stream_id: int) -> bool:
    """Whether a stream has documents and all that count are in Xero."""
    query = select(document.c.state).where(document.c.stream_id == stream_id, document.c.state.not_in(GONE)).distinct()
    return set(tx.execute(query).scalars()) == {"posted"}


def _number_key(kind: str, number: str, contact: str) -> tuple[str, ...]:
    """What makes a number unique: ours within its kind, a supplier's within the supplier. An allocation has none."""
    if kind == DocumentKind.ALLOCATION:
        return ()
    return (kind, number, contact) if kind in FOREIGN_NUMBERS else (kind, number)


def _unique(key: StreamKey, documents: Sequence[Document]) -> tuple[dict[str, Document], list[Finding]]:
    """The documents by natural key; a second one with the same key or number is a finding, never a silent loss."""
    unique: dict[str, Document] = {}
    numbers: dict[tuple[str, ...], str] = {}
    findings = []
    for wanted in documents:
        number = _number_key(wanted.kind, wanted.number, contact_key(wanted.contact))
        if wanted.natural_key in unique:
            findings.append(duplicate_document(key, wanted))
        elif number and number in numbers:
            findings.append(number_taken(key, wanted, numbers[number]))
        else:
            unique[wanted.natural_key] = wanted
            numbers[number] = wanted.natural_key
    return unique, findings


def _taken_numbers(tx: Connection, organisation: str, documents: Iterable[Document]) -> dict[tuple[str, ...], str]:
    """The natural keys that already use the numbers of these documents."""
    numbers = sorted({d.number for d in documents if d.kind is not DocumentKind.ALLOCATION})
    columns = document.c.kind, document.c.number, document.c.contact_key, document.c.state, document.c.natural_key
    taken = {}
    for part in parts(numbers):
        query = select(*columns).where(document.c.organisation == organisation, document.c.number.in_(part))
        # A supplier's number is free again when its bill is gone; one of ours stays taken.
        rows = [r for r in tx.execute(query) if r.state not in GONE or r.kind not in FOREIGN_NUMBERS]
        taken.update({_number_key(r.kind, r.number, r.contact_key): r.natural_key for r in rows})
    taken.pop((), None)
    return taken


def _same_identity(row: DocumentRow, wanted: Document) -> Document:
    """The new content under the version on record, and its number where the number is ours."""
    number = wanted.number if wanted.kind in FOREIGN_NUMBERS else row.number
    return renumbered(wanted, row.version, number)


def _values(wanted: Document, stream_id: int, now: datetime) -> dict[str, Any]:
    return {
        "stream_id": stream_id, "organisation": wanted.key.organisation, "natural_key": wanted.natural_key, "version": wanted.version,
        "number": wanted.number, "kind": wanted.kind.value, "business_date": wanted.key.business_date, "payload": _payload(wanted),
        "books_digest": wanted.books_digest, "facts_digest": wanted.facts_digest, "total_cents": wanted.total_cents,
        "contact_key": contact_key(wanted.contact), "settles": wanted.settles, "credit": wanted.credit, "pos_id": wanted.pos_id,
        "max_chunk": FULL_CHUNK, "updated_at": now,
    }  # fmt: skip


def _payload(wanted: Document) -> dict[str, object]:
    # The postings are stored apart; copying them into a dict that drops them would cost most of the time.
    return replace(wanted, postings=()).as_dict()


def _replace(tx: Connection, row: DocumentRow, wanted: Document, stream_id: int, state: str, now: datetime) -> None:
    """Put new content into a row that was never sent; the same content changes nothing but a superseded row's state."""
    same = row.payload == _payload(wanted) and row.stream_id == stream_id
    if same and row.state != "superseded":
        return
    values = _values(wanted, stream_id, now) | {"state": state, "message": "", "revision": row.revision + 1, "sent_date": None}
    # A doubt about a supplier's number is about that number; any other was about what has changed now.
    if row.held_rule == "number" and (row.number, row.contact_key) == (wanted.number, values["contact_key"]):
        values["state"] = "held"
    else:
        values |= {"held_why": "", "held_rule": "", "number_checked_at": None, "seen_ids": []}
    _change(tx, row, values)
    tx.execute(delete(posting).where(posting.c.document_id == row.id))
    tx.execute(delete(finding).where(finding.c.document_id == row.id))
    write_postings(tx, [(row.id, wanted)])


def _change(tx: Connection, row: DocumentRow, values: Mapping[str, Any]) -> None:
    """One conditional UPDATE: only a row that nobody claimed in between."""
    untouched = and_(document.c.id == row.id, or_(document.c.state.in_(UNSENT), document.c.state == "superseded"))
    if tx.execute(update(document).where(untouched).values(**values)).rowcount != 1:
        raise Raced(row.natural_key)
