"""Idempotency keys: per app, kept six minutes from the first call, 128 characters, server errors kept too.

https://developer.xero.com/documentation/guides/idempotent-requests/idempotency/
"""

from __future__ import annotations

import hashlib

from sandbox.xero.errors import ApiError
from sandbox.xero.http import Request, Response
from sandbox.xero.store import Store

MAX_CHARS = 128
METHODS = ("POST", "PUT", "PATCH")


def key_of(request: Request) -> str | None:
    """The key of a write, None without one; 400 if it is too long."""
    key = request.headers.get("idempotency-key")
    if not key or request.method not in METHODS:
        return None
    if len(key) > MAX_CHARS:
        raise _refused(f"The Idempotency-Key '{key}' has {len(key)} characters. The maximum length is {MAX_CHARS}.")
    return key


def _refused(message: str) -> ApiError:
    return ApiError(400, {"ErrorNumber": 21, "Type": "IdempotencyException", "Message": message})


def _fingerprint(request: Request) -> str:
    digest = hashlib.sha256(f"{request.method} {request.path}?{request.query_string}\n".encode())
    digest.update(request.body)
    return digest.hexdigest()


def replay(store: Store, client_id: str, key: str, request: Request, now_ms: int) -> Response | None:
    """The answer kept under a key, None if there is none; 400 if the key belongs to a different request."""
    store.run("DELETE FROM idempotency WHERE expires_ms <= ?", (now_ms,))
    row = store.row("SELECT * FROM idempotency WHERE client_id = ? AND key = ?", (client_id, key))
    if row is None:
        return None
    if row["fingerprint"] != _fingerprint(request):
        raise _refused(f"The Idempotency-Key '{key}' is used with a different request.")
    return Response(row["status"], row["body"], row["content_type"], note="replayed")


def keep(store: Store, client_id: str, key: str, request: Request, response: Response, expires_ms: int) -> None:
    """Keep the first answer of a key."""
    values = (client_id, key, _fingerprint(request), expires_ms, response.status, response.content_type, response.body)
    store.run("INSERT OR IGNORE INTO idempotency VALUES (?,?,?,?,?,?,?)", values)
