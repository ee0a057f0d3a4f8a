"""Which answer means which error, and what its text says."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProtocolError, ReadTimeoutError, SSLError

from tests.unit.xero.harbour import NOW
from tillpost.errors import RateLimited, UnknownOutcome, XeroAuthError, XeroError, XeroRefused, XeroUnavailable
from tillpost.xero.errors_from_xero import Answer, Request, error_of_answer, error_of_network

WRITE = Request("xero_harbour", "PUT", "/api.xro/2.0/Invoices", writes=True)
READ = Request("xero_harbour", "GET", "/api.xro/2.0/Invoices", writes=False)


@pytest.mark.parametrize(
    ("status", "of_write", "of_read"),
    [
        (301, UnknownOutcome, XeroUnavailable),
        (400, XeroRefused, XeroRefused),
        (401, XeroAuthError, XeroAuthError),
        (403, XeroAuthError, XeroAuthError),
        (404, XeroRefused, XeroRefused),
        (405, UnknownOutcome, XeroRefused),
        (408, UnknownOutcome, XeroRefused),
        (412, XeroRefused, XeroRefused),
        (413, XeroRefused, XeroRefused),
        (429, RateLimited, RateLimited),
        (500, UnknownOutcome, XeroUnavailable),
        (501, UnknownOutcome, XeroUnavailable),
        (503, UnknownOutcome, XeroUnavailable),
    ],
)
def test_error_by_status(status: int, of_write: type[XeroError], of_read: type[XeroError]) -> None:
    answer = Answer(status, {}, b"")
    assert (type(error_of_answer(WRITE, answer, NOW)), type(error_of_answer(READ, answer, NOW))) == (of_write, of_read)


@pytest.mark.parametrize(
    ("headers", "seconds", "problem"),
    [
        ({"Retry-After": "26", "X-Rate-Limit-Problem": "minute"}, 26, "minute"),
        ({"Retry-After": "73451", "X-Rate-Limit-Problem": "Day"}, 73451, "day"),
        ({"Retry-After": "9" * 400}, 86_400, ""),
        ({"Retry-After": "Sat, 03 Oct 2026 04:00:10 GMT"}, 11, ""),
        ({"Retry-After": "Sat, 03 Oct 2026 03:00:00 GMT"}, 0, ""),
        ({"Retry-After": "soon", "X-Rate-Limit-Problem": "concurrent"}, 1, "concurrent"),
        ({"X-Rate-Limit-Problem": "app-minute"}, 60, "appminute"),
        ({}, 60, ""),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: int, problem: str) -> None:
    error = error_of_answer(WRITE, Answer(429, headers, b""), NOW)
    assert isinstance(error, RateLimited)
    assert (error.until - NOW, error.problem) == (timedelta(seconds=seconds), problem)


def test_text_of_a_limit() -> None:
    error = error_of_answer(WRITE, Answer(429, {"Retry-After": "26", "X-Rate-Limit-Problem": "minute"}, b""), NOW)
    assert str(error) == (
        "connection 'xero_harbour': PUT /api.xro/2.0/Invoices: the minute limit of Xero is reached, wait until 2026-10-03 04:00:26 UTC. "
        "Nothing was booked."
    )


def test_refused_with_the_messages_of_elements_and_lines() -> None:
    element = {
        "ValidationErrors": [{"Message": "Account must be valid."}, {"Message": "The document date cannot be before the lock date"}],
        "LineItems": [{}, {"ValidationErrors": [{"Message": "Account must be valid."}]}],
        "Contact": {"ValidationErrors": [{"Description": "The contact is archived"}]},
    }
    body = json.dumps(
        {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred", "Elements": [element]}
    )
    error = error_of_answer(WRITE, Answer(400, {}, body.encode()), NOW)
    assert isinstance(error, XeroRefused)
    assert (error.status, error.messages) == (
        400,
        ("The document date cannot be before the lock date", "line 2: Account must be valid.", "The contact is archived"),
    )
    assert str(error) == (
        "connection 'xero_harbour': PUT /api.xro/2.0/Invoices: Xero refused the request with status 400: The document date cannot be "
        "before the lock date; line 2: Account must be valid.; The contact is archived. Nothing was booked."
    )


def test_refused_without_elements() -> None:
    body = b'{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"JSON for post data was invalid"}'
    error = error_of_answer(WRITE, Answer(400, {}, body), NOW)
    assert isinstance(error, XeroRefused)
    assert error.messages == ("JSON for post data was invalid",)


def test_a_page_of_a_proxy_is_not_repeated() -> None:
    error = error_of_answer(WRITE, Answer(400, {}, b"<html>internal host names</html>"), NOW)
    assert isinstance(error, XeroRefused)
    assert error.messages == ()
    assert str(error) == (
        "connection 'xero_harbour': PUT /api.xro/2.0/Invoices: Xero refused the request with status 400: without a reason. "
        "Nothing was booked."
    )


def test_not_accepted_names_the_reason_and_the_scope() -> None:
    body = b'{"Type":null,"Title":"Unauthorized","Status":401,"Detail":"AuthorizationUnsuccessful"}'
    scope = 'Bearer error="insufficent_scope", scope="accounting.manualjournals"'
    error = error_of_answer(READ, Answer(401, {"WWW-Authenticate": scope}, body), NOW)
    assert str(error) == (
        "connection 'xero_harbour': GET /api.xro/2.0/Invoices: Xero does not accept the connection (status 401: AuthorizationUnsuccessful; "
        'Bearer error="insufficent_scope", scope="accounting.manualjournals"). Nothing was booked. Check in Xero that the app is still '
        "connected to this organisation with the scopes of docs/xero_connection.md, then run again."
    )


@pytest.mark.parametrize(
    ("failure", "of_write"),
    [
        (NewConnectionError(None, "refused"), XeroUnavailable),  # type: ignore[arg-type]
        (ConnectTimeoutError("slow"), XeroUnavailable),
        (ReadTimeoutError(None, "/", "slow"), UnknownOutcome),  # type: ignore[arg-type]
        (ProtocolError("reset"), UnknownOutcome),
        (SSLError("decryption failed"), UnknownOutcome),
        (OSError("broken pipe"), UnknownOutcome),
    ],
)
def test_failures_on_the_way(failure: HTTPError | OSError, of_write: type[XeroError]) -> None:
    assert type(error_of_network(WRITE, failure)) is of_write
    assert type(error_of_network(READ, failure)) is XeroUnavailable


def test_an_answer_shows_nothing_of_itself() -> None:
    assert repr(Answer(200, {"Authorization": "x"}, b"secret")) == "Answer(200, 6 bytes)"
