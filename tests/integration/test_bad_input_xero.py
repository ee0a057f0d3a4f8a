"""Xero refuses the login, is away, or is cut off in the middle of a chunk: nothing is lost, and each document is there exactly once in the end."""

from __future__ import annotations

import pytest

from sandbox.world import PROJECT
from sandbox.xero.client import read_chart
from tests.integration.harbour_world import SECRET, World, local_xero, ready_world, templates, world
from tillpost.errors import XeroAuthError, XeroUnavailable
from tillpost.flows.prepare import report_problems

__all__ = ["local_xero", "ready_world", "templates", "world"]

READY = {"cafe/purchases": "nothing_to_send", "cafe/sales": "ready", "hire/purchases": "nothing_to_send", "hire/sales": "ready"}
NOTHING = {"base_url": "http://127.0.0.1:9"}


def test_a_token_that_is_refused_while_preparing(world: World) -> None:
    world.xero.admin.add_fault("refuse_token", "POST /connect/token")
    with pytest.raises(XeroAuthError) as told:
        world.prepare()
    assert str(told.value) == (
        "connection 'xero_harbour': Xero gives no token for it (invalid_client). Nothing was sent. Check login (client id) and password "
        "(client secret) of the connection against the app in Xero's developer portal. Then run again."
    )
    assert (world.states(), world.in_xero()) == ({}, {})
    report_problems(world.prepare())
    world.post()
    world.check_complete()


@pytest.mark.parametrize("wrong", ["the secret", "the app"])
def test_a_login_that_is_wrong_while_posting(ready_world: World, wrong: str) -> None:
    values = {"password": "not-the-s3cret"} if wrong == "the secret" else {"login": "another-app"}
    ready_world.connect("xero_harbour", **values)
    with pytest.raises(XeroAuthError, match=r"connection 'xero_harbour': Xero gives no token.*Nothing was sent.*Then run again") as told:
        ready_world.post()
    assert SECRET not in str(told.value) and "not-the-s3cret" not in str(told.value)
    assert (ready_world.states(), ready_world.in_xero()) == (READY, {})
    ready_world.check_whole()
    ready_world.connect("xero_harbour", login=ready_world.shop, password=SECRET)
    assert ready_world.post()["left"] == 0
    ready_world.check_complete()


def test_a_connection_that_is_withdrawn_while_posting(ready_world: World) -> None:
    """A 403 in the middle of the night: what was sent before is posted, the rest waits."""
    ready_world.xero.admin.add_fault(
        "status", "PUT /Invoices", status=403, body='{"Title":"Forbidden","Detail":"AuthenticationUnsuccessful"}'
    )
    with pytest.raises(
        XeroAuthError, match=r"connection 'xero_harbour': PUT .*/Invoices: Xero does not accept the connection \(status 403"
    ):
        ready_world.post()
    assert ready_world.states() == READY | {"cafe/sales": "posted"}
    ready_world.check_whole()
    ready_world.wait(minutes=6)  # the local Xero repeats its answer to a request for as long as it keeps the key
    ready_world.post()
    ready_world.check_complete()


def test_a_token_that_expires_in_the_middle_is_renewed(ready_world: World) -> None:
    ready_world.xero.admin.add_fault("expire_tokens", "PUT /Invoices")
    ready_world.post()
    ready_world.check_complete()


@pytest.mark.parametrize("path", ["ManualJournals", "Invoices", "Payments"])
@pytest.mark.parametrize(("fault", "booked"), [("drop_before", False), ("drop_after", True)])
def test_a_chunk_that_is_cut_off_is_looked_up_before_it_is_sent_again(ready_world: World, path: str, fault: str, booked: bool) -> None:
    ready_world.xero.admin.add_fault(fault, f"PUT /{path}")
    done = ready_world.post()
    in_doubt, writes = done["unknown"], ready_world.writes()
    assert in_doubt == {"ManualJournals": 2, "Invoices": 7, "Payments": 5}[path]
    assert done["why"] and done["until"]
    assert ready_world.states()["hire/sales"] == "unknown"
    reasons = ready_world.streams()["hire/sales"].reasons
    assert any(f"/{path}: no complete answer came back" in r and "it is looked up before anything is sent again" in r for r in reasons)
    ready_world.check_whole()

    ready_world.wait(minutes=5)
    assert ready_world.post()["unknown"] == in_doubt, "it rests for longer than Xero keeps a key"
    assert ready_world.writes() == writes

    ready_world.wait(minutes=2)
    again = ready_world.post()
    assert (again["unknown"], again["left"], again["waiting"]) == (0, 0, 0)
    ready_world.check_complete()
    sent_again = ready_world.writes() - writes
    # Invoices in doubt keep their payments waiting, so that these come on top.
    assert sent_again == (0 if booked else 1) + (1 if path == "Invoices" else 0)


