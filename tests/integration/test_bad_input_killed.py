"""A night that is killed at any moment and run again is complete, and each document is in Xero exactly once.

The night is the command line's own, in a process of its own that gets SIGKILL. The processes are forked from one that has everything
imported (Great Expectations takes seconds), so that a night lasts about as long as the moments at which it is killed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from tests.integration.harbour_world import World, local_xero, ready_world, templates, world
from tillpost.cli import main
from tillpost.config import load_site
from tillpost.flows.post import post
from tillpost.flows.prepare import report_problems

__all__ = ["local_xero", "ready_world", "templates", "world"]

PRELOADED = [
    "great_expectations.expectations",
    "tillpost.flows.prepare",
    "tillpost.xero.posting",
    "tests.integration.test_bad_input_killed",
]
NIGHT = ["tillpost", "run", "-o", "harbour", "-d", "2026-10-05"]
LONGEST_SECONDS = 120
KINDS = {"ManualJournals": "journal", "Invoices": "invoice", "Payments": "payment"}
# To repeat a failure with.
SEED = int(os.environ.get("TILLPOST_TEST_SEED", "20261005"))


def run_the_night(environ: Mapping[str, str], log: Path) -> None:
    """A process: the command line, its output in a file."""
    os.environ.update(environ)
    with log.open("w", encoding="utf-8") as file:
        sys.stdout = sys.stderr = file
        sys.argv = NIGHT
        main()


def run_the_poster(environ: Mapping[str, str], log: Path) -> None:
    """A process: the poster alone, for what is in the outbox already."""
    os.environ.update(environ)
    log.write_text(str(post(load_site(), "harbour", holder="killed")), encoding="utf-8")


@pytest.fixture(scope="module")
def forks() -> ForkServerContext:
    """Starts processes from one that has all modules loaded and no threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # it loads before it is told our path
        context.Process().start()
    return context


def _start(forks: ForkServerContext, here: World, what: Callable[[Mapping[str, str], Path], None] = run_the_night) -> ForkServerProcess:
    process = forks.Process(target=what, args=(here.environ, here.root / "night.log"))
    process.start()
    return process


def _kill_when(process: ForkServerProcess, moment: Callable[[], bool]) -> None:
    """SIGKILL as soon as the moment has come; the night must not have ended before."""
    until = time.monotonic() + LONGEST_SECONDS
    while process.is_alive() and not moment():
        assert time.monotonic() < until
        time.sleep(0.002)
    process.kill()
    process.join()


def _finish(here: World, *, prepare: bool = False) -> None:
    """Run the night again after the kill: the lease runs out, doubts rest, and everything is there once."""
    here.check_whole()
    if prepare:
        report_problems(here.prepare())
    for _ in range(3):
        here.post()
        here.check_whole()
        if set(here.states().values()) <= {"posted", "nothing_to_send"}:
            break
        here.wait(minutes=8)
    here.check_complete()


def _rows(here: World, query: str) -> int:
    with closing(sqlite3.connect(here.outbox, timeout=30)) as outbox:
        return int(outbox.execute(query).fetchone()[0])


def _asked(here: World, path: str) -> bool:
    return any(path in call["path"] for call in here.xero.admin.calls(here.shop))


def test_killed_between_the_releases_of_two_streams(world: World, forks: ForkServerContext) -> None:
    process = _start(forks, world)
    _kill_when(process, lambda: _rows(world, "SELECT count(*) FROM stream WHERE state = 'released'") > 0)
    assert process.exitcode == -9
    assert world.in_xero() == {}
    _finish(world, prepare=True)


@pytest.mark.parametrize("path", ["ManualJournals", "Invoices", "Payments"])
@pytest.mark.parametrize("arrives", [False, True], ids=["before Xero has it", "after Xero has it"])
def test_killed_while_a_chunk_is_under_way(ready_world: World, forks: ForkServerContext, path: str, arrives: bool) -> None:
    """The claim is on record, the answer is not: whether Xero booked it is looked up, and it is sent again or not."""
    world = ready_world
    world.xero.admin.add_fault("delay", f"PUT /{path}", seconds=0.5)
    claimed = f"SELECT count(*) FROM chunk WHERE state = 'sending' AND kind = '{KINDS[path]}'"
    process = _start(forks, world, run_the_poster)
    _kill_when(process, lambda: _rows(world, claimed) > 0 and (not arrives or _asked(world, path)))
    assert process.exitcode == -9
    time.sleep(0.6)  # what was under way arrives after the death of its sender
    _finish(world)


@pytest.mark.parametrize("number", range(3))
def test_killed_at_random(ready_world: World, forks: ForkServerContext, number: int) -> None:
    """Somewhere in the posting, which takes about half a second."""
    world = ready_world
    chance = random.Random(f"{SEED}/{number}")
    delay = chance.uniform(0, 0.8)
    process = _start(forks, world)
    _kill_when(process, lambda: _rows(world, "SELECT count(*) FROM lease") > 0)
    time.sleep(delay)
    process.kill()
    process.join()
    _finish(world, prepare=number == 0)


def test_a_killed_poster_keeps_others_out_until_its_lease_is_over(ready_world: World, forks: ForkServerContext) -> None:
    world = ready_world
    world.xero.admin.add_fault("delay", "PUT /ManualJournals", seconds=1)
    process = _start(forks, world, run_the_poster)
    _kill_when(process, lambda: _asked(world, "Contacts") or _rows(world, "SELECT count(*) FROM chunk") > 0)
    held = world.post()
    assert held["why"].startswith("Another poster is at work: ") and held["until"] is not None
    assert json.loads(json.dumps(held)) == held
    _finish(world)
