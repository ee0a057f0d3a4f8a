"""Tillpost's own database refuses: nothing is half-released and nothing sent; and a night that is run twice is sent once."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.integration.harbour_world import World, local_xero, ready_world, templates, world
from tillpost.errors import StoreError, TillpostError
from tillpost.flows.prepare import report_problems
from tillpost.flows.pull import pull_payments

__all__ = ["local_xero", "ready_world", "templates", "world"]


def _read_only(world: World) -> None:
    """Root writes to any file, whatever its mode: SQLite itself is told not to."""
    world.environ["TILLPOST_DB_URL"] = f"sqlite:///file:{world.outbox}?mode=ro&uri=true"


def _writable(world: World) -> None:
    world.environ["TILLPOST_DB_URL"] = f"sqlite:///{world.outbox}"


def test_a_read_only_outbox_while_preparing(world: World) -> None:
    _read_only(world)
    with pytest.raises(StoreError) as told:
        world.prepare()
    assert str(told.value) == (
        f"Tillpost's own database (SQLite file file:{world.outbox}) failed while writing: it may only be read "
        "(attempt to write a readonly database). Nothing was half-written; what was committed before is safe. "
        "Give the account that runs Tillpost the right to write to it (for SQLite: to the file and to its folder), then run again."
    )
    assert (world.states(), world.in_xero()) == ({}, {})
    _writable(world)
    report_problems(world.prepare())
    world.post()
    world.check_complete()


def test_a_read_only_outbox_while_posting_sends_nothing(ready_world: World) -> None:
    before = ready_world.states()
    _read_only(ready_world)
    with pytest.raises(StoreError, match="it may only be read"):
        ready_world.post()
    with pytest.raises(StoreError, match="it may only be read"):
        pull_payments(ready_world.site, "harbour")
    assert (ready_world.states(), ready_world.in_xero(), ready_world.writes()) == (before, {}, 0)
    _writable(ready_world)
    ready_world.post()
    ready_world.check_complete()


@pytest.mark.parametrize(
    ("table", "row"),
    [("document", "NEW.kind = 'payment'"), ("audit", "NEW.subject LIKE '%hire%sales%'")],
    ids=["a document", "its last word"],
)
def test_a_disk_that_fills_in_the_middle_of_a_release(world: World, table: str, row: str) -> None:
    """The first row of one table that cannot be written stops the release: the stream has nothing, not half of it."""
    fill = f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} WHEN {row} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    with closing(sqlite3.connect(world.outbox)) as outbox, outbox:
        outbox.execute(fill)
    with pytest.raises(StoreError, match=r"its disk is full or failing .*Nothing was half-written.*Make room"):
        world.prepare()
    world.check_whole()
    assert world.states().get("hire/sales", "open") == "open"
    with closing(sqlite3.connect(world.outbox)) as outbox, outbox:
        outbox.execute("DROP TRIGGER full_disk")
    world.post()
    world.check_whole()
    report_problems(world.prepare())
    world.post()
    world.check_complete()


def test_a_folder_of_reports_that_cannot_be_written(world: World) -> None:
    (world.root / "data" / "reports").parent.mkdir()
    (world.root / "data" / "reports").write_text("a file where the folder should be")
    with pytest.raises(TillpostError, match=r"The report .*2026-10-05.html could not be written: .*Make the folder of reports writable"):
        world.prepare()
    world.check_whole()
    (world.root / "data" / "reports").unlink()
    report_problems(world.prepare())
    world.post()
    world.check_complete()


def test_a_data_folder_that_cannot_be_written(world: World) -> None:
    (world.root / "data").write_text("a file where the folder should be")
    with pytest.raises(TillpostError, match=r"cannot be kept in .*harbour.json \(TILLPOST_DATA\): .*Nothing was released"):
        world.prepare()
    assert (world.states(), world.in_xero()) == ({}, {})
    (world.root / "data").unlink()
    report_problems(world.prepare())
    world.post()
    world.check_complete()


def test_a_night_that_is_run_twice_is_sent_once(world: World) -> None:
    report_problems(world.prepare())
    assert world.post()["posted"] == 14
    before, writes = world.in_xero(), world.writes()
    again = world.prepare(run="again")
    assert (again["released"], again["unchanged"], again["problems"]) == (0, 2, [])
    assert world.post()["posted"] == 0
    assert (world.in_xero(), world.writes()) == (before, writes)
    world.check_complete()
