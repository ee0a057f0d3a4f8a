"""Connections to Xero on record: their state, the tokens of a consent (encrypted), and who refreshes them now.

A refresh token is good once, so only one process may use it: the right to refresh is a lease in the connection's own row, taken for the
generation of tokens that was read. Whoever comes later finds another generation and takes the new tokens instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Update, and_, not_, or_, select, update

from tillpost.store import audit
from tillpost.store.database import CLOCK_SKEW, Database
from tillpost.store.schema_xero import connection
from tillpost.store.upserts import insert_missing

# Longer than a refresh may take, with its one repetition; a process that died while it refreshed is no longer waited for.
REFRESH_LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ConnectionRecord:
    """What is on record of a connection. Tokens are encrypted; ``generation`` grows with each new pair of them."""

    conn_id: str
    grant: str
    state: str
    message: str
    told_at: datetime | None
    posting_refused: bool
    credentials_digest: str
    tenant_id: str
    tenant_name: str
    scopes: str
    access_token: str = field(repr=False)
    access_expires_at: datetime | None
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime | None
    generation: int
    connected_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SealedTokens:
    """Encrypted tokens and their ends (aware UTC); empty and None for a custom connection, whose tokens are not kept."""

    access: str = field(default="", repr=False)
    access_expires_at: datetime | None = None
    refresh: str = field(default="", repr=False)
    refresh_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """What `tillpost connect` found: to be kept as a working connection."""

    conn_id: str
    grant: str
    credentials_digest: str
    tenant_id: str
    tenant_name: str
    scopes: str
    tokens: SealedTokens


_WORKING = {"state": "working", "message": "", "told_at": None, "posting_refused": False}
_FIELDS = [connection.c[name] for name in ConnectionRecord.__slots__]


def read_connection(db: Database, conn_id: str) -> ConnectionRecord | None:
    """What is on record of a connection; None if nothing is."""
    with db.read() as tx:
        row = tx.execute(select(*_FIELDS).where(connection.c.conn_id == conn_id)).one_or_none()
    return ConnectionRecord(*row) if row else None


def keep_connected(db: Database, organisation: str, found: Connected, who: str, now: datetime) -> None:
    """Keep a connection that works, with its tokens; whoever refreshes older ones meanwhile finds them outgrown."""
    values = {
        **{name: getattr(found, name) for name in ("grant", "credentials_digest", "tenant_id", "tenant_name", "scopes")},
        **_token_values(found.tokens),
        **{**_WORKING, "connected_by": who, "updated_at": now},
    }
    with db.write() as tx:
        _insert_missing(tx, found.conn_id, found.grant, now)
        tx.execute(_of(found.conn_id).values(**values, generation=connection.c.generation + 1, refreshing="", refreshing_until=None))
        details = {"connection": found.conn_id, "tenant": found.tenant_id, "grant": found.grant}
        audit.record(tx, organisation, organisation, "connect", now=now, who=who, details=details)


def forget_connection(db: Database, organisation: str, conn_id: str, who: str, now: datetime) -> None:
    """Forget the tokens and what they led to. The organisation stays bound to its Xero tenant."""
    cleared = dict.fromkeys(("tenant_id", "tenant_name", "scopes", "credentials_digest"), "")
    values = {**_token_values(SealedTokens()), **_WORKING, **cleared, "state": "unknown", "updated_at": now}
    with db.write() as tx:
        tx.execute(_of(conn_id).values(**values, generation=connection.c.generation + 1, refreshing="", refreshing_until=None))
        audit.record(tx, organisation, organisation, "disconnect", now=now, who=who, details={"connection": conn_id})


def take_refresh(db: Database, conn_id: str, generation: int, holder: str, now: datetime) -> bool:
    """Take the right to refresh the tokens of this generation; False while somebody else has it, or has refreshed them."""
    until = connection.c.refreshing_until
    free = or_(connection.c.refreshing == "", until <= now, until > now + REFRESH_LEASE + CLOCK_SKEW)
    taken = _of(conn_id).where(connection.c.generation == generation, free)
    with db.write() as tx:
        return tx.execute(taken.values(refreshing=holder, refreshing_until=now + REFRESH_LEASE)).rowcount == 1


def keep_refreshed(db: Database, conn_id: str, generation: int, holder: str, tokens: SealedTokens, now: datetime) -> bool:
    """Keep new tokens and give the right back; False if it was lost meanwhile: then others' tokens are the ones to use."""
    mine = _of(conn_id).where(connection.c.generation == generation, connection.c.refreshing == holder)
    values = {**_token_values(tokens), "generation": generation + 1, "refreshing": "", "refreshing_until": None, "updated_at": now}
    with db.write() as tx:
        return tx.execute(mine.values(**values)).rowcount == 1


