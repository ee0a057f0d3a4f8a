"""What Xero holds otherwise than it is built now, after the outbox was lost: another kind, another date, versions sent anew, evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.unit.store.documents import DAY, PURCHASES, SALES, bill, invoice, journal, release_documents, result, settle, trade
from tests.unit.store.fake_xero import FakeSender, FakeXero
from tests.unit.store.test_recovery import (
    BEGINNING,
    by_hand,
    copy_of,
    findings,
    kept_numbers,
    post,
    read_back,
    restore,
    xero,  # noqa: F401
)
from tests.unit.store.test_voiding import void
from tillpost.model.documents import Document, DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.posting_rules import DEFAULT_RULES
from tillpost.store.claims import ready_documents
from tillpost.store.database import Database
from tillpost.store.leases import LEASE_TIME, LeaseHolder, take_lease
from tillpost.store.rebuilding import Author
from tillpost.store.recovery import keep
from tillpost.store.schema import document
from tillpost.store.streams import stream_states
from tillpost.xero.posting import Progress, drain
from tillpost.xero.recovering import recover
from tillpost.xero.sender import Listing

# ruff: noqa: F811  (fixtures are imported by name)

DEBT = invoice("daily", 1_000)
CREDIT = replace(trade(DocumentKind.CREDIT_NOTE, "daily", 500), natural_key=DEBT.natural_key, number=DEBT.number)
SALE = "TP/cafe/sales/2026-10-03"


def rows(db: Database) -> list[tuple[str, str, int, str, str]]:
    """Kind, number, version, state and id in Xero of every document."""
    with db.read() as tx:
        found = tx.execute(select(document).order_by(document.c.id)).all()
    return [(row.kind, row.number, row.version, row.state, row.xero_id) for row in found]


def shown(db: Database) -> list[tuple[str, tuple[str, ...]]]:
    """State and reasons of every stream."""
    return [(one.state, one.reasons) for one in stream_states(db, "harbour")]


def bill_in_xero(xero: FakeXero, kind: DocumentKind, number: str, day: date | None, status: str = "AUTHORISED") -> HeldDocument:
    """A bill or supplier credit of Beans Ltd."""
    xero.contacts["Beans Ltd"] = "contact-beans"
    one = HeldDocument(
        *(kind, f"{kind}-{len(xero.books)}", number, status, "contact-beans", "Beans Ltd", day), total_cents=5_500, changed_at=xero.watch()
    )
    xero.books.append(one)
    return one


def supplier_credit(number: str) -> Document:
    return trade(DocumentKind.SUPPLIER_CREDIT, "p1", 900, key=PURCHASES, contact="Beans Ltd", number=number)


def test_an_invoice_that_the_facts_make_a_credit_note_holds_its_stream(db: Database, xero: FakeXero) -> None:
    release_documents(db, DEBT)
    post(db, xero)
    restore(db, {})
    read_back(db, xero)
    for _ in range(2):
        assert settle(db, result(CREDIT)) == "held"
        told = (
            "1 document already in Xero would be booked differently now: invoice TP/cafe/invoice/daily 10.00 is now 5.00. Nothing was sent."
        )
        assert findings(db) == [("posted_stream_changed", told)]
    assert (rows(db), kept_numbers(db)) == ([("invoice", DEBT.number, 1, "posted", "invoice-1")], [])
    assert (post(db, xero), len(xero.books)) == (Progress(), 1)


def test_a_credit_note_on_record_that_is_an_invoice_in_xero_is_told_and_held_the_next_time(db: Database, xero: FakeXero) -> None:
    release_documents(db, CREDIT)
    xero.books.append(replace(by_hand(xero, DocumentKind.INVOICE, DEBT.number, 1_000), xero_id="invoice-1"))
    xero.books.pop(0)
    assert "Xero holds a document of ours that is not on record here: invoice TP/cafe/invoice/daily." in post(db, xero).why
    read_back(db, xero)
    told = "Invoice TP/cafe/invoice/daily: Xero holds it over 10.00 instead of 5.00 and as invoice instead of credit note."
    assert (rows(db), findings(db)) == ([("invoice", DEBT.number, 1, "posted", "invoice-1")], [("booked_differently", told)])
    assert (post(db, xero), settle(db, result(CREDIT))) == (Progress(), "held")


def test_what_is_kept_as_the_other_kind_is_never_claimed(db: Database, xero: FakeXero) -> None:
    release_documents(db, CREDIT)
    with db.write() as tx:  # built while the recovery wrote
        keep(tx, "harbour", [by_hand(xero, DocumentKind.INVOICE, DEBT.number, 1_000)], xero.watch())
    with db.read() as tx:
        assert ready_documents(tx, "harbour", DocumentKind.CREDIT_NOTE, 50) == []
    assert (post(db, xero), rows(db)) == (Progress(), [("invoice", DEBT.number, 1, "posted", "hand-0")])


def test_a_bill_that_the_facts_make_a_credit_is_held_if_it_has_its_date(db: Database, xero: FakeXero) -> None:
    release_documents(db, bill("p0", "INV-0"))
    post(db, xero)
    restore(db, {})
    bill_in_xero(xero, DocumentKind.BILL, "INV-1", DAY)
    earlier = bill_in_xero(xero, DocumentKind.BILL, "INV-2", DAY - timedelta(days=9))
    xero.listed = []
    read_back(db, xero)
    release_documents(db, bill("p0", "INV-0"))
    post(db, xero)  # its contact is known from here on
    assert settle(db, result(bill("p0", "INV-0"), supplier_credit("INV-1"), key=PURCHASES, read_minutes=1)) == "held"
    assert "bill INV-1 55.00 is now 9.00" in findings(db)[0][1]
    assert settle(db, result(bill("p0", "INV-0"), supplier_credit("INV-2"), key=PURCHASES, read_minutes=2)) == "held"  # INV-1 is gone
    assert earlier.xero_id not in [row[4] for row in rows(db)]


def test_a_bill_and_a_credit_of_one_number_are_each_themselves(db: Database, xero: FakeXero) -> None:
    release_documents(db, bill("p1", "INV-1"))
    post(db, xero)
    xero.books = [replace(one, date=DAY) for one in xero.books]
    restore(db, {})
    read_back(db, xero)
    both = [bill("p1", "INV-1"), supplier_credit("INV-1")]
    assert settle(db, result(*reversed(both), key=PURCHASES)) == "released"
    post(db, xero)
    assert sorted(row[:4] for row in rows(db)) == [("bill", "INV-1", 1, "posted"), ("supplier_credit", "INV-1", 1, "posted")]
    assert len(xero.books) == 2


@pytest.mark.parametrize("times", [1, 2])
def test_a_void_bill_of_before_is_no_answer_to_one_sent_anew(db: Database, xero: FakeXero, times: int) -> None:
    release_documents(db, bill("p1", "INV-5"))
    post(db, xero)
    void(db, xero, "INV-5", again=True)
    post(db, xero)
    restore(db, {})
    for _ in range(times):
        read_back(db, xero)
        release_documents(db, bill("p1", "INV-5"))
        post(db, xero)
    assert (rows(db), kept_numbers(db)) == ([("bill", "INV-5", 1, "posted", "bill-2")], [] if times == 1 else ["inv-5"])
    void(db, xero, "INV-5", again=True)
    assert post(db, xero).posted == 1
    assert rows(db) == [("bill", "INV-5", 1, "voided", "bill-2"), ("bill", "INV-5", 2, "posted", "bill-3")]
    assert [one.status for one in xero.books] == ["VOIDED", "VOIDED", "AUTHORISED"]


def test_a_copy_from_before_a_version_was_voided_and_sent_anew(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    backup = copy_of(db)
    post(db, xero)
    void(db, xero, SALE, again=True)
    post(db, xero)
    restore(db, backup)
    assert post(db, xero).strangers == 2
    assert read_back(db, xero) == {"journal": (0, 2, 0, 0, 0)}
    versions = [("journal", SALE, 1, "voided", "journal-1"), ("journal", f"{SALE}/v2", 2, "posted", "journal-2")]
    assert (rows(db), shown(db), kept_numbers(db)) == (versions, [("posted", ())], [])
    assert settle(db, result(journal(), read_minutes=5)) == "released"
    assert (post(db, xero), rows(db), len(xero.books)) == (Progress(), versions, 2)


def test_a_version_sent_anew_over_another_amount_is_told(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    by_hand(xero, DocumentKind.JOURNAL, SALE, 11_000, "VOIDED")
    by_hand(xero, DocumentKind.JOURNAL, f"{SALE}/v2", 12_000)
    assert read_back(db, xero) == {"journal": (0, 2, 0, 1, 0)}
    assert findings(db) == [("booked_differently", f"Journal {SALE}/v2: Xero holds it over 120.00 instead of 110.00.")]


def test_nothing_is_asked_about_a_void_version_beside_a_living_one(db: Database, xero: FakeXero) -> None:
    by_hand(xero, DocumentKind.JOURNAL, SALE, 11_000, "VOIDED")
    by_hand(xero, DocumentKind.JOURNAL, f"{SALE}/v2", 11_000)
    read_back(db, xero)
    assert (settle(db, result(journal())), shown(db)) == ("released", [("posted", ())])


def test_what_another_database_had_sent_gets_no_second_note(db: Database, xero: FakeXero) -> None:
    def noted() -> int:
        xero.watch.advance(minutes=60)
        drain(db, "harbour", FakeSender(xero), xero.watch, "poster", rules=replace(DEFAULT_RULES, evidence="note"))
        return len(xero.notes)

    release_documents(db, journal(), invoice("s1"))
    assert noted() == 2
    restore(db, {})
    assert noted() == 2  # the rule is on from here
    xero.watch.advance(minutes=60)
    xero.books = [replace(one, changed_at=xero.watch()) for one in xero.books]  # somebody paid
    read_back(db, xero)
    release_documents(db, journal(), invoice("s1"), invoice("s2", key=replace(SALES, store="bar")))
    assert noted() == 3


def test_what_a_dead_poster_sent_gets_its_note(db: Database, xero: FakeXero) -> None:
    rules = replace(DEFAULT_RULES, evidence="note")
    release_documents(db, journal())
    xero.faults = ["lose after"]
    drain(db, "harbour", FakeSender(xero), xero.watch, "poster", rules=rules)
    read_back(db, xero)
    drain(db, "harbour", FakeSender(xero), xero.watch, "poster", rules=rules)
    assert [xero_id for xero_id, _ in xero.notes] == ["journal-1"]


def test_another_date_in_xero_is_told(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), invoice("s1"))
    xero.books.append(replace(by_hand(xero, DocumentKind.JOURNAL, SALE, 11_000), date=date(2026, 11, 1)))
    xero.books.append(replace(by_hand(xero, DocumentKind.INVOICE, "TP/cafe/invoice/s1", 6_000), date=date(2026, 11, 2)))
    xero.books = [one for one in xero.books if one.date is not None]
    read_back(db, xero)
    assert findings(db) == [
        ("booked_differently", f"Journal {SALE}: Xero holds it with the date 2026-11-01 instead of 2026-10-03."),
        (
            "booked_differently",
            "Invoice TP/cafe/invoice/s1: Xero holds it over 60.00 instead of 55.00 and with the date 2026-11-02 instead of 2026-10-03.",
        ),
    ]


def test_the_lease_lasts_while_long_lists_are_read(db: Database, xero: FakeXero) -> None:
    takers: list[object] = []

    class Slow(FakeSender):
        def listing(self, which: Listing, changed_since: datetime) -> list[HeldDocument]:
            xero.watch.advance(minutes=3)
            takers.append(take_lease(db, "harbour", "hourly", xero.watch()))
            return super().listing(which, changed_since)

    assert timedelta(minutes=3) < LEASE_TIME < timedelta(minutes=6)
    recover(db, "harbour", Slow(xero), xero.watch, "kim", Author("Kim", "lost"), since=BEGINNING)
    assert [isinstance(one, LeaseHolder) for one in takers] == [True] * len(Listing)
