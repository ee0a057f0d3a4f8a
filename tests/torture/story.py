"""A schedule: what happens to one organisation, by the chance of one seed, and the clean run that ends it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import update

from sandbox.xero import organisations
from sandbox.xero.clock import ShiftedClock
from sandbox.xero.faults import Faults
from sandbox.xero.gate import Gate
from sandbox.xero.store import Store
from tests.torture import people
from tests.torture.documents import ORGANISATION, nights, with_cents
from tests.torture.ids import seeded_ids
from tests.torture.local_xero import Act, XeroClock, by_hand
from tests.torture.poster import Orders, Point, Points, Poster, Stage, drained, run_poster
from tests.torture.theatre import Theatre, theatre
from tests.torture.verify import verify
from tests.torture.weather import LATE_AND_LAG, weather_of
from tillpost.errors import TillpostError
from tillpost.model.documents import Document
from tillpost.posting_rules import PostingRules
from tillpost.store import queue
from tillpost.store.retrying import retry
from tillpost.store.schema import document
from tillpost.store.streams import StreamResult, hold, release, settle_stream, stream_states

START = datetime(2026, 10, 4, 18, 0, tzinfo=UTC)
MOST_DRAINS = 25
# Which points a story chooses from, and how far a poster gets until then.
POINTS = (("statement", "commit"), 250), (("commit",), 50), (("counts",), 3), (("leaves",), 3), (("booked",), 3), (("reads",), 8)
# How often each is chosen: where a poster dies, and where one sleeps while others go on.
DEATHS, NAPS = (3, 2, 4, 2, 4, 1), (2, 1, 6, 2, 2, 1)
# What may happen after a night, and how often.
STEPS, WEIGHTS = ("post", "die", "two", "wait", "change", "person", "xero_person"), (2, 8, 8, 1, 1, 1, 2)
# How long others wait before each time that they come while one sleeps, in seconds.
SLEEPS = ((20,), (61,), (200, 200), (330, 450), (330, 450), (450, 450, 450), (310, 100, 7_200), (400, 500, 20))
# A poster that sleeps between its last look and the first byte sends when it wakes. Others wait 5 and 7 minutes before they send.
LONGEST_SLEEP_ON_THE_WAY = 600


@dataclass
class Story:
    """One seed's story. ``told`` is what happened so far, for whoever reads a failure.

    ``mistake``: what its posters do wrong; ``favour``: the one step that happens again and again, in place of any.
    """

    seed: int
    stage: Stage
    mistake: Callable[[], None] | None = None
    favour: str = ""
    told: list[str] = field(default_factory=list)
    calm: bool = True
    may_be_refused: int = 0
    posters: int = 0
    reads: int = 0

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.rules = PostingRules(lanes=self.chance.choice([1, 1, 2, 3, 4]))
        self.late_and_lag = self.chance.choice(LATE_AND_LAG)
        self.policy = self.chance.choice(["hold", "adjust"])
        self.looks_first = self.chance.random() < 0.3
        self.together = self.chance.choice([50, 50, 50, 3, 2])
        self.nights, self.wanted = nights(self.chance), list[Document]()
        self.tell(f"{self.together} documents together, {self.rules.lanes} lanes, {self.policy} what changed")
        self.in_xero(self._settings, "")

    def tell(self, what: str) -> None:
        """Write down what happens."""
        self.told.append(f"{self.stage.clock() - START} {what}")

    def live(self) -> None:
        """Night after night something happens."""
        for night in self.nights:
            self.release(night)
            for step in self.chance.choices(STEPS, WEIGHTS, k=self.chance.choice([1, 1, 2])):
                getattr(self, self.favour or step)()

    def release(self, night: list[Document]) -> None:
        """A night's documents are released."""
        self.tell(f"{len(night)} documents: {', '.join(one.natural_key.partition('/')[2] for one in night[:12])}")
        self.wanted = [*self.wanted, *night]
        self.settle(night)

    # Posters

    def orders(self, point: Point | None = None, *, fair: bool = False) -> Orders:
        """A poster for the next drain."""
        self.posters += 1
        weather = weather_of(self.chance, self.late_and_lag, fair=fair)
        if not fair and self.chance.random() < 0.3:
            deed = self._deed()
            call = self.chance.randint(1, 10)
            weather.acts[call] = deed.act
            self.tell(f"(from call {call} on {deed.told})")
        waits = fair or self.chance.random() < 0.5
        if weather.faults or weather.lag:
            self.tell(f"(lag {weather.lag:.0f}, {weather.faults})")
        name, seed = f"poster-{self.posters}", self.chance.getrandbits(32)
        return Orders(name, seed, self.rules, weather, waits, self.looks_first, point, self.mistake)

    def post(self, *, fair: bool = False) -> tuple[str, Any]:
        """A poster drains, unharmed but for Xero."""
        word, said = run_poster(self.stage, self.orders(fair=fair))
        self.tell(f"{word}: {said}")
        return word, said

    def point(self, what: Any, weights: Sequence[int] = DEATHS) -> Point:
        """Where something befalls a poster."""
        kinds, most = self.chance.choices(POINTS, weights)[0]
        return Point(kinds, self.chance.randint(1, most), what)

    def die(self) -> None:
        """A poster is killed, or told to end, somewhere."""
        point = self.point(self.chance.choice(["kill", "kill", "kill", "end"]))
        word, said = run_poster(self.stage, self.orders(point))
        self.tell(f"{point}: {word} {said}")
        self.pass_time(0, 30, 310, 500)

    def two(self) -> None:
        """A poster is suspended somewhere; others take over, or find it still at work; it wakes, or never does."""
        point = self.point("sleep", NAPS)
        first = Poster(self.stage, self.orders(point))
        word, said = first.next()
        self.tell(f"{point}: {word} {said}")
        if word != "asleep":
            return
        asleep_since = self.stage.clock()
        for seconds in self.chance.choice(SLEEPS):
            self.pass_time(seconds)
            self.chance.choice([self.post, *[partial(self.post, fair=True)] * 4, self.die])()
        self.pass_time(0, 0, 400)
        too_long = said == "leaves" and self.stage.clock() - asleep_since > timedelta(seconds=LONGEST_SLEEP_ON_THE_WAY)
        if too_long or self.chance.random() < 0.1:
            first.kill()
            self.tell(f"{first.name} never wakes")
            return
        first.wake()
        word, said = first.next()
        self.tell(f"{first.name} has woken up: {word} {said}")

    # Time and people

    def pass_time(self, *seconds: float) -> None:
        """Some time passes."""
        self.stage.clock.advance(self.chance.choice(seconds))

    def wait(self) -> None:
        """Nothing happens for a while."""
        self.pass_time(30, 61, 240, 430, 3_600, 90_000)

    def change(self) -> None:
        """The facts are read again, and some are others."""
        self.calm = False
        gone = self.chance.random() < 0.3
        now = [with_cents(one, one.total_cents + self.chance.randint(1, 90)) if self.chance.random() < 0.2 else one for one in self.wanted]
        shown = [one for n, one in enumerate(now) if not n or not gone or self.chance.random() < 0.7]
        self.wanted = now
        self.tell(f"the facts are read again: {len(shown)} of {len(now)} documents")
        self.settle(shown)

    def person(self) -> None:
        """Somebody decides about a stream, or sends again what was refused."""
        db = self.stage.db
        key = self.chance.choice([one.key for one in stream_states(db, ORGANISATION)])
        match self.chance.choice(["hold", "release", "retry"]):
            case "hold":
                self._decide(f"hold {key}", lambda: hold(db, key, "Kim", "wait", self.stage.clock()))
            case "release":
                self.calm = False
                self._decide(f"release {key}", lambda: release(db, key, "Kim", "go", self.stage.clock()))
            case "retry":
                self._decide("retry", lambda: retry(db, ORGANISATION, "Kim", "mended", self.stage.clock()))

    def _decide(self, what: str, act: Callable[[], object]) -> None:
        try:
            self.tell(f"{what}: {act()}")
        except TillpostError as error:
            self.tell(f"{what}: {error}")

    def xero_person(self) -> None:
        """Somebody does something in Xero."""
        deed = self._deed()
        self.in_xero(deed.act, deed.told)

    def _deed(self) -> people.Deed:
        deed = people.deed_of(self.chance, self.wanted)
        self.calm = self.calm and deed.calm
        # What is held for a contact or an account is let go where the poster looks first, as it always does outside of tests.
        self.looks_first = True
        # A change meets as many calls as are on their way.
        self.may_be_refused += deed.limit * self.rules.lanes
        return deed

    def in_xero(self, act: Act, told: str) -> None:
        """Do something in Xero now."""
        if told:
            self.tell(told)
        store = Store(self.stage.xero)
        try:
            with seeded_ids(self.chance):
                by_hand(Gate(store, ShiftedClock(XeroClock(self.stage.clock)), Faults()), act)
        finally:
            store.close()

    def _settings(self, context: Any) -> None:
        # A chunk that is made up anew has another key, so no poster may rely on keys: mostly there are none.
        given = {"window": ["fixed", "rolling"], "token_seconds": [90, 600, 1800], "idempotency_seconds": [0, 0, 0, 360]}
        values = {name: self.chance.choice(choices) for name, choices in given.items()}
        organisations.change_settings(context.store, context.org, values)

    def settle(self, documents: list[Document]) -> None:
        """The facts are read: what they book is released or held, stream by stream."""
        self.reads += 1
        keys = dict.fromkeys(one.key for one in documents)
        for key in keys:
            mine, read_at = tuple(one for one in documents if one.key == key), START + timedelta(seconds=self.reads)
            result = StreamResult(key, (), mine, {"documents": len(mine)}, f"facts-{self.reads}", read_at, "run", "run")
            settle_stream(self.stage.db, result, approval_required=False, posted_changes=self.policy, now=self.stage.clock())
        with self.stage.db.write() as tx:
            tx.execute(update(document).where(document.c.max_chunk > self.together).values(max_chunk=self.together))

    # The end

    def clean_run(self) -> None:
        """Everything works again, and nobody does anything more: what can be sent is sent."""
        self.tell("clean run")
        self.in_xero(people.put_right, "")
        self.drain_until_nothing_moves()
        if self.reads > 1:
            self.settle(self.wanted)
        for one in stream_states(self.stage.db, ORGANISATION):
            if one.held_by:
                release(self.stage.db, one.key, "Kim", "go", self.stage.clock())
        retry(self.stage.db, ORGANISATION, "Kim", "mended", self.stage.clock())
        if queue.leftover(self.stage.db, ORGANISATION).ready:
            self.drain_until_nothing_moves()

    def drain_until_nothing_moves(self) -> None:
        """Posters one after the other, as the hours bring them."""
        for _ in range(MOST_DRAINS):
            self.stage.clock.advance(480)
            word, done = self.post(fair=True)
            if word != "done":
                raise AssertionError(f"with nothing wrong any more, a poster {word}: {done}")
            if done.until is not None:
                self.stage.clock.advance_to(done.until)
            elif not done.unknown and not done.left:
                return
        raise AssertionError(f"{MOST_DRAINS} drains do not bring it to an end: {done}")


def run_story(seed: int, theatre: Theatre, mistake: Callable[[], None] | None = None, favour: str = "") -> Story:
    """Play a seed's story to its end and verify it; AssertionError tells seed, story and what is wrong."""
    story = Story(seed, theatre.stage(START), mistake, favour)
    try:
        story.live()
        story.clean_run()
        verify(story.stage, calm=story.calm, may_be_refused=story.may_be_refused)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}\n" + "\n".join(story.told) + f"\n{error}") from error
    return story


@contextmanager
def rehearsed() -> Iterator[Theatre]:
    """A theatre whose posters, forked off this process, need not learn what takes longest: modules, statements, certificates."""
    with theatre() as found:
        for seed in range(3):
            story = Story(seed, found.stage(START))
            for night in story.nights:
                story.release(night)
            drained(story.stage, story.orders(fair=True), Points())
            verify(story.stage, calm=True, may_be_refused=0)
        gc.collect()
        gc.freeze()
        yield found
        gc.unfreeze()
