"""The poster: drains an organisation's outbox into Xero, each document exactly once, whatever dies in between.

One poster per organisation (a lease); a claim is committed before its request leaves, each document's own result before the
next request (``tillpost.store.claims``). What may be sent again is decided by what came back:

* a clear answer: each element is posted or refused by its own result;
* proof that nothing was booked (limits, connection, too large): ready again, in smaller chunks where that helps;
* 400 and 404 as a whole: looked up at once, then split until the document that breaks the request stands alone;
* anything else: unknown. It rests for 7 minutes and is looked up in one list per kind before anything of it is sent again.

Limits: https://developer.xero.com/documentation/guides/oauth2/limits/ (50 elements and 3.5 MB a request are Xero's advice).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tillpost.errors import ConfigError, RateLimited, StoreError, TillpostError, XeroAuthError, XeroRefused, XeroUnavailable
from tillpost.model.documents import Contact, Document, DocumentKind
from tillpost.store import claims, doubts, queue
from tillpost.store.database import Clock, Database
from tillpost.store.leases import Lease, LeaseHolder, give_back_lease, holds_lease, take_lease
from tillpost.store.lookups import as_result, best_match, held_by_identity, identity, known_xero_ids
from tillpost.store.names import bind_tenant, keep_contacts, known_contacts
from tillpost.store.outbox import FOREIGN_NUMBERS, contact_key
from tillpost.xero.sender import MAX_BODY_BYTES, MAX_DOCUMENTS, MAX_NUMBERS, Parent, Sender, allocation_number

# A claim older than this is not sent: its poster was suspended, and somebody may have given it up.
MAX_CLAIM_AGE = timedelta(minutes=1)
# Xero's clock and ours differ, and a list is asked for by the second.
LOOK_BACK = timedelta(minutes=10)
# So many chunks in a row without a clear answer, or too slow to be sent, and the poster stops for now.
MAX_IN_A_ROW = 5
_log = logging.getLogger("tillpost.posting")


@dataclass(frozen=True, slots=True)
class Progress:
    """What a drain did and what it left.

    ``posted`` and ``refused``: documents in this drain; ``unknown``, ``held``, ``waiting`` (for what they settle) and ``left``: documents
    now; ``calls``: requests of this drain. ``until`` is when it is worth to go on, aware UTC; ``why`` says why it stopped.
    """

    posted: int = 0
    refused: int = 0
    unknown: int = 0
    held: int = 0
    waiting: int = 0
    left: int = 0
    calls: int = 0
    until: datetime | None = None
    why: str = ""


class _Stop(Exception):
    """An orderly end before the outbox is empty."""

    def __init__(self, why: str, until: datetime | None = None) -> None:
        self.why, self.until = why, until
        super().__init__(why)


class _Stale(Exception):
    """The gate is shut: the claim is too old or the lease is lost. Nothing left."""


@dataclass(frozen=True, slots=True)
class _Ids:
    """What payloads name: ContactIDs by contact key, ids in Xero and kinds by natural key."""

    contacts: dict[str, str]
    documents: dict[str, str]
    kinds: dict[str, DocumentKind] = field(default_factory=dict)

    def contact_id(self, contact: Contact) -> str:
        return self.contacts[contact_key(contact)]

    def xero_id(self, natural_key: str) -> str:
        return self.documents[natural_key]

    def kind_of(self, natural_key: str) -> DocumentKind:
        return self.kinds[natural_key]

    def allocation(self, sent: Document) -> str:
        if sent.kind is not DocumentKind.ALLOCATION:
            return ""
        return allocation_number(self.documents.get(sent.credit, ""), self.documents.get(sent.settles, ""))


@dataclass(slots=True)
class _Run:
    """One drain: its tools, and what it has counted."""

    db: Database
    organisation: str
    sender: Sender
    clock: Clock
    lease: Lease
    tenant_id: str
    deadline: datetime
    posted: int = 0
    refused: int = 0
    in_a_row: int = 0
    contacts: dict[str, str] = field(default_factory=dict)

    def add(self, tally: claims.Tally) -> None:
        self.posted += tally.posted
        self.refused += tally.refused


def drain(db: Database, organisation: str, sender: Sender, clock: Clock, holder: str, *, max_seconds: int = 600) -> Progress:
    """Send what is ready until nothing is left, a limit is reached or ``max_seconds`` are over.

    Raises XeroAuthError, XeroUnavailable, XeroRefused (a request that Xero does not take from us at all), ConfigError and StoreError;
    whatever happens, nothing is lost and nothing is sent twice. A second poster returns at once and says who is at work.
    """
    calls = sender.calls
    taken = take_lease(db, organisation, holder, clock())
    if isinstance(taken, LeaseHolder):
        return _progress(db, organisation, _Stop(f"Another poster is at work: {taken.holder}.", taken.expires_at))
    posted = refused = 0
    stop: _Stop | None = None
    try:
        tenant_id = sender.tenant_id()
        bind_tenant(db, organisation, tenant_id, clock())
        run = _Run(db, organisation, sender, clock, taken, tenant_id, clock() + timedelta(seconds=max_seconds))
        try:
            stop = _work(run)
        finally:
            posted, refused = run.posted, run.refused
    except RateLimited as limit:
        stop = _Stop(str(limit), limit.until)
    finally:
        give_back_lease(db, taken, clock())
    progress = _progress(db, organisation, stop, posted, refused, sender.calls - calls)
    _log.info("%s: %s", organisation, progress)
    return progress


def settle_unknown(
    db: Database, organisation: str, sender: Sender, clock: Clock, kind: DocumentKind, chunks: Sequence[claims.Chunk]
) -> claims.Tally:
    """Look up the documents of unknown chunks of one kind in one list; found is posted, not found is ready again."""
    if not chunks:
        return claims.Tally()
    held = sender.held_documents(kind, min(c.claimed_at for c in chunks) - LOOK_BACK)
    contacts = known_contacts(db, organisation)
    with db.read() as tx:
        known = known_xero_ids(tx, organisation, [one.xero_id for one in held])
        natural_keys = sorted({key for c in chunks for d in c.documents for key in (d.document.settles, d.document.credit) if key})
        ids = _Ids(contacts, claims.posted_ids(tx, organisation, natural_keys))
    in_xero = held_by_identity(kind, held, known)
    total = claims.Tally()
    for chunk in chunks:
        matches = [in_xero.get(identity(d.document, contacts, ids.allocation(d.document)), []) for d in chunk.documents]
        found = [best_match(d, match) for d, match in zip(chunk.documents, matches, strict=True)]
        tally = claims.settle_chunk(db, chunk, [as_result(one) if one else None for one in found], clock())
        total = claims.Tally(total.posted + tally.posted, total.refused + tally.refused, total.returned + tally.returned)
        doubts.report_copies(db, chunk, matches)
    return total


def _work(run: _Run) -> _Stop | None:
    lost = claims.give_up_lost_claims(run.db, run.lease, run.clock())
    if lost:
        _log.warning("%s: %s chunks of an earlier poster have an unknown outcome and are looked up", run.organisation, lost)
    run.contacts = known_contacts(run.db, run.organisation)
    try:
        rested = claims.rested_chunks(run.db, run.organisation, run.clock())
        for kind in DocumentKind:
            chunks = [chunk for chunk in rested if chunk.kind is kind]
            run.add(settle_unknown(run.db, run.organisation, run.sender, run.clock, kind, chunks))
        for kind in queue.ready_kinds(run.db, run.organisation):
            while documents := _next_documents(run, kind):
                _send(run, kind, documents)
    except claims.LeaseLost:
        return _Stop("Another poster has taken over.")
    except _Stop as stop:
        return stop
    return None


def _next_documents(run: _Run, kind: DocumentKind) -> list[claims.ReadyDocument]:
    """The documents of the next chunk, with their contacts known and their numbers checked; empty if there is none."""
    while True:
        with run.db.read() as tx:
            documents = _cut(claims.ready_documents(tx, run.organisation, kind, MAX_DOCUMENTS))
        if documents and run.clock() >= run.deadline:
            raise _Stop("The time for this drain is over.", run.clock())
        if any(d.contact_key and d.contact_key not in run.contacts for d in documents):
            _ensure_contacts(run)
        elif kind in FOREIGN_NUMBERS and kind is not DocumentKind.ALLOCATION and not all(d.number_checked for d in documents):
            _check_numbers(run, kind)
        else:
            return documents


def _cut(documents: Sequence[claims.ReadyDocument]) -> list[claims.ReadyDocument]:
    """As many as may go together: no more than any of them allows; allocations of one credit note or overpayment."""
    chosen: list[claims.ReadyDocument] = []
    for one in documents:
        size = min(max(d.max_chunk, 1) for d in [*chosen, one])
        if len(chosen) >= size:
            break
        if not chosen or one.document.credit == chosen[0].document.credit:
            chosen.append(one)
    return chosen


def _ensure_contacts(run: _Run) -> None:
    """Find or create the contacts that ready documents need and we do not know; a document without one is refused."""
    missing = queue.missing_contacts(run.db, run.organisation)
    results = run.sender.ensure_contacts(missing)
    found = [(contact, result.contact_id) for contact, result in zip(missing, results, strict=True) if result.contact_id]
    keep_contacts(run.db, run.organisation, found, run.clock())
    for contact, result in zip(missing, results, strict=True):
        if not result.contact_id:
            run.add(queue.refuse_contact(run.db, run.organisation, contact, result.messages, run.clock()))
        elif result.messages:
            _log.info("%s: %s", run.organisation, " ".join(result.messages))
    run.contacts = known_contacts(run.db, run.organisation)


def _check_numbers(run: _Run, kind: DocumentKind) -> None:
    """Before a supplier's number is sent for the first time: one that Xero holds already was typed by hand, and is held here."""
    unchecked = queue.unchecked_numbers(run.db, run.organisation, kind, MAX_NUMBERS)
    held = run.sender.find_bills(kind, sorted({d.document.number for d in unchecked}))
    with run.db.read() as tx:
        known = known_xero_ids(tx, run.organisation, [one.xero_id for one in held])
    in_xero = held_by_identity(kind, doubts.living(held), known)
    found = [in_xero.get(identity(d.document, run.contacts, ""), []) for d in unchecked]
    doubts.number_checked(run.db, unchecked, found, run.clock())


