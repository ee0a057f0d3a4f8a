"""What is held while it is on its way to Xero: if it turns out not to be there, it waits until it is released."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.store.databases import Watch, db, db_url, template, watch
from tests.unit.store.documents import SALES, invoice, journal, release_documents, result, settle
from tests.unit.store.fake_xero import FakeSender, FakeXero
from tests.unit.store.test_recovery import post, states
from tillpost.model.documents import DocumentKind
from tillpost.store.database import Database
from tillpost.store.streams import hold, release, reopen

__all__ = ["db", "db_url", "template", "watch"]


NAME = "TP/cafe/sales/2026-10-03"


@pytest.fixture
def xero(watch: Watch) -> FakeXero:
    """A Xero in memory that has forgotten every idempotency key."""
    return FakeXero(watch, keys_work=False)


def hold_by_hand(db: Database) -> None:
    """An invoice of the same date came in, and a person holds the date."""
    settle(db, result(journal(), invoice("s1"), read_minutes=1))
    assert hold(db, SALES, "Kim", "wrong till", db.now()) == "held"


def change_the_facts(db: Database) -> None:
    """The date is run again, with other figures."""
    assert settle(db, result(journal(cents=7_000), read_minutes=1)) == "held"


def open_again(db: Database) -> None:
    """The document of all stores waits for one of them once more."""
    reopen(db, SALES, "It waits for all its stores.", db.now())


@pytest.mark.parametrize("happens", [hold_by_hand, change_the_facts, open_again])
def test_what_is_looked_up_and_not_there_is_not_sent_while_its_stream_is_held(
    db: Database, xero: FakeXero, happens: Callable[[Database], None]
) -> None:
    release_documents(db, journal())
    xero.faults = ["lose before"]
    assert post(db, xero).unknown == 1
    happens(db)
    xero.watch.advance(minutes=8)
    assert (post(db, xero).posted, xero.books, states(db)[NAME]) == (0, [], "held")


def test_what_was_changed_while_it_was_unknown_is_sent_as_it_is_then(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.faults = ["lose before"]
    post(db, xero)
    change_the_facts(db)
    xero.watch.advance(minutes=8)
    post(db, xero)
    assert settle(db, result(journal(cents=7_000), read_minutes=2)) == "released"
    assert (post(db, xero).posted, [one.total_cents for one in xero.books]) == (1, [7_000])


def test_what_comes_back_from_a_limit_is_not_sent_while_its_stream_is_held(
    db: Database, xero: FakeXero, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_documents(db, journal(), invoice("s1"))
    send = FakeSender.send

    def hold_meanwhile(self: FakeSender, kind: DocumentKind, *given: Any, **named: Any) -> Any:
        assert hold(db, SALES, "Kim", "wrong till", xero.watch()) == "held"
        return send(self, kind, *given, **named)

    xero.faults = ["limit"]
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(FakeSender, "send", hold_meanwhile)
        post(db, xero)
    assert states(db) == {NAME: "held", "TP/cafe/invoice/s1": "held"}
    xero.watch.advance(minutes=1)
    assert (post(db, xero).posted, xero.books) == (0, [])
    assert release(db, SALES, "Kim", "counted", xero.watch()) == "released"
    assert (post(db, xero).posted, set(states(db).values())) == (2, {"posted"})
