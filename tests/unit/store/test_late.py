"""Late changes on record: told once, by whoever reads first, against the last complete reading; nothing takes them back."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from tests.unit.store.documents import DAY, PURCHASES, READ_AT, SALES, journal, result
from tillpost.errors import StoreError
from tillpost.model.findings import StreamKey
from tillpost.model.late import Change, LateChange, LateChangeTold, Record, Records
from tillpost.model.period import DateRange
from tillpost.store.database import Database
from tillpost.store.late import has_reading, late_changes_of, record_reading
from tillpost.store.schema_late import last_reading
from tillpost.store.streams import reopen, settle_stream

LATER = READ_AT + timedelta(days=1)


def sale(key: str, cents: int = 1100, digest: str = "") -> Record:
    """A sale as it was read; its digest follows from its amount unless it is named."""
    return Record("sales", key, f"receipt {key}", cents, (digest or f"{cents:04x}") * 8)


def reading(*records: Record, version: int = 1) -> Records:
    return Records(version, records)


def read(db: Database, *records: Record, at: datetime = LATER, key: StreamKey = SALES, version: int = 1, run: str = "night-2") -> int:
    """Record a reading of the cafe's sales."""
    return record_reading(db, key, reading(*records, version=version), at, run)


def told(db: Database, run: str | None = None) -> list[tuple[str, str, int | None, int | None]]:
    """The late changes: name, what, before, after."""
    found = late_changes_of(db, "harbour", DateRange.of_day(DAY), run)
    changes = [one.change for told in found.values() for one in told]
    return [(c.name, c.change.value, c.before_cents, c.after_cents) for c in changes]


def test_what_was_added_changed_and_deleted_since_the_first_reading(db: Database) -> None:
    assert read(db, sale("1"), sale("2"), sale("3"), at=READ_AT, run="night-1") == 0
    assert read(db, sale("4", 770), sale("3", digest="ffff"), sale("1")) == 3
    assert late_changes_of(db, "harbour", DateRange.of_day(DAY)) == {
        SALES: (
            LateChangeTold(SALES, LateChange("sales", "2", "receipt 2", Change.DELETED, 1100, None), READ_AT, LATER, "night-2"),
            LateChangeTold(SALES, LateChange("sales", "3", "receipt 3", Change.CHANGED, 1100, 1100), READ_AT, LATER, "night-2"),
            LateChangeTold(SALES, LateChange("sales", "4", "receipt 4", Change.ADDED, None, 770), READ_AT, LATER, "night-2"),
        )
    }


def test_the_same_reading_twice_tells_nothing_new(db: Database) -> None:
    read(db, sale("1"), at=READ_AT)
    for hours in range(3):
        read(db, sale("1"), sale("2"), at=LATER + timedelta(hours=hours))
    assert told(db) == [("receipt 2", "added", None, 1100)]


def test_a_change_and_its_undoing_are_two_lines(db: Database) -> None:
    for n, cents in enumerate((1100, 900, 1100)):
        read(db, sale("1", cents), at=READ_AT + timedelta(days=n), run=f"night-{n}")
    assert told(db) == [("receipt 1", "changed", 1100, 900), ("receipt 1", "changed", 900, 1100)]
    assert told(db, "night-2") == [("receipt 1", "changed", 900, 1100)]


def test_a_reading_that_is_older_than_the_one_on_record_changes_nothing(db: Database) -> None:
    read(db, sale("1"), sale("2"), at=LATER)
    assert read(db, sale("1"), at=READ_AT) == 0
    assert read(db, sale("1"), sale("2"), at=LATER + timedelta(hours=1)) == 0
    assert told(db) == []


def test_an_older_reading_after_an_unchanged_newer_one_changes_nothing_either(db: Database) -> None:
    read(db, sale("1"), at=READ_AT)
    read(db, sale("1"), at=LATER + timedelta(days=1))
    assert read(db, sale("1"), sale("2"), at=LATER) == 0


def test_an_emptied_date_is_told_as_deletions(db: Database) -> None:
    read(db, sale("1"), sale("2", -550), at=READ_AT)
    read(db)
    assert told(db) == [("receipt 1", "deleted", 1100, None), ("receipt 2", "deleted", -550, None)]


