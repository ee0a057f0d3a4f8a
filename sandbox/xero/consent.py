"""The page of consent: which app asks, for which scopes, and for which organisation; its answer goes back to localhost only.

https://developer.xero.com/documentation/guides/oauth2/auth-flow/ and /pkce-flow/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from sandbox.xero import codes, organisations, pages
from sandbox.xero.clock import to_ms
from sandbox.xero.http import Request, Response
from sandbox.xero.organisations import Organisation

if TYPE_CHECKING:
    from sandbox.xero.app import Application

PATH = "/identity/connect/authorize"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


class Unusable(Exception):
    """The app or the address of the answer is wrong: nothing is sent there, the page itself says so."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks for."""

    organisations: list[Organisation]
    fields: dict[str, str]

    @property
    def redirect_uri(self) -> str:
        """Where the answer goes."""
        return self.fields["redirect_uri"]


def handle(app: Application, request: Request) -> Response:
    """Show the page, or take its form and send the browser back to the app."""
    if request.method not in ("GET", "POST"):
        return pages.message(405, "This page can only be read and answered.")
    given = request.query if request.method == "GET" else dict(parse_qsl(request.body.decode("utf-8", "replace")))
    try:
        asked = _asked(app, given)
    except Unusable as problem:
        return pages.message(400, str(problem))
    wrong = _wrong(asked)
    if wrong:
        return _back(asked, error=wrong)
    if request.method == "GET":
        return _page(asked, request)
    if not pages.same_origin(request):
        return pages.message(403, "This form was not sent from a page of the local stand-in, so nothing was done.")
    return _decide(app, asked, given)


def _asked(app: Application, given: dict[str, str]) -> Asked:
    names = ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")
    fields = {name: given.get(name, "") for name in names}
    found = organisations.of_app(app.store, fields["client_id"])
    if not found:
        raise Unusable("There is no app with this client id.")
    if not _is_local(fields["redirect_uri"]):
        raise Unusable("The address of the answer (redirect_uri) must be http://localhost with a port and a path.")
    return Asked(found, fields)


def _is_local(address: str) -> bool:
    """Xero sends to http only at localhost, not at a loopback address by number."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return address.isascii() and parts.scheme == "http" and parts.netloc == f"localhost:{port}" and not parts.query and not parts.fragment


def _wrong(asked: Asked) -> str:
    """The error that the app is told; '' if its question is right."""
    if asked.fields["response_type"] != "code":
        return "unsupported_response_type"
    if asked.fields["code_challenge_method"] != "S256" or not _CHALLENGE.match(asked.fields["code_challenge"]):
        return "invalid_request"
    return "" if asked.fields["scope"].split() else "invalid_scope"


def _page(asked: Asked, request: Request) -> Response:
    values = {"asked": asked, "scopes": asked.fields["scope"].split()}
    # A browser checks where a form's answer leads, too.
    port = urlsplit(asked.redirect_uri).port
    return pages.page("consent.html", values, request, form_action=f"'self' http://localhost:{port}")


def _decide(app: Application, asked: Asked, given: dict[str, str]) -> Response:
    if given.get("decision") != "allow":
        return _back(asked, error="access_denied")
    chosen = next((organisation for organisation in asked.organisations if organisation.key == given.get("org")), None)
    if chosen is None:
        return pages.message(400, "Choose one of the organisations.")
    fields = asked.fields
    with app.store.transaction():
        organisations.set_connected(app.store, chosen.key, True)
        now_ms = to_ms(app.clock.now())
        code = codes.give(app.store, fields["client_id"], asked.redirect_uri, fields["code_challenge"], fields["scope"], now_ms)
    return _back(asked, code=code, scope=fields["scope"])


def _back(asked: Asked, **answer: str) -> Response:
    query = urlencode({**answer, "state": asked.fields["state"]})
    return Response(
        303, headers={"Location": f"{asked.redirect_uri}?{query}", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )
