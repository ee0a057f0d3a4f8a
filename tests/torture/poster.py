"""One poster in a process of its own: it drains once, and dies, sleeps or is told to end where the story says so.

The process is forked off and ends without cleaning up (``os._exit``): what it had not committed is lost, as after kill -9.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection as Wire
from pathlib import Path
from random import Random
from typing import Any, Literal

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.pool import QueuePool

from tests.torture.clock import SharedClock
from tests.torture.documents import ORGANISATION
from tests.torture.ids import seeded_ids
from tests.torture.lanes import VirtualLanes
from tests.torture.local_xero import LocalXero, Weather
from tillpost.connection import Connection
from tillpost.errors import TillpostError
from tillpost.posting_rules import PostingRules
from tillpost.store import database
from tillpost.store.database import Database
from tillpost.xero import exchange
from tillpost.xero.client import XeroClient
from tillpost.xero.lanes import Lanes, OneLane
from tillpost.xero.patience import PatientMeter
from tillpost.xero.posting import Progress, drain
from tillpost.xero.quota import Quota
from tillpost.xero.reference import read_reference
from tillpost.xero.sender import Answered, Meter

KILLED = 77
# Real seconds: no drain of a schedule takes longer unless it hangs.
PATIENCE = 60.0
CLIENT_ID, SECRET = "app-1", "secret-of-the-app"
What = Literal["kill", "sleep", "end"]


@dataclass(frozen=True, slots=True)
class Point:
    """The n-th time that a poster passes one of these.

    ``statement`` and ``commit`` of its database, ``counts`` (the call of a claim, about to leave), ``reads``, ``leaves`` (a write), ``booked``.
    """

    kinds: tuple[str, ...]
    nth: int
    what: What

    def __str__(self) -> str:
        return f"{self.what} at {'/'.join(self.kinds)} {self.nth}"


@dataclass(frozen=True, slots=True)
class Orders:
    """How one poster is to run. ``mistake``: a deliberate mistake, made before it begins."""

    name: str
    seed: int
    rules: PostingRules
    weather: Weather = field(default_factory=Weather)
    waits: bool = False
    looks_first: bool = False
    point: Point | None = None
    mistake: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """Where schedules are played, one after the other: the outbox, the local Xero's file, the clock.

    The engine is the same for all of them: SQLAlchemy remembers in it how each statement is written, which takes longer than running it.
    """

    db: Database
    xero: Path
    clock: SharedClock


def open_outbox(file: Path, clock: SharedClock) -> Database:
    """An outbox that lives by the schedule's clock. Unlike the real one it keeps connections for the next transaction of its process."""
    url = make_url(f"sqlite:///{file}")
    engine = create_engine(url, poolclass=QueuePool)
    event.listen(engine, "connect", database._prepare_sqlite)
    # No power cut is played here: thousands of commits need not wait for the disk. Nobody waits for one who sleeps.
    event.listen(engine, "connect", lambda opened, _: opened.executescript("PRAGMA synchronous=OFF; PRAGMA busy_timeout=30"))
    event.listen(engine, "begin", database._begin_sqlite)
    return Database(engine, url, clock)


class Broken(AssertionError):
    """A poster ended as no poster may: an error that is none of ours, or it hangs."""


class Poster:
    """A poster's process, as seen by the schedule."""

    def __init__(self, stage: Stage, orders: Orders) -> None:
        self.name = orders.name
        self._wire, theirs = Pipe()
        stage.db.close()  # no open file of SQLite may be shared by two processes
        self._pid = os.fork()
        if self._pid == 0:
            self._wire.close()
            _live(stage, orders, theirs)
        theirs.close()

    def next(self) -> tuple[str, Any]:
        """What it says next: ``asleep`` (at which point), ``done`` (its progress), ``failed`` (the error's text), ``ended`` or ``killed``."""
        if not self._wire.poll(PATIENCE):
            self.kill()
            raise Broken(f"{self.name} hangs")
        try:
            word, said = self._wire.recv()
        except EOFError:
            _, status = os.waitpid(self._pid, 0)
            if os.waitstatus_to_exitcode(status) != KILLED:
                raise Broken(f"{self.name} ended with status {status}") from None
            return "killed", ""
        if word != "asleep":
            os.waitpid(self._pid, 0)
        if word == "broken":
            raise Broken(f"{self.name}: {said}")
        return word, said

    def wake(self) -> None:
        """Let one that is asleep go on."""
        self._wire.send("go on")

    def kill(self) -> None:
        """It never wakes."""
        os.kill(self._pid, 9)
        os.waitpid(self._pid, 0)


