"""What a person decides: of a stream (approve, hold, release), of refused documents (send again), of the database (bring up to date).

Each act is written to the audit trail with who, when and why.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum

from tillpost.config import Settings, Site
from tillpost.errors import ConfigError
from tillpost.model.findings import ALL_STORES, Stream, StreamKey
from tillpost.store import streams
from tillpost.store.database import Database, migrate, open_database


class Act(StrEnum):
    """What may be decided of a stream."""

    APPROVE = "approve"
    HOLD = "hold"
    RELEASE = "release"


_ACTS: dict[Act, Callable[[Database, StreamKey, str, str, datetime], str]] = {
    Act.APPROVE: streams.approve,
    Act.HOLD: streams.hold,
    Act.RELEASE: streams.release,
}


def decide(site: Site, act: Act, organisation: str, store: str, day: str, stream: str, *, who: str, why: str) -> str:
    """Carry out a person's decision of one stream; its new state. Raises ConfigError for names that do not exist.

    The store ``ALL_STORES`` names the document that they send as one.
    """
    org = site.organisation(organisation)
    key = _key(store if store == ALL_STORES else org.store(store).key, organisation, day, stream)
    db = open_database(site.settings.db_url, migrate=True)
    return _ACTS[act](db, key, who, why, db.now())


def retry_refused(site: Site, organisation: str, *, who: str, why: str) -> int:
    """Make an organisation's refused documents ready again; how many."""
    db = open_database(site.settings.db_url, migrate=True)
    return streams.retry(db, site.organisation(organisation).key, who, why, db.now())


def migrate_database(settings: Settings) -> None:
    """Create Tillpost's database, or bring it up to date."""
    migrate(settings.db_url)


def _key(store: str, organisation: str, day: str, stream: str) -> StreamKey:
    if stream not in {one.value for one in Stream}:
        raise ConfigError(f"the stream is {stream!r}.", value=stream, allowed=[one.value for one in Stream])
    try:
        return StreamKey(organisation, store, date.fromisoformat(day), Stream(stream))
    except ValueError:
        raise ConfigError(f"{day!r} is not a date such as 2026-10-31.", value=day) from None
