"""Rebuilding a lost or restored outbox: everything of ours is read from Xero and put on record with its id, or kept until it is built.

What identifies a document is in Xero: our numbers, a supplier's number and contact, the two ends of an allocation. Nothing is sent.
"""

from __future__ import annotations

from datetime import datetime

from tillpost.errors import TillpostError
from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.store.claims import LeaseLost, give_up_lost_claims
from tillpost.store.contacts import contacts_seen_until, keep_xero_contacts
from tillpost.store.database import Clock, Database
from tillpost.store.leases import Lease, LeaseHolder, give_back_lease, renew_lease, take_lease
from tillpost.store.looks import Look, keep_look
from tillpost.store.rebuilding import Author, Rebuilt, rebuild
from tillpost.xero.binding import bound_tenant
from tillpost.xero.pulling import OVERLAP
from tillpost.xero.sender import Listing, Sender


def recover(
    db: Database,
    organisation: str,
    sender: Sender,
    clock: Clock,
    holder: str,
    author: Author,
    *,
    since: datetime,
    dry_run: bool = False,
) -> list[Rebuilt]:
    """Read all documents that changed in Xero since an aware moment and put them on record; what became of them, by kind.

    ``dry_run`` writes nothing of it. Raises XeroErrors of reading, before anything is written, and TillpostError while a poster is at work.
    """
    taken = take_lease(db, organisation, holder, clock())
    if isinstance(taken, LeaseHolder):
        raise TillpostError(f"A poster is at work: {taken.holder}. Nothing was changed. Run again when it has ended.")
    try:
        bound_tenant(db, organisation, sender, clock())
        give_up_lost_claims(db, taken, clock())
        return _recover(db, taken, sender, clock, author, since, dry_run)
    except LeaseLost:
        raise TillpostError("A poster has taken over meanwhile. What was put on record before is right; run again for the rest.") from None
    finally:
        give_back_lease(db, taken, clock())


def _recover(db: Database, held: Lease, sender: Sender, clock: Clock, author: Author, since: datetime, dry_run: bool) -> list[Rebuilt]:
    seen = contacts_seen_until(db, held.organisation)
    keep_xero_contacts(db, held.organisation, sender.changed_contacts(seen - OVERLAP if seen else None))
    _renew(db, held, clock())
    found: dict[tuple[DocumentKind, str], HeldDocument] = {}
    seen_until: dict[Listing, datetime] = {}
    for which in Listing:  # payments last: only their own list tells of those that were deleted
        listed = sender.listing(which, since)
        _renew(db, held, clock())
        found |= {(one.kind, one.xero_id): one for one in listed}
        seen_until[which] = max([since, *(one.changed_at for one in listed if one.changed_at)])
    rebuilt = rebuild(db, held, list(found.values()), author, clock(), dry_run=dry_run)
    for which, until in [] if dry_run else seen_until.items():
        keep_look(db, held.organisation, which, Look(since, until), clock())
    return rebuilt


def _renew(db: Database, held: Lease, now: datetime) -> None:
    """A list of many pages takes minutes: whoever reads on keeps the lease. Raises LeaseLost."""
    with db.write() as tx:
        if not renew_lease(tx, held, now):
            raise LeaseLost
