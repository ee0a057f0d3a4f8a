"""Codes of consents: good once, for five minutes, and only with the verifier of their challenge (PKCE).

https://developer.xero.com/documentation/guides/oauth2/auth-flow/ and /pkce-flow/
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from sandbox.xero.organisations import secret_digest
from sandbox.xero.store import Store

LIFE_MS = 5 * 60_000


def give(store: Store, client_id: str, redirect_uri: str, challenge: str, scope: str, now_ms: int) -> str:
    """A new code."""
    made = secrets.token_urlsafe(32)
    store.run("DELETE FROM codes WHERE expires_ms <= ?", (now_ms,))
    store.run("INSERT INTO codes VALUES (?,?,?,?,?,?)", (secret_digest(made), client_id, redirect_uri, challenge, scope, now_ms + LIFE_MS))
    return made


def use(store: Store, client_id: str, form: dict[str, str], now_ms: int) -> str | None:
    """The scope of a code that is used up; None if it is unknown, used, too old, another app's, or verifier or address do not fit."""
    digest = secret_digest(form.get("code", ""))
    row = store.row("SELECT * FROM codes WHERE digest = ?", (digest,))
    if row is None or row["client_id"] != client_id:
        return None
    store.run("DELETE FROM codes WHERE digest = ?", (digest,))
    verifier = form.get("code_verifier", "")
    fits = 43 <= len(verifier) <= 128 and secrets.compare_digest(challenge_of(verifier).encode(), str(row["challenge"]).encode())
    if not fits or form.get("redirect_uri") != row["redirect_uri"] or row["expires_ms"] <= now_ms:
        return None
    return str(row["scope"])


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
