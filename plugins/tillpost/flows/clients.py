"""The way from an organisation to its client of Xero: the one place where connection, tokens, meter and what is on record come together.

A connection that Xero does not accept is told once: the run fails with ``XeroAuthError``. From then on the work waits without failing, and
each run tries quietly, at the cost of no call, whether Xero accepts it again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from tillpost.config import Site
from tillpost.connection import Connection
from tillpost.errors import XeroAuthError
from tillpost.organisations import Organisation
from tillpost.store.connections import ConnectionRecord, mark_refused, mark_working, read_connection
from tillpost.store.database import Database
from tillpost.store.sealing import Sealer
from tillpost.xero.addresses import addresses_of
from tillpost.xero.auth import Grant, credentials_digest, grant_of
from tillpost.xero.sender import Meter
from tillpost.xero.stored_tokens import StoredTokens

if TYPE_CHECKING:
    from tillpost.xero.client import XeroClient

# So long before a refresh token dies, everybody is told.
WARN_BEFORE = timedelta(days=14)
T = TypeVar("T")
_log = logging.getLogger("tillpost.connections")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What came of work through a connection: its ``result``, or None and ``why`` it waits. ``warning``: what will go wrong soon."""

    result: T | None
    why: str = ""
    warning: str = ""


def xero_client(site: Site, org: Organisation, *, db: Database, meter: Meter | None = None) -> XeroClient:
    """A client of the organisation's connection, for what a person does and is told of; ConfigError if the connection is unusable.

    No call is made yet. ``db`` has the tokens of a consent and the chosen organisation.
    """
    connection = site.connections(org.xero)
    return _client(connection, db, stored_tokens(site, connection, db), meter)


def through_connection(
    site: Site,
    org: Organisation,
    db: Database,
    work: Callable[[XeroClient], T],
    *,
    meter: Meter | None = None,
    sent: Callable[[T], bool] | None = None,
) -> Done[T]:
    """Do work with a client. A refusal by Xero is raised the first time (XeroAuthError) and held from then on, until it is mended.

    It counts as mended when work succeeds again, by an answer of Xero; other credentials and a new `tillpost connect` begin anew.
    ``sent``: given by work that posts, tells whether its result proves that documents go through; only such work mends its own refusal.
    """
    connection = site.connections(org.xero)
    grant, digest = grant_of(connection), credentials_digest(connection)
    stored = stored_tokens(site, connection, db)
    client = _client(connection, db, stored, meter)
    known = read_connection(db, connection.conn_id)
    try:
        if known is not None and known.state == "refused" and known.credentials_digest == digest:
            _try_quietly(client, stored)
        elif stored is not None:
            stored.keep_alive()
        result = work(client)
    except XeroAuthError as refusal:
        if mark_refused(db, connection.conn_id, grant, digest, str(refusal), db.now(), posting=sent is not None):
            raise
        _log.info("%s: still refused: %s", org.key, refusal)
        return Done(None, f"Xero does not accept the connection, which was reported; the work waits until that is mended. {refusal}")
    if client.accepted and (sent is None or sent(result)):
        mark_working(db, connection.conn_id, grant, digest, db.now(), posting=sent is not None)
    warning = expiry_warning(read_connection(db, connection.conn_id), db.now())
    if warning:
        _log.warning("%s: %s", org.key, warning)
    return Done(result, warning=warning)


def expiry_warning(record: ConnectionRecord | None, now: datetime) -> str:
    """A sentence where the refresh token of a consent dies within 14 days; '' otherwise."""
    if record is None or record.refresh_expires_at is None or record.refresh_expires_at - now > WARN_BEFORE:
        return ""
    days = max((record.refresh_expires_at - now).days, 0)
    return (
        f"The consent of connection {record.conn_id!r} ends in {days} days, on {record.refresh_expires_at:%Y-%m-%d}, unless it is used "
        "before: see why no run has refreshed it, or give it again with `tillpost connect`."
    )


def _try_quietly(client: XeroClient, stored: StoredTokens | None) -> None:
    """Whether Xero gives tokens again and they reach the organisation; neither counts as a call. Raises XeroAuthError."""
    if stored is not None:
        stored.renew()
    client.check_reach()


def _client(connection: Connection, db: Database, stored: StoredTokens | None, meter: Meter | None) -> XeroClient:
    from tillpost.xero.client import XeroClient

    return XeroClient(_with_tenant(connection, read_connection(db, connection.conn_id)), tokens=stored, meter=meter)


def stored_tokens(site: Site, connection: Connection, db: Database) -> StoredTokens | None:
    """The tokens of a consent; None for a custom connection, whose client has its own."""
    if grant_of(connection) is Grant.CUSTOM:
        return None
    return StoredTokens(db, Sealer(site.settings.fernet_keys), connection, addresses_of(connection).token, db.now, time.sleep)


def _with_tenant(connection: Connection, record: ConnectionRecord | None) -> Connection:
    """The connection with the organisation that was chosen for it, unless its extra names one or its credentials are others now."""
    if record is None or not record.tenant_id or connection.extra.get("tenant_id"):
        return connection
    if grant_of(connection) is Grant.CUSTOM and record.credentials_digest != credentials_digest(connection):
        return connection
    return replace(connection, extra={**connection.extra, "tenant_id": record.tenant_id})
