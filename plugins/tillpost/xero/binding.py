"""Which Xero organisation a sender leads to, and that it is the one whose books are ours."""

from __future__ import annotations

from datetime import datetime

from tillpost.store.database import Database
from tillpost.store.names import bind_tenant, is_bound
from tillpost.xero.sender import Sender


def bound_tenant(db: Database, organisation: str, sender: Sender, now: datetime) -> str:
    """The tenant id of a sender. Before an organisation is bound to it for the first time, Xero is asked whether it is reached.

    Raises XeroAuthError where it is not, or where the organisation is bound to another one; XeroErrors of reading.
    """
    tenant_id = sender.tenant_id()
    if not is_bound(db, organisation, tenant_id):
        sender.check_reach()
        bind_tenant(db, organisation, tenant_id, now)
    return tenant_id
