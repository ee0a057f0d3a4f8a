"""What the DAG files share: the organisations, the way to connections, the business dates of a run, and waiting for Xero.

The only place where Tillpost and Airflow meet besides the DAG files and the plugin. It is imported at parse time, so that
pandas, Great Expectations and xero-python must stay out of its imports.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import Asset, BaseHook, ExceptionRetryPolicy, Param, RetryAction, RetryRule, get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException, AirflowRescheduleException

from tillpost.config import Settings, Site, load_site
from tillpost.connection import Connection, connection_from_environment, texts_of
from tillpost.errors import ConfigError
from tillpost.organisations import Organisation, load_organisations

# What Airflow hands from task to task as JSON: values of the flows' own types (tillpost.flows).
Json = Any
# Backfills reach back to here; the stores' own `starts_on` decides what may be posted.
FIRST_DATE = datetime(2020, 1, 1, tzinfo=UTC)
# The delay between tries is Airflow's own setting (core.default_task_retry_delay).
DEFAULTS: dict[str, Any] = {"owner": "tillpost", "retries": 1}
DATE_FORM = {"type": ["null", "string"], "format": "date"}

# Neither mends itself by waiting: somebody has to change a file or a connection first.
RETRY_UNLESS_CONFIGURATION = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=["tillpost.errors.ConfigError", "tillpost.errors.XeroAuthError"],
            action=RetryAction.FAIL,
            reason="mend the configuration or the connection, then clear this task",
        )
    ]
)


def organisations() -> Iterator[Organisation]:
    """The organisations of tillpost.yml; ConfigError with file and line shows as this DAG file's import error."""
    yield from load_organisations(Settings.from_environment().include / "tillpost.yml").values()


def outbox(organisation: str) -> Asset:
    """The asset that says: something may be ready to be posted for this organisation."""
    return Asset(name=f"tillpost_outbox_{organisation}", uri=f"tillpost://outbox/{organisation}")


def date_params() -> dict[str, Param]:
    """The trigger form's first and last business date; both are part of the range."""
    either = "Empty: the run's own night."
    return {
        "from": Param(
            None,
            title="First business date",
            description_md=f"The first trading date to prepare, such as 2026-10-01. {either}",
            **DATE_FORM,
        ),
        "to": Param(None, title="Last business date", description_md="Prepared as well. Empty: the first date alone.", **DATE_FORM),
    }


def airflow_site() -> Site:
    """The site of this installation, with connections of the environment or of Airflow."""
    return load_site(connections=airflow_connection)


def airflow_connection(conn_id: str) -> Connection:
    """The connection of ``AIRFLOW_CONN_<ID>``, or else the one that Airflow keeps; ConfigError if there is neither."""
    if os.environ.get(f"AIRFLOW_CONN_{conn_id.upper()}"):
        return connection_from_environment(conn_id)
    try:
        found = BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        remedy = f"create it in Airflow (Admin, Connections) or set AIRFLOW_CONN_{conn_id.upper()}."
        raise ConfigError(f"connection {conn_id!r} is not known: {remedy}", value=conn_id) from None
    return Connection(
        conn_id=conn_id,
        conn_type=found.conn_type or "",
        host=found.host or "",
        port=found.port,
        login=found.login or "",
        password=found.password or "",
        schema=found.schema or "",
        extra=texts_of(found.extra_dejson),
    )


def dates_of_this_run(organisation: Organisation) -> dict[str, Any]:
    """``from_date``, ``to_date`` (half-open, ISO text) and ``nightly`` of the running task's DAG run."""
    context = get_current_context()
    run = context["dag_run"]
    first, end = business_dates(context["params"], run.data_interval_start, run.run_after, organisation)
    asked_for = bool(context["params"].get("from")) or run.run_type == "backfill"
    return {"from_date": first.isoformat(), "to_date": end.isoformat(), "nightly": not asked_for}


def begin_of_this_run() -> datetime | None:
    """When the running task's DAG run began (aware): a task that was handed back to the scheduler tells of all its stretches."""
    begin: datetime | None = get_current_context()["dag_run"].start_date
    return begin


def business_dates(params: Mapping[str, Any], start: datetime | None, run_after: datetime, organisation: Organisation) -> tuple[date, date]:
    """The business dates of a run, half-open: those of the form, or else the one night of its data interval."""
    first, last = params.get("from"), params.get("to")
    if first:
        return _form_dates(str(first), str(last or first))
    if last:
        raise ConfigError(f"the form names the last date {last!r} without a first one: fill in `from` too.", value=last)
    night = business_date(start, organisation) if start else newest_business_date(run_after, organisation)
    return night, night + timedelta(days=1)


def _form_dates(first: str, last: str) -> tuple[date, date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)
    if end <= start:
        raise ConfigError(f"the form's last date {last} is before its first date {first}.", value=last)
    return start, end


def business_date(start: datetime, organisation: Organisation) -> date:
    """The night of a data interval: the **local** date of its (aware) start. In UTC it would be a day early east of Asia."""
    return start.astimezone(ZoneInfo(organisation.time_zone)).date()


def newest_business_date(moment: datetime, organisation: Organisation) -> date:
    """The last night that was over at `moment`, for a run without a data interval: by the wall clock, as the timetable does it."""
    local = moment.astimezone(ZoneInfo(organisation.time_zone)).replace(tzinfo=None)
    since_midnight = timedelta(hours=organisation.prepare_at.hour, minutes=organisation.prepare_at.minute)
    return (local - since_midnight).date() - timedelta(days=1)


def planned(groups: Json) -> Json:
    """The plan of a run; without one (its task failed) there is nothing to settle, and the run must not look as if there had been."""
    if groups is None:
        raise AirflowFailException("the plan task failed, so that nothing was read: mend what its log names, then clear that task.")
    return groups


def hand_back_until(result: Json) -> Json:
    """The result itself, or, where it names an hour in ``until``, the task goes back to the scheduler until then: no worker waits."""
    if result.get("until"):
        raise AirflowRescheduleException(datetime.fromisoformat(result["until"]))
    return result


def complain_of_refused(result: Json) -> None:
    """Turn the run red where Xero has refused something since it began, or a person has to look: nobody would see it otherwise.

    Once only: what stays refused or held is in the status and the report, and does not turn each hour red.
    """
    if result.get("strangers"):
        raise AirflowFailException(result["why"])
    found = [f"{result[word]} {word}" for word in ("refused", "held") if result.get(word)]
    if found:
        words = " and ".join(found)
        told = "".join(f"\n  * {reason}" for reason in result.get("reasons", []))
        raise AirflowFailException(f"documents {words}; everything else is posted. `tillpost status` names each with its reason.{told}")
