"""The poster's everyday work: what is ready is sent once, in order and in chunks, and each document's own result is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.unit.store.databases import Watch, db, db_url, template, watch  # noqa: F401
from tests.unit.store.documents import (
    PURCHASES,
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
)  # fmt: skip
from tests.unit.store.fake_xero import FakeSender, FakeXero
from tillpost.errors import XeroAuthError
from tillpost.model.documents import Document, DocumentKind, document_of_dict
from tillpost.store.database import Database
from tillpost.store.leases import Lease, take_lease
from tillpost.store.retrying import retry
from tillpost.store.schema import chunk, document
from tillpost.store.streams import hold, release, stream_states
from tillpost.xero.hints import hint
from tillpost.xero.posting import Progress, drain

# ruff: noqa: F811  (fixtures are imported by name)


@pytest.fixture
def xero(watch: Watch) -> FakeXero:
    """A Xero in memory."""
    return FakeXero(watch)


def post(db: Database, xero: FakeXero, *, holder: str = "poster-1", max_seconds: int = 600) -> Progress:
    """One drain."""
    return drain(db, "harbour", FakeSender(xero), xero.watch, holder, max_seconds=max_seconds)


def states(db: Database) -> dict[str, str]:
    """The state of each document by number (natural key where it has none)."""
    with db.read() as tx:
        return {r.number or r.natural_key: r.state for r in tx.execute(select(document).order_by(document.c.id))}


def nights(count: int) -> list[Document]:
    """A journal for each of so many business dates."""
    first = date(2026, 1, 1)
    return [journal(sales_of(first + timedelta(days=n)), 1_100 + n) for n in range(count)]


def tills(count: int) -> list[Document]:
    """As many journals of one business date."""
    return [journal(cents=1_100 + n, name=f"till{n}") for n in range(count)]


def test_a_night_is_posted_and_a_second_drain_sends_nothing(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), invoice("s1"))
    assert post(db, xero) == Progress(posted=2, calls=3)
    assert xero.requests == [("send journal", 1), ("contacts", 1), ("send invoice", 1)]
    [state] = stream_states(db, "harbour")
    assert (state.state, state.reasons, state.documents) == ("posted", (), {"posted": 2})
    assert post(db, xero) == Progress()
    assert (xero.numbers(DocumentKind.JOURNAL), xero.numbers(DocumentKind.INVOICE)) == (
        ["TP/cafe/sales/2026-10-03"],
        ["TP/cafe/invoice/s1"],
    )


def test_120_documents_of_any_dates_are_three_calls(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(120))
    assert post(db, xero) == Progress(posted=120, calls=3)
    assert [count for _, count in xero.requests] == [50, 50, 20]
    assert len(set(xero.numbers(DocumentKind.JOURNAL))) == 120


def test_kinds_go_in_order_and_a_payment_follows_its_invoice_in_the_same_drain(db: Database, xero: FakeXero) -> None:
    sale, credit = invoice("s1"), trade(DocumentKind.CREDIT_NOTE, "r1", 1_000)
    over = trade(DocumentKind.OVERPAYMENT, "o1", 700)
    parts = [allocation("a1", credit, sale), allocation("a2", over, sale, 500), payment("m1", sale, 4_000), sale, credit, over, journal()]
    release_documents(db, *parts, payment("m2", over, 200), bill("p1", "INV-7"))
    assert post(db, xero) == Progress(posted=9, calls=10)
    assert [what for what, _ in xero.requests] == [
        "send journal", "contacts", "send invoice", "find bill", "send bill", "send credit_note", "send overpayment", "send payment",
        "send allocation", "send allocation",
    ]  # fmt: skip
    assert set(states(db).values()) == {"posted"}


def test_a_payment_waits_for_its_invoice(db: Database, xero: FakeXero) -> None:
    sale = invoice("s1")
    release_documents(db, sale, payment("m1", sale))
    xero.refuse[sale.number] = "Account 200 is archived."
    assert post(db, xero) == Progress(refused=1, waiting=1, calls=2)
    [state] = stream_states(db, "harbour")
    assert state.reasons == (
        f"Invoice TP/cafe/invoice/s1 was refused: Account 200 is archived. {hint(['Account'])}",
        "Payment TP/cafe/payment/m1 waits for invoice TP/cafe/invoice/s1, which is refused.",
    )
    xero.refuse.clear()
    retry(db, "harbour", "Kim", "account restored", xero.watch())
    assert post(db, xero).posted == 2


def test_a_refund_waits_for_its_overpayment(db: Database, xero: FakeXero) -> None:
    over = trade(DocumentKind.OVERPAYMENT, "o1", 700)
    release_documents(db, over, payment("m1", over, 200))
    xero.refuse[over.number] = "Account 090 is archived."
    assert post(db, xero) == Progress(refused=1, waiting=1, calls=2)
    [state] = stream_states(db, "harbour")
    assert "Payment TP/cafe/payment/m1 waits for overpayment TP/cafe/overpayment/o1, which is refused." in state.reasons


def test_one_refused_document_does_not_hold_its_chunk(db: Database, xero: FakeXero) -> None:
    documents = nights(3)
    release_documents(db, *documents)
    xero.refuse[documents[1].number] = "The document date cannot be before the period lock date."
    assert post(db, xero) == Progress(posted=2, refused=1, calls=1)
    assert list(states(db).values()) == ["posted", "refused", "posted"]
    assert post(db, xero) == Progress()


def test_a_retried_document_has_another_key_so_that_its_refusal_is_not_replayed(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.refuse[journal().number] = "Account 200 is archived."
    post(db, xero)
    xero.refuse.clear()
    retry(db, "harbour", "Kim", "restored", xero.watch())
    assert post(db, xero).posted == 1
    assert len(xero.keys) == 2


def test_held_documents_are_not_sent(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), bill("p1", "INV-7"))
    hold(db, SALES, "Kim", "wait", xero.watch())
    assert post(db, xero).posted == 1
    assert states(db) == {"TP/cafe/sales/2026-10-03": "held", "INV-7": "posted"}


def test_what_was_posted_is_never_sent_again_when_facts_change(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    assert settle(db, result(journal(cents=9), read_minutes=1)) == "held"
    assert post(db, xero) == Progress()
    assert len(xero.books) == 1


def test_contacts_are_made_once_and_kept(db: Database, xero: FakeXero) -> None:
    release_documents(db, *(invoice(f"s{n}", contact="Able" if n % 2 else "Baker") for n in range(4)))
    assert post(db, xero).calls == 2
    settle(db, result(*(invoice(f"s{n}", contact="Able" if n % 2 else "Baker") for n in range(5)), read_minutes=1))
    assert post(db, xero).calls == 1
    assert xero.requests == [("contacts", 2), ("send invoice", 4), ("send invoice", 1)]


def test_a_contact_that_xero_does_not_take_refuses_its_documents_and_no_others(db: Database, xero: FakeXero) -> None:
    release_documents(db, invoice("s1", contact="Old Ltd"), invoice("s2"))
    xero.bad_contacts["Old Ltd"] = "The contact is archived."
    assert post(db, xero) == Progress(posted=1, refused=1, calls=2)
    assert stream_states(db, "harbour")[0].reasons == ("Invoice TP/cafe/invoice/s1 was refused: Contact Old Ltd: The contact is archived.",)


def test_a_bill_that_was_typed_by_hand_is_held_until_a_person_releases_it(db: Database, xero: FakeXero) -> None:
    xero.contacts["Beans Ltd"] = "contact-beans"
    xero.type_by_hand(DocumentKind.BILL, "INV-7", "Beans Ltd", 5_500)
    release_documents(db, bill("p1", "INV-7"), bill("p2", "INV-8"), bill("p3", "INV-7", contact="Milk Ltd"))
    assert post(db, xero) == Progress(posted=2, held=1, calls=3)
    [state] = stream_states(db, "harbour")
    assert (state.state, state.reasons) == (
        "held",
        (
            "Bill INV-7: Xero already holds the bill INV-7 of Beans Ltd over 55.00 (authorised): typed by hand? "
            "Remove it there, or release this stream to send ours too.",
        ),
    )
    settle(db, result(bill("p1", "INV-7"), bill("p2", "INV-8"), bill("p3", "INV-7", contact="Milk Ltd"), key=PURCHASES, read_minutes=1))
    assert post(db, xero) == Progress(held=1)
    release(db, PURCHASES, "Kim", "another delivery", xero.watch())
    assert post(db, xero) == Progress(posted=1, calls=1)


def test_a_corrected_supplier_number_is_looked_for_anew(db: Database, xero: FakeXero) -> None:
    xero.contacts["Beans Ltd"] = "contact-beans"
    xero.type_by_hand(DocumentKind.BILL, "INV-7", "Beans Ltd", 5_500)
    release_documents(db, bill("p1", "INV-7"))
    post(db, xero)
    assert settle(db, result(bill("p1", "INV-9"), key=PURCHASES, read_minutes=1)) == "released"
    assert post(db, xero) == Progress(posted=1, calls=2)


def test_numbers_of_suppliers_are_looked_for_40_at_a_time(db: Database, xero: FakeXero) -> None:
    release_documents(db, *(bill(f"p{n}", f"INV-{n}") for n in range(90)))
    assert post(db, xero).posted == 90
    assert [r for r in xero.requests if r[0] != "contacts"] == [
        ("find bill", 40), ("find bill", 40), ("send bill", 50), ("find bill", 10), ("send bill", 40),
    ]  # fmt: skip


def test_a_total_that_xero_booked_differently_is_a_finding_and_no_second_send(db: Database, xero: FakeXero) -> None:
    release_documents(db, invoice("s1"))
    xero.wrong_totals[invoice("s1").number] = 5_501
    assert post(db, xero) == Progress(posted=1, calls=2)
    [state] = stream_states(db, "harbour")
    assert (state.state, [(f.rule, f.message) for f in state.findings]) == (
        "posted",
        [("booked_differently", "Invoice TP/cafe/invoice/s1: Xero booked it differently: total 55.01 instead of 55.00.")],
    )
    assert settle(db, result(invoice("s1"), read_minutes=1)) == "released"
    assert len(stream_states(db, "harbour")[0].findings) == 1
    assert post(db, xero) == Progress()


def test_a_limit_returns_the_chunk_and_says_until_when(db: Database, xero: FakeXero) -> None:
    release_documents(db, *tills(60))
    xero.faults = ["", "limit"]
    done = post(db, xero)
    assert done == Progress(posted=50, left=10, calls=2, until=xero.watch() + timedelta(seconds=30), why="The minute limit is reached.")
    assert post(db, xero) == Progress(posted=10, calls=1)


def test_time_is_up(db: Database, xero: FakeXero) -> None:
    release_documents(db, *tills(120))
    done = post(db, xero, max_seconds=2)
    assert (done.posted, done.left, done.why) == (100, 20, "The time for this drain is over.")
    assert post(db, xero).posted == 20


def test_a_request_that_is_too_large_is_halved(db: Database, xero: FakeXero) -> None:
    release_documents(db, *tills(20))
    xero.max_documents = 6
    assert post(db, xero).posted == 20
    assert [count for _, count in xero.requests] == [20, 10, 5, 5, 10, 5, 5]
    assert len(xero.books) == 20


def test_a_document_that_is_too_large_alone_is_refused(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.max_documents = 0
    assert post(db, xero) == Progress(refused=1, calls=1)
    assert stream_states(db, "harbour")[0].reasons == (
        f"Journal TP/cafe/sales/2026-10-03 was refused: The request is too large. {hint(['too large'])}",
    )


def test_an_element_that_breaks_its_request_is_isolated(db: Database, xero: FakeXero) -> None:
    documents = tills(50)
    release_documents(db, *documents)
    xero.broken.add(documents[31].number)
    done = post(db, xero)
    assert (done.posted, done.refused, done.left) == (49, 1, 0)
    assert states(db)[documents[31].number] == "refused"
    assert done.calls <= 3 * 7  # seven sizes: a broken request, its look-up, and the half that went through
    assert len(xero.books) == 49


def test_a_tenant_is_bound_at_the_first_connection_and_another_is_refused(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    with pytest.raises(XeroAuthError, match="'harbour' is bound to the Xero organisation tenant-1, but its connection leads to tenant-2"):
        post(db, replace(xero, tenant="tenant-2", requests=[]))
    with pytest.raises(XeroAuthError, match="'kauri' is connected to the Xero organisation tenant-1, which 'harbour' is bound to already"):
        drain(db, "kauri", FakeSender(xero), xero.watch, "poster-1")


def test_a_second_poster_returns_at_once_and_says_who_is_at_work(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    assert isinstance(take_lease(db, "harbour", "worker-7", xero.watch()), Lease)
    done = post(db, xero)
    assert done == Progress(left=1, until=xero.watch() + timedelta(minutes=5), why="Another poster is at work: worker-7.")
    assert xero.requests == []


def test_a_claim_remembers_what_was_sent(db: Database, xero: FakeXero) -> None:
    release_documents(db, *tills(2))
    post(db, xero)
    with db.read() as tx:
        [row] = tx.execute(select(chunk))
        rows = tx.execute(select(document).order_by(document.c.position)).all()
    assert (row.kind, row.lease_number, row.state, row.outcome) == ("journal", 1, "answered", "2 posted, 0 refused")
    assert row.documents == [[r.id, r.books_digest] for r in rows]
    assert row.idempotency_key in xero.keys
    assert 40 < len(row.idempotency_key) <= 128
    assert [document_of_dict(r.payload).number for r in rows] == [d.number for d in tills(2)]


def test_another_organisation_is_not_touched(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), journal(sales_of(organisation="kauri")))
    assert post(db, xero).posted == 1
    assert [s.state for s in stream_states(db, "kauri")] == ["ready"]
