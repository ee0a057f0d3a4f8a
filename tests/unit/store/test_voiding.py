"""Documents that a person takes back: the wish, Xero's word on it, and what follows, whatever dies in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select

from tests.unit.store.databases import Watch
from tests.unit.store.documents import (
    DAY,
    SALES,
    allocation,
    bill,
    invoice,
    journal,
    payment,
    release_documents,
    result,
    sales_of,
    settle,
    trade,
)
from tests.unit.store.fake_xero import FakeSender, FakeXero, Killed
from tillpost.errors import TillpostError
from tillpost.model.documents import DocumentKind, document_of_dict
from tillpost.model.results import HeldDocument
from tillpost.posting_rules import DEFAULT_RULES
from tillpost.store.audit import audit_trail
from tillpost.store.database import Database
from tillpost.store.leases import Lease, give_back_lease, take_lease
from tillpost.store.payments import keep_payment_status
from tillpost.store.schema import document, posting
from tillpost.store.states import stream_states
from tillpost.store.streams import release
from tillpost.store.voiding import record_voided_by_hand, request_void, voids_to_withdraw
from tillpost.xero.posting import drain
from tillpost.xero.run import Run
from tillpost.xero.voiding import Ending, Voided, finish_voids, withdraw_voids

SALE = "TP/cafe/sales/2026-10-03"


@pytest.fixture
def xero(watch: Watch) -> FakeXero:
    return FakeXero(watch)


def post(db: Database, xero: FakeXero) -> None:
    drain(db, "harbour", FakeSender(xero), xero.watch, "poster")


def void(db: Database, xero: FakeXero, name: str, *, again: bool = False, with_payments: bool = False) -> list[Voided]:
    """What `tillpost void` does, without its configuration."""
    lease = take_lease(db, "harbour", "Kim", xero.watch())
    assert isinstance(lease, Lease)
    try:
        request_void(db, lease, name, "Kim", "wrong till", xero.watch(), again=again, with_payments=with_payments)
        return finish_voids(run_of(db, xero, lease))
    finally:
        give_back_lease(db, lease, xero.watch())


def run_of(db: Database, xero: FakeXero, lease: Lease) -> Run:
    return Run(db, "harbour", FakeSender(xero), xero.watch, lease, "tenant-1", xero.watch() + timedelta(minutes=10), DEFAULT_RULES)


def withdraw(db: Database, xero: FakeXero, name: str, *, with_payments: bool = False) -> list[Voided]:
    """What `tillpost void --withdraw` does, without its configuration."""
    lease = take_lease(db, "harbour", "Kim", xero.watch())
    assert isinstance(lease, Lease)
    try:
        wishes = voids_to_withdraw(db, "harbour", name, xero.watch(), with_payments=with_payments)
        return withdraw_voids(run_of(db, xero, lease), wishes, "Kim", "it stays")
    finally:
        give_back_lease(db, lease, xero.watch())


def finish(db: Database, xero: FakeXero) -> list[Voided]:
    """What the next posting run does first."""
    lease = take_lease(db, "harbour", "poster", xero.watch())
    assert isinstance(lease, Lease)
    try:
        return finish_voids(run_of(db, xero, lease))
    finally:
        give_back_lease(db, lease, xero.watch())


def states(db: Database) -> dict[str, str]:
    with db.read() as tx:
        return {row.number or row.natural_key: row.state for row in tx.execute(select(document).order_by(document.c.id))}


def rows(db: Database) -> list[Row[Any]]:
    with db.read() as tx:
        return list(tx.execute(select(document).order_by(document.c.id)))


def in_xero(xero: FakeXero) -> dict[str, str]:
    return {one.number: one.status for one in xero.books}


def shown(db: Database) -> tuple[str, tuple[str, ...]]:
    state = next(one for one in stream_states(db, "harbour") if one.key == SALES)
    return state.state, state.reasons


def test_a_voided_document_is_void_in_xero_and_waits_for_a_person(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    assert void(db, xero, SALE) == [Voided(f"journal {SALE}", Ending.VOIDED)]
    assert (states(db), in_xero(xero)) == ({SALE: "voided"}, {SALE: "VOIDED"})
    sentence = (
        f"Journal {SALE} was voided in Xero (Kim: wrong till). It is not sent again by itself: `tillpost void --again` sends it anew, "
        "`tillpost release` leaves it as it is."
    )
    assert shown(db) == ("voided", (sentence,))
    assert settle(db, result(journal(), read_minutes=1)) == "released"
    post(db, xero)
    assert (states(db), in_xero(xero), shown(db)[0]) == ({SALE: "voided"}, {SALE: "VOIDED"}, "voided")


def test_a_person_may_leave_it_void(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), invoice("s1"))
    post(db, xero)
    void(db, xero, SALE)
    release(db, SALES, "Kim", "booked by hand", xero.watch())
    assert shown(db) == ("posted", ())
    assert settle(db, result(journal(), invoice("s1"), read_minutes=1)) == "released"
    assert shown(db) == ("posted", ())


def test_every_act_is_in_the_audit_trail(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    void(db, xero, SALE)
    told = [(e.subject, e.action, e.who, e.why, e.details) for e in audit_trail(db, "harbour") if e.action.startswith("void")]
    assert told == [
        (str(SALES), "void", "Kim", "wrong till", {"document": SALE, "xero_id": "journal-1", "again": False}),
        (str(SALES), "voided", "tillpost", "Kim: wrong till", {"document": SALE, "xero_id": "journal-1", "status": "VOIDED"}),
    ]


def test_again_sends_a_new_version_under_a_number_of_its_own(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    assert void(db, xero, SALE, again=True) == [Voided(f"journal {SALE}", Ending.VOIDED, again=f"{SALE}/v2")]
    assert (states(db), shown(db)) == ({SALE: "voided", f"{SALE}/v2": "ready"}, ("ready", ()))
    post(db, xero)
    assert in_xero(xero) == {SALE: "VOIDED", f"{SALE}/v2": "AUTHORISED"}
    with db.read() as tx:
        second = tx.execute(select(document).where(document.c.version == 2)).one()
        assert tx.execute(select(posting.c.cents).where(posting.c.document_id == second.id)).scalars().all() == [-11_000]
    settle(db, result(journal(), read_minutes=1))
    assert (shown(db), states(db)[f"{SALE}/v2"]) == (("posted", ()), "posted")


def test_a_run_before_the_new_version_is_sent_neither_drops_nor_doubles_it(db: Database, xero: FakeXero) -> None:
    told = journal()
    release_documents(db, told)
    post(db, xero)
    void(db, xero, SALE, again=True)
    settle(db, result(told, read_minutes=1))
    assert states(db) == {SALE: "voided", f"{SALE}/v2": "ready"}
    settle(db, result(journal(cents=12_100), read_minutes=2))
    assert states(db) == {SALE: "voided", f"{SALE}/v2": "ready"}
    post(db, xero)
    assert [(one.number, one.status, one.total_cents) for one in xero.books] == [
        (SALE, "VOIDED", 11_000),
        (f"{SALE}/v2", "AUTHORISED", 12_100),
    ]


def test_a_new_version_that_the_facts_no_longer_ask_for_is_not_sent(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    void(db, xero, SALE, again=True)
    settle(db, result(read_minutes=1))
    assert states(db) == {SALE: "voided", f"{SALE}/v2": "superseded"}
    settle(db, result(journal(), read_minutes=2))
    assert states(db) == {SALE: "voided", f"{SALE}/v2": "ready"}


def test_the_number_in_a_narration_changes_with_the_version(db: Database, xero: FakeXero) -> None:
    from dataclasses import replace

    told = replace(journal(), narration=f"Sales of the cafe [{SALE}]")
    release_documents(db, told)
    post(db, xero)
    void(db, xero, SALE, again=True)
    settle(db, result(told, read_minutes=1))
    with db.read() as tx:
        payload = tx.execute(select(document.c.payload).where(document.c.version == 2)).scalar_one()
    assert document_of_dict(payload).narration == f"Sales of the cafe [{SALE}/v2]"


def test_what_is_void_already_is_sent_anew_when_a_person_wants_it(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    void(db, xero, SALE)
    assert void(db, xero, SALE) == []
    assert void(db, xero, SALE, again=True) == []
    assert (states(db), shown(db)) == ({SALE: "voided", f"{SALE}/v2": "ready"}, ("ready", ()))


def test_a_bill_keeps_the_suppliers_number(db: Database, xero: FakeXero) -> None:
    release_documents(db, bill("p1", "F-17"))
    post(db, xero)
    void(db, xero, "F-17", again=True)
    post(db, xero)
    assert [(one.number, one.status) for one in xero.books] == [("F-17", "VOIDED"), ("F-17", "AUTHORISED")]


def test_what_is_paid_is_refused_and_names_the_payments(db: Database, xero: FakeXero) -> None:
    sale = invoice("s1")
    release_documents(db, sale, payment("m1", sale, 2_000), payment("m2", sale, 3_500))
    post(db, xero)
    before = states(db)
    with pytest.raises(TillpostError) as refusal:
        void(db, xero, sale.number)
    assert str(refusal.value) == (
        "The invoice TP/cafe/invoice/s1 has payment TP/cafe/payment/m1, payment TP/cafe/payment/m2 on it, and Xero voids nothing that is "
        "paid or allocated. Void them first, or all of it at once with --with-payments. Nothing was changed."
    )
    assert (states(db), set(in_xero(xero).values())) == (before, {"AUTHORISED"})


def test_with_its_payments_and_allocations_newest_first(db: Database, xero: FakeXero) -> None:
    sale, credit = invoice("s1"), trade(DocumentKind.CREDIT_NOTE, "c1")
    release_documents(db, sale, credit, payment("m1", sale, 2_000), payment("m2", sale, 2_500), allocation("a1", credit, sale))
    post(db, xero)
    xero.requests.clear()
    done = void(db, xero, sale.number, with_payments=True)
    assert [one.name for one in done] == [
        "allocation harbour/cafe/allocation/a1",
        "payment TP/cafe/payment/m2",
        "payment TP/cafe/payment/m1",
        "invoice TP/cafe/invoice/s1",
    ]
    assert states(db)[credit.number] == "posted"
    assert [what for what, _ in xero.requests if what.startswith("void")] == [
        "void allocation",
        "void payment",
        "void payment",
        "void invoice",
    ]


def test_a_payment_of_what_is_voided_waits_and_follows_the_new_version(db: Database, xero: FakeXero) -> None:
    sale = invoice("s1")
    release_documents(db, sale, payment("m1", sale))
    post(db, xero)
    void(db, xero, sale.number, with_payments=True, again=True)
    post(db, xero)
    assert in_xero(xero) == {
        "TP/cafe/invoice/s1": "VOIDED",
        "TP/cafe/payment/m1": "VOIDED",
        "TP/cafe/invoice/s1/v2": "AUTHORISED",
        "TP/cafe/payment/m1/v2": "AUTHORISED",
    }


def test_nothing_is_paid_that_is_to_be_voided(db: Database, xero: FakeXero, watch: Watch) -> None:
    sale = invoice("s1")
    release_documents(db, sale)
    post(db, xero)
    lease = take_lease(db, "harbour", "Kim", watch())
    assert isinstance(lease, Lease)
    request_void(db, lease, sale.number, "Kim", "wrong till", watch())
    give_back_lease(db, lease, watch())
    assert settle(db, result(sale, payment("m1", sale), read_minutes=1)) == "released"
    xero.locked.add("invoice-1")
    xero.requests.clear()
    with db.read() as tx:
        from tillpost.store.claims import ready_documents

        assert ready_documents(tx, "harbour", DocumentKind.PAYMENT, 50) == []


@pytest.mark.parametrize("fault", ["lose before", "lose after"])
def test_a_lost_answer_is_looked_up(db: Database, xero: FakeXero, fault: str) -> None:
    release_documents(db, journal())
    post(db, xero)
    xero.faults = ["", fault]
    ending = Ending.VOIDED if fault == "lose after" else Ending.UNKNOWN
    assert void(db, xero, SALE) == [Voided(f"journal {SALE}", ending)]
    if fault == "lose before":
        told = f"Journal {SALE} is to be voided in Xero (Kim: wrong till); it has not confirmed that yet."
        assert (states(db), shown(db)) == ({SALE: "posted"}, ("unknown", (told,)))
    finish(db, xero)
    assert (states(db), in_xero(xero)) == ({SALE: "voided"}, {SALE: "VOIDED"})


@pytest.mark.parametrize("faults", [["", "kill before"], ["", "kill after"]])
def test_whatever_dies_the_next_poster_carries_the_wish_out_once(db: Database, xero: FakeXero, faults: list[str]) -> None:
    release_documents(db, journal())
    post(db, xero)
    xero.faults = list(faults)
    with pytest.raises(Killed):
        void(db, xero, SALE, again=True)
    finish(db, xero)
    assert finish(db, xero) == []
    post(db, xero)
    assert (states(db), in_xero(xero)) == (
        {SALE: "voided", f"{SALE}/v2": "posted"},
        {SALE: "VOIDED", f"{SALE}/v2": "AUTHORISED"},
    )


def test_a_refusal_is_told_and_leaves_everything_as_it_is(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    xero.locked.add("journal-1")
    assert void(db, xero, SALE) == [Voided(f"journal {SALE}", Ending.REFUSED, "Not of valid status for modification.")]
    assert (states(db), shown(db), finish(db, xero)) == ({SALE: "posted"}, ("posted", ()), [])
    assert [e.why for e in audit_trail(db, "harbour") if e.action == "void refused"] == ["Not of valid status for modification."]


def test_what_cannot_be_reached_stays_to_be_done(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    xero.faults = ["unavailable"]
    assert void(db, xero, SALE) == [Voided(f"journal {SALE}", Ending.WAITING, "Xero could not be reached.")]
    assert finish(db, xero) == [Voided(f"journal {SALE}", Ending.VOIDED)]


def test_a_void_that_is_not_allowed_is_told_and_keeps_nothing_else_from_xero(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    xero.faults = ["", "auth"]
    assert void(db, xero, SALE) == [Voided(f"journal {SALE}", Ending.WAITING, "The connection was revoked.")]
    told = f"Journal {SALE} is to be voided in Xero (Kim: wrong till); it has not confirmed that yet. The connection was revoked."
    assert (states(db), shown(db)) == ({SALE: "posted"}, ("unknown", (told,)))
    later = journal(sales_of(DAY + timedelta(days=1)))
    release_documents(db, later)
    xero.faults = ["", "auth"]
    post(db, xero)
    assert (states(db), shown(db)) == ({SALE: "posted", later.number: "posted"}, ("unknown", (told,)))
    post(db, xero)
    assert (states(db)[SALE], [row.message for row in rows(db)]) == ("voided", ["", ""])


def test_a_wish_is_withdrawn_once_no_request_can_be_on_its_way(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    xero.faults = ["", "auth"]
    void(db, xero, SALE, again=True)
    with pytest.raises(TillpostError) as early:
        withdraw(db, xero, SALE)
    assert str(early.value) == (
        f"A request to void the journal {SALE} may still be on its way: try again at {xero.watch() + timedelta(minutes=7):%H:%M:%S} UTC. "
        "Nothing was changed."
    )
    xero.watch.advance(minutes=7)
    assert withdraw(db, xero, SALE) == [Voided(f"journal {SALE}", Ending.WITHDRAWN)]
    assert (states(db), in_xero(xero), shown(db)) == ({SALE: "posted"}, {SALE: "AUTHORISED"}, ("posted", ()))
    assert [(row.voiding, row.held_why, row.message) for row in rows(db)] == [("", "", "")]
    assert finish(db, xero) == []
    told = [(e.action, e.who, e.why, e.details) for e in audit_trail(db, "harbour", str(SALES)) if e.action == "void withdrawn"]
    assert told == [("void withdrawn", "Kim", "it stays", {"document": SALE, "xero_id": "journal-1"})]
    with pytest.raises(TillpostError) as nothing:
        withdraw(db, xero, SALE)
    assert str(nothing.value) == f"The journal {SALE} is posted and not to be voided: there is nothing to withdraw."


def test_what_is_void_in_xero_already_is_not_withdrawn(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    xero.faults = ["", "lose after", "unavailable"]
    assert void(db, xero, SALE) == [Voided(f"journal {SALE}", Ending.WAITING, "Xero could not be reached.")]
    xero.watch.advance(minutes=7)
    assert withdraw(db, xero, SALE) == [Voided(f"journal {SALE}", Ending.VOIDED)]
    assert states(db) == {SALE: "voided"}


def test_a_document_waits_until_what_stands_on_it_is_void(db: Database, xero: FakeXero) -> None:
    sale = invoice("s1")
    release_documents(db, sale, payment("m1", sale))
    post(db, xero)
    xero.faults = ["", "lose before"]
    paid = "payment TP/cafe/payment/m1"
    assert void(db, xero, sale.number, with_payments=True) == [
        Voided(paid, Ending.UNKNOWN),
        Voided("invoice TP/cafe/invoice/s1", Ending.WAITING, "What stands on it is not void yet."),
    ]
    assert in_xero(xero) == {sale.number: "AUTHORISED", "TP/cafe/payment/m1": "AUTHORISED"}
    assert finish(db, xero) == [Voided(paid, Ending.VOIDED), Voided("invoice TP/cafe/invoice/s1", Ending.VOIDED)]
    assert states(db) == {sale.number: "voided", "TP/cafe/payment/m1": "voided"}


def test_payments_are_withdrawn_with_what_they_settle(db: Database, xero: FakeXero) -> None:
    sale = invoice("s1")
    release_documents(db, sale, payment("m1", sale))
    post(db, xero)
    xero.faults = ["", "auth"]
    void(db, xero, sale.number, with_payments=True)
    xero.watch.advance(minutes=7)
    assert [(one.name, one.ending) for one in withdraw(db, xero, sale.number, with_payments=True)] == [
        ("payment TP/cafe/payment/m1", Ending.WITHDRAWN),
        ("invoice TP/cafe/invoice/s1", Ending.WITHDRAWN),
    ]
    assert (shown(db), finish(db, xero)) == (("posted", ()), [])


def test_changed_facts_wait_until_the_voiding_is_clear(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    xero.faults = ["", "lose before"]
    void(db, xero, SALE)
    assert settle(db, result(journal(cents=12_100), read_minutes=1), policy="adjust") == "held"
    assert [f.rule for f in stream_states(db, "harbour")[0].findings] == ["changed_under_way"]


def test_names_that_cannot_be_voided(db: Database, xero: FakeXero) -> None:
    release_documents(db, bill("p1", "F-17"), bill("p2", "F-17", contact="Milk Ltd"), journal())
    refusals = []
    for name in ("TP/none", SALE):
        with pytest.raises(TillpostError) as refusal:
            void(db, xero, name)
        refusals.append(str(refusal.value))
    post(db, xero)
    with pytest.raises(TillpostError) as refusal:
        void(db, xero, "F-17")
    assert [*refusals, str(refusal.value)] == [
        "No document of harbour has the number or key 'TP/none'. `tillpost status` and the report name them.",
        f"The journal {SALE} is ready: only what is posted can be voided. Hold its stream instead.",
        "2 documents have the number F-17. Name one by its key: harbour/cafe/bill/p1, harbour/cafe/bill/p2.",
    ]
    assert [one.name for one in void(db, xero, "harbour/cafe/bill/p2")] == ["bill F-17"]


def test_of_several_versions_the_newest_goes_first(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    settle(db, result(journal(cents=12_100), read_minutes=1), policy="adjust")
    post(db, xero)
    for name, again in ((SALE, False), (f"{SALE}/v2", True)):
        with pytest.raises(TillpostError):
            void(db, xero, name, again=again)
    assert [one.ending for one in (*void(db, xero, f"{SALE}/v2"), *void(db, xero, SALE, again=True))] == [Ending.VOIDED, Ending.VOIDED]
    post(db, xero)
    assert in_xero(xero) == {SALE: "VOIDED", f"{SALE}/v2": "VOIDED", f"{SALE}/v3": "AUTHORISED"}


def test_what_somebody_voided_in_xero_is_voided_here_with_its_payments(db: Database, xero: FakeXero, watch: Watch) -> None:
    sale = invoice("s1")
    release_documents(db, sale, payment("m1", sale), journal())
    post(db, xero)
    gone = HeldDocument(DocumentKind.INVOICE, next(o.xero_id for o in xero.books if o.number == sale.number), sale.number, "VOIDED")
    keep_payment_status(db, "harbour", [gone], watch())
    assert record_voided_by_hand(db, "harbour", watch()) == ["invoice TP/cafe/invoice/s1", "payment TP/cafe/payment/m1"]
    assert record_voided_by_hand(db, "harbour", watch()) == []
    assert states(db) == {sale.number: "voided", "TP/cafe/payment/m1": "voided", SALE: "posted"}
    state, reasons = shown(db)
    assert (state, [reason.partition(" It is")[0] for reason in reasons]) == (
        "voided",
        [
            "Invoice TP/cafe/invoice/s1 was voided in Xero (by somebody in Xero, seen on 2026-10-04).",
            "Payment TP/cafe/payment/m1 was voided in Xero (by somebody in Xero, with the invoice TP/cafe/invoice/s1, seen on 2026-10-04).",
        ],
    )
    assert SALES.business_date == DAY
