"""Binding an organisation to another Xero tenant than before: a person's choice, while nothing of it is in the old one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select, update

from tillpost.errors import XeroAuthError
from tillpost.store import audit
from tillpost.store.claims import LeaseLost
from tillpost.store.database import Database
from tillpost.store.leases import Lease, renew_lease
from tillpost.store.names import tenant_of
from tillpost.store.schema import document
from tillpost.store.schema_xero import contact, payment_status, recovered, tenant, watermark, xero_contact

# What Xero's ids and moments of the old tenant are in.
_OF_THE_TENANT = (contact, xero_contact, payment_status, watermark)


def rebind_tenant(db: Database, held: Lease, tenant_id: str, who: str, now: datetime) -> None:
    """Bind an organisation to another tenant and forget what was read of the old one; the lease keeps posters out meanwhile.

    Raises XeroAuthError where a document of it is in the old one or may be, or the new one is another organisation's; LeaseLost.
    """
    organisation, before = held.organisation, tenant_of(db, held.organisation)
    with db.write() as tx:
        if not renew_lease(tx, held, now):
            raise LeaseLost
        if why := _why_not(tx, organisation, tenant_id):
            raise XeroAuthError(
                f"Organisation {organisation!r} is bound to the Xero organisation {before}, but its connection leads to {tenant_id}, "
                f"and {why}. Nothing was changed. Connect the right Xero organisation; to keep books in another one, give it an "
                "organisation of its own in tillpost.yml."
            )
        tx.execute(update(tenant).where(tenant.c.organisation == organisation).values(tenant_id=tenant_id, bound_at=now))
        for table in _OF_THE_TENANT:
            tx.execute(delete(table).where(table.c.organisation == organisation))
        tx.execute(update(document).where(document.c.organisation == organisation).values(number_checked_at=None))
        audit.record(tx, organisation, organisation, "rebind", now=now, who=who, details={"tenant": tenant_id, "before": before})


def _why_not(tx: Connection, organisation: str, tenant_id: str) -> str:
    """Why an organisation cannot be bound to another tenant; '' if it can."""
    other = tx.execute(select(tenant.c.organisation).where(tenant.c.tenant_id == tenant_id)).scalar()
    if other is not None:
        return f"{other!r} is bound to that one already"
    there = or_(document.c.xero_id != "", document.c.state.in_(("sending", "unknown")))
    sent = exists().where(document.c.organisation == organisation, there)
    in_xero = tx.execute(select(or_(sent, exists().where(recovered.c.organisation == organisation)))).scalar()
    return "documents of it are posted, or may be" if in_xero else ""
