"""The page of consent and what follows: codes with PKCE, several organisations, revocation, disconnecting."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from local_xero_books import CHART, Books

from sandbox.xero.codes import challenge_of
from tests.unit.xero.consenting import decided, get

VERIFIER = "v" * 43
REDIRECT = "http://localhost:8739/callback"
SCOPE = "accounting.contacts offline_access"


def asked(books: Books, **changes: str) -> str:
    """The address of the page."""
    query = {
        **{"response_type": "code", "client_id": books.app, "redirect_uri": REDIRECT, "scope": SCOPE, "state": "a&b"},
        **{"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"},
    }
    return f"{books.served.base_url}/identity/connect/authorize?{urlencode(query | changes)}"


def answer_of(sent_back: httpx.Response) -> dict[str, str]:
    """What the app is told."""
    assert sent_back.status_code == 303, sent_back.text
    address = sent_back.headers["location"]
    assert address.startswith(f"{REDIRECT}?")
    return dict(parse_qsl(urlsplit(address).query))


def post(books: Books, path: str, secret: str = "a secret", **form: str) -> httpx.Response:
    """A form to the identity service, of an app with a secret or, where that is empty, without."""
    who = {"auth": (books.app, secret)} if secret else {}
    form |= {} if secret else {"client_id": books.app}
    return httpx.post(f"{books.served.base_url}{path}", data=form, trust_env=False, verify=False, **who)  # type: ignore[arg-type]


def exchanged(books: Books, code: str, secret: str = "a secret", **changes: str) -> httpx.Response:
    """A code's tokens."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    return post(books, "/connect/token", secret, **form | changes)


def code_for(books: Books) -> str:
    """A fresh code."""
    return answer_of(decided(asked(books), books.key))["code"]


def tenants(books: Books, token: str) -> list[str]:
    """The tenant ids that a token reaches."""
    found = get(f"{books.served.base_url}/connections", Authorization=f"Bearer {token}").json()
    return [row["tenantId"] for row in found]


@pytest.mark.parametrize("secret", ["a secret", ""])
def test_a_consent_gives_a_code_once(books: Books, secret: str) -> None:
    answer = answer_of(decided(asked(books), books.key))
    assert (answer["state"], answer["scope"]) == ("a&b", SCOPE)
    tokens = exchanged(books, answer["code"], secret).json()
    assert (tokens["scope"], tokens["expires_in"], tenants(books, tokens["access_token"])) == (SCOPE, 1800, [books.tenant])
    assert exchanged(books, answer["code"], secret).json() == {"error": "invalid_grant"}
    renewed = post(books, "/connect/token", secret, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert (renewed["scope"], renewed["refresh_token"] != tokens["refresh_token"]) == (SCOPE, True)


def test_the_page_says_who_asks_for_what_and_that_it_is_not_xero(books: Books) -> None:
    page = get(asked(books, state='"><script>'))
    for text in ("This is not Xero.", books.app, "accounting.contacts", "offline_access", f"Shop {books.key}"):
        assert text in page.text
    assert "<script>" not in page.text
    assert "form-action 'self' http://localhost:8739;" in page.headers["content-security-policy"]


def test_cancelled(books: Books) -> None:
    assert answer_of(decided(asked(books), books.key, "deny")) == {"error": "access_denied", "state": "a&b"}


@pytest.mark.parametrize(
    "redirect",
    ["http://127.0.0.1:8739/callback", "http://[::1]:1/", "https://localhost:1/", "http://localhost:1/?a=b", "http://localhost.evil:1/",
     "http://me@localhost:1/", "http://localhost:x/", "javascript:alert(1)", ""],
)  # fmt: skip
def test_the_answer_goes_to_localhost_only(books: Books, redirect: str) -> None:
    page = get(asked(books, redirect_uri=redirect))
    assert (page.status_code, "must be http://localhost" in page.text) == (400, True)


def test_an_unknown_app(books: Books) -> None:
    page = get(asked(books, client_id="nobody"))
    assert (page.status_code, "There is no app with this client id." in page.text) == (400, True)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": " "}, "invalid_scope"),
    ],
)
def test_questions_that_are_refused(books: Books, changes: dict[str, str], error: str) -> None:
    assert answer_of(get(asked(books, **changes))) == {"error": error, "state": "a&b"}


