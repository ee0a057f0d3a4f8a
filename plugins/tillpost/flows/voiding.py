"""Void: take a posted document back in Xero, as a person decided, and send it anew where that is wanted."""

from __future__ import annotations

from datetime import timedelta

from tillpost.config import Site
from tillpost.errors import TillpostError
from tillpost.flows.budget import patient_meter
from tillpost.flows.reporting import write_reports
from tillpost.posting_rules import DEFAULT_RULES
from tillpost.store.claims import LeaseLost
from tillpost.store.database import Database, open_database
from tillpost.store.leases import Lease, LeaseHolder, give_back_lease, take_lease
from tillpost.store.names import bind_tenant
from tillpost.store.records import dates_changed_since
from tillpost.store.voiding import request_void
from tillpost.xero.run import Run
from tillpost.xero.sender import Sender
from tillpost.xero.voiding import Voided, finish_voids

# Long enough for a document with very many payments.
TIME = timedelta(minutes=10)


def void_document(
    site: Site, organisation: str, document: str, *, who: str, why: str, holder: str, with_payments: bool = False, again: bool = False
) -> list[Voided]:
    """Void a document in Xero, by its number or natural key; what became of it and of what stood on it. Raises TillpostError.

    The wish is on record before Xero is asked: whatever ends this, the next posting run carries it out.
    """
    from tillpost.flows.clients import xero_client

    org = site.organisation(organisation)
    db = open_database(site.settings.db_url, migrate=True)
    client = xero_client(site, org, meter=patient_meter(site, org, db), db=db)
    lease, begun = _lease(db, org.key, holder), db.now()
    try:
        run = _run(db, client, lease)
        request_void(db, lease, document, who, why, db.now(), with_payments=with_payments, again=again)
        return finish_voids(run)
    except LeaseLost:
        raise TillpostError("A poster has taken over. What is to be voided is on record; the next posting run carries it out.") from None
    finally:
        give_back_lease(db, lease, db.now())
        write_reports(site, org, db, dates_changed_since(db, org.key, begun), holder, db.now())


def _lease(db: Database, organisation: str, holder: str) -> Lease:
    taken = take_lease(db, organisation, holder, db.now())
    if isinstance(taken, LeaseHolder):
        raise TillpostError(
            f"A poster is at work for {organisation}: {taken.holder}. Unless it goes on, it ends by {taken.expires_at:%H:%M:%S} UTC. "
            "Nothing was changed; try again then."
        )
    return taken


def _run(db: Database, sender: Sender, lease: Lease) -> Run:
    tenant_id = sender.tenant_id()
    bind_tenant(db, lease.organisation, tenant_id, db.now())
    return Run(db, lease.organisation, sender, db.now, lease, tenant_id, db.now() + TIME, DEFAULT_RULES)
