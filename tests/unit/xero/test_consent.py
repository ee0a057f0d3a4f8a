"""A consent: what the page is asked, which answer is believed, and what everybody else who calls this machine is told."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from sandbox.xero.codes import challenge_of
from tests.unit.xero.consenting import get
from tests.unit.xero.harbour import NOW, connection_to
from tests.unit.xero.stub import RESET, StubXero, http_answer
from tillpost.connection import Connection
from tillpost.errors import ConfigError, XeroAuthError, XeroUnavailable
from tillpost.xero.addresses import XERO, addresses_of
from tillpost.xero.auth import SCOPES, Grant, grant_of, scopes_of
from tillpost.xero.callback import Callback
from tillpost.xero.consent import Consent, NotOurs, code_of, consent_address, exchange_code, new_consent

CONSENT = Consent("http://localhost:8739/callback", "the-state", "the-verifier")
CODE_GRANT = {"grant": "authorization_code"}


def app(**extra: str) -> Connection:
    """The connection of an app that asks for consent."""
    return Connection("xero_harbour", "generic", login="app-1", extra={**CODE_GRANT, **extra})


def test_what_the_page_is_asked() -> None:
    consent = new_consent(8739)
    parts = urlsplit(consent_address(consent, app(), XERO))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://login.xero.com/identity/connect/authorize"
    assert dict(parse_qsl(parts.query)) == {
        "response_type": "code",
        "client_id": "app-1",
        "redirect_uri": "http://localhost:8739/callback",
        "scope": "accounting.invoices accounting.payments accounting.manualjournals accounting.banktransactions accounting.contacts "
        "accounting.settings.read accounting.attachments accounting.reports.trialbalance.read offline_access",
        "state": consent.state,
        "code_challenge": challenge_of(consent.verifier),
        "code_challenge_method": "S256",
    }
    assert consent.verifier not in parts.query
    assert consent.state not in repr(consent) and consent.verifier not in repr(consent)


def test_each_consent_has_secrets_of_its_own() -> None:
    one, other = new_consent(1), new_consent(1)
    assert one.state != other.state and one.verifier != other.verifier
    assert len(one.state) >= 43 and 43 <= len(one.verifier) <= 128


def test_an_app_without_a_client_id() -> None:
    with pytest.raises(ConfigError, match="connection 'x' has no login: put the app's client id there"):
        consent_address(CONSENT, Connection("x", "generic", extra=CODE_GRANT), XERO)


def test_scopes_by_grant() -> None:
    assert scopes_of(Connection("x", "generic")) == SCOPES
    assert scopes_of(app(scopes="accounting.contacts")) == ("accounting.contacts", "offline_access")
    assert scopes_of(app(scopes="offline_access accounting.contacts")) == ("offline_access", "accounting.contacts")


@pytest.mark.parametrize("scope", ["accounting.transactions", "accounting.transactions.read", "accounting.reports.read"])
def test_broad_scopes_are_not_asked_for(scope: str) -> None:
    with pytest.raises(ConfigError, match="which covers more than Tillpost needs. Allowed: accounting.invoices, "):
        scopes_of(app(scopes=f"accounting.contacts {scope}"))


def test_a_grant_that_there_is_not() -> None:
    assert (grant_of(Connection("x", "generic")), grant_of(app())) == (Grant.CUSTOM, Grant.CONSENT)
    with pytest.raises(ConfigError) as caught:
        grant_of(Connection("x", "generic", extra={"grant": "implicit"}))
    assert str(caught.value) == "connection 'x': grant in its extra is 'implicit'. Allowed: client_credentials, authorization_code."


def test_the_code_of_the_right_answer() -> None:
    assert code_of(CONSENT, "/callback?code=abc&state=the-state&scope=a+b&session_state=x") == "abc"


@pytest.mark.parametrize(
    "target",
    [
        "/callback",
        "/callback?code=abc",
        "/callback?code=abc&state=",
        "/callback?code=abc&state=another",
        "/callback?code=abc&state=THE-STATE",
        "/callback?code=abc&state=the-state&state=another",
        "/callback?code=abc&code=def&state=the-state",
        "/callback?code=&state=the-state",
        "/callback?code=a%0d%0ab&state=the-state",
        "/callback?state=the-state",
        "/callback?error=access_denied&state=another",
        "/callback/?code=abc&state=the-state",
        "/other?code=abc&state=the-state",
        "/callback?code=%ff%fe&state=the-state",
        "/callback?state=%f0%9f%98%80",
        "//[/callback?code=abc&state=the-state",
        "/callback?" + "&".join(f"a{n}=1" for n in range(50)),
    ],
)
def test_any_other_call_is_not_ours(target: str) -> None:
    with pytest.raises(NotOurs):
        code_of(CONSENT, target)


@pytest.mark.parametrize(
    ("error", "word"), [("access_denied", "access_denied"), ("<script>", "without a reason"), ("", "without a reason")]
)
def test_consent_that_is_refused(error: str, word: str) -> None:
    with pytest.raises(XeroAuthError) as caught:
        code_of(CONSENT, f"/callback?{urlencode({'error': error, 'state': 'the-state'})}")
    assert str(caught.value) == (
        f"Xero gave no consent ({word}). Nothing was stored or changed. Run `tillpost connect` again when the consent is to be given."
    )


class Waiting:
    """A program that waits for an answer in a thread of its own."""

    def __init__(self, callback: Callback, seconds: float = 20, read: Callable[[str], str] = partial(code_of, CONSENT)) -> None:
        self.base = f"http://localhost:{callback.port}"
        self._pool = ThreadPoolExecutor(1)
        self.code: Future[str] = self._pool.submit(callback.wait, read, seconds)


RIGHT = "/callback?code=abc&state=the-state"


def test_the_right_answer_ends_the_wait_whoever_called_before() -> None:
    with Callback() as callback:
        waiting = Waiting(callback)
        strangers = [
            get(f"{waiting.base}{target}")
            for target in ("/callback?code=evil&state=<script>alert(1)</script>", "/callback?%00", "/favicon.ico", "/")
        ]
        assert not waiting.code.done()
        right = get(f"{waiting.base}{RIGHT}")
        assert waiting.code.result(5) == "abc"
        second = get(f"{waiting.base}{RIGHT}")
    assert [(answer.status_code, "script" in answer.text) for answer in strangers] == [(400, False)] * 2 + [(404, False)] * 2
    assert (right.status_code, "Xero has answered" in right.text, "abc" in right.text) == (200, True, False)
    assert (second.status_code, "The answer is here already" in second.text) == (409, True)
    for answer in (*strangers, right, second):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")


def test_refused_in_xero() -> None:
    with Callback() as callback:
        waiting = Waiting(callback)
        page = get(f"{waiting.base}/callback?error=access_denied&state=the-state")
        with pytest.raises(XeroAuthError, match="Xero gave no consent \\(access_denied\\)"):
            waiting.code.result(5)
    assert (page.status_code, "No consent was given" in page.text) == (403, True)


def test_a_page_of_elsewhere_that_pretends_to_be_this_machine_is_told_nothing() -> None:
    with Callback() as callback:
        waiting = Waiting(callback, seconds=0.5)
        page = get(f"http://127.0.0.1:{callback.port}{RIGHT}", Host=f"evil.example:{callback.port}")
        with pytest.raises(XeroAuthError, match="Nobody answered the consent page within 1 minutes"):
            waiting.code.result(5)
    assert page.status_code == 404


def test_nobody_answers_in_time_and_strangers_are_counted() -> None:
    with Callback() as callback:
        waiting = Waiting(callback, seconds=0.6)
        get(f"{waiting.base}/callback?code=x&state=y")
        with pytest.raises(XeroAuthError) as caught:
            waiting.code.result(5)
    assert str(caught.value) == (
        "Nobody answered the consent page within 1 minutes. 1 calls that were not Xero's answer were ignored. "
        "Nothing was stored or changed. Run `tillpost connect` again."
    )


def test_a_caller_that_says_nothing_keeps_nobody_waiting() -> None:
    with Callback() as callback, socket.create_connection(("127.0.0.1", callback.port)):
        waiting = Waiting(callback)
        assert get(f"{waiting.base}{RIGHT}").status_code == 200
        assert waiting.code.result(5) == "abc"


def test_rubbish_and_other_methods_are_survived() -> None:
    with Callback() as callback:
        waiting = Waiting(callback)
        for sent in (b"\x00\xff\r\n\r\n", b"POST /callback HTTP/1.1\r\n\r\n", b"GET " + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", callback.port)) as caller:
                caller.sendall(sent)
                caller.settimeout(5)
                said = b""
                with contextlib.suppress(ConnectionResetError):
                    while more := caller.recv(1000):
                        said += more
                assert b"Error 4" in said or b"Error 5" in said
        assert get(f"{waiting.base}{RIGHT}").status_code == 200


def test_it_listens_to_this_machine_only_and_says_nothing_of_the_code(capfd: pytest.CaptureFixture[str]) -> None:
    with Callback() as callback:
        assert callback._server.server_address[0] == "127.0.0.1"
        waiting = Waiting(callback)
        get(f"{waiting.base}{RIGHT}")
    assert capfd.readouterr() == ("", "")


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConfigError, match="cannot be listened on .*--port"):
        Callback(taken.getsockname()[1])


def test_an_answer_before_anybody_waits_is_not_believed() -> None:
    with Callback() as callback:
        assert get(f"http://localhost:{callback.port}{RIGHT}").status_code == 400


def exchange(stub: StubXero) -> object:
    """Exchange a code at the stub."""
    connection = connection_to(stub.base_url, **CODE_GRANT)
    return exchange_code(CONSENT, "abc", connection, addresses_of(connection), lambda: NOW)


def test_what_the_code_is_exchanged_with(stub: StubXero) -> None:
    stub.token_answers = [http_answer(200, '{"access_token":"a","refresh_token":"r","scope":"x  y"}')]
    granted = exchange(stub)
    assert (granted.refresh, granted.scopes) == ("r", "x y")  # type: ignore[attr-defined]
    [asked] = stub.tokens_asked
    assert dict(parse_qsl(asked.body.decode())) == {
        "grant_type": "authorization_code",
        "code": "abc",
        "redirect_uri": "http://localhost:8739/callback",
        "code_verifier": "the-verifier",
    }


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (http_answer(400, '{"error":"invalid_grant"}'), XeroAuthError, "its code is too old"),
        (http_answer(200, '{"access_token":"a"}'), XeroAuthError, "gave no refresh token"),
        (http_answer(200, '{"access_token":"a","refresh_token":"two\\nlines"}'), XeroUnavailable, "gave none"),
        (RESET, XeroUnavailable, "connection 'xero_harbour'"),
    ],
)
def test_codes_that_bring_nothing(stub: StubXero, answer: bytes | str, error: type[Exception], message: str) -> None:
    stub.token_answers = [answer]
    with pytest.raises(error, match=message):
        exchange(stub)
    assert len(stub.tokens_asked) == 1


def test_threads_end_with_the_wait() -> None:
    before = threading.active_count()
    with Callback() as callback:
        Waiting(callback, seconds=0.1).code.exception(5)
    assert threading.active_count() <= before + 1
