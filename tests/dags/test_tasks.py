"""How a task waits and when it is not tried again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk import RetryAction
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

import tillpost_airflow
from tillpost.errors import ConfigError, TillpostError, XeroAuthError, XeroUnavailable


def test_a_task_goes_back_until_the_hour_that_the_flow_names() -> None:
    with pytest.raises(AirflowRescheduleException) as caught:
        tillpost_airflow.hand_back_until({"posted": 50, "until": "2026-10-03T01:02:03+00:00"})
    assert caught.value.reschedule_date == datetime(2026, 10, 3, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize("result", [{"posted": 3, "until": None}, {"changed": 1}])
def test_a_task_that_need_not_wait_returns_its_result(result: dict[str, Any]) -> None:
    assert tillpost_airflow.hand_back_until(result) is result


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (ConfigError("x"), RetryAction.FAIL),
        (XeroAuthError("x"), RetryAction.FAIL),
        (XeroUnavailable("x"), RetryAction.DEFAULT),
        (TillpostError("x"), RetryAction.DEFAULT),
        (OSError("x"), RetryAction.DEFAULT),
    ],
)
def test_what_only_a_person_can_mend_is_not_tried_again(error: Exception, action: RetryAction) -> None:
    decision = tillpost_airflow.RETRY_UNLESS_CONFIGURATION.evaluate(error, 1, 2)
    assert decision.action == action


def test_without_a_plan_there_is_nothing_to_settle() -> None:
    with pytest.raises(AirflowFailException):
        tillpost_airflow.planned(None)
    assert tillpost_airflow.planned([]) == []


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"refused": 2, "held": 0}, "documents 2 refused; everything else is posted. `tillpost status` names each with its reason."),
        (
            {"refused": 1, "held": 3},
            "documents 1 refused and 3 held; everything else is posted. `tillpost status` names each with its reason.",
        ),
    ],
)
def test_what_xero_refuses_turns_the_run_red(counts: dict[str, int], words: str) -> None:
    with pytest.raises(AirflowFailException) as caught:
        tillpost_airflow.complain_of_refused({"posted": 5, **counts})
    assert str(caught.value) == words


def test_documents_of_ours_that_are_not_on_record_turn_the_run_red() -> None:
    with pytest.raises(AirflowFailException, match=r"^Run: tillpost recover$"):
        tillpost_airflow.complain_of_refused({"strangers": 2, "why": "Run: tillpost recover", "refused": 0, "held": 0})


def test_a_red_run_tells_the_first_reasons() -> None:
    with pytest.raises(AirflowFailException) as caught:
        tillpost_airflow.complain_of_refused(
            {"refused": 1, "held": 0, "reasons": ["Journal TP/cafe was refused: Account archived. Restore it."]}
        )
    assert str(caught.value).splitlines()[1:] == ["  * Journal TP/cafe was refused: Account archived. Restore it."]


def test_a_run_without_refusals_stays_green() -> None:
    tillpost_airflow.complain_of_refused({"posted": 5, "refused": 0, "held": 0, "unknown": 1})
