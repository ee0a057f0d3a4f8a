"""Access tokens of Xero, and the one request that gives them.

Lifetimes (30 minutes, a refresh token 60 days): https://developer.xero.com/documentation/guides/oauth2/auth-flow/. xero-python's own
requests keep a token without its end, name no scopes and have no lock, so this is a small request of our own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError

from tillpost.connection import Connection
from tillpost.errors import XeroAuthError, XeroError, XeroUnavailable
from tillpost.xero.errors_from_xero import Answer, Request, error_of_answer, error_of_network, no_clear_answer
from tillpost.xero.exchange import exchange_once
from tillpost.xero.wire import text, whole

RENEW_BEFORE = timedelta(minutes=2)
USUAL_SECONDS, LONGEST_SECONDS = 1800, 86_400
# Seconds to connect, and between two reads.
TIMEOUTS = (5, 30)
_TOKEN = re.compile(r"[\x21-\x7e]+\Z")
_ERROR_WORD = re.compile(r"[a-z_]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, to be replaced from ``renew_at`` on (aware UTC). Its repr does not show it."""

    secret: str = field(repr=False)
    expires_at: datetime
    renew_at: datetime


@dataclass(frozen=True, slots=True)
class Granted:
    """What Xero gave: an access token, the refresh token ('' without one) and the scopes that it named ('' where it named none)."""

    token: Token
    refresh: str = field(repr=False)
    scopes: str


class Tokens(Protocol):
    """Hands out the access token of one connection; safe to share between threads."""

    def token(self) -> Token:
        """A token that is not about to die; raises XeroAuthError, RateLimited or XeroUnavailable."""

    def another_than(self, refused: Token) -> Token:
        """A token other than one that Xero has refused; fetched anew unless somebody else has done it."""


class OneToken:
    """A token that is there already and is not renewed: for the few calls of connecting and disconnecting."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def token(self) -> Token:
        """The token."""
        return self._token

    def another_than(self, refused: Token) -> Token:
        """The same: there is no other."""
        return self._token


class TokenAddress:
    """Where the tokens of one connection are asked for. ``remedies``: what to do, by Xero's word of refusal ('' for any other)."""

    def __init__(self, connection: Connection, address: str, now: Callable[[], datetime], remedies: Mapping[str, str]) -> None:
        self._connection, self._address, self._now, self._remedies = connection, address, now, remedies

    def ask(self, form: Mapping[str, str]) -> Granted:
        """Send one form, once; raises XeroAuthError (refused, with a remedy), RateLimited or XeroUnavailable."""
        request = Request(self._connection.conn_id, "POST", "/connect/token", writes=False)
        now = self._now()
        try:
            answer = post_form(self._connection, self._address, form)
        except (HTTPError, OSError) as error:
            raise error_of_network(request, error) from error
        if answer.status != 200:
            raise self._refusal(request, answer, now)
        return self._granted(answer, now)

    def _refusal(self, request: Request, answer: Answer, now: datetime) -> XeroError:
        if answer.status == 429:
            return error_of_answer(request, answer, now)
        if answer.status not in (400, 401, 403):
            return no_clear_answer(request, f"what answered for a token did so with status {answer.status}")
        word = text(answer.json() or {}, "error")
        word = word if _ERROR_WORD.match(word) else f"status {answer.status}"
        return XeroAuthError(
            f"connection {self._connection.conn_id!r}: Xero gives no token for it ({word}). Nothing was sent. "
            f"{self._remedies.get(word, self._remedies[''])} Then run again."
        )

    def _granted(self, answer: Answer, now: datetime) -> Granted:
        body = answer.json() or {}
        secret, refresh = text(body, "access_token"), text(body, "refresh_token")
        if not _TOKEN.match(secret) or (refresh and not _TOKEN.match(refresh)):
            raise XeroUnavailable(
                f"connection {self._connection.conn_id!r}: what answered for a token gave none. Nothing was sent; "
                "check the base address of the connection and try again."
            )
        life = _life(whole(body, "expires_in"))
        return Granted(Token(secret, now + life, now + life - min(RENEW_BEFORE, life / 2)), refresh, " ".join(text(body, "scope").split()))


def post_form(connection: Connection, address: str, form: Mapping[str, str]) -> Answer:
    """Post a form to Xero's identity service in the name of the app, once; raises urllib3's HTTPError or OSError.

    An app of type PKCE has no secret: it names itself in the form (https://developer.xero.com/documentation/guides/oauth2/pkce-flow/).
    """
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    if connection.password:
        headers |= urllib3.make_headers(basic_auth=f"{connection.login}:{connection.password}")
        return exchange_once("POST", address, headers, TIMEOUTS, urlencode(form).encode())
    return exchange_once("POST", address, headers, TIMEOUTS, urlencode({**form, "client_id": connection.login}).encode())


def _life(seconds: int | None) -> timedelta:
    return timedelta(seconds=min(seconds, LONGEST_SECONDS) if seconds is not None and seconds > 0 else USUAL_SECONDS)
