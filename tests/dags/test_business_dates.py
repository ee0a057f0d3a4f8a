"""The business dates of a run: local dates, right on the nights when the clock changes, and the form's dates both included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.dags.conftest import PROJECT
from tillpost.errors import ConfigError
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation, load_organisations
from tillpost_airflow import business_date, business_dates, newest_business_date

ORGANISATIONS = load_organisations(PROJECT / "include" / "tillpost.yml")
# Both changes of 2026 in both countries: forward on 27 September and 4 October, back on 5 April.
SPANS = [
    ("harbour", date(2026, 4, 3), date(2026, 4, 8)),
    ("harbour", date(2026, 10, 2), date(2026, 10, 7)),
    ("kauri", date(2026, 4, 3), date(2026, 4, 8)),
    ("kauri", date(2026, 9, 25), date(2026, 9, 30)),
]


def intervals(dags: dict[str, Any], key: str, first: date, end: date) -> list[tuple[datetime, datetime]]:
    """The data intervals that the DAG's own timetable gives for the runs that begin from local `first` to local `end`."""
    import pendulum
    from airflow.serialization.serialized_objects import DagSerialization

    dag = DagSerialization.from_dict(DagSerialization.to_dict(dags[f"prepare_{key}"]))
    zone = ORGANISATIONS[key].time_zone
    bounds = [pendulum.datetime(day.year, day.month, day.day, tz=zone) for day in (first, end)]
    return [tuple(info.data_interval) for info in dag.iter_dagrun_infos_between(*bounds)]


@pytest.mark.parametrize(("key", "first", "end"), SPANS)
def test_each_run_has_the_local_date_of_its_start(dags: dict[str, Any], key: str, first: date, end: date) -> None:
    found = [business_date(start, ORGANISATIONS[key]) for start, _ in intervals(dags, key, first, end)]
    assert found == list(DateRange(first, end))


@pytest.mark.parametrize(("key", "first", "end"), SPANS)
def test_that_trading_day_is_over_when_the_run_begins(dags: dict[str, Any], key: str, first: date, end: date) -> None:
    organisation = ORGANISATIONS[key]
    for start, stop in intervals(dags, key, first, end):
        days = DateRange.of_day(business_date(start, organisation))
        for store in organisation.stores.values():
            opened, closed = store.clock.utc_bounds(days)
            assert opened < stop and closed <= stop, f"{store.key} {days.start}"
            assert stop - closed <= timedelta(hours=3), "the run is the first one after the store's cut-over"


@pytest.mark.parametrize(("key", "first", "end"), SPANS)
def test_a_run_without_an_interval_finds_the_same_date(dags: dict[str, Any], key: str, first: date, end: date) -> None:
    organisation = ORGANISATIONS[key]
    for start, stop in intervals(dags, key, first, end):
        late = stop + timedelta(hours=22, minutes=59)
        assert [newest_business_date(moment, organisation) for moment in (stop, late)] == [business_date(start, organisation)] * 2
        assert newest_business_date(stop - timedelta(seconds=1), organisation) == business_date(start, organisation) - timedelta(days=1)


def test_the_date_in_utc_would_be_a_day_early() -> None:
    start = datetime(2026, 10, 1, 20, tzinfo=UTC)
    assert start.date() == date(2026, 10, 1)
    assert business_date(start, ORGANISATIONS["harbour"]) == date(2026, 10, 2)


NIGHT = (datetime(2026, 10, 1, 20, tzinfo=UTC), datetime(2026, 10, 2, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (date(2026, 10, 2), date(2026, 10, 3))),
        ({"from": None, "to": None}, (date(2026, 10, 2), date(2026, 10, 3))),
        ({"from": "2026-09-30", "to": None}, (date(2026, 9, 30), date(2026, 10, 1))),
        ({"from": "2026-09-14", "to": "2026-10-11"}, (date(2026, 9, 14), date(2026, 10, 12))),
        ({"from": "2026-10-11", "to": "2026-10-11"}, (date(2026, 10, 11), date(2026, 10, 12))),
    ],
)
def test_the_form_names_the_first_and_the_last_date(params: dict[str, Any], expected: tuple[date, date]) -> None:
    assert business_dates(params, *NIGHT, ORGANISATIONS["harbour"]) == expected


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"to": "2026-10-02"}, "the form names the last date '2026-10-02' without a first one: fill in `from` too."),
        ({"from": "2026-10-02", "to": "2026-10-01"}, "the form's last date 2026-10-01 is before its first date 2026-10-02."),
    ],
)
def test_dates_that_make_no_range_are_refused(params: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        business_dates(params, *NIGHT, ORGANISATIONS["harbour"])
    assert str(caught.value) == message


def test_without_an_interval_the_newest_night_is_taken() -> None:
    organisation: Organisation = ORGANISATIONS["kauri"]
    assert business_dates({}, None, datetime(2026, 10, 3, 0, tzinfo=UTC), organisation) == (date(2026, 10, 2), date(2026, 10, 3))
