"""What a person decides: of a stream (approve, hold, release), of refused documents (send again), of the database (bring up to date).

Each act is written to the audit trail with who, when and why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tillpost.config import Settings, Site
from tillpost.errors import ConfigError
from tillpost.model.findings import ALL_STORES, Stream, StreamKey
from tillpost.organisations import Organisation
from tillpost.store import streams
from tillpost.store.audit import AuditEntry, audit_trail
from tillpost.store.database import Database, migrate, open_database
from tillpost.store.retrying import retry


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
    key = _key(_store(org, store), organisation, day, stream)
    db = open_database(site.settings.db_url, migrate=True)
    return _ACTS[act](db, key, who, why, db.now())


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which streams or document of an organisation: each '' where it is left open. ``document``: a number or a natural key."""

    store: str = ""
    day: str = ""
    stream: str = ""
    document: str = ""


EVERYTHING = Chosen()


def retry_refused(site: Site, organisation: str, *, who: str, why: str, chosen: Chosen = EVERYTHING) -> list[str]:
    """Make refused documents ready again, all or those that are chosen; their names. Raises ConfigError and TillpostError."""
    org, db = site.organisation(organisation), open_database(site.settings.db_url, migrate=True)
    return retry(
        *(db, org.key, who, why, db.now()),
        store=_store(org, chosen.store),
        day=_day(chosen.day) if chosen.day else None,
        of=_stream(chosen.stream) if chosen.stream else None,
        name=chosen.document,
    )


def trail(site: Site, organisation: str, chosen: Chosen = EVERYTHING) -> list[AuditEntry]:
    """Who did what, when and why, oldest first: of an organisation, or of those streams. Raises ConfigError."""
    org, db = site.organisation(organisation), open_database(site.settings.db_url, migrate=True)
    wanted = {1: _store(org, chosen.store), 2: _day(chosen.day).isoformat() if chosen.day else ""}
    entries = [(entry, entry.subject.split("/")) for entry in audit_trail(db, org.key)]
    return [entry for entry, parts in entries if all(parts[at : at + 1] == [value] for at, value in wanted.items() if value)]


def migrate_database(settings: Settings) -> None:
    """Create Tillpost's database, or bring it up to date."""
    migrate(settings.db_url)


def _key(store: str, organisation: str, day: str, stream: str) -> StreamKey:
    return StreamKey(organisation, store, _day(day), _stream(stream))


def _store(org: Organisation, store: str) -> str:
    return store if store in ("", ALL_STORES) else org.store(store).key


def _stream(stream: str) -> Stream:
    if stream not in {one.value for one in Stream}:
        raise ConfigError(f"the stream is {stream!r}.", value=stream, allowed=[one.value for one in Stream])
    return Stream(stream)


def _day(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise ConfigError(f"{day!r} is not a date such as 2026-10-31.", value=day) from None
