"""Post: drain an organisation's outbox into Xero."""

from __future__ import annotations

import time
from typing import TypedDict

from tillpost.config import Site
from tillpost.flows.reporting import write_reports
from tillpost.store.database import open_database
from tillpost.store.records import dates_changed_since


class Posted(TypedDict):
    """What a posting run did: documents by outcome, calls made, and until when it has to wait (ISO text) and why.

    ``held``: documents that the poster itself doubts (a supplier's number that Xero holds already); a person looks and releases.
    """

    posted: int
    refused: int
    unknown: int
    held: int
    waiting: int
    left: int
    calls: int
    until: str | None
    why: str


def post(site: Site, organisation: str, *, holder: str, max_seconds: int = 600) -> Posted:
    """Send what is released and not yet in Xero; returns at once where another poster holds the lease. Raises XeroError."""
    from tillpost.xero.client import XeroClient
    from tillpost.xero.lanes import lanes_of
    from tillpost.xero.posting import drain
    from tillpost.xero.quota import Quota

    org = site.organisation(organisation)
    db = open_database(site.settings.db_url, migrate=True)
    client = XeroClient(site.connections(org.xero), meter=Quota(db, org.key, db.now))
    lanes, begun = lanes_of(org.posting.lanes), db.now()
    try:
        done = drain(db, org.key, client, db.now, holder, max_seconds=max_seconds, rules=org.posting, lanes=lanes, wait=time.sleep)
    finally:  # what was posted before a failure is posted: the reports say so
        write_reports(site, org, db, dates_changed_since(db, org.key, begun), holder, db.now())
    return {
        "posted": done.posted,
        "refused": done.refused,
        "unknown": done.unknown,
        "held": done.held,
        "waiting": done.waiting,
        "left": done.left,
        "calls": done.calls,
        "until": done.until.isoformat() if done.until else None,
        "why": done.why,
    }