def give_back_refresh(db: Database, conn_id: str, holder: str) -> None:
    """Let somebody else refresh at once: this one has failed."""
    with db.write() as tx:
        tx.execute(_of(conn_id).where(connection.c.refreshing == holder).values(refreshing="", refreshing_until=None))


def mark_refused(db: Database, conn_id: str, grant: str, digest: str, message: str, now: datetime, *, posting: bool = False) -> bool:
    """Write down that Xero does not accept a connection; True for the one who has to tell it, once for these credentials.

    ``posting``: it was met while documents were posted.
    """
    told = and_(connection.c.state == "refused", connection.c.credentials_digest == digest)
    values = {"state": "refused", "credentials_digest": digest, "message": message, "posting_refused": posting, "updated_at": now}
    with db.write() as tx:
        _insert_missing(tx, conn_id, grant, now)
        _forget_choice(tx, conn_id, grant, digest)
        if tx.execute(_of(conn_id).where(not_(told)).values(**values, grant=grant, told_at=now)).rowcount == 1:
            return True
        met = {"posting_refused": True} if posting else {}
        tx.execute(_of(conn_id).values(message=message, updated_at=now, **met))
        return False


def mark_working(db: Database, conn_id: str, grant: str, digest: str, now: datetime, *, posting: bool = False) -> None:
    """Write down that Xero accepts a connection, unless that is on record already.

    A refusal that was met while posting is lifted by ``posting`` only: what is allowed to read may not be allowed to write.
    """
    known = read_connection(db, conn_id)
    if known is not None and (known.state, known.grant, known.credentials_digest) == ("working", grant, digest):
        return
    same = and_(connection.c.state == "refused", connection.c.credentials_digest == digest, connection.c.posting_refused)
    mine = _of(conn_id) if posting else _of(conn_id).where(not_(same))
    with db.write() as tx:
        _insert_missing(tx, conn_id, grant, now)
        _forget_choice(tx, conn_id, grant, digest)
        tx.execute(mine.values(**_WORKING, grant=grant, credentials_digest=digest, updated_at=now))


def _forget_choice(tx: Connection, conn_id: str, grant: str, digest: str) -> None:
    """Forget the organisation that was found with other credentials. That of a consent was chosen for its tokens, which stay."""
    consent = and_(connection.c.grant == grant, connection.c.refresh_token != "")
    other = and_(connection.c.credentials_digest != digest, not_(consent))
    tx.execute(_of(conn_id).where(other).values(tenant_id="", tenant_name="", scopes=""))


def _of(conn_id: str) -> Update:
    return update(connection).where(connection.c.conn_id == conn_id)


def _insert_missing(tx: Connection, conn_id: str, grant: str, now: datetime) -> None:
    insert_missing(tx, connection, {"conn_id": conn_id, "grant": grant, "updated_at": now})


def _token_values(tokens: SealedTokens) -> dict[str, object]:
    return {
        "access_token": tokens.access,
        "access_expires_at": tokens.access_expires_at,
        "refresh_token": tokens.refresh,
        "refresh_expires_at": tokens.refresh_expires_at,
    }
