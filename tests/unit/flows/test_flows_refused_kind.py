"""A refusal of one kind of document, as by a missing scope: told once, while what only reads goes on. What nobody tried is not working."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date

import pytest

from tests.unit.flows.test_flows_connections import IDLE, ORG, WAITS, Shop, consenting, served, shop
from tests.unit.store.databases import template
from tests.unit.store.documents import journal, release_documents, sales_of
from tillpost.config import PROJECT
from tillpost.errors import XeroAuthError
from tillpost.flows.clients import through_connection
from tillpost.flows.pull import pull_payments
from tillpost.flows.reference import read_reference_data
from tillpost.model.documents import Document
from tillpost.xero.client import XeroClient
from tillpost.xero.reference import read_reference

__all__ = ["consenting", "served", "shop", "template"]
# The accounts of the sample journal, and those of the local Xero.
CODES = {"090": "101", "200": "201"}


def takings(day: int = 1) -> Document:
    """A date's takings that the local Xero books."""
    one = journal(sales_of(date(2026, 10, day)), 1100)
    return replace(one, lines=tuple(replace(line, account=CODES.get(line.account, line.account)) for line in one.lines))


@pytest.fixture
def refused(shop: Shop) -> Shop:
    """A connection whose app may not write journals; one is ready."""
    shutil.copytree(PROJECT / "include" / "mappings", shop.folder / "mappings")
    release_documents(shop.db, takings())
    shop.served.admin.add_fault("status", "PUT .*ManualJournals", status=403, times=1000)
    return shop


def test_it_is_told_once_while_reading_goes_on(refused: Shop) -> None:
    with pytest.raises(XeroAuthError, match="PUT /api.xro/2.0/ManualJournals: Xero does not accept the connection"):
        refused.post()
    for _ in range(2):
        assert pull_payments(refused.site, "harbour")["why"] == ""
        assert read_reference_data(refused.site, ORG)[1] == ""
        held = refused.post()
        assert (str(held["why"]).startswith(WAITS), held["left"]) == (True, 1)
    assert (refused.record().state, refused.record().posting_refused) == ("refused", True)


def test_posting_that_succeeds_ends_it_and_the_next_is_told_again(refused: Shop) -> None:
    with pytest.raises(XeroAuthError):
        refused.post()
    refused.served.admin.clear_faults()
    refused.served.admin.advance_clock(7 * 60)  # until then Xero repeats its answer
    assert (refused.post()["posted"], refused.record().state, refused.record().message) == (1, "working", "")
    release_documents(refused.db, takings(2))
    refused.served.admin.add_fault("status", "PUT .*ManualJournals", status=403, times=1000)
    with pytest.raises(XeroAuthError):
        refused.post()


def test_posting_that_is_cut_short_ends_it_not(refused: Shop) -> None:
    with pytest.raises(XeroAuthError):
        refused.post()
    refused.served.admin.clear_faults()
    refused.served.admin.add_fault("status", "PUT .*ManualJournals", status=429, headers={"Retry-After": "3600"}, times=1000)
    assert (refused.post()["left"], refused.record().state) == (1, "refused")


def test_connecting_ends_it(refused: Shop) -> None:
    with pytest.raises(XeroAuthError):
        refused.post()
    refused.connect()
    assert (refused.record().state, refused.record().posting_refused) == ("working", False)


def test_an_idle_run_that_asked_nothing_says_nothing_of_the_connection(consenting: Shop) -> None:
    consenting.connect()
    consenting.configure(login="another-app")
    connected = consenting.record()
    assert consenting.post() == {**IDLE, "why": ""}
    assert consenting.record() == connected


def test_work_that_has_an_answer_says_that_it_works(shop: Shop) -> None:
    assert through_connection(shop.site, ORG, shop.db, lambda client: "nothing asked").result == "nothing asked"
    assert shop.post() == {**IDLE, "why": ""}  # asks which organisation it is
    assert shop.record().state == "working"
    client = XeroClient(shop.connection)
    assert not client.accepted
    read_reference(client)
    assert client.accepted
