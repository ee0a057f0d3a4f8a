"""Tokens: asked for once, renewed before they die, refused with a remedy and without a secret."""

from __future__ import annotations

import base64
import json
import socket
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import pytest

from tests.unit.xero.harbour import NOW, SECRET, connection_to
from tests.unit.xero.stub import RESET, TOKEN, StubXero, http_answer
from tillpost.errors import ConfigError, RateLimited, XeroAuthError, XeroUnavailable
from tillpost.xero.auth import SCOPES, CustomTokens
from tillpost.xero.client import XeroClient


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def source(stub: StubXero, clock: Clock | None = None, **extra: str) -> CustomTokens:
    """The tokens of the stub."""
    return CustomTokens(connection_to(stub.base_url, **extra), f"{stub.base_url}/connect/token", clock or Clock())


def token_answer(secret: str, **fields: object) -> bytes:
    """An answer with a token."""
    return http_answer(200, json.dumps({"access_token": secret, "token_type": "Bearer", **fields}))


def test_what_is_asked(stub: StubXero) -> None:
    assert source(stub).token().secret == TOKEN
    [asked] = stub.tokens_asked
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/x-www-form-urlencoded")
    assert base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode() == f"app-1:{SECRET}"
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": [
            "accounting.invoices accounting.payments accounting.manualjournals accounting.banktransactions accounting.contacts "
            "accounting.settings.read accounting.attachments accounting.reports.trialbalance.read"
        ],
    }
    assert "offline_access" not in SCOPES


def test_scopes_of_the_connection(stub: StubXero) -> None:
    source(stub, scopes=" accounting.invoices  accounting.contacts ").token()
    assert parse_qs(stub.tokens_asked[0].body.decode())["scope"] == ["accounting.invoices accounting.contacts"]


def test_renewed_two_minutes_before_its_end(stub: StubXero) -> None:
    stub.token_answers = [token_answer("first", expires_in=1800), token_answer("second", expires_in=1800)]
    clock = Clock()
    tokens = source(stub, clock)
    seen = []
    for seconds in (0, 1679, 1680):
        clock.now = NOW + timedelta(seconds=seconds)
        seen.append(tokens.token().secret)
    assert seen == ["first", "first", "second"]


def test_a_short_lived_token_is_used_for_half_its_life(stub: StubXero) -> None:
    stub.token_answers = [token_answer("first", expires_in=60), token_answer("second", expires_in=60)]
    clock = Clock()
    tokens = source(stub, clock)
    seen = []
    for seconds in (0, 29, 30):
        clock.now = NOW + timedelta(seconds=seconds)
        seen.append(tokens.token().secret)
    assert seen == ["first", "first", "second"]


@pytest.mark.parametrize("expires_in", [None, 0, -5, "soon", True])
def test_without_a_usable_end_thirty_minutes_are_assumed(stub: StubXero, expires_in: object) -> None:
    stub.token_answers = [token_answer("first", expires_in=expires_in)]
    assert source(stub).token().expires_at == NOW + timedelta(minutes=30)


def test_many_threads_ask_once(stub: StubXero) -> None:
    tokens = source(stub)
    threads = [threading.Thread(target=tokens.token) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stub.tokens_asked) == 1


