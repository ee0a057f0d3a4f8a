"""The budget against a simulated Xero in virtual time: it is used to the full, and a limit that Xero lowers costs one refused call."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.unit.store.databases import Watch, db, db_url, template, watch  # noqa: F401
from tests.unit.xero.simulated_limits import Lane, SimulatedXero, Timeline
from tillpost.posting_rules import PostingRules
from tillpost.store.calls import begin_call
from tillpost.store.database import Database
from tillpost.xero.quota import Quota

# ruff: noqa: F811  (fixtures are imported by name)


@pytest.fixture(autouse=True)
def no_power_cuts(db: Database) -> None:
    """Thousands of calls: none of these tests pulls the plug."""
    if db.engine.dialect.name == "sqlite":
        event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))


def lanes_of(
    db: Database, watch: Watch, xero: SimulatedXero, count: int, dice: random.Random, seconds: Callable[[], float]
) -> tuple[Timeline, list[Lane]]:
    """So many lanes at work, each with the budget of a process of its own."""
    timeline = Timeline(watch)
    lanes = [Lane(timeline, xero, Quota(db, "harbour", watch), seconds, dice) for _ in range(count)]
    for lane in lanes:
        lane.start()
    return timeline, lanes


@pytest.mark.parametrize(
    ("count", "seconds", "least", "most"), [(1, 5.0, 11.5, 12.5), (4, 5.0, 46, 48.5), (5, 5.0, 57, 58.5), (4, 4.0, 57, 58.5)]
)
def test_the_minute_is_used(db: Database, watch: Watch, count: int, seconds: float, least: float, most: float) -> None:
    xero = SimulatedXero(watch, rolling=count == 5, phase=17)
    timeline, _ = lanes_of(db, watch, xero, count, random.Random(7), lambda: seconds)
    timeline.run(watch() + timedelta(minutes=5))
    assert (xero.refusals, least <= len(xero.came) / 5 <= most) == ([], True), len(xero.came) / 5


@pytest.mark.parametrize("seed", range(6))
def test_a_limit_that_xero_lowers_costs_one_refused_call(db: Database, watch: Watch, seed: int) -> None:
    dice = random.Random(seed)
    xero = SimulatedXero(watch, rolling=seed % 2 == 0, phase=dice.uniform(0, 60), refused_count=dice.random() < 0.5)
    slowest = dice.choice((0.5, 3, 9))
    timeline, _ = lanes_of(db, watch, xero, dice.choice((1, 4, 5)), dice, lambda: dice.uniform(0.05, slowest))
    other = Lane(timeline, xero, Quota(db, "harbour", watch), lambda: dice.uniform(0.05, 2), dice, calls=0)
    for change in range(3):
        before = len(xero.refusals)
        for _ in range(dice.randrange(3)):
            timeline.after(dice.uniform(0, 120), lambda: _burst(other, dice.randint(1, 8)))
        timeline.run(watch() + timedelta(seconds=dice.uniform(20, 150)))
        assert len(xero.refusals) - before <= (1 if change else 0), (seed, change, xero.refusals)
        xero.minute = dice.choice((3, 8, 20, 35, 50, 60))


def _burst(lane: Lane, calls: int) -> None:
    lane.calls += calls
    lane.start()


def test_a_smaller_tier_is_used_up_without_one_refused_call(db: Database, watch: Watch) -> None:
    xero, first = SimulatedXero(watch, rolling=False, phase=9_000, day=1_000), watch()
    _used_up_to(db, watch, xero, 950)
    timeline, _ = lanes_of(db, watch, xero, 4, random.Random(3), lambda: 3)
    timeline.run(first + timedelta(days=1, seconds=1))
    assert (xero.refusals, len(xero.came)) == ([], 1_000)
    # Xero's day has begun anew long since; the first call of ours that is a day old asks, and hears that all of it is there.
    timeline.run(first + timedelta(days=1, seconds=16))
    assert (xero.refusals, len(xero.came) > 1_010) == ([], True)


def test_a_night_finds_its_share_while_a_backfill_drains(db: Database, watch: Watch) -> None:
    xero = SimulatedXero(watch, rolling=True, day=1_000)
    _used_up_to(db, watch, xero, 780)
    quota, sent = Quota(db, "harbour", watch, PostingRules(calls_a_day=1_000, kept_for_nights=20)), 0
    while quota.room(in_flight=0, backfill=True) is None:
        quota.before_call()(xero.arrive()[1])
        xero.in_progress, sent = 0, sent + 1
        watch.advance(2)
    assert (sent, quota.standing().day_left, quota.room(in_flight=0, backfill=False)) == (20, 200, None)


def _used_up_to(db: Database, watch: Watch, xero: SimulatedXero, calls: int) -> None:
    """So many calls, one a second, of which the last was two minutes ago."""
    first = watch()
    xero.came = [first + timedelta(seconds=n) for n in range(calls)]
    with db.write() as tx:
        for at in xero.came:
            begin_call(tx, "harbour", "", at, timedelta())
    watch.time = xero.came[-1] + timedelta(minutes=2)
