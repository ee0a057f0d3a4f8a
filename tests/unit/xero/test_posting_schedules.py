"""Random schedules of faults, deaths, two posters and changed facts: afterwards Xero and the outbox agree, document by document.

Each schedule has a seed, which a failure prints; ``TILLPOST_TEST_SCHEDULES`` runs more of them.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, event, select

from tests.unit.store.databases import Watch, template  # noqa: F401
from tests.unit.store.documents import PURCHASES, allocation, invoice, journal, payment, result, sales_of, trade
from tests.unit.store.fake_xero import FakeSender, FakeXero, Killed
from tests.unit.xero.test_posting_failures import SuspendedSender, dying
from tillpost.errors import XeroError
from tillpost.model.documents import Document, DocumentKind
from tillpost.store.database import Database, open_database
from tillpost.store.retrying import retry
from tillpost.store.schema import chunk, document, stream
from tillpost.store.streams import settle_stream, stream_states
from tillpost.xero.posting import drain

# ruff: noqa: F811  (fixtures are imported by name; chance needs no secrecy here)
SCHEDULES = int(os.environ.get("TILLPOST_TEST_SCHEDULES", "40"))
FAULTS = (
    "", "", "", "", "lose before", "lose after", "lose after", "crash before", "crash after", "slow", "slow", "limit", "unavailable",
    "auth", "412", "kill before", "kill after", "kill after",
)  # fmt: skip
FIRST = date(2026, 10, 1)


class Schedule:
    """One seed's story: an organisation of its own, its Xero, and what was asked for last."""

    def __init__(self, db: Database, watch: Watch, seed: int) -> None:
        self.db, self.watch, self.random = db, watch, random.Random(seed)
        self.organisation = f"org{seed}"
        self.xero = FakeXero(watch, tenant=f"tenant-{seed}", keys_work=self.random.random() < 0.3)
        self.reads = 0
        self.wanted = self.documents()
        self.settle()

    def documents(self) -> list[Document]:
        """A few documents of most kinds, of two dates."""
        sales = [sales_of(FIRST + timedelta(days=n), organisation=self.organisation) for n in range(2)]
        sale, other = (invoice(f"s{n}", 5_500 + n, key=sales[n], contact=self.random.choice(["Able", "Baker"])) for n in range(2))
        credit = trade(DocumentKind.CREDIT_NOTE, "r1", 1_100, key=sales[0], contact="Able")
        purchases = sales_of(FIRST, organisation=self.organisation, stream=PURCHASES.stream)
        bought = [trade(DocumentKind.BILL, f"p{n}", 2_200, key=purchases, contact=f"Supplier {n}", number="7") for n in range(2)]
        settled = [payment("m1", sale), payment("m2", other, 100), allocation("a1", credit, sale)]
        return [
            sale,
            credit,
            *self.random.choice([[other, *settled], [*bought], [journal(sales[0]), journal(sales[1])], settled[:1] + bought]),
        ]

    def settle(self) -> None:
        """The facts are read again; what a person would release by hand stays held."""
        self.reads += 1
        for key in dict.fromkeys(d.key for d in self.wanted):
            mine = [d for d in self.wanted if d.key == key]
            found = result(*mine, key=key, read_minutes=self.reads)
            settle_stream(self.db, found, approval_required=False, posted_changes="hold", now=self.watch())

    def drain(self, sender: FakeSender | None = None, db: Database | None = None) -> None:
        with contextlib.suppress(XeroError, Killed):
            drain(db or self.db, self.organisation, sender or FakeSender(self.xero), self.watch, "poster", max_seconds=6_000)

    def step(self) -> None:
        """One thing that happens."""
        self.xero.faults = self.random.choices(FAULTS, k=6)
        self.xero.lag = timedelta(minutes=self.random.choice([0, 0, 3, 6]))
        match self.random.choice(["drain", "drain", "die", "die", "suspend", "suspend", "wait", "change", "refuse", "break"]):
            case "drain":
                self.drain()
            case "die":
                self.drain(db=dying(self.db, self.random.randint(1, 25), after=self.random.random() < 0.5))
            case "suspend":
                self.drain(SuspendedSender(self.xero, self.random.choice([30, 61, 400, 400]), self.second_poster))
            case "wait":
                self.watch.advance(minutes=self.random.randint(1, 9))
            case "change":
                self.wanted = [d if self.random.random() < 0.8 else _other_amount(d, self.random) for d in self.wanted]
                self.settle()
            case "refuse":
                self.xero.refuse = {self.random.choice(self.wanted).number: "Account 200 is archived."}
            case "break":
                self.xero.broken = {self.random.choice(self.wanted).number}

    def second_poster(self) -> None:
        """Another worker starts while the first is suspended, and may finish the work."""
        self.drain()
        if self.random.random() < 0.5:
            self.watch.advance(minutes=8)
            self.drain()

    def clean_run(self) -> None:
        """Everything works again: what is left is sent."""
        self.xero.faults, self.xero.lag, self.xero.refuse, self.xero.broken = [], timedelta(), {}, set()
        for _ in range(2):
            self.watch.advance(minutes=8)
            self.drain()
        self.settle()
        retry(self.db, self.organisation, "Kim", "mended", self.watch())
        self.drain()

    def verify(self) -> None:
        with self.db.read() as tx:
            rows = tx.execute(select(document).where(document.c.organisation == self.organisation)).all()
            chunks = tx.execute(select(chunk.c.state).where(chunk.c.organisation == self.organisation)).scalars().all()
            streams = dict(tx.execute(select(stream.c.id, stream.c.state).where(stream.c.organisation == self.organisation)).all())
        posted = {row.xero_id: row.total_cents for row in rows if row.state == "posted"}
        # Each document that Xero holds is on record once, and what is on record as posted is there: no copy, no loss.
        assert Counter(posted) == Counter({one.xero_id: one.total_cents for one in self.xero.books})
        assert len(posted) == len(self.xero.books)
        assert not {"sending", "unknown"} & ({row.state for row in rows} | set(chunks))
        # What is not in Xero is held, and its stream says why.
        for row in rows:
            assert row.state in ("posted", "superseded") or streams[row.stream_id] == "held" or _waits_for_held(row, rows, streams), row
        assert all(s.reasons for s in stream_states(self.db, self.organisation) if s.state not in ("posted", "nothing_to_send"))


