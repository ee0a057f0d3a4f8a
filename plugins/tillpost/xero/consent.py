"""A person's consent: the page in Xero that asks for it, and the code that it sends back to this machine.

Authorisation code with PKCE (https://developer.xero.com/documentation/guides/oauth2/pkce-flow/): the code alone is worth nothing
without the verifier, which never leaves this process but for Xero. ``state`` ties the answer to this very question. Xero sends its
answer to http only at ``localhost``, not at a loopback address by number.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from tillpost.connection import Connection
from tillpost.errors import ConfigError, XeroAuthError
from tillpost.xero.addresses import Addresses
from tillpost.xero.auth import Grant, scopes_of
from tillpost.xero.tokens import Granted, TokenAddress

CALLBACK = "/callback"
_CODE = re.compile(r"[\x21-\x7e]{1,4000}\Z")
_ERROR_WORD = re.compile(r"[a-z_]{1,40}\Z")
REMEDIES = {
    "invalid_client": "Check login (client id) and password (client secret; none for an app of type PKCE) of the connection.",
    "invalid_grant": "The consent was withdrawn, was not used for 60 days, or its code is too old: `tillpost connect` asks for a new one.",
    "": "Check the app in Xero's developer portal, then ask for a new consent with `tillpost connect`.",
}


class NotOurs(Exception):
    """A call that is not Xero's answer to this consent: whoever made it, it changes nothing."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent that is asked for; both secrets are good for one answer. Its repr shows neither."""

    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def new_consent(port: int) -> Consent:
    """A consent whose answer comes to this port of this machine."""
    return Consent(f"http://localhost:{port}{CALLBACK}", secrets.token_urlsafe(32), secrets.token_urlsafe(64))


def consent_address(consent: Consent, connection: Connection, addresses: Addresses) -> str:
    """The page that a person opens; ConfigError if the connection has no client id."""
    if not connection.login:
        raise ConfigError(f"connection {connection.conn_id!r} has no login: put the app's client id there.", value=connection.conn_id)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(consent.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": connection.login,
        "redirect_uri": consent.redirect_uri,
        "scope": " ".join(scopes_of(connection)),
        "state": consent.state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{addresses.authorize}?{urlencode(query)}"


def code_of(consent: Consent, target: str) -> str:
    """The code in the path and query of a call to this machine; NotOurs for any other call, XeroAuthError where Xero says no."""
    try:
        parts = urlsplit(target)
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=20, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise NotOurs from None
    given = dict(pairs)
    if parts.path != CALLBACK or len(given) != len(pairs):
        raise NotOurs
    if not hmac.compare_digest(given.get("state", "").encode(), consent.state.encode()):
        raise NotOurs
    if "error" in given:
        word = given["error"] if _ERROR_WORD.match(given["error"]) else "without a reason"
        raise XeroAuthError(
            f"Xero gave no consent ({word}). Nothing was stored or changed. Run `tillpost connect` again when the consent is to be given."
        )
    if not _CODE.match(given.get("code", "")):
        raise NotOurs
    return given["code"]


def exchange_code(consent: Consent, code: str, connection: Connection, addresses: Addresses, now: Callable[[], datetime]) -> Granted:
    """Tokens for the code, which is good once and for five minutes; raises XeroAuthError, RateLimited or XeroUnavailable."""
    form = {
        "grant_type": Grant.CONSENT.value,
        "code": code,
        "redirect_uri": consent.redirect_uri,
        "code_verifier": consent.verifier,
    }
    granted = TokenAddress(connection, addresses.token, now, REMEDIES).ask(form)
    if not granted.refresh:
        raise XeroAuthError(
            f"connection {connection.conn_id!r}: Xero gave no refresh token, so the consent would end in half an hour. Nothing was stored. "
            "Let the app ask for offline_access, then run `tillpost connect` again."
        )
    return granted
