"""Which documents go next: of one kind, recent business dates before older ones, their contacts known and their numbers checked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from tillpost.model.documents import DocumentKind
from tillpost.store import claims, doubts, queue
from tillpost.store.lookups import held_by_identity, identity, known_xero_ids
from tillpost.store.names import keep_contacts, known_contacts
from tillpost.store.outbox import FOREIGN_NUMBERS
from tillpost.xero.run import Run, Stop
from tillpost.xero.sender import MAX_DOCUMENTS, MAX_NUMBERS

_log = logging.getLogger("tillpost.posting")


@dataclass(frozen=True, slots=True)
class Choice:
    """The documents of the next chunk. ``backfill``: all of them are of older business dates."""

    kind: DocumentKind
    documents: list[claims.ReadyDocument]
    backfill: bool


def next_choice(run: Run) -> Choice | None:
    """What goes next, None if nothing may be sent now; raises Stop when the drain's time is over, and XeroErrors of contacts and numbers.

    A chunk with any recent document is filled up with older ones of its kind: they cost no call.
    """
    while True:
        kind = queue.next_kind(run.db, run.organisation, run.nightly_from)
        if kind is None:
            return None
        if run.clock() >= run.deadline:
            raise Stop("The time for this drain is over.", run.clock())
        with run.db.read() as tx:
            documents = _cut(claims.ready_documents(tx, run.organisation, kind, MAX_DOCUMENTS, recent_from=run.nightly_from))
        if any(d.contact_key and d.contact_key not in run.contacts for d in documents):
            _ensure_contacts(run)
        elif kind in FOREIGN_NUMBERS and kind is not DocumentKind.ALLOCATION and not all(d.number_checked for d in documents):
            _check_numbers(run, kind)
        elif documents:
            return Choice(kind, documents, all(d.document.key.business_date < run.nightly_from for d in documents))


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


def _ensure_contacts(run: Run) -> None:
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


def _check_numbers(run: Run, kind: DocumentKind) -> None:
    """Before a supplier's number is sent for the first time: one that Xero holds already was typed by hand, and is held here."""
    unchecked = queue.unchecked_numbers(run.db, run.organisation, kind, MAX_NUMBERS)
    held = run.sender.find_bills(kind, sorted({d.document.number for d in unchecked}))
    with run.db.read() as tx:
        known = known_xero_ids(tx, run.organisation, [one.xero_id for one in held])
    in_xero = held_by_identity(kind, doubts.living(held), known)
    found = [in_xero.get(identity(d.document, run.contacts, ""), []) for d in unchecked]
    doubts.number_checked(run.db, unchecked, found, run.clock())
