"""Which store-dates a run looks at: by date range, by first date, and at night what is still open and what may have changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.checks.checks_facts import store
from tillpost.config import Settings, Site
from tillpost.connection import Connection
from tillpost.errors import ConfigError
from tillpost.flows.planning import all_store_dates, plan_run, stretches
from tillpost.model.findings import Stream, StreamKey
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation, Store
from tillpost.store.database import open_database
from tillpost.store.streams import StreamResult, settle_stream

MONDAY = date(2026, 3, 2)


def nobody(conn_id: str) -> Connection:
    """Planning needs no connection."""
    raise AssertionError(f"{conn_id} was asked for")


def site_of(folder: Path, *stores: Store, look_back_days: int = 0) -> Site:
    """A site of one organisation; its outbox does not exist yet."""
    known = {s.key: s for s in stores}
    organisation = Organisation(
        "harbour", "Harbour", "AU", "AUD", "Australia/Melbourne", "xero", time(6), known, look_back_days=look_back_days
    )
    return Site(Settings(folder, f"sqlite:///{folder / 'tillpost.db'}", folder), {"harbour": organisation}, nobody)


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., list[tuple[str, str]]]:
    """Plans a run and gives its stores and dates."""

    def planned(from_date: str, to_date: str, *stores: Store, nightly: bool = False, look_back_days: int = 0) -> list[tuple[str, str]]:
        groups = plan_run(site_of(tmp_path, *stores, look_back_days=look_back_days), "harbour", from_date, to_date, nightly=nightly)
        return sorted((key, day) for group in groups for key, days in group["stores"].items() for day in days)

    return planned


def done(folder: Path, key: str, day: date) -> None:
    """A store-date of which nothing is to be sent: both streams are finished."""
    db = open_database(f"sqlite:///{folder / 'tillpost.db'}", migrate=True)
    now = datetime(2026, 3, 9, tzinfo=UTC)
    for kind in Stream:
        result = StreamResult(StreamKey("harbour", key, day, kind), (), (), {}, "", now, "run", "run")
        assert settle_stream(db, result, approval_required=False, posted_changes="hold", now=now) == "nothing_to_send"


def test_stores_are_grouped_by_their_pos_and_dates_are_half_open(tmp_path: Path) -> None:
    site = site_of(tmp_path, store("cafe"), replace(store("hire"), pos="pointofrental"), store("bar"))
    groups = plan_run(site, "harbour", "2026-03-02", "2026-03-04", nightly=False)
    assert groups == [
        {"pos": "idealpos", "stores": {"bar": ["2026-03-02", "2026-03-03"], "cafe": ["2026-03-02", "2026-03-03"]}},
        {"pos": "pointofrental", "stores": {"hire": ["2026-03-02", "2026-03-03"]}},
    ]
    assert len(all_store_dates(groups)) == 6
    assert ("hire", date(2026, 3, 3)) in all_store_dates(groups)
    assert not (tmp_path / "tillpost.db").exists(), "a run by hand asks nothing of the outbox"


def test_a_store_that_has_not_begun_is_left_out(plan: Callable[..., list[tuple[str, str]]]) -> None:
    early, late = store("early"), replace(store("late"), starts_on=date(2026, 3, 3))
    assert plan("2026-03-02", "2026-03-04", early, late) == [("early", "2026-03-02"), ("early", "2026-03-03"), ("late", "2026-03-03")]
    assert plan("2026-03-01", "2026-03-02", late) == []


def test_a_night_takes_up_what_is_still_open_of_four_weeks(tmp_path: Path, plan: Callable[..., list[tuple[str, str]]]) -> None:
    shop = replace(store("cafe"), starts_on=date(2026, 1, 1))
    for day in DateRange(MONDAY - timedelta(days=40), MONDAY):
        if day not in (MONDAY - timedelta(days=28), MONDAY - timedelta(days=29), MONDAY - timedelta(days=3)):
            done(tmp_path, "cafe", day)
    assert plan("2026-03-02", "2026-03-03", shop, nightly=True) == [("cafe", "2026-02-02"), ("cafe", "2026-02-27"), ("cafe", "2026-03-02")]


def test_a_night_reads_the_last_days_again_for_late_changes(tmp_path: Path, plan: Callable[..., list[tuple[str, str]]]) -> None:
    shop = replace(store("cafe"), starts_on=date(2026, 2, 28))
    for day in DateRange(date(2026, 2, 1), MONDAY):
        done(tmp_path, "cafe", day)
    planned = plan("2026-03-02", "2026-03-03", shop, nightly=True, look_back_days=7)
    assert planned == [("cafe", "2026-02-28"), ("cafe", "2026-03-01"), ("cafe", "2026-03-02")]


def test_an_organisation_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tillpost.yml: organisation 'habour' is not in this file\. Allowed: harbour\."):
        plan_run(site_of(tmp_path, store()), "habour", "2026-03-02", "2026-03-03", nightly=False)


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 3, 1))))
def test_stretches_cover_exactly_the_dates_and_never_touch(days: list[date]) -> None:
    ranges = list(stretches(days))
    assert [day for one in ranges for day in one] == sorted(set(days))
    assert all(before.end < after.start for before, after in pairwise(ranges))
