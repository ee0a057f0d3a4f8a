"""The contacts of a drain: what changed in Xero is read once, what is missing is created before the documents that need it.

A lost answer creates nothing twice: the next run finds what was created, and where a list lags Xero refuses the name that is taken.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from tillpost.errors import UnknownOutcome, XeroRefused
from tillpost.model.documents import Contact
from tillpost.model.results import XeroContact
from tillpost.store import queue
from tillpost.store.claims import REST
from tillpost.store.contacts import contacts_seen_until, keep_xero_contacts, xero_contacts
from tillpost.store.judging import hold_for_contact
from tillpost.store.names import keep_contacts, known_contacts
from tillpost.store.outbox import contact_key
from tillpost.xero.contact_book import Book, key_of
from tillpost.xero.pulling import OVERLAP
from tillpost.xero.run import Run, Stop
from tillpost.xero.sender import MAX_DOCUMENTS, ContactResult

# Xero's words for a name or a number that another contact has.
TAKEN = "already assigned to another contact"
_NOT_LISTED = (
    "Xero says that this name or number is taken, and does not list the contact yet: it is looked up again before the next posting."
)
_log = logging.getLogger("tillpost.posting")


def contact_book(run: Run) -> Book:
    """The contacts as Xero holds them, read once per drain: only what changed since the last look."""
    return run.book or _read_changes(run)


def ensure_contacts(run: Run) -> None:
    """Find or create the contacts that ready documents need and we do not know.

    Documents are held where theirs cannot be used, refused where Xero refuses to create it. Raises Stop where an answer was lost.
    """
    missing = _matched(run, queue.missing_contacts(run.db, run.organisation))
    while missing:
        batch = list({key_of(contact): contact for contact in missing}.values())[:MAX_DOCUMENTS]
        taken = _create(run, batch)
        if taken:
            _look_again(run, taken)
        missing = _matched(run, [contact for contact in missing if contact not in batch])
    run.contacts = known_contacts(run.db, run.organisation)


def _read_changes(run: Run) -> Book:
    seen = contacts_seen_until(run.db, run.organisation)
    keep_xero_contacts(run.db, run.organisation, run.sender.changed_contacts(seen - OVERLAP if seen else None))
    run.book = Book.of(xero_contacts(run.db, run.organisation))
    return run.book


def _matched(run: Run, contacts: Sequence[Contact]) -> list[Contact]:
    """Keep those that Xero has, hold the documents of those that cannot be used; the others."""
    results = [(contact, contact_book(run).found(contact)) for contact in contacts]
    _keep(run, [(contact, result) for contact, result in results if result and result.contact_id])
    for contact, result in results:
        if result and not result.contact_id:
            hold_for_contact(run.db, run.organisation, contact, " ".join(result.messages), run.clock())
    return [contact for contact, result in results if result is None]


def _keep(run: Run, found: Sequence[tuple[Contact, ContactResult]]) -> None:
    """Keep ContactIDs; what was taken over or merged goes into the audit trail and the log."""
    told = {contact_key(contact): " ".join(result.messages) for contact, result in found if result.messages}
    if found:
        keep_contacts(run.db, run.organisation, [(contact, result.contact_id) for contact, result in found], run.clock(), told)
    for message in told.values():
        _log.info("%s: %s", run.organisation, message)


def _create(run: Run, batch: Sequence[Contact]) -> list[Contact]:
    """Create contacts in one call and keep what came of each; those whose name or number Xero says is taken."""
    try:
        results = run.sender.create_contacts(batch)
    except UnknownOutcome as lost:
        why = f"Xero gave no clear answer while contacts were created: those that exist by then are found, none is created twice. {lost}"
        raise Stop(why, run.clock() + REST) from lost
    except XeroRefused as refused:
        if refused.status not in (400, 404, 413):
            raise
        if len(batch) > 1:  # one of them breaks the request: it is found by halves
            half = len(batch) // 2
            return [*_create(run, batch[:half]), *_create(run, batch[half:])]
        results = [ContactResult("", refused.messages or (str(refused),))]
    made = [(contact, result) for contact, result in zip(batch, results, strict=True) if result.contact_id]
    _keep(run, made)
    created = [XeroContact(result.contact_id, c.name, c.number) for c, result in made]
    keep_xero_contacts(run.db, run.organisation, created)
    book = contact_book(run)
    for one in created:
        book.add(one)
    refusals = [(contact, result) for contact, result in zip(batch, results, strict=True) if not result.contact_id]
    taken = [contact for contact, result in refusals if any(TAKEN in message for message in result.messages)]
    for contact, result in refusals:
        if contact not in taken:
            run.add(queue.refuse_contact(run.db, run.organisation, contact, result.messages, run.clock()))
    return taken


def _look_again(run: Run, taken: Sequence[Contact]) -> None:
    """Somebody created them since the list was read, or the list lags: read once more; what is not listed yet waits for the next run."""
    _read_changes(run)
    for contact in _matched(run, taken):
        hold_for_contact(run.db, run.organisation, contact, _NOT_LISTED, run.clock())