def _send(run: _Run, kind: DocumentKind, documents: list[claims.ReadyDocument]) -> None:
    """Claim, send, record: one chunk."""
    made = _body(run, kind, documents)
    if made is None:
        return
    documents, body, parent = made
    digest = hashlib.sha256(body).hexdigest()
    key = _idempotency_key(run.tenant_id, kind, parent, digest, sum(d.refusals for d in documents))
    chunk = claims.claim(run.db, run.lease, claims.Request(kind, digest, key, tuple(documents)), run.clock())
    if chunk is None:
        return
    gate = _Gate(run, chunk)
    try:
        results = run.sender.send(kind, body, key, parent=parent, gate=gate)
        if len(results) != len(chunk.documents):
            raise ValueError(f"{len(results)} results for {len(chunk.documents)} documents")
    except Exception as error:  # whatever it is, it decides what may be sent again
        _failed(run, chunk, error, left=gate.passed)
        return
    tally = claims.record_answer(run.db, chunk, results, run.clock())
    run.add(tally)
    run.in_a_row = 0
    _log.info("%s: %s %ss posted, %s refused", run.organisation, tally.posted, kind, tally.refused)


class _Gate:
    """The last look before a request leaves: the claim is fresh and the lease still ours."""

    def __init__(self, run: _Run, chunk: claims.Chunk) -> None:
        self.run, self.chunk, self.passed = run, chunk, False

    def __call__(self) -> None:
        self.passed = False
        if not holds_lease(self.run.db, self.run.lease):
            raise _Stale("another poster has taken over")
        # The clock comes last: everything before it takes time.
        if self.run.clock() - self.chunk.claimed_at > MAX_CLAIM_AGE:
            raise _Stale("the claim is older than a minute")
        self.passed = True


