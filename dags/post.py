"""### Post: from the outbox into Xero

Sends every released document of the organisation to Xero, each exactly once, in chunks of at most 50, inside Xero's limits.

**When.** As soon as a prepare run has released something, and every hour: the hour picks up what was released by hand, while
this DAG was paused, or by a run that died. One run at a time; a second poster finds the lease taken and leaves.

**Long work.** When Xero's quota is spent, and after ten minutes of work, the task goes back to the scheduler
(*up for reschedule*) and goes on by itself. That is no failure and needs nobody.

**A red run.**
* *Not authorised*: Xero does not accept the connection. One red run tells it; from then on documents wait without red runs, and each
  run tries quietly. Mend it (Admin, Connections, or `tillpost connect`) and the next run goes on. `tillpost connections` shows the state.
* *Unreachable*: tried again every hour; documents wait in the outbox.
* *Refused* by Xero, or *held* for a person (a bill that somebody may have typed by hand): `tillpost status` and the report name each
  with the reason. Everything else is posted. A document turns one run red, not every hour.
* *Not on record here*: Xero holds documents of ours that this database does not know, because it was lost or restored from an older
  copy. Nothing is sent until `tillpost recover` has read them back.

Clearing or triggering it at any time is safe: what is posted is never sent again.
"""

# Airflow's decorators carry no types here.
# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, dag, task

from tillpost.organisations import Organisation
from tillpost_airflow import DEFAULTS, FIRST_DATE, RETRY_UNLESS_CONFIGURATION, Json, organisations, outbox

HOURLY = "7 * * * *"


@task(retries=2, retry_policy=RETRY_UNLESS_CONFIGURATION)
def post(organisation: str, holder: str) -> Json:
    from tillpost.flows.post import post as post_outbox
    from tillpost_airflow import airflow_site, begin_of_this_run, hand_back_until

    return hand_back_until(post_outbox(airflow_site(), organisation, holder=holder, since=begin_of_this_run()))


@task(retries=0)
def report_refused(result: Json) -> None:
    from tillpost_airflow import complain_of_refused

    complain_of_refused(result)


def poster(organisation: Organisation) -> DAG:
    key = organisation.key

    @dag(
        dag_id=f"post_{key}",
        schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable(HOURLY, timezone="UTC"), assets=outbox(key)),
        start_date=FIRST_DATE,
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        tags=["tillpost", "post", key],
        doc_md=__doc__,
    )
    def flow() -> None:
        report_refused(post(key, "{{ run_id }} try {{ ti.try_number }}"))

    return flow()


for each in organisations():
    poster(each)
