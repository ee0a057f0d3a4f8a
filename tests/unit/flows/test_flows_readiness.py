"""A business date is taken only when it is over and complete: half a day is never taken for a whole one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.unit.checks.checks_facts import DAY, Row, facts, movement, sale, store
from tillpost.flows.readiness import Readiness

# The business date of 3 March 2026 ends at 04:00 on the 4th in Melbourne (daylight saving, UTC+11).
END = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 9, tzinfo=UTC)
CAFE = store()
NO_TRADE = (
    "No shift and no sale: either nothing has arrived yet, or the store did not trade. If it did not, add the date to "
    "closed_dates (or the weekday to closed_weekdays) of the store in tillpost.yml."
)


def shift(shift_id: str, state: str, day: date = DAY) -> Row:
    """A shift of the cafe."""
    return {"shift_id": shift_id, "store_id": "cafe", "business_date": day, "state": state}


def readiness(
    folder: Path, tables: Mapping[str, list[Row]], now: datetime = LATER, as_of: Mapping[str, datetime] | None = None
) -> Readiness:
    """What the facts of the cafe say."""
    return Readiness(facts(folder, tables), as_of or {}, now)


def test_a_day_that_is_not_over(tmp_path: Path) -> None:
    said = "The trading day is not over yet: it ends at 04:00 on the day after (Australia/Melbourne)."
    trade = {"sales": [sale()], "shifts": [shift("1", "closed")]}
    assert readiness(tmp_path / "a", trade, datetime(2026, 3, 3, 16, 59, 59, tzinfo=UTC)).why_not(CAFE, DAY) == said
    assert readiness(tmp_path / "b", trade, END).why_not(CAFE, DAY) == ""


def test_the_end_is_the_stores_own_not_the_organisations(tmp_path: Path) -> None:
    brisbane = replace(CAFE, clock=replace(CAFE.clock, zone="Australia/Brisbane"))
    assert "Australia/Brisbane" in readiness(tmp_path, {"sales": [sale()]}, END).why_not(brisbane, DAY)


def test_a_pos_database_that_is_behind(tmp_path: Path) -> None:
    behind = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
    said = "The POS database is complete up to 2026-03-03 11:30 UTC only; the date ends at 2026-03-03 17:00 UTC."
    trade = {"sales": [sale()]}
    assert readiness(tmp_path / "a", trade, as_of={"cafe": behind}).why_not(CAFE, DAY) == said
    assert readiness(tmp_path / "b", trade, as_of={"cafe": END}).why_not(CAFE, DAY) == ""
    assert readiness(tmp_path / "c", trade, as_of={"bar": behind}).why_not(CAFE, DAY) == ""


@pytest.mark.parametrize(
    ("ready_when", "states", "said"),
    [
        ("closed", ["closed", "reconciled"], ""),
        ("closed", ["closed", "open"], "1 of 2 shifts are not closed yet."),
        ("reconciled", ["closed", "reconciled", "open"], "2 of 3 shifts are not closed and reconciled yet."),
        ("reconciled", ["reconciled", "reconciled"], ""),
    ],
)
def test_every_shift_must_be_finished(tmp_path: Path, ready_when: str, states: list[str], said: str) -> None:
    tables = {"sales": [sale()], "shifts": [shift(str(n), state) for n, state in enumerate(states)]}
    assert readiness(tmp_path, tables).why_not(replace(CAFE, ready_when=ready_when), DAY) == said


def test_shifts_of_other_dates_say_nothing(tmp_path: Path) -> None:
    tables = {"sales": [sale()], "shifts": [shift("1", "open", date(2026, 3, 4))]}
    assert readiness(tmp_path, tables).why_not(CAFE, DAY) == ""


def test_a_date_without_shift_and_trade_is_open_unless_the_store_is_closed(tmp_path: Path) -> None:
    quiet = readiness(tmp_path, {"sales": []})
    assert quiet.why_not(CAFE, DAY) == NO_TRADE
    assert quiet.why_not(replace(CAFE, closed_weekdays=(1,)), DAY) == "", "3 March 2026 is a Tuesday"
    assert quiet.why_not(replace(CAFE, closed_weekdays=(2,)), DAY) == NO_TRADE
    assert quiet.why_not(replace(CAFE, closed_dates=(DAY,)), DAY) == ""


@pytest.mark.parametrize(
    "tables",
    [
        {"sales": [sale()]},
        {"movements": [movement("paid_out", 500, function_code="PETTY_CASH", tender_code="CASH")]},
        {
            "gl_entries": [
                {"entry_id": "1", "line_no": "1", "store_id": "cafe", "business_date": DAY, "account_code": "1200", "amount_cents": 1}
            ]
        },
        {"shifts": [shift("1", "closed")]},
    ],
    ids=["a sale", "a movement", "a ledger entry", "a shift without a sale"],
)
def test_any_trade_or_a_finished_shift_is_enough(tmp_path: Path, tables: dict[str, list[Row]]) -> None:
    assert readiness(tmp_path, tables).why_not(CAFE, DAY) == ""