def run_poster(stage: Stage, orders: Orders) -> tuple[str, Any]:
    """Let a poster that never sleeps run to its end."""
    return Poster(stage, orders).next()


def _live(stage: Stage, orders: Orders, wire: Wire) -> None:
    """The life of the forked process; never returns."""
    logging.disable()
    try:
        if orders.mistake is not None:
            orders.mistake()
        wire.send(("done", _drained(stage, orders, wire)))
    except TillpostError as error:
        wire.send(("failed", f"{type(error).__name__}: {error}"))
    except _End:
        wire.send(("ended", ""))
    except BaseException:
        wire.send(("broken", traceback.format_exc()))
    finally:
        os._exit(0)


class _End(SystemExit):
    """A task that was cleared or a worker that is stopped: the process is told to end, wherever it is."""


class Points:
    """What the poster passes; at the point of its orders it dies, sleeps or is told to end."""

    def __init__(self, point: Point | None = None, wire: Wire | None = None) -> None:
        self._point, self._wire, self._seen, self._claimed = point, wire, 0, False

    def statement(self, sql: str) -> None:
        """One statement; a claim is followed by a call that is counted and leaves."""
        self._claimed = self._claimed or sql.startswith("INSERT INTO chunk ")
        self("statement")

    def counted(self) -> None:
        """A call is counted, and nothing but the last look is left before it leaves."""
        if self._claimed:
            self._claimed = False
            self("counts")

    def __call__(self, kind: str) -> None:
        if self._point is None or kind not in self._point.kinds:
            return
        self._seen += 1
        if self._seen != self._point.nth:
            return
        if self._point.what == "kill":
            os._exit(KILLED)
        if self._point.what == "end":
            raise _End
        assert self._wire is not None
        self._wire.send(("asleep", kind))
        self._wire.recv()


def _drained(stage: Stage, orders: Orders, wire: Wire) -> Progress:
    passed = Points(orders.point, wire)
    event.listen(stage.db.engine, "before_cursor_execute", lambda connection, cursor, statement, *ignored: passed.statement(statement))
    event.listen(stage.db.engine, "commit", lambda *ignored: passed("commit"))
    return drained(stage, orders, passed)


@dataclass(frozen=True, slots=True)
class _Meter:
    """A meter that tells when a call was counted."""

    meter: Meter
    counted: Callable[[], None]

    def before_call(self) -> Answered:
        """Count one call that is about to leave."""
        answered = self.meter.before_call()
        self.counted()
        return answered


def drained(stage: Stage, orders: Orders, passed: Points) -> Progress:
    """One drain in this process."""
    chance = Random(orders.seed)
    xero = LocalXero(stage.xero, stage.clock, orders.weather, chance, passed)
    xero.connect(exchange)
    quota = Quota(stage.db, ORGANISATION, stage.clock, orders.rules, app=CLIENT_ID)
    meter = PatientMeter(quota, stage.clock, stage.clock.advance, 2.0) if orders.waits else quota
    client = XeroClient(connection(), meter=_Meter(meter, passed.counted), now=stage.clock)
    lanes: Lanes = OneLane() if orders.rules.lanes == 1 else VirtualLanes(orders.rules.lanes, xero)
    try:
        with seeded_ids(chance):
            return drain(
                *(stage.db, ORGANISATION, client, stage.clock, orders.name),
                rules=orders.rules,
                lanes=lanes,
                budget=quota,
                reference=(lambda: read_reference(client)) if orders.looks_first else None,
                wait=stage.clock.advance if orders.waits else None,
            )
    finally:
        xero.disconnect(exchange)


def connection() -> Connection:
    """The custom connection of the organisation."""
    return Connection("xero_harbour", "generic", login=CLIENT_ID, password=SECRET, extra={"base_url": "http://127.0.0.1:1"})
