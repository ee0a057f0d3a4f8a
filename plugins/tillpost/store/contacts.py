"""The contacts of an organisation as Xero holds them, kept up to date by what changed since the last look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tillpost.model.folding import folded_name
from tillpost.model.results import XeroContact
from tillpost.store.database import Database
from tillpost.store.payments import get_watermark, set_watermark
from tillpost.store.schema_xero import xero_contact
from tillpost.store.upserts import upsert

WATERMARK = "contacts"
_CHANGES = ("name", "folded_name", "number", "active", "merged_to")


def contacts_seen_until(db: Database, organisation: str) -> datetime | None:
    """The latest change that is on record, by Xero's clock; None before the first look."""
    return get_watermark(db, organisation, WATERMARK)


def keep_xero_contacts(db: Database, organisation: str, contacts: Iterable[XeroContact]) -> None:
    """Put contacts on record as Xero holds them now."""
    found = list(contacts)
    rows = {one.contact_id: _row(organisation, one) for one in found}
    with db.write() as tx:
        upsert(tx, xero_contact, list(rows.values()), _CHANGES)
    moments = [one.changed_at for one in found if one.changed_at is not None]
    if moments:  # after the rows: what is lost in between is only read again
        set_watermark(db, organisation, WATERMARK, max(moments))


def xero_contacts(db: Database, organisation: str) -> list[XeroContact]:
    """The contacts on record, in the order of their ids."""
    query = select(xero_contact).where(xero_contact.c.organisation == organisation).order_by(xero_contact.c.contact_id)
    with db.read() as tx:
        return [XeroContact(r.contact_id, r.name, r.number, r.active, r.merged_to) for r in tx.execute(query)]


def _row(organisation: str, one: XeroContact) -> dict[str, Any]:
    return {
        "organisation": organisation, "contact_id": one.contact_id, "name": one.name, "folded_name": folded_name(one.name),
        "number": one.number, "active": one.active, "merged_to": one.merged_to,
    }  # fmt: skip