def test_a_form_of_elsewhere_and_an_organisation_of_others(books: Books) -> None:
    form = dict(parse_qsl(urlsplit(asked(books)).query)) | {"org": books.key, "decision": "allow"}
    address = f"{books.served.base_url}/identity/connect/authorize"
    for headers in ({}, {"Origin": "http://evil.example"}):
        assert httpx.post(address, data=form, headers=headers, trust_env=False, verify=False).status_code == 403
    other = Books(books.served)
    assert decided(asked(books), other.key).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "w" * 43}, {"code_verifier": ""}, {"redirect_uri": "http://localhost:8740/callback"}, {"code": "nonsense"}],
)
def test_codes_that_are_refused(books: Books, changes: dict[str, str]) -> None:
    form = {"code": code_for(books), **changes}
    assert exchanged(books, **form).json() == {"error": "invalid_grant"}


def test_a_code_of_another_app(books: Books) -> None:
    other = Books(books.served)
    assert exchanged(other, code_for(books)).json() == {"error": "invalid_grant"}


def test_a_wrong_secret_is_refused_where_none_would_do(books: Books) -> None:
    assert exchanged(books, code_for(books), "wrong").json() == {"error": "invalid_client"}
    custom = post(books, "/connect/token", grant_type="client_credentials", scope="offline_access").json()
    renewed = post(books, "/connect/token", "", grant_type="refresh_token", refresh_token=custom["refresh_token"])
    assert renewed.json() == {"error": "invalid_client"}


def test_a_code_lives_five_minutes(make_books: Callable[..., Books]) -> None:
    books = make_books()
    first, second = code_for(books), code_for(books)
    books.admin.advance_clock(290)
    assert exchanged(books, first).status_code == 200
    books.admin.advance_clock(20)
    assert exchanged(books, second).json() == {"error": "invalid_grant"}


def test_an_app_with_several_organisations(books: Books) -> None:
    second = books.admin.create_organisation(
        f"{books.key}-b", name="Second", country="AU", currency="AUD", time_zone="Australia/Melbourne", client_id=books.app,
        client_secret=books.secret, accounts=CHART,
    )  # fmt: skip
    for key in (books.key, f"{books.key}-b"):
        books.admin.disconnect(key)
    tokens = exchanged(books, code_for(books)).json()
    assert tenants(books, tokens["access_token"]) == [books.tenant]
    answer_of(decided(asked(books), f"{books.key}-b"))
    assert tenants(books, tokens["access_token"]) == [books.tenant, second["tenant_id"]]


def test_disconnecting_one_organisation(books: Books) -> None:
    [row] = books.http.get(f"{books.served.base_url}/connections").json()
    address = f"{books.served.base_url}/connections"
    assert books.http.delete(f"{address}/{row['id']}").status_code == 204
    assert (books.http.delete(f"{address}/{row['id']}").status_code, books.http.get(address).json()) == (404, [])
    assert books.http.get("/Organisation").status_code == 403
    answer_of(decided(asked(books), books.key))
    assert books.http.get("/Organisation").status_code == 200


def test_revocation_ends_all_tokens_and_connections_of_the_app(books: Books) -> None:
    tokens = exchanged(books, code_for(books)).json()
    assert post(books, "/connect/revocation", token="nonsense").status_code == 200
    assert tenants(books, tokens["access_token"]) == [books.tenant]
    assert post(books, "/connect/revocation", "wrong", token=tokens["refresh_token"]).status_code == 400
    assert post(books, "/connect/revocation", token=tokens["refresh_token"]).status_code == 200
    assert get(f"{books.served.base_url}/connections", Authorization=f"Bearer {tokens['access_token']}").status_code == 401
    renewed = post(books, "/connect/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert renewed.json() == {"error": "invalid_grant"}


def test_codes_are_not_in_the_file(books: Books, tmp_path_factory: pytest.TempPathFactory) -> None:
    code = code_for(books)
    for file in tmp_path_factory.getbasetemp().rglob("xero.db*"):
        assert code.encode() not in file.read_bytes()
