"""Void: take a posted document back in Xero, as a person decided, and send it anew where that is wanted; or leave it there after all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tillpost.config import Site
from tillpost.errors import TillpostError
from tillpost.flows.budget import patient_meter
from tillpost.flows.reporting import reporting_changes
from tillpost.posting_rules import DEFAULT_RULES
from tillpost.store.claims import LeaseLost
from tillpost.store.database import Database, open_database
from tillpost.store.leases import Lease, LeaseHolder, give_back_lease, take_lease
from tillpost.store.voiding import request_void, voids_to_withdraw
from tillpost.xero.binding import bound_tenant
from tillpost.xero.run import Run
from tillpost.xero.sender import Sender
from tillpost.xero.voiding import Voided, finish_voids, withdraw_voids

# Long enough for a document with very many payments.
TIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person decided of a document, named by its number or natural key: ``who`` and ``why`` go into the audit trail.

    ``with_payments``: the same of its payments and allocations. ``again``: it is sent anew once it is void.
    """

    document: str
    who: str
    why: str
    with_payments: bool = False
    again: bool = False


def void_document(site: Site, organisation: str, wish: Wish, *, holder: str) -> list[Voided]:
    """Void a document in Xero; what became of it and of what stood on it. Raises TillpostError.

    The wish is on record before Xero is asked: whatever ends this, the next posting run carries it out.
    """

    def void(run: Run) -> list[Voided]:
        more = {"with_payments": wish.with_payments, "again": wish.again}
        request_void(run.db, run.lease, wish.document, wish.who, wish.why, run.clock(), **more)
        return finish_voids(run)

    return _alone(site, organisation, holder, void)


def withdraw_wish(site: Site, organisation: str, wish: Wish, *, holder: str) -> list[Voided]:
    """Take back that a document is to be voided; what Xero says is void already stays so. Raises TillpostError."""

    def withdraw(run: Run) -> list[Voided]:
        wishes = voids_to_withdraw(run.db, run.organisation, wish.document, run.clock(), with_payments=wish.with_payments)
        return withdraw_voids(run, wishes, wish.who, wish.why)

    return _alone(site, organisation, holder, withdraw)


def _alone(site: Site, organisation: str, holder: str, work: Callable[[Run], list[Voided]]) -> list[Voided]:
    """Do work while no poster is at work, and write the reports of what it changed."""
    from tillpost.flows.clients import xero_client

    org = site.organisation(organisation)
    db = open_database(site.settings.db_url, migrate=True)
    client = xero_client(site, org, meter=patient_meter(site, org, db), db=db)
    lease = _lease(db, org.key, holder)
    with reporting_changes(site, org, db, holder):
        try:
            return work(_run(db, client, lease))
        except LeaseLost:
            raise TillpostError(
                "A poster has taken over. What is to be voided is on record; the next posting run carries it out."
            ) from None
        finally:
            give_back_lease(db, lease, db.now())


def _lease(db: Database, organisation: str, holder: str) -> Lease:
    taken = take_lease(db, organisation, holder, db.now())
    if isinstance(taken, LeaseHolder):
        raise TillpostError(
            f"A poster is at work for {organisation}: {taken.holder}. Unless it goes on, it ends by {taken.expires_at:%H:%M:%S} UTC. "
            "Nothing was changed; try again then."
        )
    return taken


def _run(db: Database, sender: Sender, lease: Lease) -> Run:
    tenant_id = bound_tenant(db, lease.organisation, sender, db.now())
    return Run(db, lease.organisation, sender, db.now, lease, tenant_id, db.now() + TIME, DEFAULT_RULES)
