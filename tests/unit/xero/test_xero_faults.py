"""What goes wrong on the way: one request reaches the server, one of our errors comes out, and no secret in it."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import time
from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.unit.xero.harbour import LONG_AGO, NOW, SECRET, KnownIds, connection_to, journal
from tests.unit.xero.stub import RESET, SILENCE, TOKEN, StubXero, http_answer
from tillpost.errors import RateLimited, UnknownOutcome, XeroAuthError, XeroError, XeroRefused, XeroUnavailable
from tillpost.model.documents import DocumentKind
from tillpost.model.results import ElementResult
from tillpost.xero.client import XeroClient
from tillpost.xero.payloads import body_of
from tillpost.xero.sender import Answered, Parent

BODY = body_of(DocumentKind.JOURNAL, [journal()], KnownIds())
SAVED = {"ManualJournals": [{"ManualJournalID": "j-1", "Status": "POSTED", "StatusAttributeString": "OK"}]}
UNAUTHORISED = http_answer(401, '{"Title":"Unauthorized","Status":401,"Detail":"TokenExpired: token expired"}')


class Meter:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def before_call(self) -> Answered:
        """A call is about to leave."""
        self.seen.append("before")
        return self.answered

    def answered(self, headers: Mapping[str, str], status: int = 0) -> None:
        """The call is over."""
        self.seen.append(headers.get("x-minlimit-remaining", "no answer"))


def client_of(stub: StubXero, meter: Meter | None = None) -> XeroClient:
    """A client of the stub that waits one second at most."""
    return XeroClient(connection_to(stub.base_url, tenant_id="tenant-1"), meter=meter, now=lambda: NOW, timeouts=(1, 1))


def send(stub: StubXero) -> list[ElementResult]:
    """Send one journal."""
    return client_of(stub).send(DocumentKind.JOURNAL, BODY, "key-1")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (RESET, UnknownOutcome),
        (b"", UnknownOutcome),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", UnknownOutcome),
        (b"nonsense\r\n\r\n", UnknownOutcome),
        (http_answer(200, "rubbish"), UnknownOutcome),
        (http_answer(200, b"\x1f\x8bno gzip", Content_Encoding="gzip"), UnknownOutcome),
        (http_answer(200, "{}"), UnknownOutcome),
        (http_answer(200, '{"ManualJournals":null}'), UnknownOutcome),
        (http_answer(200, '{"ManualJournals":[]}'), UnknownOutcome),
        (http_answer(200, '{"ManualJournals":[{},{}]}'), UnknownOutcome),
        (http_answer(200, '{"ManualJournals":[{"StatusAttributeString":"OK"}]}'), UnknownOutcome),
        (http_answer(204), UnknownOutcome),
        (http_answer(302, Location="http://127.0.0.1:1/"), UnknownOutcome),
        (http_answer(307, Location="/api.xro/2.0/ManualJournals"), UnknownOutcome),
        (http_answer(304), UnknownOutcome),
        (http_answer(500, '{"Title":"Internal"}'), UnknownOutcome),
        (http_answer(503, "The organisation is offline", Retry_After="1"), UnknownOutcome),
        (http_answer(400, "no json at all"), XeroRefused),
        (http_answer(404, Content_Type="text/html"), XeroRefused),
        (http_answer(412), XeroRefused),
        (http_answer(413), XeroRefused),
        (http_answer(403, '{"Title":"Forbidden","Detail":"AuthenticationUnsuccessful"}'), XeroAuthError),
        (http_answer(429, Retry_After="20000", X_Rate_Limit_Problem="day"), RateLimited),
        (http_answer(429, X_Rate_Limit_Problem="concurrent"), RateLimited),
    ],
)
def test_a_write_reaches_the_server_once(stub: StubXero, answer: bytes | str, error: type[XeroError]) -> None:
    stub.answers = [answer]
    started = time.monotonic()
    with pytest.raises(error) as caught:
        send(stub)
    assert type(caught.value) is error
    assert len(stub.received) == 1
    # Xero's Retry-After is handed on, never slept.
    assert time.monotonic() - started < 5
    assert TOKEN not in str(caught.value) and SECRET not in str(caught.value)


def test_silence_after_a_write(stub: StubXero) -> None:
    stub.answers = [SILENCE]
    with pytest.raises(UnknownOutcome) as caught:
        send(stub)
    assert str(caught.value) == (
        "connection 'xero_harbour': PUT /api.xro/2.0/ManualJournals: no complete answer came back (ReadTimeoutError). "
        "It may have been booked: it is looked up in Xero before anything is sent again."
    )
    assert len(stub.received) == 1


@pytest.mark.parametrize(
    "answer", [RESET, http_answer(200, "rubbish"), http_answer(200, '{"ManualJournals":{}}'), http_answer(503, "offline")]
)
def test_a_failed_read_is_never_an_unknown_outcome(stub: StubXero, answer: bytes | str) -> None:
    stub.answers = [answer]
    with pytest.raises(XeroUnavailable, match="GET"):
        client_of(stub).held_documents(DocumentKind.JOURNAL, LONG_AGO)
    assert len(stub.received) == 1


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        base = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(XeroUnavailable, match="Nothing was sent; it is safe to try again"):
        XeroClient(connection_to(base, tenant_id="t")).send(DocumentKind.JOURNAL, BODY, "key-1")


def test_the_server_goes_away_between_token_and_write(stub: StubXero) -> None:
    client = client_of(stub)
    stub.answers = [http_answer(200, '{"Accounts":[]}')]
    client.read("get_accounts", "Accounts")
    stub.__exit__(None, None, None)
    with pytest.raises(XeroUnavailable, match=r"PUT /api\.xro/2\.0/ManualJournals: Xero could not be reached"):
        client.send(DocumentKind.JOURNAL, BODY, "key-1")
    assert [got.method for got in stub.received] == ["GET"]


def test_exactly_the_claimed_bytes_leave(stub: StubXero) -> None:
    stub.answers = [http_answer(200, json.dumps(SAVED))]
    assert send(stub) == [ElementResult(True, "j-1", "POSTED")]
    [got] = stub.received
    assert (got.method, got.path, got.body) == ("PUT", "/api.xro/2.0/ManualJournals?summarizeErrors=false", BODY)
    wanted = ("authorization", "xero-tenant-id", "idempotency-key", "accept", "content-type", "accept-encoding")
    assert [got.headers[name] for name in wanted] == [
        f"Bearer {TOKEN}", "tenant-1", "key-1", "application/json", "application/json", "gzip",
    ]  # fmt: skip


def test_no_connection_is_kept_for_the_next_request(stub: StubXero) -> None:
    stub.keeps_open = True
    stub.answers = [http_answer(200, json.dumps(SAVED), Connection="keep-alive"), http_answer(500, Connection="keep-alive")]
    client = client_of(stub)
    client.send(DocumentKind.JOURNAL, BODY, "key-1")
    with pytest.raises(UnknownOutcome):
        client.send(DocumentKind.JOURNAL, BODY, "key-2")
    stub.answers = [http_answer(200, '{"Accounts":[]}')]
    client.read("get_accounts", "Accounts")
    # Of the token and of both writes; the answer to the read may be on its way to being closed.
    assert stub.closed_by_client[:3] == [True, True, True]


def test_a_compressed_answer_is_read(stub: StubXero) -> None:
    stub.answers = [http_answer(200, gzip.compress(json.dumps(SAVED).encode()), Content_Encoding="gzip")]
    assert send(stub) == [ElementResult(True, "j-1", "POSTED")]


def test_a_token_that_has_died_is_renewed_and_the_write_sent_again(stub: StubXero) -> None:
    fresh = http_answer(200, '{"access_token":"second","expires_in":1800}')
    stub.token_answers = [http_answer(200, '{"access_token":"first","expires_in":1800}'), fresh]
    stub.answers = [UNAUTHORISED, http_answer(200, json.dumps(SAVED))]
    assert send(stub) == [ElementResult(True, "j-1", "POSTED")]
    assert [got.headers["authorization"] for got in stub.received] == ["Bearer first", "Bearer second"]
    assert [got.body for got in stub.received] == [BODY, BODY]


def test_a_second_refusal_of_the_token_ends_it(stub: StubXero) -> None:
    stub.answers = [UNAUTHORISED, UNAUTHORISED]
    with pytest.raises(XeroAuthError, match="TokenExpired: token expired"):
        send(stub)
    assert len(stub.received) == 2


def test_every_answer_is_observed_and_every_call_counted_before_it_leaves(stub: StubXero) -> None:
    meter = Meter()
    client = client_of(stub, meter)
    stub.answers = [
        http_answer(200, json.dumps(SAVED), X_MinLimit_Remaining="59"),
        http_answer(429, X_MinLimit_Remaining="0"),
        RESET,
        http_answer(200, '{"Accounts":[]}', X_MinLimit_Remaining="57"),
    ]
    client.send(DocumentKind.JOURNAL, BODY, "key-1")
    with pytest.raises(RateLimited):
        client.send(DocumentKind.JOURNAL, BODY, "key-1")
    with pytest.raises(UnknownOutcome):
        client.send(DocumentKind.JOURNAL, BODY, "key-1")
    client.read("get_accounts", "Accounts")
    assert meter.seen == ["before", "59", "before", "0", "before", "no answer", "before", "57"]
    assert client.calls == 4


class ClosedMeter(Meter):
    """Lets nothing leave."""

    def before_call(self) -> Answered:
        """The quota is spent."""
        raise RateLimited("the quota is spent", until=NOW + timedelta(hours=1), problem="day")


def test_a_spent_quota_lets_nothing_leave(stub: StubXero) -> None:
    client = client_of(stub, ClosedMeter())
    with pytest.raises(RateLimited, match="the quota is spent"):
        client.send(DocumentKind.JOURNAL, BODY, "key-1")
    assert (stub.received, client.calls) == ([], 0)


class BrokenMeter(Meter):
    """Cannot write down what it learns."""

    def answered(self, headers: Mapping[str, str], status: int = 0) -> None:
        """The database is gone."""
        raise RuntimeError("database is locked")


def test_a_meter_that_fails_does_not_lose_the_answer(stub: StubXero, caplog: pytest.LogCaptureFixture) -> None:
    stub.answers = [http_answer(200, json.dumps(SAVED))]
    with caplog.at_level(logging.WARNING):
        results = client_of(stub, BrokenMeter()).send(DocumentKind.JOURNAL, BODY, "key-1")
    assert results == [ElementResult(True, "j-1", "POSTED")]
    assert caplog.messages == ["connection 'xero_harbour': the rate headers of an answer were not recorded (RuntimeError)"]


class LeaseLost(Exception):
    """Some other poster has the lease."""


def test_a_gate_that_closes_lets_nothing_leave(stub: StubXero) -> None:
    meter = Meter()
    order = meter.seen

    def gate() -> None:
        order.append("gate")
        raise LeaseLost

    client = client_of(stub, meter)
    with pytest.raises(LeaseLost):
        client.send(DocumentKind.JOURNAL, BODY, "key-1", gate=gate)
    assert (stub.received, client.calls, order) == ([], 0, ["before", "gate", "no answer"])


def test_a_server_that_repeats_the_token_does_not_bring_it_into_a_message(stub: StubXero) -> None:
    stub.answers = [http_answer(400, json.dumps({"Message": f"bad header Bearer {TOKEN}"}))]
    with pytest.raises(XeroRefused) as caught:
        send(stub)
    assert caught.value.messages == ("bad header Bearer (token)",)
    stub.answers = [http_answer(403, "{}", WWW_Authenticate=f'Bearer scope="{TOKEN}"')]
    with pytest.raises(XeroAuthError, match=r'status 403: no reason given; Bearer scope="\(token\)"'):
        send(stub)


def test_nothing_has_changed(stub: StubXero) -> None:
    stub.answers = [http_answer(304)]
    assert client_of(stub).held_documents(DocumentKind.PAYMENT, LONG_AGO) == []
    [got] = stub.received
    assert (got.path, got.headers["if-modified-since"]) == ("/api.xro/2.0/Payments?page=1&pageSize=1000", "2020-01-01T00:00:00")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (DocumentKind.CREDIT_NOTE, "/api.xro/2.0/CreditNotes/n-1/Allocations?summarizeErrors=false"),
        (DocumentKind.OVERPAYMENT, "/api.xro/2.0/Overpayments/n-1/Allocations?summarizeErrors=false"),
    ],
)
def test_allocations_go_to_what_they_take_from(stub: StubXero, kind: DocumentKind, path: str) -> None:
    stub.answers = [http_answer(200, '{"Allocations":[{"AllocationID":"a-1","Amount":5.00}]}')]
    body = b'{"Allocations":[{"Invoice":{"InvoiceID":"i-1"},"Amount":5.0}]}'
    results = client_of(stub).send(DocumentKind.ALLOCATION, body, "key-1", parent=Parent(kind, "n-1"))
    assert (results, stub.received[0].path) == ([ElementResult(True, "a-1", total_cents=500)], path)


def test_allocations_without_a_parent_and_keys_that_are_too_long_are_mistakes_of_the_caller(stub: StubXero) -> None:
    with pytest.raises(ValueError, match="name it as parent"):
        client_of(stub).send(DocumentKind.ALLOCATION, b'{"Allocations":[{}]}', "key-1")
    with pytest.raises(ValueError, match="1 to 128 characters"):
        client_of(stub).send(DocumentKind.JOURNAL, BODY, "k" * 129)
    assert stub.received == []


def test_the_meter_is_told_the_status_of_an_answer(stub: StubXero) -> None:
    told: list[int] = []

    class Statuses(Meter):
        def answered(self, headers: Mapping[str, str], status: int = 0) -> None:
            told.append(status)

    stub.answers = [http_answer(429, ""), RESET, http_answer(200, json.dumps(SAVED))]
    client = client_of(stub, Statuses())
    for error in (RateLimited, UnknownOutcome):
        with pytest.raises(error):
            client.send(DocumentKind.JOURNAL, BODY, "key-1")
    client.send(DocumentKind.JOURNAL, BODY, "key-1")
    assert told == [429, 0, 200]
