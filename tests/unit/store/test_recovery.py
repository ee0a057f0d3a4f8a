"""A lost or restored outbox: the poster stops before it sends anything twice, and what Xero holds comes back on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from tests.unit.store.databases import Watch
from tests.unit.store.documents import (
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
from tillpost.errors import TillpostError
from tillpost.model.documents import Document, DocumentKind, DocumentLine
from tillpost.model.findings import Stream
from tillpost.model.results import HeldDocument, XeroContact
from tillpost.store.audit import audit_trail
from tillpost.store.claims import ready_documents, rested_chunks, settle_chunk
from tillpost.store.database import Database
from tillpost.store.leases import take_lease
from tillpost.store.looks import Look, ToSend, last_look, to_send
from tillpost.store.rebuilding import Author, Rebuilt
from tillpost.store.recovery import keep
from tillpost.store.schema import document, finding, metadata
from tillpost.store.schema_xero import recovered
from tillpost.store.streams import release, stream_states
from tillpost.xero.posting import Progress, drain
from tillpost.xero.recovering import recover
from tillpost.xero.sender import Listing

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
Snapshot = dict[str, list[dict[str, Any]]]


@pytest.fixture
def xero(watch: Watch) -> FakeXero:
    """A Xero in memory that has forgotten every idempotency key."""
    return FakeXero(watch, keys_work=False)


def every_kind() -> list[Document]:
    """A night with a document of each kind, and payments of an invoice, of an overpayment and of a credit note."""
    sale, credit, over = invoice("s1"), trade(DocumentKind.CREDIT_NOTE, "r1", 1_000), trade(DocumentKind.OVERPAYMENT, "o1", 700)
    back = trade(DocumentKind.SUPPLIER_CREDIT, "c1", 900, key=bill("p1", "INV-7").key, contact="Beans Ltd", number="CR-7")
    settling = [payment("m1", sale, 4_000), payment("m2", over, 200), payment("m3", credit, 300)]
    return [
        journal(),
        sale,
        bill("p1", "INV-7"),
        credit,
        back,
        over,
        *settling,
        allocation("a1", credit, sale),
        allocation("a2", over, sale, 500),
    ]


def post(db: Database, xero: FakeXero) -> Progress:
    """One drain, some time after the last."""
    xero.watch.advance(minutes=1)
    return drain(db, "harbour", FakeSender(xero), xero.watch, "poster")


def read_back(db: Database, xero: FakeXero, *, since: datetime = BEGINNING, dry_run: bool = False) -> dict[str, tuple[int, ...]]:
    """Recover; per kind of which there is anything: known, recovered, kept, differing, copies."""
    found = recover(db, "harbour", FakeSender(xero), xero.watch, "kim", Author("Kim", "restored"), since=since, dry_run=dry_run)
    told = {r.kind.value: (r.known, r.recovered, r.kept, r.differing, r.copies) for r in found}
    return {kind: numbers for kind, numbers in told.items() if any(numbers)}


def states(db: Database) -> dict[str, str]:
    """The state of each document by number (natural key where it has none)."""
    with db.read() as tx:
        return {r.number or r.natural_key: r.state for r in tx.execute(select(document).order_by(document.c.id))}


def findings(db: Database) -> list[tuple[str, str]]:
    """Rule and sentence of every finding."""
    with db.read() as tx:
        return [(r.rule, r.message) for r in tx.execute(select(finding).order_by(finding.c.id))]


def kept_numbers(db: Database) -> list[str]:
    """The numbers of what is kept for later."""
    with db.read() as tx:
        return sorted(tx.execute(select(recovered.c.number)).scalars())


TABLES = [table for table in metadata.sorted_tables if table.name != "audit"]  # of which nothing can be removed


def copy_of(db: Database) -> Snapshot:
    """A backup of the outbox."""
    with db.read() as tx:
        return {table.name: [dict(row._mapping) for row in tx.execute(select(table))] for table in TABLES}


def restore(db: Database, backup: Snapshot) -> None:
    """Put a backup in place of what is there; an empty one is a lost database."""
    with db.write() as tx:
        for table in reversed(TABLES):
            tx.execute(delete(table))
        for table in TABLES:
            if rows := backup.get(table.name):
                tx.execute(insert(table), rows)


def by_hand(xero: FakeXero, kind: DocumentKind, number: str, cents: int, status: str = "AUTHORISED") -> HeldDocument:
    """A document that a person made in Xero."""
    one = HeldDocument(kind, f"hand-{len(xero.books)}", number, status, total_cents=cents, changed_at=xero.watch())
    xero.books.append(one)
    return one


def sent(xero: FakeXero) -> list[tuple[str, int]]:
    """The requests that write documents."""
    return [request for request in xero.requests if request[0].startswith("send")]


def test_a_lost_outbox_stops_the_poster_and_is_rebuilt(db: Database, xero: FakeXero) -> None:
    night = every_kind()
    release_documents(db, *night)
    assert post(db, xero).posted == 11
    books = list(xero.books)
    restore(db, {})
    release_documents(db, *night)
    xero.requests.clear()
    stopped = post(db, xero)
    assert (stopped.posted, stopped.strangers, stopped.until, xero.requests) == (0, 7, None, [])
    assert stopped.why == (
        "Xero holds 7 documents of ours that are not on record here: payment TP/cafe/payment/m1, payment TP/cafe/payment/m2, "
        "payment TP/cafe/payment/m3 and 4 more. Nothing was sent: this database was lost or is an older copy, or another installation "
        "posts there too. Run: tillpost recover -o harbour"
    )
    xero.listed = [XeroContact(xero.contacts["Beans Ltd"], "Beans Ltd", "c-beans ltd")]
    assert read_back(db, xero) == {
        "journal": (0, 1, 0, 0, 0),
        "invoice": (0, 1, 0, 0, 0),
        "bill": (0, 1, 0, 0, 0),
        "credit_note": (0, 1, 0, 0, 0),
        "supplier_credit": (0, 1, 0, 0, 0),
        "overpayment": (0, 1, 0, 0, 0),
        "payment": (0, 3, 0, 0, 0),
        "allocation": (0, 2, 0, 0, 0),
    }
    assert (post(db, xero), sent(xero), xero.books) == (Progress(), [], books)
    assert set(states(db).values()) == {"posted"}
    assert findings(db) == []
    [entry] = [entry for entry in audit_trail(db, "harbour", "harbour") if entry.action == "recover"]
    assert (entry.who, entry.why, entry.details["payment"]) == ("Kim", "restored", [0, 3, 0])


def test_what_is_prepared_after_the_recovery_takes_its_ids_and_new_nights_are_posted(db: Database, xero: FakeXero) -> None:
    night = every_kind()
    release_documents(db, *night)
    post(db, xero)
    books = list(xero.books)
    restore(db, {})
    assert sum(numbers[2] for numbers in read_back(db, xero).values()) == 11
    xero.requests.clear()
    for key in dict.fromkeys(d.key for d in night):
        assert settle(db, result(*[d for d in night if d.key == key], key=key)) == "released"
    tomorrow = journal(sales_of(date(2026, 10, 4)))
    release_documents(db, tomorrow)
    assert post(db, xero).posted == 1
    assert (sent(xero), xero.books[:-1]) == ([("send journal", 1)], books)
    assert set(states(db).values()) == {"posted"}
    assert (kept_numbers(db), findings(db)) == ([], [])


def test_a_restored_copy_stops_the_poster_and_catches_up(db: Database, xero: FakeXero) -> None:
    first, second = every_kind(), [journal(sales_of(date(2026, 10, 4))), invoice("s2", key=sales_of(date(2026, 10, 4)))]
    release_documents(db, *first)
    post(db, xero)
    release_documents(db, *second)
    backup = copy_of(db)
    xero.watch.advance(minutes=600)
    assert post(db, xero).posted == 2
    books = list(xero.books)
    restore(db, backup)
    xero.requests.clear()
    assert post(db, xero).why.startswith("Xero holds 2 documents of ours that are not on record here: invoice TP/cafe/invoice/s2, journal")
    assert xero.requests == []
    assert read_back(db, xero)["journal"] == (1, 1, 0, 0, 0)
    assert (post(db, xero), sent(xero), xero.books) == (Progress(), [], books)


@pytest.mark.parametrize(
    "kind", ["journal", "payment", "overpayment", "refund", "refund of a credit", "allocation", "invoice", "bill", "supplier credit"]
)
def test_each_kind_alone_is_noticed_after_a_restore(db: Database, xero: FakeXero, kind: str) -> None:
    sale, credit, over = invoice("s1"), trade(DocumentKind.CREDIT_NOTE, "r1", 1_000), trade(DocumentKind.OVERPAYMENT, "o1", 700)
    release_documents(db, sale, credit, over, bill("p0", "INV-0"))
    post(db, xero)
    later = sales_of(date(2026, 10, 4))
    one = {
        "journal": journal(later),
        "payment": replace(payment("m1", sale), key=later),
        "overpayment": trade(DocumentKind.OVERPAYMENT, "o2", 300, key=later),
        "refund": replace(payment("m2", over, 100), key=later),
        "refund of a credit": replace(payment("m3", credit, 100), key=later),
        "allocation": replace(allocation("a1", credit, sale), key=later),
        "invoice": invoice("s2", key=later),
        "bill": replace(bill("p1", "INV-7"), key=sales_of(date(2026, 10, 4), stream=Stream.PURCHASES)),
        "supplier credit": trade(DocumentKind.SUPPLIER_CREDIT, "c1", 900, key=later, contact="Beans Ltd", number="CR-7"),
    }[kind]
    release_documents(db, one)
    backup = copy_of(db)
    xero.watch.advance(minutes=600)
    # A supplier's number was looked for, and then the day's quota was spent.
    backup["document"][-1]["number_checked_at"] = xero.watch()
    assert post(db, xero).posted == 1
    books = list(xero.books)
    restore(db, backup)
    xero.lists_read.clear()
    assert (post(db, xero).posted, len(xero.lists_read)) == (0, 1)
    read_back(db, xero)
    assert (post(db, xero).posted, xero.books, set(states(db).values())) == (0, books, {"posted"})


def test_an_allocation_beside_one_that_is_alike_is_no_stranger(db: Database, xero: FakeXero) -> None:
    sale, credit = invoice("s1"), trade(DocumentKind.CREDIT_NOTE, "r1", 5_000)
    release_documents(db, sale, credit, allocation("a1", credit, sale))
    assert post(db, xero).posted == 3
    later = sales_of(date(2026, 10, 4))
    release_documents(db, replace(allocation("a2", credit, sale), key=later))
    assert (post(db, xero).posted, len(xero.books)) == (1, 4)


def test_what_was_sent_and_given_back_as_not_there_is_posted_when_it_shows(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.faults, xero.lag = ["lose after"], timedelta(minutes=15)
    assert post(db, xero).unknown == 1
    xero.watch.advance(minutes=8)
    [chunk] = rested_chunks(db, "harbour", xero.watch())
    settle_chunk(db, chunk, [None], xero.watch())  # the look-up of a list that lagged
    xero.watch.advance(minutes=10)
    assert post(db, xero).posted == 0
    assert (states(db), len(xero.books)) == ({"TP/cafe/sales/2026-10-03": "posted"}, 1)


def test_a_second_look_begins_where_the_first_ended_and_further_back_for_older_dates(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    other = by_hand(xero, DocumentKind.JOURNAL, "TP/hire/sales/2026-08-01", 100)
    xero.books[-1] = replace(other, changed_at=datetime(2026, 8, 2, tzinfo=UTC))
    release_documents(db, journal(sales_of(date(2026, 10, 4))))
    assert post(db, xero).posted == 1
    release_documents(db, journal(sales_of(date(2026, 8, 2))))
    assert post(db, xero).why.startswith("Xero holds a document of ours that is not on record here: journal TP/hire/sales/2026-08-01.")
    assert xero.lists_read == [Listing.JOURNALS] * 3


def test_what_is_released_while_a_drain_runs_is_checked_too(db: Database, xero: FakeXero, monkeypatch: pytest.MonkeyPatch) -> None:
    over = trade(DocumentKind.OVERPAYMENT, "o1", 700, key=sales_of(date(2026, 10, 4)))
    by_hand(xero, DocumentKind.OVERPAYMENT, over.number, 700)
    release_documents(db, journal())
    send = FakeSender.send

    def release_meanwhile(self: FakeSender, kind: DocumentKind, *given: Any, **named: Any) -> Any:
        release_documents(db, over)
        return send(self, kind, *given, **named)

    monkeypatch.setattr(FakeSender, "send", release_meanwhile)
    assert post(db, xero).why.startswith(f"Xero holds a document of ours that is not on record here: overpayment {over.number}.")
    assert (sent(xero), xero.lists_read) == ([("send journal", 1)], [Listing.JOURNALS, Listing.OVERPAYMENTS])


def test_a_recovery_from_a_date_that_lies_ahead_guards_as_before(db: Database, xero: FakeXero) -> None:
    recover(db, "harbour", FakeSender(xero), xero.watch, "kim", Author("Kim", "lost"), since=datetime(2027, 3, 1, tzinfo=UTC))
    assert last_look(db, "harbour", Listing.JOURNALS) == Look(xero.watch(), xero.watch())
    by_hand(xero, DocumentKind.JOURNAL, journal().number, 11_000)
    release_documents(db, journal())
    assert (post(db, xero).posted, len(xero.books)) == (0, 1)


def test_nothing_to_send_reads_nothing(db: Database, xero: FakeXero) -> None:
    by_hand(xero, DocumentKind.JOURNAL, "TP/cafe/sales/2026-10-03", 100)
    assert (post(db, xero), xero.lists_read) == (Progress(), [])


def test_a_document_typed_by_hand_with_a_number_like_ours_is_kept_and_stops_nobody_after_that(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    by_hand(xero, DocumentKind.INVOICE, "TP/cafe/invoice/99", 100)
    by_hand(xero, DocumentKind.JOURNAL, "TP/cafe/sales/2026-10-09", 100)
    assert "journal TP/cafe/sales/2026-10-09" in post(db, xero).why
    assert read_back(db, xero) == {"journal": (0, 0, 1, 0, 0), "invoice": (0, 0, 1, 0, 0)}
    assert (post(db, xero).posted, kept_numbers(db)) == (1, ["TP/cafe/invoice/99", "TP/cafe/sales/2026-10-09"])


def test_a_copy_of_one_number_is_told_once_and_breaks_nothing(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    copy = by_hand(xero, DocumentKind.JOURNAL, journal().number, 11_000)
    for day in (4, 5):
        release_documents(db, journal(sales_of(date(2026, 10, day))))
        assert post(db, xero).posted == 1
    told = f"Journal TP/cafe/sales/2026-10-03: Xero holds it more than once, also as {copy.xero_id}."
    assert findings(db) == [("booked_twice", told)]
    assert read_back(db, xero) == {"journal": (3, 0, 0, 0, 1)}
    assert findings(db) == [("booked_twice", told)]


def test_two_copies_of_a_lost_document_are_told_and_one_stands_for_it(db: Database, xero: FakeXero) -> None:
    by_hand(xero, DocumentKind.JOURNAL, journal().number, 11_000, "VOIDED")
    wrong = by_hand(xero, DocumentKind.JOURNAL, journal().number, 10_000, "POSTED")
    right = by_hand(xero, DocumentKind.JOURNAL, journal().number, 11_000, "POSTED")
    release_documents(db, journal())
    assert read_back(db, xero) == {"journal": (0, 1, 0, 0, 1)}
    with db.read() as tx:
        assert tx.execute(select(document.c.state, document.c.xero_id)).all() == [("posted", right.xero_id)]
    told = f"Journal TP/cafe/sales/2026-10-03: Xero holds it more than once, also as {wrong.xero_id}."
    assert (findings(db), sent(xero)) == ([("booked_twice", told)], [])


def test_one_that_is_void_in_xero_is_not_sent_again(db: Database, xero: FakeXero) -> None:
    by_hand(xero, DocumentKind.JOURNAL, journal().number, 11_000, "VOIDED")
    assert read_back(db, xero) == {"journal": (0, 0, 1, 0, 0)}
    assert settle(db, result(journal())) == "released"
    assert (post(db, xero), states(db)) == (Progress(), {"TP/cafe/sales/2026-10-03": "voided"})
    [state] = stream_states(db, "harbour")
    assert (state.state, state.reasons) == (
        "voided",
        (
            "Journal TP/cafe/sales/2026-10-03 was voided in Xero (by somebody in Xero, read back on 2026-10-04). It is not sent again by "
            "itself: `tillpost void --again` sends it anew, `tillpost release` leaves it as it is.",
        ),
    )


def test_another_amount_on_record_is_posted_and_told(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), invoice("s1"))
    by_hand(xero, DocumentKind.JOURNAL, journal().number, 10_000)
    assert read_back(db, xero) == {"journal": (0, 1, 0, 1, 0)}
    assert findings(db) == [("booked_differently", "Journal TP/cafe/sales/2026-10-03: Xero holds it over 100.00 instead of 110.00.")]
    assert post(db, xero).posted == 1


def test_another_amount_of_a_document_built_later_holds_its_stream_until_a_person_accepts_it(db: Database, xero: FakeXero) -> None:
    by_hand(xero, DocumentKind.JOURNAL, journal().number, 10_000)
    read_back(db, xero)
    for policy in ("adjust", "adjust", "hold"):  # nobody knows what it books, so it cannot be adjusted
        assert settle(db, result(journal(), invoice("s1")), policy=policy) == "held"
        told = "1 document already in Xero would be booked differently now: journal TP/cafe/sales/2026-10-03 100.00 is now 110.00; "
        assert findings(db) == [("posted_stream_changed", told + "invoice TP/cafe/invoice/s1: would be new, 55.00. Nothing was sent.")]
    assert (post(db, xero), states(db)) == (Progress(), {"TP/cafe/sales/2026-10-03": "posted"})
    assert release(db, SALES, "Kim", "checked", xero.watch()) == "released"
    assert settle(db, result(journal(), invoice("s1"))) == "released"
    assert (post(db, xero), states(db)) == (Progress(), {"TP/cafe/sales/2026-10-03": "posted"})


def test_versions_in_xero_that_the_facts_make_one_document_of_hold_its_stream(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    assert settle(db, result(journal(cents=12_000), read_minutes=1), policy="adjust") == "released"
    assert post(db, xero).posted == 1
    restore(db, {})
    assert read_back(db, xero) == {"journal": (0, 0, 2, 0, 0)}
    assert settle(db, result(journal(cents=12_000)), policy="adjust") == "held"
    assert states(db) == {"TP/cafe/sales/2026-10-03": "posted", "TP/cafe/sales/2026-10-03/v2": "posted"}
    xero.requests.clear()
    assert (post(db, xero), xero.requests) == (Progress(), [])


def test_two_versions_that_both_have_the_amount_are_one_too_many(db: Database, xero: FakeXero) -> None:
    by_hand(xero, DocumentKind.JOURNAL, journal().number, 11_000)
    by_hand(xero, DocumentKind.JOURNAL, f"{journal().number}/v2", 11_000)
    read_back(db, xero)
    assert settle(db, result(journal())) == "held"


def test_takings_that_are_an_invoice_are_compared_by_their_income(db: Database, xero: FakeXero) -> None:
    lines = (DocumentLine("200", "OUTPUT", 11_000, "Sales"), DocumentLine("090", "BASEXCLUDED", -11_000, "Cash"))
    takings = replace(invoice("2026-10-03"), natural_key="harbour/cafe/takings/2026-10-03", lines=lines, pos_id="")
    xero.books.append(replace(by_hand(xero, DocumentKind.INVOICE, takings.number, 0), xero_id="i-1", worth_cents=10_000))
    xero.books.pop(0)
    read_back(db, xero)
    assert settle(db, result(takings)) == "held"
    assert "100.00 is now 110.00" in findings(db)[0][1]
    xero.books[0] = replace(xero.books[0], worth_cents=11_000)
    restore(db, {})
    read_back(db, xero)
    assert settle(db, result(takings)) == "released"


def test_what_vanished_from_the_facts_and_is_in_xero_holds_its_stream_the_next_time(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), invoice("s1"))
    assert settle(db, result(invoice("s1"), read_minutes=1)) == "released"
    for one in (journal(), invoice("s1")):
        by_hand(xero, one.kind, one.number, one.total_cents)
    assert read_back(db, xero) == {"journal": (0, 1, 0, 0, 0), "invoice": (0, 1, 0, 0, 0)}
    assert settle(db, result(invoice("s1"), read_minutes=1)) == "held"
    assert "journal TP/cafe/sales/2026-10-03 110.00 is no longer there" in findings(db)[0][1]


def test_a_recovery_from_a_late_date_does_not_count_as_a_look_at_what_was_before(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero)
    xero.watch.advance(minutes=600)
    by_hand(xero, DocumentKind.JOURNAL, "TP/hire/sales/2026-10-04", 100)
    xero.watch.advance(minutes=600)
    assert read_back(db, xero, since=xero.watch()) == {}
    release_documents(db, journal(sales_of(date(2026, 10, 4))))
    assert "journal TP/hire/sales/2026-10-04" in post(db, xero).why


def test_what_pre_flight_may_lift_is_about_to_be_sent(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    with db.write() as tx:
        tx.execute(document.update().values(state="held", held_rule="preflight", held_why="The account is archived."))
    assert to_send(db, "harbour") == [ToSend(DocumentKind.JOURNAL, None, False, False, date(2026, 10, 3))]


def test_what_is_kept_is_never_claimed_and_is_taken_back_by_the_next_drain(db: Database, xero: FakeXero) -> None:
    held = by_hand(xero, DocumentKind.JOURNAL, journal().number, 11_000)
    release_documents(db, journal())
    with db.write() as tx:  # built while the recovery wrote
        keep(tx, "harbour", [held], xero.watch())
    with db.read() as tx:
        assert ready_documents(tx, "harbour", DocumentKind.JOURNAL, 50) == []
    assert (post(db, xero), states(db), sent(xero)) == (Progress(), {"TP/cafe/sales/2026-10-03": "posted"}, [])


def test_allocations_that_are_alike_come_back_each_with_its_id_and_those_of_others_credit_do_not(db: Database, xero: FakeXero) -> None:
    sale, credit = invoice("s1"), trade(DocumentKind.CREDIT_NOTE, "r1", 5_000)
    night = [sale, credit, allocation("a1", credit, sale), allocation("a2", credit, sale)]
    release_documents(db, *night)
    assert post(db, xero).posted == 4
    by_hand(xero, DocumentKind.ALLOCATION, "somebody/else", 100)
    restore(db, {})
    assert read_back(db, xero)["allocation"] == (0, 0, 2, 0, 0)
    assert settle(db, result(*night)) == "released"
    assert (post(db, xero), set(states(db).values()), kept_numbers(db)) == (Progress(), {"posted"}, [])
    restore(db, {})
    release_documents(db, *night)
    assert read_back(db, xero)["allocation"] == (0, 2, 0, 0, 0)


def test_one_that_was_voided_and_sent_anew_comes_back_as_its_new_version(db: Database, xero: FakeXero) -> None:
    by_hand(xero, DocumentKind.JOURNAL, journal().number, 11_000, "VOIDED")
    by_hand(xero, DocumentKind.JOURNAL, f"{journal().number}/v2", 11_000)
    read_back(db, xero)
    for _ in range(2):
        assert settle(db, result(journal())) == "released"
        assert states(db) == {"TP/cafe/sales/2026-10-03": "voided", "TP/cafe/sales/2026-10-03/v2": "posted"}
    assert findings(db) == []


@pytest.mark.parametrize("listed", [True, False])
def test_a_suppliers_number_is_told_by_its_contact(db: Database, xero: FakeXero, listed: bool) -> None:
    release_documents(db, bill("p0", "INV-1"), bill("p9", "INV-1", contact="Tea Ltd"))
    post(db, xero)
    books = list(xero.books)
    restore(db, {})
    xero.listed = [XeroContact(xero.contacts["Beans Ltd"], "Beans Ltd", "c-beans ltd")] if listed else []
    read_back(db, xero)
    release_documents(db, bill("p9", "INV-1", contact="Tea Ltd"), bill("p0", "INV-1"))
    xero.requests.clear()
    post(db, xero)
    assert (sent(xero), xero.books, set(states(db).values())) == ([], books, {"posted"})


def test_a_bill_that_a_person_released_beside_one_typed_by_hand_is_sent(db: Database, xero: FakeXero) -> None:
    release_documents(db, bill("p0", "INV-0"))
    post(db, xero)
    xero.type_by_hand(DocumentKind.BILL, "INV-1", "Beans Ltd", 5_500)
    another = replace(bill("p1", "INV-1"), key=sales_of(date(2026, 10, 4), stream=Stream.PURCHASES))
    release_documents(db, another)
    assert post(db, xero).held == 1
    release(db, another.key, "Kim", "both are right", xero.watch())
    assert post(db, xero).posted == 1


def test_a_dry_run_tells_and_changes_nothing(db: Database, xero: FakeXero) -> None:
    night = every_kind()
    release_documents(db, *night)
    post(db, xero)
    restore(db, {})
    release_documents(db, *night)
    before = copy_of(db)["document"]
    tried = read_back(db, xero, dry_run=True)
    assert copy_of(db)["document"] == before
    assert (kept_numbers(db), [e.action for e in audit_trail(db, "harbour", "harbour")].count("recover")) == ([], 0)
    assert read_back(db, xero) == tried


def test_nobody_recovers_while_a_poster_is_at_work(db: Database, xero: FakeXero) -> None:
    take_lease(db, "harbour", "poster-7", xero.watch())
    with pytest.raises(TillpostError, match=r"A poster is at work: poster-7\. Nothing was changed\."):
        read_back(db, xero)


def test_what_a_dead_poster_left_comes_back_without_its_look_up(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.faults = ["lose after"]
    assert post(db, xero).unknown == 1
    assert read_back(db, xero) == {"journal": (0, 1, 0, 0, 0)}
    xero.watch.advance(minutes=8)
    assert (post(db, xero), len(xero.books)) == (Progress(calls=1), 1)
    assert recover(db, "harbour", FakeSender(xero), xero.watch, "kim", Author("Kim", ""), since=BEGINNING)[0] == Rebuilt(
        DocumentKind.JOURNAL, known=1
    )
