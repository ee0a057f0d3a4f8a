"""Several requests at once: what each one proves is recorded, in whatever order they end and whatever ends the poster."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from tests.unit.store.databases import Watch, db, db_url, template, watch  # noqa: F401
from tests.unit.store.documents import invoice, journal, payment, release_documents, sales_of, trade
from tests.unit.store.fake_xero import FakeSender, FakeXero
from tests.unit.xero.test_posting import nights, states, xero  # noqa: F401
from tests.unit.xero.virtual_lanes import VirtualLanes
from tillpost.errors import RateLimited, XeroAuthError
from tillpost.model.documents import DocumentKind
from tillpost.model.findings import Stream
from tillpost.store.database import Database
from tillpost.xero import sending
from tillpost.xero.lanes import Lanes, OneLane, Outcome, ThreadLanes, lanes_of
from tillpost.xero.posting import Progress, drain

# ruff: noqa: F811  (fixtures are imported by name)


@dataclass
class WindowBudget:
    """So many chunks a minute; older dates leave ``kept`` of them. It counts what its owner says has left."""

    watch: Watch
    minute: int
    kept: int = 0
    at: list[object] = field(default_factory=list)
    asked: list[bool] = field(default_factory=list)

    def room(self, *, in_flight: int, backfill: bool) -> RateLimited | None:
        self.asked.append(backfill)
        recent = [at for at in self.at if at > self.watch() - timedelta(minutes=1)]  # type: ignore[operator]
        if len(recent) < self.minute - (self.kept if backfill else 0):
            return None
        return RateLimited("The minute is used up.", until=recent[0] + timedelta(minutes=1), problem="minute")  # type: ignore[operator]


class CountingSender(FakeSender):
    """Tells the budget what leaves, and takes no time itself."""

    def __init__(self, xero: FakeXero, budget: WindowBudget) -> None:
        super().__init__(xero)
        self.budget = budget

    def _call(self, what: str, count: int) -> str:
        self.budget.at.append(self.xero.watch())
        fault = super()._call(what, count)
        self.xero.watch.advance(-1)
        return fault


def post(db: Database, xero: FakeXero, lanes: Lanes, sender: FakeSender | None = None, **more: object) -> Progress:
    return drain(db, "harbour", sender or FakeSender(xero), xero.watch, "poster", lanes=lanes, **more)  # type: ignore[arg-type]


def test_four_requests_at_once_and_a_payment_after_its_invoice(db: Database, xero: FakeXero) -> None:
    sales = [invoice(f"s{n}", 5_500 + n, key=sales_of(journal().key.business_date + timedelta(days=n))) for n in range(150)]
    release_documents(db, *sales, *(payment(f"m{n}", sale, 100) for n, sale in enumerate(sales)))
    lanes = VirtualLanes(4, xero.watch, 5)
    assert post(db, xero, lanes) == Progress(posted=300, calls=7)
    assert lanes.most == 3
    # The first payments leave when the first invoices are answered, not when all are.
    assert [what for what, _ in xero.requests] == ["contacts", *["send invoice"] * 3, *["send payment"] * 3]
    assert set(states(db).values()) == {"posted"}


def test_it_tells_after_each_chunk_how_far_it_is(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(120))
    told: list[tuple[int, int]] = []
    post(db, xero, OneLane(), tell=lambda done, calls: told.append((done, calls)))
    assert told == [(50, 1), (100, 2), (120, 3)]


def test_recent_dates_go_first_and_older_ones_fill_their_chunk(db: Database, xero: FakeXero) -> None:
    old = nights(60)  # January
    new = [journal(sales_of(xero.watch().date() - timedelta(days=n)), 2_200) for n in range(3)]
    release_documents(db, *old, *new, invoice("s1"))
    budget = WindowBudget(xero.watch, 10)
    assert post(db, xero, OneLane(), budget=budget).posted == 64
    assert xero.requests == [("send journal", 50), ("contacts", 1), ("send invoice", 1), ("send journal", 13)]
    assert {one.number for one in xero.books[:50]} >= {d.number for d in new}
    assert budget.asked.count(True) == 1


def test_a_backfill_leaves_the_nights_share(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(150))
    budget = WindowBudget(xero.watch, 3, kept=2)
    first = post(db, xero, OneLane(), CountingSender(xero, budget), budget=budget)
    assert (first.posted, first.left, first.why) == (50, 100, "The minute is used up.")
    release_documents(db, journal(sales_of(xero.watch().date())))
    assert post(db, xero, OneLane(), CountingSender(xero, budget), budget=budget).posted == 50


def test_it_waits_for_the_minute_and_goes_on_by_itself(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(400))
    budget, begun = WindowBudget(xero.watch, 3), xero.watch()
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        xero.watch.advance(seconds)

    done = post(db, xero, VirtualLanes(2, xero.watch, 5), CountingSender(xero, budget), budget=budget, wait=wait)
    assert (done.posted, done.left, done.until) == (400, 0, None)
    assert len(budget.at) == 8 and max(waited) <= 60
    assert xero.watch() - begun < timedelta(minutes=3)


def test_a_long_wait_gives_the_slot_back(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(60))
    far = xero.watch() + timedelta(hours=3)

    class Spent(WindowBudget):
        def room(self, *, in_flight: int, backfill: bool) -> RateLimited | None:
            return RateLimited("The day is used up.", until=far, problem="day")

    done = post(db, xero, OneLane(), budget=Spent(xero.watch, 0), wait=lambda _: pytest.fail("it must not wait for hours"))
    assert (done.posted, done.left, done.until, done.why, xero.requests) == (0, 60, far, "The day is used up.", [])


def test_when_one_lane_is_refused_the_answers_of_the_others_are_recorded_first(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(200))
    xero.faults = ["", "auth", "lose after", ""]
    with pytest.raises(XeroAuthError):
        post(db, xero, VirtualLanes(4, xero.watch, 5))
    found = list(states(db).values())
    assert {state: found.count(state) for state in found} == {"posted": 100, "ready": 50, "unknown": 50}


class Interrupted(BaseException):
    """What a signal raises in the poster's own thread."""


