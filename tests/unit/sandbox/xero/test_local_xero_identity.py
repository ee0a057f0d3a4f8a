"""Tokens, connections, tenants: who may call, and how refusals look."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from local_xero_books import Books

CREDENTIALS = {"grant_type": "client_credentials"}


def ask(books: Books, form: dict[str, str], secret: str = "a secret", basic: bool = True) -> httpx.Response:
    url = f"{books.served.base_url}/connect/token"
    if basic:
        return httpx.post(url, data=form, auth=(books.app, secret), trust_env=False, verify=False)
    return httpx.post(url, data={**form, "client_id": books.app, "client_secret": secret}, trust_env=False, verify=False)


@pytest.mark.parametrize("basic", [True, False])
def test_client_credentials_by_header_or_form(books: Books, basic: bool) -> None:
    answer = ask(books, CREDENTIALS | {"scope": "accounting.invoices"}, basic=basic)
    found = answer.json()
    assert (answer.status_code, found["expires_in"], found["token_type"], found["scope"]) == (200, 1800, "Bearer", "accounting.invoices")
    assert "refresh_token" not in found


@pytest.mark.parametrize(
    ("form", "secret", "error"),
    [
        (CREDENTIALS, "wrong", "invalid_client"),
        (CREDENTIALS, "", "invalid_client"),
        ({"grant_type": "password"}, "a secret", "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "a secret", "invalid_grant"),
    ],
)
def test_tokens_that_are_refused(books: Books, form: dict[str, str], secret: str, error: str) -> None:
    answer = ask(books, form, secret)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_refresh_token_rotates_with_a_grace_of_half_an_hour(make_books: Callable[..., Books]) -> None:
    books = make_books()
    first = ask(books, CREDENTIALS | {"scope": "offline_access"}).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": first}
    second = ask(books, form).json()["refresh_token"]
    assert second != first
    books.admin.advance_clock(1790)
    assert ask(books, form).status_code == 200
    books.admin.advance_clock(20)
    assert ask(books, form).json() == {"error": "invalid_grant"}
    assert ask(books, form | {"refresh_token": second}).status_code == 200


def test_a_token_lives_half_an_hour(make_books: Callable[..., Books]) -> None:
    books = make_books()
    books.admin.advance_clock(1790)
    books.get("Organisation")
    books.admin.advance_clock(20)
    answer = books.http.get("/Organisation")
    assert (answer.status_code, answer.json()["Title"], answer.json()["Status"]) == (401, "Unauthorized", 401)
    assert answer.json()["Detail"].startswith("TokenExpired: token expired at ")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}])
def test_without_a_good_token(books: Books, header: dict[str, str]) -> None:
    answer = httpx.get(
        f"{books.http.base_url}Organisation", headers={"Accept": "application/json", **header}, trust_env=False, verify=False
    )
    found = answer.json()
    assert (answer.status_code, found["Title"], found["Detail"]) == (401, "Unauthorized", "AuthenticationUnsuccessful")
    assert "X-DayLimit-Remaining" not in answer.headers


def test_the_tenant_must_be_the_tokens_own(books: Books, shared_server: object) -> None:
    other = Books(books.served)
    for tenant in (other.tenant, "", "nonsense"):
        answer = books.http.get("/Organisation", headers={"Xero-Tenant-Id": tenant})
        assert (answer.status_code, answer.json()["Title"], answer.json()["Detail"]) == (403, "Forbidden", "AuthenticationUnsuccessful")


def test_the_tenant_header_can_be_set_to_optional(books: Books) -> None:
    books.admin.change_settings(books.key, tenant_header_required=False)
    assert books.http.get("/Organisation", headers={"Xero-Tenant-Id": ""}).status_code == 200


def test_connections(books: Books) -> None:
    answer = books.http.get(f"{books.served.base_url}/connections")
    rows = [{name: row[name] for name in ("tenantId", "tenantType", "tenantName")} for row in answer.json()]
    assert rows == [{"tenantId": books.tenant, "tenantType": "ORGANISATION", "tenantName": f"Shop {books.key}"}]


def test_secrets_and_tokens_are_not_in_the_file(books: Books, tmp_path_factory: pytest.TempPathFactory) -> None:
    token = books.http.headers["Authorization"].removeprefix("Bearer ")
    for file in tmp_path_factory.getbasetemp().rglob("xero.db*"):
        content = file.read_bytes()
        assert token.encode() not in content and b"a secret" not in content
