"""Rate limits with their headers, and idempotency keys."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from local_xero_books import TAKINGS, Books, invoice, journal

Make = Callable[..., Books]


def left(answer: httpx.Response) -> tuple[str | None, ...]:
    return tuple(answer.headers.get(f"X-{name}-Remaining") for name in ("DayLimit", "MinLimit", "AppMinLimit"))


@pytest.mark.parametrize("window", ["fixed", "rolling"])
def test_the_minute(make_books: Make, window: str) -> None:
    books = make_books(minute_limit=3, window=window)
    assert [left(books.http.get("/Organisation")) for _ in range(3)] == [
        ("4999", "2", "9999"),
        ("4998", "1", "9998"),
        ("4997", "0", "9997"),
    ]
    answer = books.http.get("/Organisation")
    assert (answer.status_code, answer.content, answer.headers.get("content-type")) == (429, b"", None)
    assert (answer.headers["X-Rate-Limit-Problem"], left(answer)) == ("minute", ("4997", "0", "9997"))
    assert 55 <= int(answer.headers["Retry-After"]) <= 60
    books.admin.advance_clock(int(answer.headers["Retry-After"]))
    assert left(books.http.get("/Organisation"))[:2] == ("4996", "2")


def test_the_day(make_books: Make) -> None:
    books = make_books(day_limit=2)
    for _ in range(2):
        books.http.get("/Organisation")
    answer = books.http.get("/Organisation")
    assert (answer.status_code, answer.headers["X-Rate-Limit-Problem"], answer.headers["X-DayLimit-Remaining"]) == (429, "day", "0")
    assert 86_300 < int(answer.headers["Retry-After"]) <= 86_400
    books.admin.advance_clock(86_400)
    books.sign_in()
    assert books.http.get("/Organisation").headers["X-DayLimit-Remaining"] == "1"


def test_the_app_has_its_own_minute_and_no_retry_after(make_books: Make) -> None:
    books = make_books(app_minute_limit=1)
    books.http.get("/Organisation")
    answer = books.http.get("/Organisation")
    assert (answer.status_code, answer.headers["X-Rate-Limit-Problem"], "Retry-After" in answer.headers) == (429, "appminute", False)


def test_a_refused_call_costs_nothing_unless_set_otherwise(make_books: Make) -> None:
    books = make_books(minute_limit=1)
    for _ in range(3):
        books.http.get("/Organisation")
    books.admin.advance_clock(60)
    assert books.http.get("/Organisation").headers["X-DayLimit-Remaining"] == "4998"
    books.admin.change_settings(books.key, refused_calls_count=True)
    books.http.get("/Organisation")
    books.admin.advance_clock(60)
    assert books.http.get("/Organisation").headers["X-DayLimit-Remaining"] == "4996"


def test_errors_carry_the_headers_and_cost_a_call(make_books: Make) -> None:
    books = make_books()
    assert left(books.http.put("/Invoices", json={"Type": "x"}))[:2] == ("4999", "59")
    assert left(books.http.get("/Invoices/NOPE"))[:2] == ("4998", "58")


def test_limits_are_per_organisation_and_survive_a_restart(make_books: Make) -> None:
    first, second = make_books(), make_books()
    first.http.get("/Organisation")
    assert left(second.http.get("/Organisation"))[:2] == ("4999", "59")


def test_five_at_once(make_books: Make) -> None:
    books = make_books()
    books.admin.set_latency(0.5)
    answers: list[httpx.Response] = []

    def call() -> None:
        with httpx.Client(trust_env=False, verify=False) as client:
            answers.append(client.get(f"{books.http.base_url}Organisation", headers=dict(books.http.headers)))

    threads = [threading.Thread(target=call) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [answer for answer in answers if answer.status_code == 429]
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 2
    assert {(answer.headers["X-Rate-Limit-Problem"], "Retry-After" in answer.headers, answer.content) for answer in refused} == {
        ("concurrent", False, b"")
    }


def test_a_body_that_is_too_large(make_books: Make) -> None:
    books = make_books(max_body_bytes=1000)
    assert books.http.put("/Invoices", json={"Invoices": [invoice(Reference="x" * 1000)]}).status_code == 413


def put(books: Books, key: str, *elements: dict[str, Any], resource: str = "ManualJournals") -> httpx.Response:
    return books.http.put(f"/{resource}?summarizeErrors=false", json={resource: list(elements)}, headers={"Idempotency-Key": key})


def test_a_repeated_key_replays_the_answer_and_costs_a_call(make_books: Make) -> None:
    books = make_books()
    first, second = (put(books, "k1", journal(*TAKINGS)) for _ in range(2))
    assert (second.status_code, second.content) == (200, first.content)
    assert left(second)[1] == "58"
    assert books.balances()["101"] == "50.00"


def test_a_key_lives_six_minutes_from_its_first_call(make_books: Make) -> None:
    books = make_books()
    put(books, "k1", journal(*TAKINGS))
    books.admin.advance_clock(350)
    put(books, "k1", journal(*TAKINGS))
    assert books.balances()["101"] == "50.00"
    books.admin.advance_clock(15)
    put(books, "k1", journal(*TAKINGS))
    assert books.balances()["101"] == "100.00"


def test_a_key_with_a_different_request_is_refused(make_books: Make) -> None:
    books = make_books()
    put(books, "k1", journal(*TAKINGS))
    other = [put(books, "k1", journal(*TAKINGS, narration="Other")), put(books, "k1", invoice(), resource="Invoices")]
    other.append(books.http.post("/ManualJournals", json={"ManualJournals": [journal(*TAKINGS)]}, headers={"Idempotency-Key": "k1"}))
    for answer in other:
        assert answer.status_code == 400
        assert answer.json()["Message"] == "The Idempotency-Key 'k1' is used with a different request."
    assert books.balances()["101"] == "50.00"


def test_keys_belong_to_the_app(make_books: Make) -> None:
    first, second = make_books(), make_books()
    put(first, "k1", journal(*TAKINGS))
    put(second, "k1", journal(*TAKINGS))
    assert second.balances()["101"] == "50.00"


def test_a_long_key_is_refused(make_books: Make) -> None:
    books = make_books()
    assert put(books, "k" * 128, journal(*TAKINGS)).status_code == 200
    answer = put(books, "k" * 129, journal(*TAKINGS))
    assert (answer.status_code, "129" in answer.json()["Message"]) == (400, True)


def test_a_server_error_is_kept_with_its_key(make_books: Make) -> None:
    books = make_books()
    books.admin.add_fault("status", "PUT /ManualJournals", status=500)
    assert [put(books, "k1", journal(*TAKINGS)).status_code for _ in range(2)] == [500, 500]
    assert put(books, "k2", journal(*TAKINGS)).status_code == 200
    assert books.balances()["101"] == "50.00"


def test_a_rate_limit_is_not_kept_with_a_key(make_books: Make) -> None:
    books = make_books(minute_limit=1)
    books.http.get("/Organisation")
    assert put(books, "k1", journal(*TAKINGS)).status_code == 429
    books.admin.advance_clock(60)
    assert put(books, "k1", journal(*TAKINGS)).status_code == 200


def test_reads_ignore_keys(make_books: Make) -> None:
    books = make_books()
    for path in ("Organisation", "Accounts"):
        assert books.http.get(f"/{path}", headers={"Idempotency-Key": "k1"}).status_code == 200