def test_a_server_error_after_it_was_booked(ready_world: World) -> None:
    """What Xero answers with 500 may be booked or not; here nothing was."""
    ready_world.xero.admin.add_fault("status", "PUT /ManualJournals", status=503, body="The organisation is offline")
    assert ready_world.post()["unknown"] == 2
    ready_world.check_whole()
    ready_world.wait(minutes=7)
    ready_world.post()
    ready_world.check_complete()


def test_xero_is_away_while_posting(ready_world: World) -> None:
    ready_world.connect("xero_harbour", extra=NOTHING)
    with pytest.raises(
        XeroUnavailable, match=r"connection 'xero_harbour': .*Xero could not be reached.*Nothing was sent; it is safe to try again"
    ) as told:
        ready_world.post()
    assert SECRET not in str(told.value)
    assert ready_world.states() == READY
    ready_world.check_whole()
    ready_world.connect("xero_harbour", extra={"base_url": ready_world.xero.base_url})
    ready_world.post()
    ready_world.check_complete()


def test_xero_is_away_while_preparing_for_the_first_time(world: World) -> None:
    world.connect("xero_harbour", extra=NOTHING)
    with pytest.raises(XeroUnavailable, match="Xero could not be reached"):
        world.prepare()
    assert world.states() == {}


def test_xero_is_away_while_preparing_and_its_last_answer_serves(ready_world: World) -> None:
    ready_world.post()
    ready_world.connect("xero_harbour", extra=NOTHING)
    summary = ready_world.prepare()
    assert (summary["unchanged"], summary["held"], summary["open"]) == (2, [], [])
    [remark] = summary["problems"]
    assert remark.startswith("Xero could not be reached (connection 'xero_harbour'") and "accounts and lock dates are as of 20" in remark
    ready_world.connect("xero_harbour", extra={"base_url": ready_world.xero.base_url})
    assert ready_world.post()["posted"] == 0
    ready_world.check_complete()


def test_an_answer_on_record_that_is_damaged_counts_as_none(ready_world: World) -> None:
    file = ready_world.root / "data" / "reference" / "harbour.json"
    file.write_text('{"organisation": ', encoding="utf-8")
    ready_world.connect("xero_harbour", extra=NOTHING)
    with pytest.raises(XeroUnavailable, match="Xero could not be reached"):
        ready_world.prepare()
    assert ready_world.states() == READY
    ready_world.connect("xero_harbour", extra={"base_url": ready_world.xero.base_url})
    ready_world.post()
    ready_world.check_complete()


def test_another_organisation_of_xero_gets_none_of_the_books(ready_world: World) -> None:
    """The connection leads elsewhere after the first night: nothing is sent there."""
    ready_world.post()
    other = f"{ready_world.shop}-other"
    ready_world.xero.admin.create_organisation(
        other, name="Another", country="AU", currency="AUD", time_zone="Australia/Melbourne", client_id=other, client_secret=SECRET,
        accounts=read_chart(PROJECT / "sandbox" / "charts" / "harbour.csv"),
    )  # fmt: skip
    ready_world.connect("xero_harbour", login=other)
    with pytest.raises(XeroAuthError, match="is bound to the Xero organisation"):
        ready_world.post()
    assert ready_world.xero.admin.documents(other) == []
    ready_world.connect("xero_harbour", login=ready_world.shop)
    ready_world.check_complete()
