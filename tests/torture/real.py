"""The same with nothing virtual but the clock's leaps: posters in processes that are really killed, threads, HTTP, PostgreSQL that restarts."""

from __future__ import annotations

import mmap
import os
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from sandbox.world import start_xero, stop_xero
from sandbox.xero.client import AdminClient
from tests import servers
from tests.torture.documents import CHART, ORGANISATION, nights
from tests.torture.poster import CLIENT_ID, SECRET, Stage
from tests.torture.verify import verify
from tillpost.connection import Connection
from tillpost.errors import TillpostError
from tillpost.model.documents import Document
from tillpost.posting_rules import PostingRules
from tillpost.store.database import Database, open_database
from tillpost.store.streams import StreamResult, settle_stream
from tillpost.xero.client import XeroClient
from tillpost.xero.lanes import lanes_of
from tillpost.xero.posting import Progress, drain
from tillpost.xero.quota import Quota

OURS, UNFORESEEN = 3, 4
RULES = PostingRules(lanes=4)
MOST_DRAINS = 15


class LeapingClock:
    """The machine's clock and what the test has leapt over, for all processes alike."""

    def __init__(self) -> None:
        self._leapt = mmap.mmap(-1, 8)

    def __call__(self) -> datetime:
        """The present moment, aware UTC."""
        return datetime.now(UTC) + timedelta(seconds=self._seconds())

    def leap(self, seconds: float) -> None:
        """Let time pass at once."""
        self._leapt[:8] = struct.pack("d", self._seconds() + seconds)

    def _seconds(self) -> float:
        return float(struct.unpack("d", self._leapt[:8])[0])


class Postgres:
    """A PostgreSQL server of this test's own, so that it may be shot. Its commits are there when they are told: claims rely on it."""

    def __init__(self, programs: Path, root: Path) -> None:
        self._programs, self._data = programs, root / "data"
        port = servers._free_port()
        self._options = f"-p {port} -k {root} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=on -c max_connections=100"
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        if os.geteuid() == 0:
            shutil.chown(root, "postgres", "postgres")
        encoding = ("-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8")
        servers._as_postgres([str(programs / "initdb"), "-D", str(self._data), *encoding])
        self._control("start", "-o", self._options)

    def _control(self, what: str, *more: str) -> None:
        servers._as_postgres(
            [str(self._programs / "pg_ctl"), "-D", str(self._data), "-w", "-l", str(self._data.parent / "log"), *more, what]
        )

    def restart(self) -> None:
        """Kill the server as a machine that fails would, and start it again."""
        self._control("restart", "-m", "immediate", "-o", self._options)

    def cut_connections(self) -> None:
        """End all connections, but leave the server."""
        with create_engine(self.url, poolclass=NullPool).connect() as opened:
            opened.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL")
            )

    def schema(self, name: str) -> str:
        """The URL of a schema of its own, which is empty."""
        with create_engine(self.url, poolclass=NullPool).begin() as opened:
            opened.execute(text(f"CREATE SCHEMA {name}"))
        return make_url(self.url).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)

    def stop(self) -> None:
        """End it."""
        self._control("stop", "-m", "immediate")


@contextmanager
def postgres(programs: Path) -> Iterator[Postgres]:
    """A server for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="tillpost-torture-", ignore_cleanup_errors=True) as folder:
        server = Postgres(programs, Path(folder))
        try:
            yield server
        finally:
            server.stop()


@dataclass(frozen=True, slots=True)
class World:
    """One schedule's outbox in PostgreSQL, and its local Xero in a process of its own."""

    url: str
    xero: str
    admin: AdminClient
    file: Path
    clock: LeapingClock

    def database(self) -> Database:
        """The outbox, on connections of its own."""
        return open_database(self.url, clock=self.clock)

    def leap(self, seconds: float) -> None:
        """Let time pass at once, here and in Xero."""
        self.clock.leap(seconds)
        self.admin.advance_clock(seconds)


