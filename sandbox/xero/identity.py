"""Tokens and connections: client credentials, codes of consents, refresh with rotation, revocation, 30-minute access tokens.

https://developer.xero.com/documentation/guides/oauth2/custom-connections/, /auth-flow/ and /pkce-flow/
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from sandbox.xero import codes, organisations
from sandbox.xero.clock import from_ms
from sandbox.xero.errors import ApiError, problem
from sandbox.xero.http import Request, Response, json_response
from sandbox.xero.organisations import Organisation, secret_digest
from sandbox.xero.store import Store
from sandbox.xero.wire import Json

REFRESH_MS = 60 * 86_400_000


@dataclass(frozen=True, slots=True)
class Granted:
    """What tokens are good for, and whether a person consented or the app asked for itself."""

    scope: str
    consented: bool


def _oauth_error(error: str) -> ApiError:
    return ApiError(400, {"error": error})


def token(store: Store, request: Request, now_ms: int) -> Response:
    """POST /connect/token: by client credentials, code or refresh token; 400 {"error": ...} where it is refused."""
    form = _form(request)
    app, known = _app(store, request, form)
    grant = form.get("grant_type")
    if grant == "client_credentials" and known:
        return json_response(200, _issue(store, app, Granted(form.get("scope", ""), consented=False), now_ms))
    if grant == "authorization_code":
        scope = codes.use(store, app.client_id, form, now_ms)
        if scope is None:
            raise _oauth_error("invalid_grant")
        return json_response(200, _issue(store, app, Granted(scope, consented=True), now_ms))
    if grant == "refresh_token":
        granted = _use_refresh_token(store, app, form.get("refresh_token", ""), now_ms)
        # Only what came from a consent with PKCE is renewed without the app's secret.
        if not known and not granted.consented:
            raise _oauth_error("invalid_client")
        return json_response(200, _issue(store, app, granted, now_ms))
    raise _oauth_error("unsupported_grant_type" if known else "invalid_client")


def revoke(store: Store, request: Request, now_ms: int) -> Response:
    """POST /connect/revocation: ends the tokens of the app and all its connections; an unknown token is nothing to end."""
    form = _form(request)
    app, _ = _app(store, request, form)
    sql = "SELECT 1 FROM tokens WHERE digest = ? AND kind = 'refresh' AND client_id = ?"
    if store.row(sql, (secret_digest(form.get("token", "")), app.client_id)) is not None:
        store.run("DELETE FROM tokens WHERE client_id = ?", (app.client_id,))
        for organisation in organisations.of_client(store, app.client_id):
            organisations.set_connected(store, organisation.key, False)
    return Response(200)


def _form(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}


def _app(store: Store, request: Request, form: dict[str, str]) -> tuple[Organisation, bool]:
    """The first organisation of the app that calls, and whether it gave the app's secret; a wrong one is refused."""
    client_id, secret = _credentials(request, form)
    apps = organisations.of_app(store, client_id) if client_id else []
    if not apps or (secret and not _secret_fits(store, client_id, secret)):
        raise _oauth_error("invalid_client")
    return apps[0], bool(secret)


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    header = request.headers.get("authorization", "")
    if not header.lower().startswith("basic "):
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(name), unquote(secret)


def _secret_fits(store: Store, client_id: str, secret: str) -> bool:
    kept = store.value("SELECT client_secret FROM organisations WHERE client_id = ? LIMIT 1", (client_id,))
    return secrets.compare_digest(str(kept), secret_digest(secret))


def _issue(store: Store, app: Organisation, granted: Granted, now_ms: int) -> Json:
    seconds = app.settings.token_seconds
    access = _keep(store, app.client_id, "access", now_ms + seconds * 1000, granted)
    answer: Json = {"access_token": access, "expires_in": seconds, "token_type": "Bearer", "scope": granted.scope}
    if "offline_access" in granted.scope.split():
        answer["refresh_token"] = _keep(store, app.client_id, "refresh", now_ms + REFRESH_MS, granted)
    store.run("DELETE FROM tokens WHERE expires_ms < ?", (now_ms - REFRESH_MS,))
    return answer


