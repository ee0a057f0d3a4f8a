"""The access token of a custom connection: fetched with client id and secret, kept in memory, renewed before it dies.

A custom connection serves one organisation and has no refresh token: a new access token, good for 30 minutes, is asked for
whenever one is needed (https://developer.xero.com/faq/custom-integration). xero-python's own request for it names no scopes and
keeps the token without its end, so this is a small request of our own.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError

from tillpost.connection import Connection
from tillpost.errors import ConfigError, XeroAuthError, XeroError, XeroUnavailable
from tillpost.xero.errors_from_xero import Answer, Request, error_of_answer, error_of_network, no_clear_answer
from tillpost.xero.exchange import exchange_once
from tillpost.xero.wire import text, whole

# Granular scopes (Xero's apps since March 2026 have no others). Without offline_access: there is no refresh token to ask for.
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
RENEW_BEFORE = timedelta(minutes=2)
USUAL_SECONDS, LONGEST_SECONDS = 1800, 86_400
TIMEOUTS = (5, 30)
_TOKEN = re.compile(r"[\x21-\x7e]+\Z")
_ERROR_WORD = re.compile(r"[a-z_]{1,40}\Z")
_REMEDIES = {
    "invalid_client": "Check login (client id) and password (client secret) of the connection against the app in Xero's developer portal.",
    "invalid_scope": "Give the app the scopes of docs/xero_connection.md in Xero and authorise it again, or name fewer in extra.scopes.",
    "unauthorized_client": "The app is no custom connection, or nobody has authorised it for an organisation: do that in Xero.",
}
_REMEDY = "Check that the custom connection is authorised in Xero and that client id and secret are its own."


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, to be replaced from ``renew_at`` on (aware UTC). Its repr does not show it."""

    secret: str = field(repr=False)
    expires_at: datetime
    renew_at: datetime


class TokenSource:
    """Hands out the token of one connection; safe to share between threads, which then fetch it once."""

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

    def _fetch(self) -> Token:
        request = Request(self._connection.conn_id, "POST", "/connect/token", writes=False)
        now = self._now()
        try:
            answer = self._post()
        except (HTTPError, OSError) as error:
            raise error_of_network(request, error) from error
        if answer.status != 200:
            raise self._refusal(request, answer, now)
        return self._token_of(answer, now)

    def _post(self) -> Answer:
        connection = self._connection
        basic = urllib3.make_headers(basic_auth=f"{connection.login}:{connection.password}")
        headers = {**basic, "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        form = urlencode({"grant_type": "client_credentials", "scope": _scopes(connection)})
        return exchange_once("POST", self._address, headers, TIMEOUTS, form.encode())

    def _refusal(self, request: Request, answer: Answer, now: datetime) -> XeroError:
        if answer.status == 429:
            return error_of_answer(request, answer, now)
        if answer.status not in (400, 401, 403):
            return no_clear_answer(request, f"what answered for a token did so with status {answer.status}")
        word = text(answer.json() or {}, "error")
        word = word if _ERROR_WORD.match(word) else f"status {answer.status}"
        return XeroAuthError(
            f"connection {self._connection.conn_id!r}: Xero gives no token for it ({word}). Nothing was sent. "
            f"{_REMEDIES.get(word, _REMEDY)} Then run again."
        )

    def _token_of(self, answer: Answer, now: datetime) -> Token:
        body = answer.json() or {}
        secret = text(body, "access_token")
        if not _TOKEN.match(secret):
            raise XeroUnavailable(
                f"connection {self._connection.conn_id!r}: what answered for a token gave none. Nothing was sent; "
                "check the base address of the connection and try again."
            )
        life = _life(whole(body, "expires_in"))
        return Token(secret, now + life, now + life - min(RENEW_BEFORE, life / 2))


def _life(seconds: int | None) -> timedelta:
    return timedelta(seconds=min(seconds, LONGEST_SECONDS) if seconds is not None and seconds > 0 else USUAL_SECONDS)


def _scopes(connection: Connection) -> str:
    return " ".join(str(connection.extra.get("scopes", "")).split()) or " ".join(SCOPES)
