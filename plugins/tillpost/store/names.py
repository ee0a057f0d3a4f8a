"""What Xero's names for things are: the tenant that an organisation is bound to, and the ContactIDs of its contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select

from tillpost.errors import XeroAuthError
from tillpost.model.documents import Contact
from tillpost.store import audit
from tillpost.store.database import Database
from tillpost.store.outbox import contact_key
from tillpost.store.schema_xero import contact, tenant
from tillpost.store.upserts import insert_missing, upsert


def bind_tenant(db: Database, organisation: str, tenant_id: str, now: datetime, who: str = audit.SYSTEM) -> None:
    """Bind an organisation to its Xero tenant at the first connection; XeroAuthError if either is bound to another."""
    if is_bound(db, organisation, tenant_id):
        return
    with db.write() as tx:
        if insert_missing(tx, tenant, {"organisation": organisation, "tenant_id": tenant_id, "bound_at": now}):
            audit.record(tx, organisation, organisation, "bind", now=now, who=who, details={"tenant": tenant_id})
            return
    is_bound(db, organisation, tenant_id)


def tenant_of(db: Database, organisation: str) -> str:
    """The Xero tenant that an organisation is bound to; '' before the first connection."""
    with db.read() as tx:
        return tx.execute(select(tenant.c.tenant_id).where(tenant.c.organisation == organisation)).scalar() or ""


def is_bound(db: Database, organisation: str, tenant_id: str) -> bool:
    """Whether an organisation is bound to this tenant already; XeroAuthError if either is bound to another."""
    with db.read() as tx:
        pairs = {r.organisation: r.tenant_id for r in tx.execute(select(tenant))}
    if organisation not in pairs and tenant_id not in pairs.values():
        return False
    if pairs.get(organisation) != tenant_id:
        raise XeroAuthError(_refusal(organisation, tenant_id, pairs))
    return True


def known_contacts(db: Database, organisation: str) -> dict[str, str]:
    """The ContactIDs that are known, by contact key."""
    query = select(contact.c.contact_key, contact.c.contact_id).where(contact.c.organisation == organisation)
    with db.read() as tx:
        return {row.contact_key: row.contact_id for row in tx.execute(query)}


def keep_contacts(
    db: Database, organisation: str, found: Iterable[tuple[Contact, str]], now: datetime, told: Mapping[str, str] | None = None
) -> None:
    """Keep the ContactIDs of contacts; ``told``, by contact key, is what the audit trail says of one that was taken over."""
    contacts = list(found)
    rows = {contact_key(c): _contact_row(organisation, c, contact_id, now) for c, contact_id in contacts}
    with db.write() as tx:
        upsert(tx, contact, list(rows.values()), ("name", "number", "contact_id", "updated_at"))
        for who, contact_id in contacts:
            if why := (told or {}).get(contact_key(who)):
                audit.record(tx, organisation, contact_key(who), "contact", now=now, why=why, details={"contact_id": contact_id})


def _contact_row(organisation: str, who: Contact, contact_id: str, now: datetime) -> Mapping[str, object]:
    values = {"organisation": organisation, "contact_key": contact_key(who), "name": who.name, "number": who.number}
    return {**values, "contact_id": contact_id, "updated_at": now}


def _refusal(organisation: str, tenant_id: str, pairs: Mapping[str, str]) -> str:
    if organisation in pairs:
        what = f"is bound to the Xero organisation {pairs[organisation]}, but its connection leads to {tenant_id}"
    else:
        other = next(name for name, bound in pairs.items() if bound == tenant_id)
        what = f"is connected to the Xero organisation {tenant_id}, which {other!r} is bound to already"
    return (
        f"Organisation {organisation!r} {what}. Nothing was sent. Connect the right Xero organisation (as long as nothing is posted, "
        "`tillpost connect` binds anew); to keep books in another one, give it an organisation of its own in tillpost.yml."
    )
