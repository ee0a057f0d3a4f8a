"""Recover: rebuild a lost or restored outbox from what Xero holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from tillpost.config import Site
from tillpost.errors import ConfigError
from tillpost.flows.budget import patient_meter
from tillpost.flows.clients import xero_client
from tillpost.flows.pull import beginning
from tillpost.store.database import open_database
from tillpost.store.rebuilding import Author, Rebuilt


def recover(
    site: Site, organisation: str, *, holder: str, who: str, why: str = "", first: date | None = None, dry_run: bool = False
) -> list[Rebuilt]:
    """Put on record what Xero holds of an organisation's documents, by kind; ``first``: only what changed since that date.

    Raises ConfigError for a date that lies ahead, XeroError, and TillpostError while a poster is at work. Nothing is sent to Xero.
    """
    from tillpost.xero.recovering import recover as read_back

    org = site.organisation(organisation)
    db = open_database(site.settings.db_url, migrate=True)
    since = _midnight(first, db.now()) if first else beginning(org, db.now())
    client = xero_client(site, org, meter=patient_meter(site, org, db), db=db)
    return read_back(db, org.key, client, db.now, holder, Author(who, why), since=since, dry_run=dry_run)


def _midnight(first: date, now: datetime) -> datetime:
    since = datetime.combine(first, time(), UTC)
    if since > now:
        raise ConfigError(
            f"--from {first} lies ahead: now it is {now:%Y-%m-%d %H:%M} UTC, and nothing has changed after that.", value=str(first)
        )
    return since
