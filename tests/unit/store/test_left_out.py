"""What waits for a document that stays void: it stays out with it, and its date can be finished."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, select

from tests.unit.store.databases import Watch
from tests.unit.store.documents import DAY, SALES, allocation, invoice, payment, release_documents, result, sales_of, settle, trade
from tests.unit.store.fake_xero import FakeSender, FakeXero
from tillpost.model.documents import DocumentKind
from tillpost.model.findings import StreamKey
from tillpost.store.audit import audit_trail
from tillpost.store.database import Database
from tillpost.store.leases import Lease, give_back_lease, take_lease
from tillpost.store.schema import document
from tillpost.store.states import stream_states
from tillpost.store.streams import release
from tillpost.store.voiding import request_void
from tillpost.xero.posting import drain

NEXT = sales_of(DAY + timedelta(days=1))
SALE, PAID = invoice("s1"), payment("m1", invoice("s1"))
PAID_LATER = replace(PAID, key=NEXT)
DECIDE = (
    "Invoice TP/cafe/invoice/s1 was voided in Xero (Kim: cancelled). It is not sent again by itself: `tillpost void --again` sends it anew, "
    "`tillpost release` leaves it as it is."
)


def post(db: Database, xero: FakeXero) -> None:
    drain(db, "harbour", FakeSender(xero), xero.watch, "poster")


def void(db: Database, xero: FakeXero, name: str, *, again: bool = False) -> None:
    """A document is voided by the next posting."""
    lease = take_lease(db, "harbour", "Kim", xero.watch())
    assert isinstance(lease, Lease)
    request_void(db, lease, name, "Kim", "cancelled", xero.watch(), again=again)
    give_back_lease(db, lease, xero.watch())
    post(db, xero)


def states(db: Database) -> dict[str, str]:
    with db.read() as tx:
        return {row.number or row.natural_key: row.state for row in tx.execute(select(document).order_by(document.c.id))}


def shown(db: Database, key: StreamKey = SALES) -> tuple[str, tuple[str, ...]]:
    state = next(one for one in stream_states(db, "harbour") if one.key == key)
    return state.state, state.reasons


def test_a_payment_that_was_not_sent_is_left_out_with_its_invoice(db: Database, watch: Watch) -> None:
    xero = FakeXero(watch)
    xero.refuse[PAID.number] = "Account 090 is archived."
    release_documents(db, SALE, PAID)
    post(db, xero)
    void(db, xero, SALE.number)
    assert states(db) == {SALE.number: "voided", PAID.number: "refused"}
    assert release(db, SALES, "Kim", "stays void", watch()) == "nothing_to_send"
    left = {SALE.number: "voided", PAID.number: "voided"}
    assert (states(db), shown(db)) == (left, ("nothing_to_send", ()))
    told = [(e.subject, e.who, e.why, e.details) for e in audit_trail(db, "harbour") if e.action == "leave out"]
    assert told == [(str(SALES), "Kim", "stays void", {"document": PAID.number, "with": "invoice TP/cafe/invoice/s1"})]
    xero.refuse.clear()
    settle(db, result(SALE, PAID, read_minutes=1))
    post(db, xero)
    assert (states(db), shown(db), len(xero.books)) == (left, ("nothing_to_send", ()), 1)


def test_a_payment_of_another_date_is_left_out_too(db: Database, watch: Watch) -> None:
    xero = FakeXero(watch)
    release_documents(db, SALE)
    post(db, xero)
    void(db, xero, SALE.number)
    release_documents(db, PAID_LATER)
    both = "Payment TP/cafe/payment/m1 waits for invoice TP/cafe/invoice/s1, which is voided: `tillpost release` of that leaves out both."
    assert shown(db, NEXT) == ("ready", (both,))
    assert (release(db, NEXT, "Kim", "which?", watch()), shown(db, NEXT)) == ("released", ("ready", (both,)))
    assert shown(db) == ("voided", (DECIDE,))
    release(db, SALES, "Kim", "stays void", watch())
    assert (states(db)[PAID.number], shown(db, NEXT)) == ("voided", ("nothing_to_send", ()))


def test_a_payment_that_comes_later_is_left_out_by_its_own_release(db: Database, watch: Watch) -> None:
    xero = FakeXero(watch)
    release_documents(db, SALE)
    post(db, xero)
    void(db, xero, SALE.number)
    release(db, SALES, "Kim", "stays void", watch())
    release_documents(db, PAID_LATER)
    waits = "Payment TP/cafe/payment/m1 waits for invoice TP/cafe/invoice/s1, which is voided: `tillpost release` leaves it out too."
    assert shown(db, NEXT) == ("ready", (waits,))
    assert release(db, NEXT, "Kim", "handed back", watch()) == "nothing_to_send"
    assert shown(db, NEXT) == ("nothing_to_send", ())


def test_credit_that_stays_void_takes_its_allocation_along_and_nothing_else(db: Database, watch: Watch) -> None:
    xero = FakeXero(watch)
    credit = trade(DocumentKind.CREDIT_NOTE, "c1")
    allocated = allocation("a1", credit, SALE)
    xero.refuse[PAID.number] = "Account 090 is archived."
    release_documents(db, SALE, credit, PAID)
    post(db, xero)
    void(db, xero, credit.number)
    settle(db, result(SALE, credit, PAID, allocated, read_minutes=1))
    release(db, SALES, "Kim", "stays void", watch())
    assert states(db) == {
        SALE.number: "posted", credit.number: "voided", PAID.number: "refused", allocated.natural_key: "voided",
    }  # fmt: skip


def test_what_is_sent_anew_takes_nothing_out(db: Database, watch: Watch) -> None:
    xero = FakeXero(watch)
    xero.refuse |= {PAID.number: "Account 090 is archived.", f"{SALE.number}/v2": "Account 200 is archived."}
    release_documents(db, SALE, PAID)
    post(db, xero)
    void(db, xero, SALE.number, again=True)
    release(db, SALES, "Kim", "a look", watch())
    assert states(db) == {SALE.number: "voided", PAID.number: "refused", f"{SALE.number}/v2": "refused"}


def test_a_new_version_that_vanished_keeps_nothing_waiting(db: Database, watch: Watch) -> None:
    xero = FakeXero(watch)
    release_documents(db, SALE)
    post(db, xero)
    void(db, xero, SALE.number)
    release_documents(db, PAID_LATER)
    with db.write() as tx:
        row = tx.execute(select(document).where(document.c.number == SALE.number)).one()
        other = {"version": 2, "number": f"{SALE.number}/v2", "state": "superseded", "xero_id": "", "held_why": "A doubt of before."}
        tx.execute(insert(document).values(**{name: value for name, value in row._mapping.items() if name != "id"} | other))
    release(db, SALES, "Kim", "stays void", watch())
    assert (states(db)[PAID.number], shown(db, NEXT)) == ("voided", ("nothing_to_send", ()))


def test_a_version_that_was_never_sent_does_not_hide_what_is_void(db: Database, watch: Watch) -> None:
    xero = FakeXero(watch)
    xero.refuse[f"{SALE.number}/v2"] = "Account 200 is archived."
    release_documents(db, SALE)
    post(db, xero)
    void(db, xero, SALE.number, again=True)
    settle(db, result(read_minutes=1))
    release_documents(db, PAID_LATER)
    assert states(db) == {SALE.number: "voided", f"{SALE.number}/v2": "superseded", PAID.number: "ready"}
    waits = "Payment TP/cafe/payment/m1 waits for invoice TP/cafe/invoice/s1, which is voided: `tillpost release` leaves it out too."
    assert shown(db, NEXT) == ("ready", (waits,))
