"""Faults on demand, the call log, and what is left after the process is killed."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import urllib3
from local_xero_books import CHART, TAKINGS, Books, invoice, journal

from sandbox.xero.client import AdminClient, AdminError, read_chart

Make = Callable[..., Books]
ROOT = Path(__file__).parents[4]


def cut(books: Books) -> None:
    """A PUT whose connection is cut, seen by a plain urllib3 client."""
    pool = urllib3.PoolManager(retries=False)
    headers = {**dict(books.http.headers), "Content-Type": "application/json"}
    headers.pop("accept-encoding", None)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        pool.request(
            "PUT", f"{books.http.base_url}ManualJournals", body=json.dumps({"ManualJournals": [journal(*TAKINGS)]}), headers=headers
        )


def test_a_call_dropped_before_processing_books_nothing(make_books: Make) -> None:
    books = make_books()
    books.admin.add_fault("drop_before", "PUT /ManualJournals")
    cut(books)
    assert books.balances() == {}
    assert [(call["method"], call["status"], call["note"]) for call in books.admin.calls()] == [
        ("POST", 200, ""),
        ("PUT", 0, "dropped before"),
    ]
    books.saved("ManualJournals", journal(*TAKINGS))


def test_a_call_dropped_after_processing_is_booked(make_books: Make) -> None:
    books = make_books()
    books.admin.add_fault("drop_after", "PUT .*/ManualJournals")
    cut(books)
    assert books.balances() == {"101": "50.00", "201": "-45.45", "820": "-4.55"}
    last = books.admin.calls(books.key)[-1]
    assert (last["status"], last["note"], last["elements"]) == (0, "dropped after", 1)


def test_a_lost_answer_is_replayed_under_its_key(make_books: Make) -> None:
    books = make_books()
    books.admin.add_fault("drop_after", "PUT /ManualJournals")
    body, key = {"ManualJournals": [journal(*TAKINGS)]}, {"Idempotency-Key": "k1"}
    with pytest.raises(httpx.TransportError):
        books.http.put("/ManualJournals", json=body, headers=key)
    assert books.http.put("/ManualJournals", json=body, headers=key).status_code == 200
    assert books.balances()["101"] == "50.00"
    assert [call["note"] for call in books.admin.calls(books.key)] == ["dropped after", "replayed"]


def test_after_and_times(make_books: Make) -> None:
    books = make_books()
    books.admin.add_fault("status", "GET /Organisation", status=503, after=1, times=2)
    assert [books.http.get("/Organisation").status_code for _ in range(4)] == [200, 503, 503, 200]
    assert books.admin.faults() == []


@pytest.mark.parametrize(("status", "content"), [(500, "application/json"), (503, "text/plain"), (401, "application/json"), (429, None)])
def test_status_faults_do_nothing_to_the_books(make_books: Make, status: int, content: str | None) -> None:
    books = make_books()
    books.admin.add_fault(
        "status", "PUT", status=status, headers={"X-Rate-Limit-Problem": "minute", "Retry-After": "7"} if status == 429 else {}
    )
    answer = books.http.put("/ManualJournals", json=journal(*TAKINGS))
    assert (answer.status_code, (answer.headers.get("content-type") or "").split(";")[0] or None) == (status, content)
    assert status != 429 or (answer.content, answer.headers["Retry-After"]) == (b"", "7")
    assert books.balances() == {}


def test_delay_and_latency(make_books: Make) -> None:
    books = make_books()
    books.admin.add_fault("delay", "GET /Organisation", seconds=0.3)
    started = time.monotonic()
    books.get("Organisation")
    assert time.monotonic() - started >= 0.3
    books.admin.set_latency(0.1, per_element=0.1)
    started = time.monotonic()
    books.put("ManualJournals", journal(*TAKINGS), journal(*TAKINGS))
    assert time.monotonic() - started >= 0.3


def test_token_faults(make_books: Make) -> None:
    books = make_books()
    books.admin.add_fault("expire_tokens", "GET /Accounts")
    assert [books.http.get(f"/{path}").status_code for path in ("Organisation", "Accounts", "Organisation")] == [200, 401, 401]
    books.admin.add_fault("refuse_token")
    answer = httpx.post(f"{books.served.base_url}/connect/token", data={"grant_type": "client_credentials"}, auth=(books.app, books.secret))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})
    books.sign_in()
    assert books.http.get("/Accounts").status_code == 200


def test_a_fault_that_makes_no_sense(make_books: Make) -> None:
    admin = make_books().admin
    for fields, message in (
        ({"kind": "explode"}, "kind is 'explode'; allowed: drop_before"),
        ({"kind": "delay", "match": "("}, "match or seconds cannot be read"),
        ({"kind": "delay", "times": 0}, "times is 0; it must be a whole number from 1"),
        ({"kind": "delay", "colour": "red"}, "unknown field 'colour'"),
    ):
        with pytest.raises(AdminError, match=re.escape(message)):
            admin.add_fault(**fields)  # type: ignore[arg-type]


def test_the_call_log(make_books: Make) -> None:
    books = make_books()
    books.admin.reset_calls()
    books.send("PUT", "Invoices", invoice("A-1"), invoice("A-2"), Idempotency_Key="k9")
    call = books.admin.calls(books.key)[0]
    assert {name: call[name] for name in ("method", "path", "query", "status", "idempotency_key", "elements", "org")} == {
        **{"method": "PUT", "path": "/api.xro/2.0/Invoices", "query": "summarizeErrors=false", "status": 200},
        **{"idempotency_key": "k9", "elements": 2, "org": books.key},
    }


def test_acts_by_hand(make_books: Make) -> None:
    books = make_books()
    books.saved("Invoices", invoice())
    books.admin.edit(books.key, "A-1", Reference="Changed in Xero", LineItems=invoice(amount="70.00")["LineItems"])
    assert (books.get("Invoices/A-1")["Invoices"][0]["Reference"], books.balances()["610"]) == ("Changed in Xero", "70.00")
    books.admin.pay(books.key, "A-1", account="090", amount="20.00", date="2026-03-05")
    with pytest.raises(AdminError, match="has a payment or credit note allocated to it"):
        books.admin.void(books.key, "A-1")
    payment = books.admin.documents(books.key, "payment")[0]["id"]
    assert books.admin.void(books.key, payment)["Status"] == "DELETED"
    assert books.admin.void(books.key, "A-1")["Status"] == "VOIDED"
    assert books.balances() == {}
    with pytest.raises(AdminError, match="0 documents have the number or id 'A-1'"):
        books.admin.void(books.key, "A-1")
    with pytest.raises(AdminError, match="there is no organisation 'nobody'"):
        books.admin.void("nobody", "A-1")


def test_creating_again_changes_nothing_and_gives_the_same(make_books: Make) -> None:
    books = make_books()
    again = books.admin.create_organisation(
        books.key, name="Other", country="NZ", currency="NZD", time_zone="Pacific/Auckland", client_id="x", client_secret="y", accounts=[]
    )
    assert (again["tenant_id"], again["country"]) == (books.tenant, "AU")
    assert [item["key"] for item in books.admin.organisations()] == [books.key]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"country": "FR"}, "country 'FR' is not one of AU, NZ, GB"),
        ({"time_zone": "Mars/Base"}, "time zone 'Mars/Base' is unknown"),
        ({"currency": "aud"}, "currency 'aud' must be three capital letters"),
        ({"accounts": [{"code": "1", "name": "A", "type": "CASH"}]}, "account 1 has type 'CASH'; allowed: BANK"),
        ({"accounts": [{"code": "1", "name": "A", "type": "BANK"}] * 2}, "account code 1 is there twice"),
        ({"settings": {"minute": 3}}, "unknown setting 'minute'"),
        ({"settings": {"window": "sliding"}}, "setting window is 'sliding'; allowed: fixed, rolling"),
        ({"settings": {"day_limit": "many"}}, "setting day_limit is 'many'; it must be of type int"),
    ],
)
def test_organisations_that_make_no_sense(shared_server: object, books: Books, change: dict[str, object], message: str) -> None:
    good = {"name": "A", "country": "AU", "currency": "AUD", "time_zone": "UTC", "client_id": "c", "client_secret": "s", "accounts": CHART}
    with pytest.raises(AdminError, match=re.escape(message)):
        books.admin.create_organisation("wrong", **(good | change))  # type: ignore[arg-type]


def test_reading_a_chart(tmp_path: Path) -> None:
    (tmp_path / "chart.csv").write_text("code,name,type,enable_payments,system\n101,Cash,CURRENT,yes,\n", encoding="utf-8")
    assert read_chart(tmp_path / "chart.csv") == [
        {"code": "101", "name": "Cash", "type": "CURRENT", "enable_payments": "yes", "system": ""}
    ]
    (tmp_path / "short.csv").write_text("code,name\n101,Cash\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has no column type"):
        read_chart(tmp_path / "short.csv")


def started(tmp_path: Path) -> tuple[subprocess.Popen[bytes], str]:
    """The local Xero as a process of its own, and its address; it must listen within 2 seconds of processor time."""
    port_file = tmp_path / "port"
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox.xero", "--db", str(tmp_path / "x.db"), "--port-file", str(port_file)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    until = time.monotonic() + 20
    while not port_file.exists():
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    return process, f"http://127.0.0.1:{port_file.read_text().strip()}"


def test_killed_in_the_middle_it_keeps_whole_batches(tmp_path: Path) -> None:
    process, url = started(tmp_path)
    try:
        admin = AdminClient(url)
        place = {"name": "A", "country": "AU", "currency": "AUD", "time_zone": "UTC", "client_id": "c", "client_secret": "s"}
        tenant = admin.create_organisation("a", accounts=CHART, **place)["tenant_id"]
        admin.raise_limits("a")
        token = httpx.post(f"{url}/connect/token", data={"grant_type": "client_credentials"}, auth=("c", "s")).json()["access_token"]
        http = httpx.Client(headers={"Authorization": f"Bearer {token}", "Xero-Tenant-Id": tenant, "Accept": "application/json"})
        done = 0
        with pytest.raises(httpx.TransportError):
            for number in range(1000):
                body = {"ManualJournals": [journal(*TAKINGS, narration=f"{number}-{item}") for item in range(10)]}
                http.put(f"{url}/api.xro/2.0/ManualJournals", json=body)
                done += 1
                if done == 5:
                    os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    connection = sqlite3.connect(tmp_path / "x.db")
    count = connection.execute("SELECT COUNT(*) FROM documents").fetchone()[0]
    assert count in (50, 60)
    assert connection.execute("SELECT SUM(cents), COUNT(*) FROM postings").fetchone() == (0, count * 3)
    connection.close()
    process, url = started(tmp_path)
    try:
        assert AdminClient(url).balances("a")["101"] == f"{count * 50}.00"
        assert process.stdout is not None
        assert process.stdout.readline().decode() == f"Local stand-in for Xero (it is not Xero): {url}\n"
    finally:
        process.terminate()
        process.wait()


def test_a_ledger_that_would_not_balance_is_never_saved(tmp_path: Path) -> None:
    from sandbox.xero.store import Store, Unbalanced

    store = Store(tmp_path / "x.db")
    with store.transaction():
        store.run("INSERT INTO organisations VALUES ('a','t','c','A','AU','AUD','UTC','i','s',NULL,NULL,0,'{}',1)")
        store.run("INSERT INTO accounts VALUES ('acc','a','1','Cash','CURRENT','ASSET','ACTIVE',0,'','BASEXCLUDED',0)")
    with pytest.raises(Unbalanced, match="a: the ledger is out by 1 cents"), store.transaction():
        store.run(
            "INSERT INTO postings (org, document_id, account_id, date, cents, tax_type, label) VALUES ('a','d','acc','2026-03-03',1,'','')"
        )
    assert store.rows("SELECT * FROM postings") == []
    with pytest.raises(sqlite3.IntegrityError), store.transaction():
        store.run(
            "INSERT INTO postings (org, document_id, account_id, date, cents, tax_type, label) VALUES ('a','d','acc','2026-03-03',0,'','')"
        )
        store.run("UPDATE postings SET cents = 5")
