"""How a connection is authorised: by which grant, with which scopes; and the tokens of a custom connection, kept in memory.

A custom connection serves one organisation and has no refresh token: a new access token, good for 30 minutes, is asked for with
client id and secret whenever one is needed (https://developer.xero.com/faq/custom-integration). The other grant is a person's consent
(``consent``), whose tokens all workers share (``stored_tokens``).
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from tillpost.connection import Connection
from tillpost.errors import ConfigError
from tillpost.xero.tokens import Granted, Token, TokenAddress

# Granular scopes: Xero's apps since March 2026 have no others (https://developer.xero.com/documentation/guides/oauth2/scopes/).
SCOPES = (
    "accounting.invoices",
    "accounting.payments",
    "accounting.manualjournals",
    "accounting.banktransactions",
    "accounting.contacts",
    "accounting.settings.read",
    "accounting.attachments",
    "accounting.reports.trialbalance.read",
)
BROAD_SCOPES = frozenset({"accounting.transactions", "accounting.transactions.read", "accounting.reports.read"})
# What makes Xero give a refresh token.
OFFLINE = "offline_access"
_CUSTOM_REMEDIES = {
    "invalid_client": "Check login (client id) and password (client secret) of the connection against the app in Xero's developer portal.",
    "invalid_scope": "Give the app the scopes of docs/xero_connection.md in Xero and authorise it again, or name fewer in extra.scopes.",
    "unauthorized_client": "The app is no custom connection, or nobody has authorised it for an organisation: do that in Xero.",
    "": "Check that the custom connection is authorised in Xero and that client id and secret are its own.",
}


class Grant(StrEnum):
    """How tokens are got: by client id and secret alone (a custom connection), or by a person's consent."""

    CUSTOM = "client_credentials"
    CONSENT = "authorization_code"


def grant_of(connection: Connection) -> Grant:
    """The grant that the connection's extra names, by default that of a custom connection; ConfigError if there is no such grant."""
    named = str(connection.extra.get("grant", "")) or Grant.CUSTOM
    try:
        return Grant(named)
    except ValueError:
        raise ConfigError(
            f"connection {connection.conn_id!r}: grant in its extra is {named!r}.", value=named, allowed=[grant.value for grant in Grant]
        ) from None


def scopes_of(connection: Connection) -> tuple[str, ...]:
    """The scopes to ask for: those of the connection's extra, or all that Tillpost uses; ConfigError where one is not granular."""
    named = tuple(str(connection.extra.get("scopes", "")).split()) or SCOPES
    for scope in named:
        if scope in BROAD_SCOPES:
            raise ConfigError(
                f"connection {connection.conn_id!r}: scopes in its extra names {scope!r}, which covers more than Tillpost needs.",
                value=scope,
                allowed=SCOPES,
            )
    if grant_of(connection) is Grant.CONSENT and OFFLINE not in named:
        return (*named, OFFLINE)
    return named


def check_credentials(connection: Connection) -> None:
    """ConfigError where client id, client secret or tenant id hold what cannot be sent, as text that was pasted does."""
    tenant_id = str(connection.extra.get("tenant_id", ""))
    for value, where in ((connection.login, "login"), (connection.password, "password"), (tenant_id, "tenant_id in its extra")):
        if not (value.isascii() and value.isprintable()):
            raise ConfigError(
                f"connection {connection.conn_id!r}: {where} holds a character that is not printable ASCII, such as a typographic quote, "
                "an invisible space or a line end. Copy it again from Xero as plain text.",
                value=connection.conn_id,
            )


def credentials_digest(connection: Connection) -> str:
    """What tells whether a connection was changed since Xero refused it: a digest of all its fields."""
    fields = (connection.host, connection.port, connection.login, connection.password, connection.schema, sorted(connection.extra.items()))
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def ask_for_custom(connection: Connection, address: str, now: Callable[[], datetime]) -> Granted:
    """Ask for a token of a custom connection; raises XeroAuthError, RateLimited or XeroUnavailable."""
    form = {"grant_type": Grant.CUSTOM.value, "scope": " ".join(scopes_of(connection))}
    return TokenAddress(connection, address, now, _CUSTOM_REMEDIES).ask(form)


class CustomTokens:
    """The tokens of a custom connection (``tillpost.xero.tokens.Tokens``): threads that share it fetch one once."""

    def __init__(self, connection: Connection, address: str, now: Callable[[], datetime]) -> None:
        for name, what in (("login", "client id"), ("password", "client secret")):
            if not getattr(connection, name):
                raise ConfigError(
                    f"connection {connection.conn_id!r} has no {name}: put the custom connection's {what} there.", value=connection.conn_id
                )
        self._connection, self._address, self._now = connection, address, now
        self._token: Token | None = None
        self._lock = threading.Lock()

    def token(self) -> Token:
        """A token that is not about to die; raises XeroAuthError, RateLimited or XeroUnavailable."""
        with self._lock:
            if self._token is None or self._now() >= self._token.renew_at:
                self._token = self._fetch()
            return self._token

    def another_than(self, refused: Token) -> Token:
        """A token other than one that Xero has refused; fetched anew unless another thread has done it."""
        with self._lock:
            if self._token is None or self._token.secret == refused.secret:
                self._token = self._fetch()
            return self._token

    def renew(self) -> None:
        """Fetch a new token now."""
        with self._lock:
            self._token = self._fetch()

    def _fetch(self) -> Token:
        return ask_for_custom(self._connection, self._address, self._now).token