def _failed(run: _Run, chunk: claims.Chunk, error: Exception, *, left: bool) -> None:
    """A request without results: commit what is proved, then go on, stop or raise."""
    now, size = run.clock(), len(chunk.documents)
    if isinstance(error, XeroRefused):
        _refused_as_a_whole(run, chunk, error)
    elif isinstance(error, (RateLimited, XeroUnavailable, XeroAuthError)):
        claims.give_back(run.db, chunk, f"nothing booked: {error}", now)
        raise error
    elif isinstance(error, _Stale):
        claims.give_back(run.db, chunk, f"not sent: {error}", now)
        _count_in_a_row(run, f"It was not sent in time: {error}.", now)
    elif isinstance(error, (ConfigError, StoreError)) and not left:
        claims.give_back(run.db, chunk, f"not sent: {error}", now)
        raise error
    else:
        said = str(error) if isinstance(error, TillpostError) else f"The request ended with {type(error).__name__}."
        claims.mark_unknown(run.db, chunk, said, now)
        _log.warning("%s: the outcome of %s %ss is unknown: %s", run.organisation, size, chunk.kind, said)
        _count_in_a_row(run, f"No clear answer {MAX_IN_A_ROW} times in a row. The last: {said}", now + claims.REST)


def _count_in_a_row(run: _Run, why: str, until: datetime) -> None:
    run.in_a_row += 1
    if run.in_a_row >= MAX_IN_A_ROW:
        raise _Stop(why, until)


