"""Whatever dies, each released document ends in Xero exactly once, or is listed with the reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from tests.unit.store.databases import db, db_url, template, watch  # noqa: F401
from tests.unit.store.documents import allocation, bill, invoice, journal, payment, release_documents, result, settle, trade
from tests.unit.store.fake_xero import Crash, FakeSender, FakeXero, Killed
from tests.unit.xero.test_posting import nights, post, states, tills, xero  # noqa: F401
from tillpost.errors import StoreError, XeroAuthError, XeroRefused, XeroUnavailable
from tillpost.model.documents import DocumentKind
from tillpost.model.results import ElementResult
from tillpost.store import claims
from tillpost.store.database import Database, open_database
from tillpost.store.leases import Lease, take_lease
from tillpost.store.schema import chunk, document
from tillpost.store.streams import settle_stream, stream_states
from tillpost.xero.posting import Progress, drain

# ruff: noqa: F811  (fixtures are imported by name)
REST = timedelta(minutes=7)


@dataclass(frozen=True, slots=True)
class DyingDatabase(Database):
    """A database whose process is killed at its n-th writing transaction, just before or just after the commit."""

    at: int = 0
    after: bool = False
    count: list[int] = None  # type: ignore[assignment]

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.count[0] += 1
        dies = self.count[0] >= self.at
        with Database.write(self) as tx:
            yield tx
            if dies and not self.after:
                raise Killed
        if dies:
            raise Killed


def dying(db: Database, at: int, *, after: bool) -> DyingDatabase:
    """The same database, in a process that will not live long."""
    return DyingDatabase(db.engine, db.url, db.clock, at=at, after=after, count=[0])


def wait_for_lease(xero: FakeXero) -> None:
    xero.watch.advance(minutes=6)


def wait_for_rest(xero: FakeXero) -> None:
    xero.watch.advance(minutes=8)


@pytest.mark.parametrize("fault", ["lose before", "lose after", "crash before", "crash after", "slow"])
def test_an_unknown_outcome_rests_and_is_looked_up(db: Database, xero: FakeXero, fault: str) -> None:
    release_documents(db, journal(), invoice("s1"))
    xero.faults = [fault]
    first = post(db, xero)
    assert (first.posted, first.unknown, first.left) == (1, 1, 0)
    assert first.until is not None and "rest before they are looked up" in first.why
    [state] = stream_states(db, "harbour")
    assert state.state == "unknown" and "it is looked up before anything is sent again." in state.reasons[0]
    assert post(db, xero).calls == 0
    wait_for_rest(xero)
    again = post(db, xero)
    assert (again.posted, again.unknown) == (1, 0)
    assert xero.numbers(DocumentKind.JOURNAL) == ["TP/cafe/sales/2026-10-03"]
    assert stream_states(db, "harbour")[0].state == "posted"


def test_a_list_that_lags_is_not_taken_for_proof_before_the_rest_is_over(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.faults, xero.lag, xero.keys_work = ["lose after"], timedelta(minutes=6), False
    post(db, xero)
    for _ in range(8):
        xero.watch.advance(minutes=1)
        post(db, xero)
    assert len(xero.books) == 1
    assert states(db) == {"TP/cafe/sales/2026-10-03": "posted"}


def test_unknown_outcomes_are_looked_up_in_one_list_per_kind(db: Database, xero: FakeXero) -> None:
    release_documents(db, *tills(120), *(invoice(f"s{n}") for n in range(60)))
    xero.faults = ["lose after", "", "lose before", "", "lose after"]
    assert post(db, xero).unknown == 120
    wait_for_rest(xero)
    xero.requests.clear()
    assert post(db, xero).posted == 120
    assert xero.requests == [("list journal", 0), ("list invoice", 0), ("send journal", 20)]
    assert (len(xero.books), len({one.number for one in xero.books})) == (180, 180)


def test_bills_and_allocations_of_unknown_outcome_are_told_by_both_ends(db: Database, xero: FakeXero) -> None:
    sale, credit = invoice("s1"), trade(DocumentKind.CREDIT_NOTE, "r1", 2_000)
    release_documents(db, bill("p1", "7"), bill("p2", "7", contact="Milk Ltd"), sale, credit, payment("m1", sale, 500))
    xero.faults = ["", "", "", "lose after", "", "lose after"]
    assert post(db, xero).unknown == 3
    settle(db, result(sale, credit, payment("m1", sale, 500), allocation("a1", credit, sale), read_minutes=1))
    xero.faults = ["lose after"]
    assert post(db, xero).unknown == 4
    wait_for_rest(xero)
    assert post(db, xero).posted == 4
    assert len(xero.books) == 6
    assert set(states(db).values()) == {"posted"}


@pytest.mark.parametrize("fault", ["kill before", "kill after"])
def test_a_poster_that_died_with_a_request_under_way(db: Database, xero: FakeXero, fault: str) -> None:
    release_documents(db, *nights(3))
    xero.faults = [fault]
    with pytest.raises(Killed):
        post(db, xero)
    assert list(states(db).values()) == ["sending"] * 3
    assert post(db, xero).unknown == 3
    wait_for_rest(xero)
    assert post(db, xero).posted == 3
    assert len(xero.books) == 3


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 12))
def test_a_poster_that_dies_at_any_commit(db: Database, xero: FakeXero, at: int, after: bool) -> None:
    sale = invoice("s1")
    release_documents(db, *nights(2), sale, payment("m1", sale))
    with pytest.raises(Killed):
        drain(dying(db, at, after=after), "harbour", FakeSender(xero), xero.watch, "poster-1")
    for _ in range(3):
        wait_for_rest(xero)
        post(db, xero)
    assert set(states(db).values()) == {"posted"}
    assert sorted(one.number for one in xero.books) == sorted(states(db))


def test_the_lease_of_a_dead_poster_runs_out(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    with pytest.raises(Killed):
        drain(dying(db, 3, after=False), "harbour", FakeSender(xero), xero.watch, "poster-1")
    assert post(db, xero, holder="poster-2").why == "Another poster is at work: poster-1."
    wait_for_lease(xero)
    assert post(db, xero, holder="poster-2").posted == 1


def claimed(db: Database, xero: FakeXero) -> tuple[Lease, claims.Chunk]:
    """A claim on what is ready, by a poster whose request is under way."""
    lease = take_lease(db, "harbour", "slow poster", xero.watch())
    assert isinstance(lease, Lease)
    with db.read() as tx:
        ready = claims.ready_documents(tx, "harbour", DocumentKind.JOURNAL, 50)
    chunk = claims.claim(db, lease, claims.Request(DocumentKind.JOURNAL, "digest", "key", tuple(ready)), xero.watch())
    assert chunk is not None
    return lease, chunk


def test_a_late_answer_is_still_recorded(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    _, sent = claimed(db, xero)
    wait_for_lease(xero)
    assert post(db, xero).unknown == 1
    claims.record_answer(db, sent, [ElementResult(True, "late-1", "POSTED", 11_000)], xero.watch())
    assert states(db) == {"TP/cafe/sales/2026-10-03": "posted"}
    wait_for_rest(xero)
    assert post(db, xero) == Progress()
    assert xero.requests == []


def test_a_late_answer_after_a_second_send_is_reported(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    _, sent = claimed(db, xero)
    wait_for_lease(xero)
    post(db, xero)
    wait_for_rest(xero)
    assert post(db, xero).posted == 1
    claims.record_answer(db, sent, [ElementResult(True, "late-1", "POSTED", 11_000)], xero.watch())
    [state] = stream_states(db, "harbour")
    assert [(f.rule, f.message) for f in state.findings] == [
        ("booked_twice", "Journal TP/cafe/sales/2026-10-03: Xero confirmed late that it holds it as late-1, as journal-1."),
    ]  # fmt: skip


def test_nothing_is_claimed_without_the_lease(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    old = take_lease(db, "harbour", "poster-1", xero.watch())
    assert isinstance(old, Lease)
    wait_for_lease(xero)
    assert isinstance(take_lease(db, "harbour", "poster-2", xero.watch()), Lease)
    with db.read() as tx:
        ready = claims.ready_documents(tx, "harbour", DocumentKind.JOURNAL, 50)
    with pytest.raises(claims.LeaseLost):
        claims.claim(db, old, claims.Request(DocumentKind.JOURNAL, "digest", "key", tuple(ready)), xero.watch())
    assert states(db) == {"TP/cafe/sales/2026-10-03": "ready"}


def test_a_document_that_changed_since_its_body_was_made_is_not_claimed(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    lease = take_lease(db, "harbour", "poster-1", xero.watch())
    assert isinstance(lease, Lease)
    with db.read() as tx:
        ready = claims.ready_documents(tx, "harbour", DocumentKind.JOURNAL, 50)
    settle(db, result(journal(cents=9), read_minutes=1))
    assert claims.claim(db, lease, claims.Request(DocumentKind.JOURNAL, "digest", "key", tuple(ready)), xero.watch()) is None
    with db.read() as tx:
        assert tx.execute(select(chunk)).all() == []


class SuspendedSender(FakeSender):
    """A poster that is suspended between its claim and the gate."""

    def __init__(self, xero: FakeXero, seconds: int, then: object = None) -> None:
        super().__init__(xero)
        self.seconds, self.then = seconds, then

    def send(self, *args: object, **kwargs: object) -> list[ElementResult]:
        self.xero.watch.advance(self.seconds)
        if callable(self.then):
            self.then()
        return super().send(*args, **kwargs)  # type: ignore[arg-type]


def test_a_claim_older_than_a_minute_is_not_sent(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    done = drain(db, "harbour", SuspendedSender(xero, 61), xero.watch, "poster-1")
    assert (done.posted, done.unknown, done.left, done.calls) == (0, 0, 1, 0)
    assert done.why == "It was not sent in time: the claim is older than a minute."
    assert post(db, xero).posted == 1


def test_a_poster_that_lost_its_lease_while_suspended_sends_nothing(db: Database, xero: FakeXero) -> None:
    release_documents(db, *tills(3))
    xero.keys_work = False
    other: list[int] = []

    def take_over() -> None:
        if not other:
            other.append(post(db, xero, holder="poster-2").unknown)
            wait_for_rest(xero)
            other.append(post(db, xero, holder="poster-2").posted)

    done = drain(db, "harbour", SuspendedSender(xero, 600, take_over), xero.watch, "poster-1", max_seconds=6_000)
    assert other == [3, 3]
    assert (done.posted, done.left, done.calls) == (0, 0, 0)
    assert len(xero.books) == 3
    assert set(states(db).values()) == {"posted"}


@pytest.mark.parametrize(("fault", "error"), [("unavailable", XeroUnavailable), ("auth", XeroAuthError), ("412", XeroRefused)])
def test_what_proves_that_nothing_was_booked_is_ready_again(db: Database, xero: FakeXero, fault: str, error: type[Exception]) -> None:
    release_documents(db, *tills(60))
    xero.faults = ["", fault]
    with pytest.raises(error):
        post(db, xero)
    assert list(states(db).values()).count("ready") == 10
    assert post(db, xero) == Progress(posted=10, calls=1)


def test_no_clear_answer_five_times_in_a_row_stops_the_poster(db: Database, xero: FakeXero) -> None:
    release_documents(db, *tills(400))
    xero.faults = ["lose after"] * 8
    done = post(db, xero)
    assert (done.unknown, done.left, done.calls) == (250, 150, 5)
    assert done.why == "No clear answer 5 times in a row. The last: The answer was lost."
    xero.faults = []
    wait_for_rest(xero)
    assert post(db, xero).posted == 400
    assert len(xero.books) == 400


def test_a_failed_look_up_leaves_everything_unknown(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.faults = ["lose after"]
    post(db, xero)
    wait_for_rest(xero)
    xero.faults = ["limit"]
    assert post(db, xero).unknown == 1
    xero.faults = ["unavailable"]
    with pytest.raises(XeroUnavailable):
        post(db, xero)
    assert post(db, xero).posted == 1
    assert len(xero.books) == 1


def test_a_limit_in_the_look_up_of_a_broken_request_loses_nothing(db: Database, xero: FakeXero) -> None:
    documents = nights(4)
    release_documents(db, *documents)
    xero.broken.add(documents[0].number)
    xero.faults = ["", "limit"]
    assert post(db, xero).unknown == 4
    wait_for_rest(xero)
    for _ in range(3):
        wait_for_rest(xero)
        post(db, xero)
    assert list(states(db).values()) == ["refused", "posted", "posted", "posted"]
    assert len(xero.books) == 3


def test_a_document_that_xero_holds_twice_is_a_finding(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.faults = ["lose after"]
    post(db, xero)
    xero.books.append(replace(xero.books[0], xero_id="copy-1"))
    wait_for_rest(xero)
    assert post(db, xero).posted == 1
    [found] = stream_states(db, "harbour")[0].findings
    assert (found.rule, found.remedy) == ("booked_twice", "Void copy-1 in Xero.")


def test_a_document_that_was_voided_before_its_look_up_counts_as_booked(db: Database, xero: FakeXero) -> None:
    release_documents(db, invoice("s1"))
    xero.faults = ["", "lose after"]
    post(db, xero)
    xero.books[0] = replace(xero.books[0], status="VOIDED")
    wait_for_rest(xero)
    assert post(db, xero).posted == 1
    with db.read() as tx:
        assert tx.execute(select(document.c.message)).scalar() == "It was voided in Xero when it was looked up."


def test_a_body_that_cannot_be_made_holds_only_its_document(db: Database, xero: FakeXero) -> None:
    class PickySender(FakeSender):
        def body(self, kind, documents, ids):  # type: ignore[no-untyped-def]
            if any(d.total_cents == 1_101 for d in documents):
                raise Crash("an amount that cannot be written")
            return super().body(kind, documents, ids)

    release_documents(db, *nights(5))
    done = drain(db, "harbour", PickySender(xero), xero.watch, "poster-1")
    assert (done.posted, done.held, done.left) == (4, 1, 0)
    assert [r for s in stream_states(db, "harbour") for r in s.reasons] == [
        "Journal TP/cafe/sales/2026-01-02: It cannot be written for Xero: an amount that cannot be written"
    ]


def test_a_body_beyond_three_and_a_half_megabytes_is_split(db: Database, xero: FakeXero) -> None:
    class LongSender(FakeSender):
        def body(self, kind, documents, ids):  # type: ignore[no-untyped-def]
            return super().body(kind, documents, ids) + b" " * 400_000 * len(documents)

    release_documents(db, *nights(20))
    assert drain(db, "harbour", LongSender(xero), xero.watch, "poster-1").posted == 20
    assert [count for _, count in xero.requests] == [5, 8, 7]


def test_a_read_only_outbox_stops_before_anything_is_sent(db: Database, xero: FakeXero, db_url: str) -> None:
    release_documents(db, journal())
    read_only = f"{db_url.replace('sqlite:///', 'sqlite:///file:')}?mode=ro&uri=true"
    if db_url.startswith("postgresql"):
        read_only = db_url.replace("options=", "options=-cdefault_transaction_read_only%3Don+")
    closed = open_database(read_only, clock=xero.watch)
    with pytest.raises(StoreError, match="it may only be read"):
        drain(closed, "harbour", FakeSender(xero), xero.watch, "poster-1")
    with pytest.raises(StoreError, match="Nothing was half-written"):
        settle_stream(closed, result(journal()), approval_required=False, posted_changes="hold", now=xero.watch())
    closed.close()
    assert xero.requests == []
    assert post(db, xero).posted == 1
