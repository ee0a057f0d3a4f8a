"""Connecting an organisation to Xero, disconnecting it, and what is on record of each connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from urllib3.exceptions import HTTPError

from tillpost.config import Site
from tillpost.connection import Connection
from tillpost.errors import ConfigError, TillpostError, XeroAuthError, XeroUnavailable
from tillpost.flows.clients import expiry_warning, stored_tokens
from tillpost.organisations import Organisation
from tillpost.store.connections import (
    Connected,
    ConnectionRecord,
    SealedTokens,
    forget_connection,
    keep_connected,
    read_connection,
)
from tillpost.store.database import Database, open_database
from tillpost.store.leases import LeaseHolder, give_back_lease, take_lease
from tillpost.store.names import bind_tenant, tenant_of
from tillpost.store.rebinding import rebind_tenant
from tillpost.store.sealing import Sealer
from tillpost.xero.addresses import Addresses, addresses_of
from tillpost.xero.auth import CustomTokens, Grant, ask_for_custom, check_credentials, credentials_digest, grant_of, scopes_of
from tillpost.xero.callback import Callback
from tillpost.xero.consent import code_of, consent_address, exchange_code, new_consent
from tillpost.xero.stored_tokens import StoredTokens, sealed_tokens
from tillpost.xero.tenants import Tenant, choose_tenant, read_tenants, remove_connection
from tillpost.xero.tokens import Granted, OneToken, Tokens, post_form
from tillpost.xero.transport import NoMeter, Transport

Choose = Callable[[Sequence[Tenant]], Tenant]


@dataclass(frozen=True, slots=True)
class Asking:
    """How a person is asked: ``show`` is handed the address of the consent page, ``choose`` the organisations if there are several.

    ``port`` of this machine receives the answer (0: a free one), for at most ``seconds``; ``tenant``: the organisation's id or name.
    """

    show: Callable[[str], None]
    choose: Choose | None = None
    port: int = 0
    seconds: float = 600
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What connecting found: the organisation in Xero, the scopes it has, and those that were asked for but not given.

    ``before``: the id of the organisation in Xero that it was bound to until now; '' where that was none or the same.
    """

    tenant: Tenant
    scopes: tuple[str, ...]
    missing: tuple[str, ...]
    before: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One organisation's connection as it stands; ``expires_at``: when the refresh token of a consent dies (aware UTC)."""

    organisation: str
    conn_id: str
    grant: str
    state: str
    tenant: str
    scopes: str
    expires_at: datetime | None
    days_left: int | None
    said: str


def connect(site: Site, organisation: str, asking: Asking, *, who: str) -> Found:
    """Connect an organisation: verify a custom connection, or ask a person for consent; then keep what was found.

    It is bound to that organisation in Xero at once: a person has just chosen it. Raises XeroAuthError (refused, nobody answered, another
    organisation than the one in which documents of it are posted), ConfigError, XeroUnavailable, or TillpostError while a poster is at work
    for another organisation in Xero. Until the end nothing is stored, so that what was connected before stays.
    """
    org = site.organisation(organisation)
    connection = site.connections(org.xero)
    check_credentials(connection)
    addresses, grant = addresses_of(connection), grant_of(connection)
    sealer = Sealer(site.settings.fernet_keys) if grant is Grant.CONSENT else None
    db = open_database(site.settings.db_url, migrate=True)
    granted = _ask_person(connection, addresses, asking, db) if sealer else _ask_custom(connection, addresses, db)
    tenants = read_tenants(connection.conn_id, addresses.connections, _transport(connection, OneToken(granted.token), db))
    wanted = asking.tenant or str(connection.extra.get("tenant_id", ""))
    tenant = choose_tenant(connection.conn_id, tenants, wanted, asking.choose)
    before = _bind(db, org.key, tenant.tenant_id, who)
    asked = scopes_of(connection)
    scopes = tuple(granted.scopes.split()) or asked
    tokens = sealed_tokens(sealer, granted, db.now()) if sealer else SealedTokens()
    digest = credentials_digest(connection)
    found = Connected(connection.conn_id, grant, digest, tenant.tenant_id, tenant.name, " ".join(scopes), tokens)
    keep_connected(db, org.key, found, who, db.now())
    return Found(tenant, scopes, tuple(scope for scope in asked if scope not in scopes), before)


def disconnect(site: Site, organisation: str, *, who: str) -> str:
    """End an organisation's connection in Xero and forget its tokens; a sentence of what was done, or that there was nothing to do.

    What is wrong here (a lost key, no client secret) keeps nothing from being forgotten; the sentence says what is left to do in Xero.
    Raises XeroUnavailable where Xero does not answer: then nothing is forgotten, and it may be repeated.
    """
    org = site.organisation(organisation)
    db = open_database(site.settings.db_url, migrate=True)
    record = read_connection(db, org.xero)
    known = record is not None and (record.state != "unknown" or record.refresh_token != "")
    try:
        connection = site.connections(org.xero)
        check_credentials(connection)
        if grant_of(connection) is Grant.CONSENT and not (record and record.refresh_token):
            return f"{org.key} is not connected: there is no consent on record. Nothing was changed."
        ended, done = _end_in_xero(site, connection, record, db)
    except (XeroAuthError, ConfigError) as problem:
        if not known:
            raise
        ended, done = False, _not_ended(problem)
    if not known and not ended:
        return f"{org.key} is not connected, in Xero or here. Nothing was changed."
    forget_connection(db, org.key, org.xero, who, db.now())
    return f"{done} What was stored of it is forgotten. The documents of {org.key} wait until it is connected again."


