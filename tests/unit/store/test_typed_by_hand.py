"""What a person does in Xero beside us: bills under the same supplier's number, and credit that is set against the same invoice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.unit.store.databases import Watch
from tests.unit.store.documents import PURCHASES, allocation, bill, invoice, journal, release_documents, result, sales_of, settle, trade
from tests.unit.store.fake_xero import FakeXero
from tests.unit.store.test_recovery import post, read_back, sent, states
from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.store.claims import rested_chunks, settle_chunk
from tillpost.store.database import Database
from tillpost.store.retrying import retry
from tillpost.store.schema import document
from tillpost.store.streams import hold, release

OURS = bill("p1", "INV-7")
STOPPED = "Xero holds a document of ours that is not on record here: bill INV-7."


@pytest.fixture
def xero(watch: Watch) -> FakeXero:
    """A Xero in memory that knows the supplier and has forgotten every idempotency key."""
    xero = FakeXero(watch, keys_work=False)
    xero.contacts["Beans Ltd"] = "contact-beans"
    return xero


def type_bill(xero: FakeXero) -> HeldDocument:
    """The accountant enters the supplier's bill."""
    return xero.type_by_hand(DocumentKind.BILL, "INV-7", "Beans Ltd", 5_500)


def held_by_pre_flight(db: Database, kind: DocumentKind) -> None:
    """An account was archived."""
    with db.write() as tx:
        held = {"state": "held", "held_rule": "preflight", "held_why": "The account is archived."}
        tx.execute(document.update().where(document.c.kind == kind.value).values(**held))


def released_beside_one_typed_by_hand(db: Database, xero: FakeXero) -> HeldDocument:
    """The poster doubts our bill, and a person wants it sent too."""
    typed = type_bill(xero)
    release_documents(db, OURS)
    assert post(db, xero).held == 1
    assert release(db, PURCHASES, "Kim", "two deliveries", xero.watch()) == "released"
    return typed


def ids(db: Database) -> list[str]:
    """The ids in Xero of all documents on record."""
    with db.read() as tx:
        return list(tx.execute(select(document.c.xero_id).order_by(document.c.id)).scalars())


def test_an_allocation_that_pre_flight_holds_and_somebody_made_in_xero_stops_the_poster(db: Database, xero: FakeXero) -> None:
    sale, credit = invoice("s1"), trade(DocumentKind.CREDIT_NOTE, "r1", 5_000)
    release_documents(db, sale, credit)
    post(db, xero)
    release_documents(db, replace(allocation("a1", credit, sale), key=sales_of(store="bar")))
    held_by_pre_flight(db, DocumentKind.ALLOCATION)
    number, day = "credit_note-2/invoice-1", xero.watch()
    xero.books.append(HeldDocument(DocumentKind.ALLOCATION, "hand-3", number, "AUTHORISED", total_cents=1_000, changed_at=day))
    assert ids(db)[:2] == ["invoice-1", "credit_note-2"]
    assert post(db, xero).why.startswith(
        "Xero holds a document of ours that is not on record here: allocation over 10.00. Nothing was sent"
    )
    assert read_back(db, xero)["allocation"] == (0, 1, 0, 0, 0)


def test_a_bill_that_pre_flight_holds_after_its_number_was_looked_for_stops_the_poster_if_it_is_typed_then(
    db: Database, xero: FakeXero
) -> None:
    release_documents(db, OURS)
    xero.faults = ["", "", "limit"]  # the contact and the number were asked for
    assert post(db, xero).left == 1
    held_by_pre_flight(db, DocumentKind.BILL)
    assert post(db, xero).strangers == 0
    type_bill(xero)
    assert post(db, xero).why.startswith(STOPPED)


def test_the_release_of_a_bill_that_pre_flight_holds_says_nothing_about_its_number(db: Database, xero: FakeXero) -> None:
    typed = type_bill(xero)
    release_documents(db, OURS)
    held_by_pre_flight(db, DocumentKind.BILL)
    assert release(db, PURCHASES, "Kim", "the account is back", xero.watch()) == "released"
    assert (post(db, xero).held, sent(xero), xero.books) == (1, [], [typed])


@pytest.mark.parametrize("fault", ["limit", "lose before", "lose after", "refused"])
def test_a_bill_that_is_sent_beside_one_typed_by_hand_never_takes_its_id(db: Database, xero: FakeXero, fault: str) -> None:
    typed = released_beside_one_typed_by_hand(db, xero)
    if fault == "refused":
        xero.refuse["INV-7"] = "The account is archived."
        assert post(db, xero).refused == 1
        xero.refuse.clear()
        assert retry(db, "harbour", "Kim", "mended", xero.watch()) == ["bill INV-7"]
    else:
        xero.faults = [fault]
        assert post(db, xero).posted == 0
        xero.watch.advance(minutes=8)
    assert post(db, xero).posted == 1
    assert ([one.xero_id for one in xero.books], ids(db)) == ([typed.xero_id, "bill-2"], ["bill-2"])