@contextmanager
def world(server: Postgres, seed: int, root: Path) -> Iterator[World]:
    """A world of its own for a schedule."""
    url = server.schema(f"torture_{seed}")
    process, address = start_xero(root)
    admin = AdminClient(address)
    try:
        names = ("code", "name", "type", "enable_payments", "system")
        admin.create_organisation(
            ORGANISATION, name="Harbour Group", country="AU", currency="AUD", time_zone="Australia/Melbourne", client_id=CLIENT_ID,
            client_secret=SECRET, accounts=[dict(zip(names, row, strict=True)) for row in CHART],
        )  # fmt: skip
        admin.raise_limits(ORGANISATION)
        open_database(url, migrate=True).close()
        yield World(url, address, admin, root / "xero.db", LeapingClock())
    finally:
        admin.close()
        stop_xero(process)


def play(server: Postgres, seed: int, root: Path) -> None:
    """One schedule: posters are killed, connections cut and the server shot at random moments; then all is well, and is verified."""
    chance = Random(seed)
    with world(server, seed, root) as here:
        db = here.database()
        here.admin.set_latency(chance.choice([0.01, 0.05]))
        for night in nights(chance):
            _release(db, night, here.clock())
            for _ in range(2):
                _disaster(server, here, chance)
                here.leap(chance.choice([10, 320, 480, 480]))
        here.admin.clear_faults()
        _finish(here, db)
        verify(Stage(db, here.file, here.clock), calm=True, may_be_refused=0)  # type: ignore[arg-type]
        db.close()


def _release(db: Database, night: list[Document], now: datetime) -> None:
    for key in dict.fromkeys(one.key for one in night):
        mine = tuple(one for one in night if one.key == key)
        result = StreamResult(key, (), mine, {"documents": len(mine)}, "facts", now, "run", "run")
        settle_stream(db, result, approval_required=False, posted_changes="hold", now=now)


def _disaster(server: Postgres, here: World, chance: Random) -> None:
    """A poster works, and something befalls it, the network or the database."""
    if chance.random() < 0.5:
        here.admin.add_fault("drop_after", "^PUT /(?!api.xro|Contacts)", after=chance.randint(0, 3))
    poster = _start(here, "poster")
    other = _start(here, "other") if chance.random() < 0.4 else None
    time.sleep(chance.uniform(0.02, 0.6))
    match chance.choice(["kill", "kill", "kill", "cut", "restart"]):
        case "kill":
            os.kill(poster, signal.SIGKILL)
        case "cut":
            server.cut_connections()
        case "restart":
            server.restart()
    for pid in (poster, other):
        if pid is not None:
            _ended_well(pid)


def _start(here: World, name: str) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            _drain(here, name)
            os._exit(0)
        except TillpostError:
            os._exit(OURS)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(UNFORESEEN)
    return pid


def _ended_well(pid: int) -> None:
    """Wait for its end: it may be killed, and it may say that something is wrong, but only in words of ours."""
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) in (0, OURS, -signal.SIGKILL), "a poster ended with an error that nobody foresaw: see above"


def _drain(here: World, name: str) -> Progress:
    """One drain in four lanes, its clock and database its own."""
    db = here.database()
    connection = Connection("xero_harbour", "generic", login=CLIENT_ID, password=SECRET, extra={"base_url": here.xero})
    quota = Quota(db, ORGANISATION, here.clock, RULES, app=CLIENT_ID)
    client = XeroClient(connection, meter=quota, now=here.clock)
    return drain(db, ORGANISATION, client, here.clock, name, rules=RULES, lanes=lanes_of(RULES.lanes), budget=quota)


def _finish(here: World, db: Database) -> None:
    for _ in range(MOST_DRAINS):
        here.leap(480)
        done = _drain(here, "last")
        if done.until is None and not done.left and not done.unknown:
            return
    raise AssertionError(f"{MOST_DRAINS} drains do not bring it to an end: {done}")