def _refused_as_a_whole(run: _Run, chunk: claims.Chunk, error: XeroRefused) -> None:
    size, now = len(chunk.documents), run.clock()
    if error.status == 413:
        if size == 1:
            run.add(claims.refuse(run.db, chunk, str(error), now))
        else:
            claims.give_back(run.db, chunk, f"too large: {error}", now, max_chunk=(size + 1) // 2)
    elif error.status in (400, 404):
        # Committed as unknown first: if the look-up fails, it is repeated after its rest.
        claims.mark_unknown(run.db, chunk, str(error), now, max_chunk=(size + 1) // 2 if size > 1 else claims.ALONE)
        run.add(settle_unknown(run.db, run.organisation, run.sender, run.clock, chunk.kind, [chunk]))
    else:
        claims.give_back(run.db, chunk, f"nothing booked: {error}", now)
        raise error


def _body(
    run: _Run, kind: DocumentKind, documents: list[claims.ReadyDocument]
) -> tuple[list[claims.ReadyDocument], bytes, Parent | None] | None:
    """The exact body of as many of these documents as fit; None if the first cannot be sent, which is then held."""
    ids, parent = _ids(run, documents)
    while True:
        try:
            body = run.sender.body(kind, [d.document for d in documents], ids)
        except Exception as error:  # one document that cannot be written must not stop the others
            if len(documents) == 1:
                doubts.hold_document(run.db, documents[0], f"It cannot be written for Xero: {error}", run.clock())
                return None
        else:
            if len(body) <= MAX_BODY_BYTES:
                return documents, body, parent
            if len(documents) == 1:
                doubts.hold_document(run.db, documents[0], f"It is too large for Xero: {len(body)} bytes.", run.clock())
                return None
        documents = documents[: (len(documents) + 1) // 2]


def _ids(run: _Run, documents: Sequence[claims.ReadyDocument]) -> tuple[_Ids, Parent | None]:
    needed = sorted({key for d in documents for key in (d.document.settles, d.document.credit) if key})
    with run.db.read() as tx:
        kinds = claims.posted_kinds(tx, run.organisation, needed)
        ids = _Ids(run.contacts, claims.posted_ids(tx, run.organisation, needed), kinds)
    first = documents[0].document
    if first.kind is not DocumentKind.ALLOCATION:
        return ids, None
    return ids, Parent(kinds[first.credit], ids.documents[first.credit])


def _idempotency_key(tenant_id: str, kind: DocumentKind, parent: Parent | None, body_digest: str, refusals: int) -> str:
    """The same chunk has the same key; after a refusal another one, or Xero would replay the refusal for 6 minutes."""
    parts = (tenant_id, kind.value, parent.xero_id if parent else "", body_digest, str(refusals))
    return f"tillpost-{hashlib.sha256('|'.join(parts).encode()).hexdigest()}"


def _progress(db: Database, organisation: str, stop: _Stop | None, posted: int = 0, refused: int = 0, calls: int = 0) -> Progress:
    left = queue.leftover(db, organisation)
    until, why = (stop.until, stop.why) if stop else (None, "")
    if until is None and left.unknown_since is not None:
        until = left.unknown_since + claims.REST
        why = why or f"{left.unknown} documents of unknown outcome rest before they are looked up."
    return Progress(posted, refused, left.unknown, left.held, left.waiting, left.ready, calls, until, why)