def test_a_bill_typed_by_hand_that_is_paid_after_the_release_is_no_stranger(db: Database, xero: FakeXero) -> None:
    typed = released_beside_one_typed_by_hand(db, xero)
    xero.watch.advance(minutes=5)
    xero.books[0] = replace(typed, status="PAID", changed_at=xero.watch())
    release_documents(db, journal())
    assert (post(db, xero).posted, set(states(db).values())) == (2, {"posted"})


def test_another_one_that_is_typed_after_the_look_stops_the_poster_whatever_its_time(db: Database, xero: FakeXero) -> None:
    released_beside_one_typed_by_hand(db, xero)
    xero.books.append(replace(type_bill(xero), changed_at=xero.watch() - timedelta(minutes=10)))
    assert post(db, xero).why.startswith(STOPPED)


def test_a_recovery_leaves_alone_what_a_person_has_decided_about(db: Database, xero: FakeXero) -> None:
    released_beside_one_typed_by_hand(db, xero)
    assert read_back(db, xero) == {"bill": (0, 0, 1, 0, 0)}
    assert (post(db, xero).posted, ids(db)) == (1, ["bill-2"])


def test_a_recovery_takes_a_bill_typed_by_hand_for_ours_while_that_is_in_doubt(db: Database, xero: FakeXero) -> None:
    typed = type_bill(xero)
    release_documents(db, OURS)
    assert post(db, xero).held == 1
    assert read_back(db, xero) == {"bill": (0, 1, 0, 0, 0)}
    assert (states(db), ids(db)) == ({"INV-7": "posted"}, [typed.xero_id])


def test_another_number_forgets_what_was_seen_under_the_first(db: Database, xero: FakeXero) -> None:
    released_beside_one_typed_by_hand(db, xero)
    settle(db, result(bill("p1", "INV-9"), key=PURCHASES, read_minutes=1))
    with db.read() as tx:
        row = tx.execute(select(document.c.number_checked_at, document.c.seen_ids)).one()
    assert tuple(row) == (None, [])


def test_a_bill_that_shows_late_is_posted_even_if_its_stream_is_held_by_then(db: Database, xero: FakeXero) -> None:
    release_documents(db, OURS, bill("p2", "INV-8"))
    with db.write() as tx:  # one to each request
        tx.execute(document.update().values(max_chunk=1))
    xero.refuse["INV-8"] = "The account is archived."
    xero.faults = ["", "", "lose after"]
    assert post(db, xero).unknown == 1
    xero.watch.advance(minutes=8)
    [chunk] = rested_chunks(db, "harbour", xero.watch())
    assert hold(db, PURCHASES, "Kim", "wait", xero.watch()) == "held"
    settle_chunk(db, chunk, [None], xero.watch())  # the look-up of a list that lagged
    assert states(db) == {"INV-7": "held", "INV-8": "refused"}
    release_documents(db, invoice("s1", key=sales_of(date(2026, 10, 4))))  # for which the same list is read
    assert post(db, xero).posted == 1
    assert states(db) == {"INV-7": "posted", "INV-8": "refused", "TP/cafe/invoice/s1": "posted"}


@pytest.mark.parametrize("doubt", [False, True])
def test_a_bill_that_is_typed_while_ours_is_held_is_seen_when_that_is_released(db: Database, xero: FakeXero, doubt: bool) -> None:
    if doubt:
        type_bill(xero)
    release_documents(db, OURS)
    xero.faults = ["", "", "limit"]
    assert post(db, xero).posted == 0
    xero.faults.clear()
    if not doubt:
        assert hold(db, PURCHASES, "Kim", "wait", xero.watch()) == "held"
    typed = type_bill(xero)
    release_documents(db, invoice("s1", key=sales_of(date(2026, 10, 4))))
    assert post(db, xero).posted == 1
    xero.watch.advance(minutes=30)
    release_documents(db, invoice("s2", key=sales_of(date(2026, 10, 5))))
    assert post(db, xero).posted == 1
    assert release(db, PURCHASES, "Kim", "go on", xero.watch()) == "released"
    assert (post(db, xero).held, ids(db)[0]) == (1, "")
    assert release(db, PURCHASES, "Kim", f"not {typed.xero_id}", xero.watch()) == "released"
    assert (post(db, xero).posted, states(db)["INV-7"]) == (1, "posted")