def test_streams_are_apart_and_another_dates_are_not_asked(db: Database) -> None:
    assert not has_reading(db, SALES)
    read(db, sale("1"), at=READ_AT)
    assert (has_reading(db, SALES), has_reading(db, PURCHASES)) == (True, False)
    read(db, key=PURCHASES, at=READ_AT)
    read(db, Record("purchases", "p1", "Fresh invoice 7", 2200, "a" * 32), key=PURCHASES)
    assert list(late_changes_of(db, "harbour", DateRange.of_day(DAY))) == [PURCHASES]
    assert late_changes_of(db, "harbour", DateRange.of_day(DAY + timedelta(days=1))) == {}
    assert late_changes_of(db, "kauri", DateRange.of_day(DAY)) == {}


def test_digests_of_another_version_are_not_compared_and_the_next_ones_are(db: Database) -> None:
    read(db, sale("1"), at=READ_AT)
    assert read(db, sale("1", digest="eeee"), sale("2"), version=2) == 0
    assert read(db, sale("1", digest="eeee"), version=2, at=LATER + timedelta(days=1)) == 1
    assert late_changes_of(db, "harbour", DateRange.of_day(DAY))[SALES][0].first_read_at == READ_AT


def test_names_from_a_till_are_kept_on_one_line(db: Database) -> None:
    read(db, at=READ_AT)
    read(db, Record("sales", "a\x00b", "receipt \x1b[31m\n" + "9" * 100, 100, "f" * 32))
    assert told(db) == [("receipt ?[31m?" + "9" * 65 + "…", "added", None, 100)]


def test_two_runs_at_once_tell_a_difference_once(db: Database) -> None:
    read(db, sale("1"), at=READ_AT)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(4):
                read(db, sale("1"), sale("2"))
        except BaseException as error:
            failures.append(error)

    _at_once(work, work, work)
    assert (failures, told(db)) == ([], [("receipt 2", "added", None, 1100)])


def _at_once(*work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def settled(db: Database, *records: Record, minutes: int = 0) -> str:
    """Settle the cafe's sales from these records."""
    found = result(journal(), read_minutes=minutes)
    return settle_stream(db, replace(found, records=reading(*records)), approval_required=False, posted_changes="hold", now=db.now())


def test_settling_compares_and_records_in_one_transaction(db: Database) -> None:
    settled(db, sale("1"))
    settled(db, sale("1"), sale("2"), minutes=5)
    settled(db, minutes=2)
    assert told(db) == [("receipt 2", "added", None, 1100)]


def test_what_fails_while_settling_tells_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(db, sale("1"))
    monkeypatch.setattr("tillpost.store.streams._judge", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        settled(db, sale("1"), sale("2"), minutes=5)
    monkeypatch.undo()
    assert told(db) == []
    settled(db, sale("1"), sale("2"), minutes=6)
    assert told(db) == [("receipt 2", "added", None, 1100)]


def test_a_stream_that_is_opened_again_keeps_what_was_read(db: Database) -> None:
    settled(db, sale("1"))
    reopen(db, SALES, "It waits.", datetime(2026, 10, 5, tzinfo=UTC))
    settled(db, sale("1", 900), minutes=5)
    assert told(db) == [("receipt 1", "changed", 1100, 900)]


def test_a_result_without_records_leaves_the_last_reading_alone(db: Database) -> None:
    settled(db, sale("1"))
    settle_stream(db, result(journal(), read_minutes=5), approval_required=False, posted_changes="hold", now=db.now())
    assert read(db, sale("1"), at=READ_AT + timedelta(minutes=6)) == 0


def test_a_day_of_500_sales_takes_little_room(db: Database) -> None:
    sales = [Record("sales", f"{n:07}", f"receipt {n}, register {n % 4}", n * 37, hashlib.md5(b"%d" % n).hexdigest()) for n in range(500)]
    read(db, *sales, at=READ_AT)
    with db.read() as tx:
        assert len(tx.execute(select(last_reading.c.records)).scalar_one()) < 13_000


@pytest.mark.parametrize("statement", ["UPDATE late_change SET name = 'nobody'", "DELETE FROM late_change"])
def test_the_record_of_late_changes_can_only_grow(db: Database, statement: str) -> None:
    read(db, at=READ_AT)
    read(db, sale("1"))
    with pytest.raises(StoreError, match="late_change is append-only"), db.write() as tx:
        tx.execute(text(statement))
    assert told(db) == [("receipt 1", "added", None, 1100)]
