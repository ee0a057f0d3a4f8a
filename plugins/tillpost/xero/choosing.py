"""Which documents go next: of one kind, recent business dates before older ones, their contacts known and their numbers checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tillpost.model.documents import DocumentKind
from tillpost.store import claims, doubts, queue
from tillpost.store.lookups import held_by_identity, identity, known_xero_ids
from tillpost.store.outbox import FOREIGN_NUMBERS
from tillpost.store.recovery import adopt_kept
from tillpost.xero.contact_steps import ensure_contacts
from tillpost.xero.preflight import hold_what_cannot_succeed, is_judged
from tillpost.xero.recovery import check_known, is_checked
from tillpost.xero.run import Run, Stop
from tillpost.xero.sender import MAX_DOCUMENTS, MAX_NUMBERS


@dataclass(frozen=True, slots=True)
class Choice:
    """The documents of the next chunk. ``backfill``: all of them are of older business dates."""

    kind: DocumentKind
    documents: list[claims.ReadyDocument]
    backfill: bool


def next_choice(run: Run, in_flight: int) -> Choice | None:
    """What goes next, None if nothing may be sent now; raises Stop when the drain's time is over, and XeroErrors of contacts and numbers.

    A chunk with any recent document is filled up with older ones of its kind: they cost no call. ``in_flight``: requests under way.
    """
    while True:
        kind = queue.next_kind(run.db, run.organisation, run.nightly_from)
        if kind is None:
            return None
        if run.clock() >= run.deadline:
            raise Stop("The time for this drain is over.", run.clock())
        with run.db.read() as tx:
            documents = _cut(claims.ready_documents(tx, run.organisation, kind, MAX_DOCUMENTS, recent_from=run.nightly_from))
        if not is_checked(run, documents):
            check_known(run)
        elif not is_judged(run, documents):
            hold_what_cannot_succeed(run)
        elif any(d.contact_key and d.contact_key not in run.contacts for d in documents):
            ensure_contacts(run)
        elif kind in FOREIGN_NUMBERS and kind is not DocumentKind.ALLOCATION and not all(d.number_checked for d in documents):
            checked = _checked_now(run, kind, documents, in_flight)
            if checked:
                return Choice(kind, checked, _is_backfill(run, checked))
        elif documents:
            return Choice(kind, documents, _is_backfill(run, documents))


def _is_backfill(run: Run, documents: Sequence[claims.ReadyDocument]) -> bool:
    return all(d.document.key.business_date < run.nightly_from for d in documents)


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


def _checked_now(run: Run, kind: DocumentKind, documents: list[claims.ReadyDocument], in_flight: int) -> list[claims.ReadyDocument]:
    """Look for numbers in Xero, then choose anew (empty). Where only older dates lack that, and the rest of the day is the night's, those
    that had it.
    """
    unchecked = queue.unchecked_numbers(run.db, run.organisation, kind, MAX_NUMBERS, recent_from=run.nightly_from)
    limit = run.room(in_flight, backfill=True) if _is_backfill(run, unchecked) else None
    if limit is None:
        _check_numbers(run, kind, unchecked)
        return []
    checked = [d for d in documents if d.number_checked]
    if not checked:
        raise limit
    return checked


def _check_numbers(run: Run, kind: DocumentKind, unchecked: Sequence[claims.ReadyDocument]) -> None:
    """Before a supplier's number is sent for the first time: one that Xero holds already was typed by hand, and is held here."""
    if adopt_kept(run.db, run.organisation, run.contacts, run.clock()):
        return  # its contact was not known before
    held = run.sender.find_bills(kind, sorted({d.document.number for d in unchecked}))
    with run.db.read() as tx:
        known = known_xero_ids(tx, run.organisation, [one.xero_id for one in held])
    in_xero = held_by_identity(kind, doubts.living(held), known)
    found = [in_xero.get(identity(d.document, run.contacts, ""), []) for d in unchecked]
    doubts.number_checked(run.db, unchecked, found, run.clock())