class InterruptedLanes(VirtualLanes):
    """A poster that is told to end while it waits for the second answer."""

    answers = 0

    def next_done(self, seconds: float | None) -> Outcome | None:
        self.answers += 1
        if self.answers == 2:
            raise Interrupted
        return super().next_done(seconds)


def test_a_poster_that_is_told_to_end_records_the_answers_that_come_soon(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(300))
    with pytest.raises(Interrupted):
        post(db, xero, InterruptedLanes(4, xero.watch, 5))
    # Four were under way, one answer made room for a fifth: all five are on record.
    assert list(states(db).values()).count("posted") == 250


def test_what_does_not_answer_soon_is_left_to_the_look_up(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(300))
    with pytest.raises(Interrupted):
        post(db, xero, InterruptedLanes(4, xero.watch, sending.LAST_WORDS.total_seconds() + 30))
    found = list(states(db).values())
    assert {state: found.count(state) for state in found} == {"posted": 200, "sending": 50, "ready": 50}
    xero.watch.advance(minutes=8)
    assert post(db, xero, OneLane()).posted == 50
    xero.watch.advance(minutes=8)
    assert post(db, xero, OneLane()).posted == 50
    assert len(xero.numbers(DocumentKind.JOURNAL)) == 300


def test_whatever_the_last_answers_say_the_poster_ends_as_it_was_told(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(300))
    xero.faults = ["", "auth", "lose after", "", "lose before"]
    with pytest.raises(Interrupted):
        post(db, xero, InterruptedLanes(4, xero.watch, 5))
    found = list(states(db).values())
    assert {state: found.count(state) for state in found} == {"posted": 100, "ready": 100, "unknown": 100}


def test_numbers_of_recent_bills_are_looked_for_first_and_old_ones_leave_the_nights_share(db: Database, xero: FakeXero) -> None:
    today, old = xero.watch().date(), date(2026, 1, 1)
    for n in range(60):
        key = sales_of(old + timedelta(days=n), stream=Stream.PURCHASES)
        release_documents(db, trade(DocumentKind.BILL, f"p{n}", key=key, contact="Beans", number=f"F-{n}"))
    release_documents(db, trade(DocumentKind.BILL, "new", key=sales_of(today, stream=Stream.PURCHASES), contact="Beans", number="F-new"))

    class NightOnly(WindowBudget):
        def room(self, *, in_flight: int, backfill: bool) -> RateLimited | None:
            return RateLimited("The rest is for the night.", until=xero.watch() + timedelta(hours=3), problem="day") if backfill else None

    done = post(db, xero, OneLane(), budget=NightOnly(xero.watch, 0))
    # The recent one goes, in a chunk with those older ones whose numbers were looked for beside it.
    assert [what for what, _ in xero.requests][:2] == ["contacts", "find bill"]
    assert "F-new" in xero.numbers(DocumentKind.BILL) and done.why == "The rest is for the night."


def test_threads_send_at_once_and_one_thread_writes(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(200))
    together, lock = threading.Barrier(4, timeout=20), threading.Lock()

    class MeetingSender(FakeSender):
        def _call(self, what: str, count: int) -> str:
            together.wait()  # breaks unless four requests are under way at the same time
            with lock:
                return super()._call(what, count)

    assert post(db, xero, lanes_of(4), MeetingSender(xero)) == Progress(posted=200, calls=4)
    assert isinstance(lanes_of(1), OneLane)


def test_a_thread_that_never_answers_keeps_nobody_waiting_at_the_end() -> None:
    lanes, release = ThreadLanes(1), threading.Event()
    lanes.start(lambda: Outcome(None, left=release.wait(20)))  # type: ignore[arg-type]
    assert (lanes.busy, lanes.next_done(0.01), lanes.busy) == (1, None, 1)
    release.set()
    assert lanes.next_done(20) is not None and lanes.busy == 0


def test_answers_of_five_seconds_fill_four_lanes(db: Database, xero: FakeXero) -> None:
    release_documents(db, *nights(500))
    lanes, begun = VirtualLanes(4, xero.watch, 5), xero.watch()
    budget = WindowBudget(xero.watch, 58)
    assert post(db, xero, lanes, CountingSender(xero, budget), budget=budget, max_seconds=3_600).posted == 500
    assert (lanes.most, xero.watch() - begun) == (4, timedelta(seconds=15))
    assert len(xero.numbers(DocumentKind.JOURNAL)) == 500