def _keep(store: Store, client_id: str, kind: str, expires_ms: int, granted: Granted) -> str:
    made = secrets.token_urlsafe(48)
    values = (secret_digest(made), client_id, kind, expires_ms, granted.scope, granted.consented)
    store.run("INSERT INTO tokens VALUES (?,?,?,?,NULL,?,?)", values)
    return made


def _use_refresh_token(store: Store, app: Organisation, given: str, now_ms: int) -> Granted:
    """Use a refresh token up, for what it was granted; it works again for a while, in case the answer was lost."""
    sql = "SELECT * FROM tokens WHERE digest = ? AND kind = 'refresh' AND client_id = ?"
    row = store.row(sql, (secret_digest(given), app.client_id))
    grace_ms = app.settings.refresh_grace_seconds * 1000
    if row is None or row["expires_ms"] <= now_ms or (row["used_ms"] is not None and now_ms > row["used_ms"] + grace_ms):
        raise _oauth_error("invalid_grant")
    store.run("UPDATE tokens SET used_ms = IFNULL(used_ms, ?) WHERE digest = ?", (now_ms, row["digest"]))
    return Granted(row["scope"], bool(row["consented"]))


def client_of(store: Store, request: Request, now_ms: int) -> str:
    """The client id behind a bearer token; 401 if it is missing, unknown or expired."""
    header = request.headers.get("authorization", "")
    if not header.lower().startswith("bearer "):
        raise problem(401, "Unauthorized", "AuthenticationUnsuccessful")
    row = store.row("SELECT * FROM tokens WHERE digest = ? AND kind = 'access'", (secret_digest(header[7:].strip()),))
    if row is None:
        raise problem(401, "Unauthorized", "AuthenticationUnsuccessful")
    if row["expires_ms"] <= now_ms:
        raise problem(401, "Unauthorized", f"TokenExpired: token expired at {from_ms(row['expires_ms']):%m/%d/%Y %H:%M:%S}")
    return str(row["client_id"])


def tenant_of(store: Store, request: Request, client_id: str) -> Organisation:
    """The organisation that the tenant header names; 403 if it is missing or not the token's."""
    mine = organisations.of_client(store, client_id)
    tenant = request.headers.get("xero-tenant-id", "").lower()
    for organisation in mine:
        if organisation.tenant_id == tenant:
            return organisation
    if not tenant and len(mine) == 1 and not mine[0].settings.tenant_header_required:
        return mine[0]
    raise problem(403, "Forbidden", "AuthenticationUnsuccessful")


def connections(store: Store, request: Request, now_ms: int) -> Response:
    """GET /connections: the organisations of the token's app."""
    mine = organisations.of_client(store, client_of(store, request, now_ms))
    return json_response(200, [organisations.connection_json(organisation) for organisation in mine])


def end_connection(store: Store, request: Request, now_ms: int) -> Response:
    """DELETE /connections/{id}: 204, or 404 where the token's app has no such connection."""
    wanted = request.path.rstrip("/").rpartition("/")[2].lower()
    for organisation in organisations.of_client(store, client_of(store, request, now_ms)):
        if organisation.connection_id == wanted:
            organisations.set_connected(store, organisation.key, False)
            return Response(204)
    raise ApiError(404, {"Type": None, "Title": "Not Found", "Status": 404, "Detail": "Connection not found"})


def expire_tokens(store: Store, client_id: str, now_ms: int) -> None:
    """Let all access tokens of an app expire now."""
    store.run("UPDATE tokens SET expires_ms = ? WHERE client_id = ? AND kind = 'access' AND expires_ms > ?", (now_ms, client_id, now_ms))