def test_a_refused_token_is_replaced_once_for_all_who_held_it(stub: StubXero) -> None:
    stub.token_answers = [token_answer("first"), token_answer("second"), token_answer("third")]
    tokens = source(stub)
    first = tokens.token()
    assert [tokens.another_than(first).secret for _ in range(2)] == ["second", "second"]
    assert len(stub.tokens_asked) == 2


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (
            400,
            '{"error":"invalid_client"}',
            "connection 'xero_harbour': Xero gives no token for it (invalid_client). Nothing was sent. Check login (client id) and "
            "password (client secret) of the connection against the app in Xero's developer portal. Then run again.",
        ),
        (
            400,
            '{"error":"invalid_scope"}',
            "connection 'xero_harbour': Xero gives no token for it (invalid_scope). Nothing was sent. Give the app the scopes of "
            "docs/xero_connection.md in Xero and authorise it again, or name fewer in extra.scopes. Then run again.",
        ),
        (
            401,
            f"who is {SECRET}?",
            "connection 'xero_harbour': Xero gives no token for it (status 401). Nothing was sent. Check that the custom connection is "
            "authorised in Xero and that client id and secret are its own. Then run again.",
        ),
        (
            400,
            json.dumps({"error": f"bad secret {SECRET}"}),
            "connection 'xero_harbour': Xero gives no token for it (status 400). Nothing was sent. Check that the custom connection is "
            "authorised in Xero and that client id and secret are its own. Then run again.",
        ),
    ],
)
def test_a_refusal_names_the_connection_and_the_remedy_and_no_secret(stub: StubXero, status: int, body: str, message: str) -> None:
    stub.token_answers = [http_answer(status, body)]
    with pytest.raises(XeroAuthError) as caught:
        source(stub).token()
    assert str(caught.value) == message
    assert len(stub.tokens_asked) == 1


@pytest.mark.parametrize("answer", [RESET, http_answer(500, "oops"), http_answer(404), http_answer(302, Location="http://127.0.0.1:1/")])
def test_no_answer_from_the_identity_service(stub: StubXero, answer: bytes | str) -> None:
    stub.token_answers = [answer]
    with pytest.raises(XeroUnavailable, match="connection 'xero_harbour'"):
        source(stub).token()
    assert len(stub.tokens_asked) == 1


@pytest.mark.parametrize("body", ["rubbish", "{}", '{"access_token":null}', '{"access_token":"two\\r\\nlines"}', '{"access_token":""}'])
def test_an_answer_without_a_token(stub: StubXero, body: str) -> None:
    stub.token_answers = [http_answer(200, body)]
    with pytest.raises(XeroUnavailable, match="what answered for a token gave none"):
        source(stub).token()


def test_a_limit_of_the_identity_service(stub: StubXero) -> None:
    stub.token_answers = [http_answer(429, Retry_After="7")]
    with pytest.raises(RateLimited) as caught:
        source(stub).token()
    assert caught.value.until == NOW + timedelta(seconds=7)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        base = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(XeroUnavailable, match="Xero could not be reached"):
        CustomTokens(connection_to(base), f"{base}/connect/token", Clock()).token()


@pytest.mark.parametrize(("field", "what"), [("login", "client id"), ("password", "client secret")])
def test_a_connection_without_id_or_secret(field: str, what: str) -> None:
    connection = replace(connection_to("http://127.0.0.1:1"), **{field: ""})  # type: ignore[arg-type]
    with pytest.raises(ConfigError) as caught:
        CustomTokens(connection, "http://127.0.0.1:1/connect/token", Clock())
    assert str(caught.value) == f"connection 'xero_harbour' has no {field}: put the custom connection's {what} there."


@pytest.mark.parametrize("wrong", ["\u201cquoted\u201d", "zero\u200bwidth", "line\n", "line\r\nX-Header: y", "\ud800"])
@pytest.mark.parametrize(("field", "where"), [("login", "login"), ("password", "password"), ("tenant_id", "tenant_id in its extra")])
@pytest.mark.parametrize("grant", ["client_credentials", "authorization_code"])
def test_what_was_pasted_with_more_than_text_is_told_without_it(wrong: str, field: str, where: str, grant: str) -> None:
    plain = connection_to("http://127.0.0.1:1", grant=grant)
    changes = {"extra": {**plain.extra, field: wrong}} if field == "tenant_id" else {field: wrong}
    with pytest.raises(ConfigError) as caught:
        XeroClient(replace(plain, **changes))  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"connection 'xero_harbour': {where} holds a character that is not printable ASCII, such as a typographic quote, an invisible space "
        "or a line end. Copy it again from Xero as plain text."
    )


def test_a_token_does_not_show_itself(stub: StubXero) -> None:
    assert TOKEN not in repr(source(stub).token())
