"""Notes and files beside documents: one each, last of all, once, and never in the way of a document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.unit.store.databases import Watch
from tests.unit.store.documents import DAY, PURCHASES, SALES, bill, invoice, journal, payment, release_documents, result, sales_of, settle
from tests.unit.store.fake_xero import FakeSender, FakeXero, Killed
from tillpost.errors import RateLimited
from tillpost.model.findings import StreamKey
from tillpost.posting_rules import DEFAULT_RULES
from tillpost.store.database import Database
from tillpost.store.leases import Lease, take_lease
from tillpost.store.schema_xero import evidence
from tillpost.store.streams import approve
from tillpost.xero.evidence import LONGEST_NOTE, evidence_calls, send_evidence, turn_evidence
from tillpost.xero.lanes import OneLane
from tillpost.xero.posting import Progress, drain
from tillpost.xero.run import Run
from tillpost.xero.sender import File
from tillpost.xero.sending import send_ready


@pytest.fixture
def xero(watch: Watch) -> FakeXero:
    return FakeXero(watch)


def post(db: Database, xero: FakeXero, kind: str = "note", *, room: RateLimited | None = None) -> Progress:
    made: list[StreamKey] = []

    def file_of(key: StreamKey) -> File:
        made.append(key)
        if key.store == "broken":
            raise ValueError("a bug")
        return File(f"{key.business_date}.{kind}", "text/csv", b"x")

    rules = replace(DEFAULT_RULES, evidence=kind)
    budget = Full(room) if room else None
    return drain(db, "harbour", FakeSender(xero), xero.watch, "poster", rules=rules, budget=budget, file_of=file_of)


class Full:
    """Lets documents of the night through, and nothing else."""

    def __init__(self, limit: RateLimited) -> None:
        self.limit = limit

    def room(self, *, in_flight: int, backfill: bool) -> RateLimited | None:
        return self.limit if backfill else None


def states(db: Database) -> list[str]:
    with db.read() as tx:
        return list(tx.execute(select(evidence.c.state).order_by(evidence.c.id)).scalars())


def test_a_note_tells_what_it_is_and_from_what(db: Database, xero: FakeXero, watch: Watch) -> None:
    settle(db, result(journal()), approval=True)
    approve(db, SALES, "Kim", "looks right", watch())
    post(db, xero)
    assert xero.notes == [
        (
            "journal-1",
            "Tillpost sent journal TP/cafe/sales/2026-10-03 of cafe, sales of 2026-10-03. Facts read 2026-10-04 17:00 UTC by run run-1, "
            f"digest none. Approved by Kim. [v1 books {journal().books_digest[:16]}]",
        )
    ]
    post(db, xero)
    assert (len(xero.notes), states(db)) == (1, ["done"])


def test_every_document_has_one_note_and_they_come_after_all_documents(db: Database, xero: FakeXero) -> None:
    sale = invoice("s1")
    release_documents(db, journal(), sale, payment("m1", sale), bill("p1", "F-1"))
    post(db, xero)
    kinds = [what for what, _ in xero.requests if what.startswith(("send", "note"))]
    assert kinds == [
        "send journal",
        "send invoice",
        "send bill",
        "send payment",
        "note journal",
        "note invoice",
        "note bill",
        "note payment",
    ]


def test_documents_of_before_are_left_alone(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero, "none")
    xero.watch.advance(60)
    post(db, xero)
    release_documents(db, journal(sales_of(DAY + timedelta(days=1))))
    post(db, xero)
    assert [xero_id for xero_id, _ in xero.notes] == ["journal-2"]
    xero.watch.advance(60)
    post(db, xero, "none")
    release_documents(db, journal(sales_of(DAY + timedelta(days=2))))
    post(db, xero, "none")
    xero.watch.advance(60)
    post(db, xero)
    assert [xero_id for xero_id, _ in xero.notes] == ["journal-2"]


def test_a_report_goes_to_the_main_document_of_each_stream(db: Database, xero: FakeXero) -> None:
    release_documents(db, invoice("s1"), journal(), bill("p1", "F-1"), bill("p2", "F-2"))
    post(db, xero, "csv")
    post(db, xero, "csv")
    assert xero.notes == [("journal-1", "2026-10-03.csv"), ("bill-3", "2026-10-03.csv")]
    assert PURCHASES.business_date == date(2026, 10, 3)


def test_a_report_waits_until_its_stream_is_posted_as_a_whole(db: Database, xero: FakeXero) -> None:
    xero.refuse["TP/cafe/invoice/s1"] = "Account 200 is archived."
    release_documents(db, journal(), invoice("s1"))
    post(db, xero, "pdf")
    assert xero.notes == []
    xero.refuse.clear()
    settle(db, result(journal(), invoice("s1", 6_600), read_minutes=1))
    post(db, xero, "pdf")
    assert xero.notes == [("journal-1", "2026-10-03.pdf")]


@pytest.mark.parametrize(("fault", "notes"), [("lose before", 1), ("lose after", 1), ("crash before", 0)])
def test_an_unclear_answer_is_looked_up_before_it_is_written_again(db: Database, xero: FakeXero, fault: str, notes: int) -> None:
    release_documents(db, journal())
    xero.faults = ["", fault]
    if fault.startswith("crash"):
        with pytest.raises(RuntimeError):
            post(db, xero)
        assert states(db) == ["sending"]
        return
    post(db, xero)
    assert states(db) == ["sending"]
    post(db, xero)
    assert (len(xero.notes), states(db)) == (notes, ["done"])


@pytest.mark.parametrize("fault", ["kill before", "kill after"])
def test_whatever_dies_there_is_one_note(db: Database, xero: FakeXero, fault: str) -> None:
    release_documents(db, journal())
    xero.faults = ["", fault]
    with pytest.raises(Killed):
        post(db, xero)
    post(db, xero)
    assert (len(xero.notes), states(db)) == (1, ["done"])


def test_a_refusal_fails_it_and_nothing_else(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), invoice("s1"))
    xero.locked.add("journal-1")
    done = post(db, xero)
    assert (done.posted, states(db), [xero_id for xero_id, _ in xero.notes]) == (2, ["failed", "done"], ["invoice-2"])
    with db.read() as tx:
        assert tx.execute(select(evidence.c.message).where(evidence.c.state == "failed")).scalar() == "Not allowed."


def test_a_refused_look_up_fails_it_and_nothing_else(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), journal(sales_of(DAY + timedelta(days=1))))
    xero.faults = ["", "lose after", "unavailable"]
    post(db, xero)
    assert states(db) == ["sending", "wanted"]
    xero.faults = ["412"]
    post(db, xero)
    assert (states(db), [xero_id for xero_id, _ in xero.notes]) == (["failed", "done"], ["journal-1", "journal-2"])
    with db.read() as tx:
        assert tx.execute(select(evidence.c.message).where(evidence.c.state == "failed")).scalar() == "The headers are wrong."


@pytest.mark.parametrize("fault", ["auth", "unavailable"])
def test_a_missing_right_holds_no_document_and_stops_no_connection(db: Database, xero: FakeXero, fault: str) -> None:
    release_documents(db, journal())
    xero.faults = ["", fault]
    assert (post(db, xero).posted, states(db)) == (1, ["wanted"])
    post(db, xero)
    assert states(db) == ["done"]


def test_a_report_that_cannot_be_made_fails_alone(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(sales_of(store="broken")), journal())
    post(db, xero, "csv")
    assert (states(db), len(xero.notes)) == (["failed", "done"], 1)


def test_evidence_leaves_the_night_its_share(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(sales_of(xero.watch().date())))
    until = xero.watch() + timedelta(hours=5)
    done = post(db, xero, room=RateLimited("The day's calls are kept for the night.", until=until))
    assert (done.posted, done.until, xero.notes, states(db)) == (1, until, [], ["wanted"])
    assert done.why == "All documents are sent; evidence waits: The day's calls are kept for the night."


def test_a_limit_returns_it_and_says_until_when(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.faults = ["", "limit"]
    done = post(db, xero)
    assert (done.posted, done.left, states(db)) == (1, 0, ["wanted"])
    assert done.until is not None and done.until > xero.watch()


def test_the_plan_counts_its_calls(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), invoice("s1"), bill("p1", "F-1"))
    assert [evidence_calls(db, "harbour", kind) for kind in ("none", "note", "csv")] == [0, 3, 2]


def test_a_note_is_never_longer_than_xero_takes(db: Database, xero: FakeXero, watch: Watch) -> None:
    settle(db, result(journal()), approval=True)
    approve(db, SALES, "Kim " * 1_000, "looks right", watch())
    post(db, xero)
    [(_, words)] = xero.notes
    assert len(words) <= LONGEST_NOTE and words.endswith(f"[v1 books {journal().books_digest[:16]}]")


def test_nothing_is_put_beside_while_a_document_is_ready(db: Database, xero: FakeXero, watch: Watch) -> None:
    release_documents(db, journal())
    rules = replace(DEFAULT_RULES, evidence="note")
    lease = take_lease(db, "harbour", "poster", watch())
    assert isinstance(lease, Lease)
    run = Run(db, "harbour", FakeSender(xero), watch, lease, "tenant-1", watch() + timedelta(minutes=10), rules)
    turn_evidence(run)
    send_ready(run, OneLane())
    release_documents(db, journal(sales_of(DAY + timedelta(days=1))))
    assert (send_evidence(run), xero.notes) == (0, [])
    send_ready(run, OneLane())
    assert send_evidence(run) == 2