def _waits_for_held(row: Row[Any], rows: Sequence[Row[Any]], streams: dict[int, str]) -> bool:
    """Whether it waits for a document whose stream is held."""
    needed = {row.settles, row.credit}
    return any(r.natural_key in needed and streams[r.stream_id] == "held" for r in rows)


def _other_amount(wanted: Document, chance: random.Random) -> Document:
    if wanted.kind is DocumentKind.JOURNAL:
        return journal(wanted.key, chance.choice([11_000, 12_100]))
    return wanted


@pytest.fixture(scope="module")
def watch_of_all() -> Watch:
    """The clock of all schedules."""
    return Watch()


@pytest.fixture(scope="module")
def db_of_all(tmp_path_factory: pytest.TempPathFactory, template: Path, watch_of_all: Watch) -> Iterator[Database]:
    """One database for all schedules: each has an organisation of its own."""
    file = tmp_path_factory.mktemp("schedules") / "tillpost.db"
    file.write_bytes(template.read_bytes())
    database = open_database(f"sqlite:///{file}", clock=watch_of_all)
    # No power cut is played here: thousands of commits need not wait for the disk.
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    with database.engine.connect() as anchor:  # the last connection to close would copy the whole journal each time
        anchor.exec_driver_sql("SELECT 1 FROM audit")
        anchor.rollback()
        yield database


@pytest.mark.parametrize("seed", range(SCHEDULES))
def test_after_any_schedule_each_document_is_in_xero_once_or_held_with_a_reason(
    db_of_all: Database, watch_of_all: Watch, seed: int
) -> None:
    schedule = Schedule(db_of_all, watch_of_all, seed)
    for _ in range(schedule.random.randint(2, 5)):
        schedule.step()
    schedule.clean_run()
    schedule.verify()
