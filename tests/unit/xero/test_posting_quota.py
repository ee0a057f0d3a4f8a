"""The budget of calls: counted before they leave, shared through the database, corrected by Xero's headers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.unit.store.databases import Watch, db, db_url, template, watch  # noqa: F401
from tillpost.errors import RateLimited
from tillpost.posting_rules import PostingRules
from tillpost.store.calls import begin_call
from tillpost.store.database import Database
from tillpost.xero.patience import PatientMeter
from tillpost.xero.quota import Quota, Standing

# ruff: noqa: F811  (fixtures are imported by name)


def call(quota: Quota, times: int = 1, **headers: str) -> None:
    """Calls one after the other, each answered at once with these headers."""
    for _ in range(times):
        quota.before_call()({name.replace("_", "-"): value for name, value in headers.items()})


def refused(quota: Quota) -> tuple[str, datetime]:
    """The limit that lets no call leave, and until when."""
    with pytest.raises(RateLimited) as caught:
        quota.before_call()
    return caught.value.problem, caught.value.until


def used(quota: Quota) -> tuple[int, int]:
    """What may still leave in this minute and today."""
    standing = quota.standing()
    return standing.minute_left, standing.day_left


def test_the_minute_keeps_two_calls_and_says_when_it_goes_on(db: Database, watch: Watch) -> None:
    one, other = Quota(db, "harbour", watch), Quota(db, "harbour", watch)
    call(one, 30)
    watch.advance(20)
    call(other, 28)
    assert refused(one) == ("minute", watch() + timedelta(seconds=41))
    assert used(other) == (0, 4_942)
    call(Quota(db, "kauri", watch), 1)
    watch.advance(41)
    call(one, 30)
    assert refused(one) == ("minute", watch() + timedelta(seconds=20))


def test_a_refused_call_is_not_counted(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch, minute=3, keep=0)
    call(quota, 3)
    for _ in range(5):
        refused(quota)
    assert used(quota) == (0, 4_997)


def test_the_day_rolls(db: Database, watch: Watch) -> None:
    quota, first = Quota(db, "harbour", watch, PostingRules(calls_a_day=4)), watch()
    for _ in range(4):
        call(quota)
        watch.advance(minutes=60)
    assert refused(quota) == ("day", first + timedelta(days=1, seconds=1))
    watch.time = first + timedelta(days=1, seconds=1)
    call(quota)
    assert used(quota) == (57, 0)


def test_retry_after_stops_everybody_until_then(db: Database, watch: Watch) -> None:
    call(Quota(db, "harbour", watch), Retry_After="73451", X_Rate_Limit_Problem="day", X_DayLimit_Remaining="0")
    with pytest.raises(
        RateLimited, match=r"The day limit of calls to Xero is reached for harbour: nothing was sent\. Go on at 2026-10-05 14:24:11 UTC\."
    ) as caught:
        Quota(db, "harbour", watch).before_call()
    assert caught.value.until == watch() + timedelta(seconds=73_451)
    # A later answer of a call that left before, and a shorter wait, change nothing of it.
    assert Quota(db, "harbour", watch).standing().blocked_until == caught.value.until
    watch.advance(73_452)
    call(Quota(db, "harbour", watch))


def test_a_shorter_wait_does_not_end_a_longer_one(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    early = quota.before_call()
    watch.advance(1)
    call(quota, Retry_After="7200", X_Rate_Limit_Problem="day")
    early({"X-Rate-Limit-Problem": "concurrent"})
    assert refused(quota) == ("day", watch() + timedelta(hours=2))


def test_the_limit_of_a_minute_is_learnt_from_the_first_answer(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    call(quota, X_MinLimit_Remaining="11", x_daylimit_remaining="900")
    watch.advance(1)
    call(quota, 9)
    assert refused(quota) == ("minute", watch() + timedelta(seconds=60))
    # Another window of Xero's has begun, and says so.
    watch.advance(60)
    call(quota, X_MinLimit_Remaining="59", x_daylimit_remaining="890")
    call(quota, 48)
    assert refused(quota)[0] == "minute"


def test_the_tier_is_learnt_from_the_first_answer(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    assert used(quota) == (58, 5_000)
    call(quota, X_MinLimit_Remaining="59", X_DayLimit_Remaining="999")
    assert (quota.standing().day_limit, used(quota)) == (1_000, (57, 999))
    assert Quota(db, "harbour", watch, PostingRules(calls_a_day=300)).standing().day_limit == 300


def test_a_day_that_is_spent_waits_for_its_own_calls_to_pass_without_asking(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    call(quota, X_DayLimit_Remaining="999")
    with db.write() as tx:
        for n in range(998):
            begin_call(tx, "harbour", "", watch() + timedelta(seconds=n), timedelta())
    watch.advance(minutes=60)
    call(quota, X_DayLimit_Remaining="0")
    assert quota.standing().day_limit == 1_000
    assert refused(quota) == ("day", watch() + timedelta(hours=23, seconds=1))


def test_an_answer_of_a_call_that_left_earlier_says_nothing_new(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    slow = quota.before_call()
    watch.advance(1)
    call(quota, X_MinLimit_Remaining="3", X_DayLimit_Remaining="4000")
    slow({"X-MinLimit-Remaining": "40", "X-DayLimit-Remaining": "4040"})
    assert used(quota) == (1, 4_000)


def test_a_day_that_others_have_spent_is_asked_again_after_an_hour(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    call(quota, X_DayLimit_Remaining="0")
    assert refused(quota) == ("day", watch() + timedelta(hours=1))
    watch.advance(minutes=60)
    call(quota)


def test_headers_that_are_missing_or_rubbish_change_nothing(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    call(quota)
    call(quota, X_MinLimit_Remaining="soon", X_DayLimit_Remaining="9" * 40, Retry_After="tomorrow")
    call(quota, X_MinLimit_Remaining="\u0663", Retry_After="-5")
    call(quota, 55)


def test_only_one_call_at_a_time_has_yet_to_prove_that_it_was_let_in(db: Database, watch: Watch) -> None:
    one, other = Quota(db, "harbour", watch), Quota(db, "harbour", watch)
    answered = one.before_call()
    assert refused(other) == ("concurrent", watch() + timedelta(seconds=0.8))
    answered({})
    other.before_call()
    watch.advance(0.8)
    one.before_call()


def test_five_calls_at_once_and_the_slot_of_a_dead_process(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    for _ in range(5):
        quota.before_call()
        watch.advance(1)
    assert refused(quota) == ("concurrent", watch() + timedelta(seconds=1))
    call(Quota(db, "kauri", watch))
    watch.advance(174)
    refused(quota)
    watch.advance(1)
    assert quota.room(in_flight=4, backfill=False) is None
    quota.before_call()


def test_the_poster_counts_what_it_has_claimed(db: Database, watch: Watch) -> None:
    limit = Quota(db, "harbour", watch).room(in_flight=5, backfill=False)
    assert limit is not None and (limit.problem, limit.until) == ("concurrent", watch() + timedelta(seconds=1))
    assert used(Quota(db, "harbour", watch)) == (58, 5_000)


def test_too_many_at_once_is_learnt_for_an_hour(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    first = quota.before_call()
    watch.advance(1)
    quota.before_call()
    watch.advance(1)
    call(quota, X_Rate_Limit_Problem="concurrent", X_MinLimit_Remaining="57")
    assert refused(quota) == ("concurrent", watch() + timedelta(seconds=1))
    watch.advance(1)
    assert refused(quota) == ("concurrent", watch() + timedelta(seconds=1))
    first({})
    quota.before_call()
    watch.advance(minutes=60)
    for _ in range(5):
        quota.before_call()
        watch.advance(1)


def test_a_minute_that_xero_refuses_passes_as_a_whole_and_its_limit_is_learnt_anew(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    call(quota, 30, X_MinLimit_Remaining="30", X_DayLimit_Remaining="4970")
    call(quota, Retry_After="7", X_Rate_Limit_Problem="Minute", X_MinLimit_Remaining="0", X_DayLimit_Remaining="4970")
    assert refused(quota) == ("minute", watch() + timedelta(seconds=61))
    watch.advance(61)
    call(quota, X_MinLimit_Remaining="19", X_DayLimit_Remaining="4969")
    watch.advance(1)
    call(quota, 17)
    assert refused(quota) == ("minute", watch() + timedelta(seconds=60))


def test_an_app_wide_refusal_stops_all_organisations_of_the_app(db: Database, watch: Watch) -> None:
    harbour, kauri = Quota(db, "harbour", watch, app="app-1"), Quota(db, "kauri", watch, app="app-1")
    call(harbour, X_Rate_Limit_Problem="app-minute", X_AppMinLimit_Remaining="0")
    assert refused(kauri) == ("appminute", watch() + timedelta(seconds=60))
    call(Quota(db, "rimu", watch, app="app-2"))
    watch.advance(61)
    call(kauri)


def test_what_the_app_has_left_is_shared_by_its_organisations(db: Database, watch: Watch) -> None:
    harbour, kauri = Quota(db, "harbour", watch, app="app-1"), Quota(db, "kauri", watch, app="app-1")
    call(harbour, X_AppMinLimit_Remaining="2", X_MinLimit_Remaining="59")
    watch.advance(1)
    call(kauri, 2)
    assert refused(harbour) == ("appminute", watch() + timedelta(seconds=60))
    call(Quota(db, "rimu", watch, app="app-2"))


def test_a_backfill_leaves_a_share_of_the_day_to_the_night(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch, PostingRules(calls_a_day=100, kept_for_nights=30), minute=1_000)
    first = watch()
    call(quota, 69)
    assert quota.room(in_flight=0, backfill=True) is None
    watch.advance(60)
    call(quota)
    limit = quota.room(in_flight=0, backfill=True)
    assert limit is not None and str(limit) == (
        "The calls of a day for older dates are used up for harbour; the rest is kept for the nightly run. "
        "Go on at 2026-10-05 18:00:01 UTC."
    )
    assert (limit.until, quota.room(in_flight=0, backfill=False)) == (first + timedelta(days=1, seconds=1), None)
    call(quota, 30)
    assert refused(quota)[0] == "day"


def test_a_backfill_believes_xero_that_the_share_is_reached(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    call(quota, X_MinLimit_Remaining="59", X_DayLimit_Remaining="4999")
    assert quota.room(in_flight=0, backfill=True) is None
    call(quota, X_MinLimit_Remaining="58", X_DayLimit_Remaining="500")
    limit = quota.room(in_flight=0, backfill=True)
    assert limit is not None and limit.until == watch() + timedelta(hours=1)
    assert quota.room(in_flight=0, backfill=False) is None


def test_the_standing_tells_what_is_left(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    times = []
    for _ in range(2):
        times.append(watch())
        call(quota)
        watch.advance(minutes=2)
    assert quota.standing() == Standing(58, 4_998, 5_000, None, tuple(times))
    call(quota, Retry_After="7200", X_Rate_Limit_Problem="day", X_DayLimit_Remaining="0")
    assert quota.standing().blocked_until == watch() + timedelta(hours=2)


def test_a_patient_meter_waits_for_seconds_and_no_longer(db: Database, watch: Watch) -> None:
    quota, waited = Quota(db, "harbour", watch), []

    def wait(seconds: float) -> None:
        waited.append(round(seconds, 3))
        watch.advance(seconds)

    patient = PatientMeter(quota, watch, wait, 75)
    quota.before_call()
    patient.before_call()({})
    call(quota, 56)
    patient.before_call()({})
    assert waited == [0.8, 60.2]
    watch.advance(1)
    call(quota, Retry_After="80", X_Rate_Limit_Problem="day")
    with pytest.raises(RateLimited):
        patient.before_call()
    assert waited == [0.8, 60.2]


def test_a_refusal_that_names_nothing_stops_everybody_for_a_minute(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    quota.before_call()({}, 429)
    assert refused(Quota(db, "harbour", watch)) == ("minute", watch() + timedelta(seconds=61))
    watch.advance(61)
    quota.before_call()({"Retry-After": "300"}, 429)
    assert refused(quota) == ("minute", watch() + timedelta(seconds=300))
    watch.advance(301)
    call(quota, X_MinLimit_Remaining="50")
    watch.advance(1)
    call(quota, 2)


def test_the_name_of_a_limit_reaches_a_message_as_one_line(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    call(quota, X_Rate_Limit_Problem="\x1b[31m\nred", Retry_After="9")
    assert refused(quota) == ("[31m red", watch() + timedelta(seconds=9))


def ahead(db: Database, watch: Watch) -> Quota:
    """A budget that was used while the clock was a month ahead; the clock is right now."""
    quota = Quota(db, "harbour", watch, app="app-1")
    watch.advance(minutes=30 * 24 * 60)
    return quota


def mend(watch: Watch) -> None:
    """Put the clock right."""
    watch.advance(minutes=-30 * 24 * 60)


def test_calls_counted_by_a_clock_that_was_ahead_count_for_nothing(db: Database, watch: Watch) -> None:
    quota = ahead(db, watch)
    call(quota, 56)
    call(quota, X_MinLimit_Remaining="3", X_DayLimit_Remaining="4943")
    mend(watch)
    assert quota.standing() == Standing(58, 5_000, 5_000, None, ())
    call(quota, 58)
    assert refused(quota) == ("minute", watch() + timedelta(seconds=61))


def test_a_call_of_a_clock_that_is_a_little_ahead_counts(db: Database, watch: Watch) -> None:
    quota = Quota(db, "harbour", watch)
    watch.advance(60)
    call(quota, 58)
    watch.advance(-60)
    assert refused(quota) == ("minute", watch() + timedelta(seconds=121))


def test_calls_under_way_by_a_clock_that_was_ahead_hold_no_slot(db: Database, watch: Watch) -> None:
    quota = ahead(db, watch)
    for _ in range(5):
        quota.before_call()
        watch.advance(1)
    watch.advance(-5)
    mend(watch)
    quota.before_call()


@pytest.mark.parametrize("problem", ["day", "concurrent", "app-minute"])
def test_a_refusal_met_by_a_clock_that_was_ahead_is_forgotten_and_a_new_one_counts(db: Database, watch: Watch, problem: str) -> None:
    quota = ahead(db, watch)
    call(quota, X_DayLimit_Remaining="0", X_Rate_Limit_Problem=problem, Retry_After="40000")
    mend(watch)
    first = quota.before_call()
    watch.advance(1)
    second = quota.before_call()
    first({"X-MinLimit-Remaining": "3", "X-DayLimit-Remaining": "990"})
    second({"X-Rate-Limit-Problem": "day", "Retry-After": "7200"})
    assert refused(quota) == ("day", watch() + timedelta(hours=2))
