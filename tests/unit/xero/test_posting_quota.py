"""The budget of calls: counted before they leave, shared through the database, corrected by Xero's headers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.store.databases import Watch, db, db_url, template, watch  # noqa: F401
from tillpost.errors import RateLimited
from tillpost.store.database import Database
from tillpost.xero.quota import Quota

# ruff: noqa: F811  (fixtures are imported by name)


def call(quota: Quota, times: int) -> None:
    for _ in range(times):
        quota.before_call()


def test_the_minute_keeps_two_calls_and_says_when_it_goes_on(db: Database, watch: Watch) -> None:
    one, other = Quota(db, "harbour", watch), Quota(db, "harbour", watch)
    call(one, 30)
    watch.advance(20)
    call(other, 28)
    with pytest.raises(RateLimited) as caught:
        one.before_call()
    assert (caught.value.problem, caught.value.until) == ("minute", watch() + timedelta(seconds=40))
    assert other.used() == (58, 58)
    call(Quota(db, "kauri", watch), 1)
    watch.time = caught.value.until
    call(one, 30)
    with pytest.raises(RateLimited):
        one.before_call()


def test_a_refused_call_is_not_counted(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch, minute=3, keep=0)
    call(quota, 3)
    for _ in range(5):
        with pytest.raises(RateLimited):
            quota.before_call()
    assert quota.used() == (3, 3)


def test_the_day_rolls(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch, day=4)
    first = watch()
    for _ in range(4):
        call(quota, 1)
        watch.advance(minutes=60)
    with pytest.raises(RateLimited) as caught:
        quota.before_call()
    assert (caught.value.problem, caught.value.until) == ("day", first + timedelta(days=1))
    watch.time = caught.value.until
    call(quota, 1)
    assert quota.used() == (1, 4)


def test_retry_after_stops_everybody_until_then(db: Database, watch: Watch) -> None:
    Quota(db, "harbour", watch).observe({"Retry-After": "73451", "X-Rate-Limit-Problem": "day", "X-DayLimit-Remaining": "0"})
    with pytest.raises(
        RateLimited, match=r"The day limit of calls to Xero is reached for harbour: nothing was sent\. Go on at 2026-10-05 14:24:11 UTC\."
    ) as caught:
        Quota(db, "harbour", watch).before_call()
    assert caught.value.until == watch() + timedelta(seconds=73_451)
    watch.advance(73_452)
    call(Quota(db, "harbour", watch), 1)


def test_what_others_used_is_learnt_from_the_headers(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    call(quota, 1)
    quota.observe({"X-MinLimit-Remaining": "2", "x-daylimit-remaining": "900"})
    watch.advance(1)
    call(quota, 2)
    with pytest.raises(RateLimited) as caught:
        quota.before_call()
    assert caught.value.until == watch() + timedelta(seconds=59)
    quota.observe({"X-MinLimit-Remaining": "30", "X-DayLimit-Remaining": "898"})
    call(quota, 1)


def test_a_day_that_is_spent_without_a_time_is_tried_again_after_an_hour(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    quota.observe({"X-DayLimit-Remaining": "0"})
    with pytest.raises(RateLimited) as caught:
        quota.before_call()
    assert (caught.value.problem, caught.value.until) == ("day", watch() + timedelta(hours=1))
    watch.time = caught.value.until
    call(quota, 1)


def test_headers_that_are_missing_or_rubbish_change_nothing(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    quota.observe({})
    quota.observe({"X-MinLimit-Remaining": "soon", "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})
    call(quota, 58)
