"""### Prepare: from the tills to the outbox

Reads one night of every store of the organisation out of its POS, checks it, turns it into documents and releases each
stream (a store's sales, or its purchases, of one business date) that is right. The post DAG then sends it to Xero.

**When.** Every day at `prepare_at` of tillpost.yml, in the organisation's own time zone, for the trading date that has just
ended: the run of 2 October begins on 3 October. It also takes up the store-dates of the last weeks that are still open, and
reads the last days again for late changes: what was added, changed or deleted in the POS since then is named in the log of
`settle`, in the report and by `tillpost status --late`.

**Other dates.** *Trigger*, with the first and the last business date in the form: a month or a year in one run. For
missed nights there is Airflow's backfill, one run per date; give the offset, since Airflow reads bare dates as UTC:
`airflow backfill create --dag-id prepare_<organisation> --from-date 2026-10-02T00:00:00+10:00 --to-date 2026-10-04T00:00:00+10:00`
prepares 2 and 3 October. Preparing a date again changes nothing where the facts are the same.

**A red run** means that something is missing or held; everything else was released. The last task's log names each store,
date and reason, and the report (folder `reports` of TILLPOST_DATA) shows the figures.
* *Unreachable*: the store's POS did not answer. Nothing to do if the next night succeeds: it takes the date along.
* *Held*: mend what the reason names (a mapping, the till's own figures, an approval), then trigger the date again.
* *Configuration*: the message names file and line. Other organisations are not affected.
"""

# Airflow's decorators carry no types here.
# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from airflow.sdk import DAG, CronDataIntervalTimetable, TriggerRule, dag, task

from tillpost.organisations import Organisation
from tillpost_airflow import DEFAULTS, FIRST_DATE, RETRY_UNLESS_CONFIGURATION, Json, date_params, organisations, outbox


@task(retry_policy=RETRY_UNLESS_CONFIGURATION)
def plan(organisation: str) -> Json:
    from tillpost.flows.prepare import plan_run
    from tillpost_airflow import airflow_site, dates_of_this_run

    site = airflow_site()
    return plan_run(site, organisation, **dates_of_this_run(site.organisation(organisation)))


@task(retry_policy=RETRY_UNLESS_CONFIGURATION, map_index_template="{{ task.op_kwargs['group']['pos'] }}")
def extract(organisation: str, run: str, group: Json) -> Json:
    from tillpost.flows.prepare import extract_group
    from tillpost_airflow import airflow_site

    return extract_group(airflow_site(), organisation, group, run)


@task(trigger_rule=TriggerRule.ALL_DONE, retry_policy=RETRY_UNLESS_CONFIGURATION)
def settle(organisation: str, run: str, groups: Json, results: Json) -> Json:
    from tillpost.flows.prepare import settle as settle_run
    from tillpost_airflow import airflow_site, planned

    return settle_run(airflow_site(), organisation, planned(groups), list(results or ()), run)


@task(retries=0)
def report_problems(summary: Json) -> None:
    from tillpost.flows.prepare import report_problems as report

    report(summary)


def prepare(organisation: Organisation) -> DAG:
    key, run = organisation.key, "{{ run_id }}"
    clock = f"{organisation.prepare_at.minute} {organisation.prepare_at.hour} * * *"

    @dag(
        dag_id=f"prepare_{key}",
        schedule=CronDataIntervalTimetable(clock, timezone=organisation.time_zone),
        start_date=FIRST_DATE,
        catchup=False,
        max_active_runs=1,
        params=date_params(),
        default_args=DEFAULTS,
        tags=["tillpost", "prepare", key],
        doc_md=__doc__,
    )
    def flow() -> None:
        groups = plan(key)
        results = extract.partial(organisation=key, run=run).expand(group=groups)
        report_problems(settle.override(outlets=[outbox(key)])(key, run, groups, results))

    return flow()


for each in organisations():
    prepare(each)
