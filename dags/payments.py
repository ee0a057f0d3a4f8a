"""### Payments: from Xero back to the stores

Reads what was paid in Xero since the last look (invoices, bills, credit notes and their payments) into Tillpost's database,
and writes the status back into the POS of those stores that have a `payment_status_connection` in tillpost.yml.

**When.** Every hour. It looks a little further back than its last look and writes by key, so that running it again, or
after a pause, is safe and loses nothing.

**Waiting.** When Xero's quota is spent, the task goes back to the scheduler (*up for reschedule*) and goes on by itself.

**A red run.** *Not authorised*: told by one red run, then it waits; mend the Xero connection and the next run goes on. *POS
unreachable*: the status is kept in Tillpost's database and is written at the next run.
"""

# Airflow's decorators carry no types here.
# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable, dag, task

from tillpost.organisations import Organisation
from tillpost_airflow import DEFAULTS, FIRST_DATE, RETRY_UNLESS_CONFIGURATION, Json, organisations

HOURLY = "37 * * * *"


@task(retries=2, retry_policy=RETRY_UNLESS_CONFIGURATION)
def pull(organisation: str) -> Json:
    from tillpost.flows.pull import pull_payments
    from tillpost_airflow import airflow_site, hand_back_until

    return hand_back_until(pull_payments(airflow_site(), organisation))


def payments(organisation: Organisation) -> DAG:
    key = organisation.key

    @dag(
        dag_id=f"payments_{key}",
        schedule=CronTriggerTimetable(HOURLY, timezone="UTC"),
        start_date=FIRST_DATE,
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        tags=["tillpost", "payments", key],
        doc_md=__doc__,
    )
    def flow() -> None:
        pull(key)

    return flow()


for each in organisations():
    payments(each)