def _not_ended(problem: XeroAuthError | ConfigError) -> str:
    if isinstance(problem, XeroAuthError):
        return f"Xero did not accept the connection any more ({problem})."
    return f"Nothing could be ended or revoked in Xero ({problem}): end it there, under Connected apps of the organisation."


def connection_rows(site: Site) -> list[ConnectionRow]:
    """The connections of all organisations as they are on record; nobody is asked."""
    db = open_database(site.settings.db_url, migrate=True)
    return [_row(site, org, db) for org in site.organisations.values()]


def _bind(db: Database, organisation: str, tenant_id: str, who: str) -> str:
    """Bind an organisation to the tenant that a person chose; the one it was bound to before, '' where that was none or the same."""
    before = tenant_of(db, organisation)
    if not before or before == tenant_id:
        bind_tenant(db, organisation, tenant_id, db.now(), who)
        return ""
    held = take_lease(db, organisation, f"tillpost connect ({who})", db.now())
    if isinstance(held, LeaseHolder):
        raise TillpostError(
            f"{organisation} is bound to another Xero organisation, for which a poster is at work: {held.holder}. Nothing was changed; try "
            "again when it has ended."
        )
    try:
        rebind_tenant(db, held, tenant_id, who, db.now())
    finally:
        give_back_lease(db, held, db.now())
    return before


def _ask_custom(connection: Connection, addresses: Addresses, db: Database) -> Granted:
    CustomTokens(connection, addresses.token, db.now)  # says what the connection lacks
    return ask_for_custom(connection, addresses.token, db.now)


def _ask_person(connection: Connection, addresses: Addresses, asking: Asking, db: Database) -> Granted:
    with Callback(asking.port) as callback:
        consent = new_consent(callback.port)
        asking.show(consent_address(consent, connection, addresses))
        code = callback.wait(partial(code_of, consent), asking.seconds)
    return exchange_code(consent, code, connection, addresses, db.now)


def _transport(connection: Connection, tokens: Tokens, db: Database) -> Transport:
    return Transport(connection.conn_id, tokens, NoMeter(), db.now)


def _end_in_xero(site: Site, connection: Connection, record: ConnectionRecord | None, db: Database) -> tuple[bool, str]:
    """Whether there was anything to end in Xero, and a sentence of what was done."""
    addresses = addresses_of(connection)
    stored = stored_tokens(site, connection, db)
    transport = _transport(connection, stored or CustomTokens(connection, addresses.token, db.now), db)
    tenants = read_tenants(connection.conn_id, addresses.connections, transport)
    wanted = str(connection.extra.get("tenant_id", "")) or (record.tenant_id if record else "")
    mine = [tenant for tenant in tenants if tenant.tenant_id == wanted or (not wanted and len(tenants) == 1)]
    for tenant in mine:
        remove_connection(connection.conn_id, addresses.connections, tenant, transport)
    done = f"{mine[0].name} is disconnected in Xero." if mine else "Xero had no connection to the organisation any more."
    if stored is None or len(tenants) > len(mine):
        return bool(mine), done
    return True, f"{done} {_revoke(connection, addresses, stored)}"


def _revoke(connection: Connection, addresses: Addresses, stored: StoredTokens) -> str:
    """Revoke the consent, and say so: this ends all connections of that person and app, so it is done when none is left.

    https://developer.xero.com/documentation/guides/oauth2/auth-flow/
    """
    try:
        answer = post_form(connection, addresses.revocation, {"token": stored.refresh_token()})
    except (HTTPError, OSError):
        answer = None
    if answer is not None and answer.status == 200:
        return "The consent is revoked."
    if answer is not None and answer.status in (400, 401, 403):
        return f"Xero did not revoke the consent (status {answer.status}); it ends by itself when it is not used."
    status = f"answered with status {answer.status}" if answer else "did not answer"
    raise XeroUnavailable(
        f"connection {connection.conn_id!r}: the organisation is disconnected, but Xero {status} when the consent was to be revoked. "
        "Disconnecting again is safe."
    )


def _row(site: Site, org: Organisation, db: Database) -> ConnectionRow:
    record = read_connection(db, org.xero)
    try:
        connection = site.connections(org.xero)
        grant, digest = grant_of(connection).value, credentials_digest(connection)
    except ConfigError as problem:
        return ConnectionRow(org.key, org.xero, record.grant if record else "", "not configured", "", "", None, None, str(problem))
    if record is None or (record.state == "refused" and record.credentials_digest != digest):
        return ConnectionRow(org.key, org.xero, grant, "unknown", "", "", None, None, "")
    now, expires_at = db.now(), record.refresh_expires_at
    return ConnectionRow(
        organisation=org.key,
        conn_id=org.xero,
        grant=grant,
        state=record.state,
        tenant=record.tenant_name or record.tenant_id,
        scopes=record.scopes,
        expires_at=expires_at,
        days_left=max((expires_at - now).days, 0) if expires_at else None,
        said=record.message or expiry_warning(record, now),
    )
