"""The DAGs under a real scheduler: `airflow standalone` on the demo world, one for all tests of this file, which run in this order.

Backfills with offsets name the dates that people mean, a second backfill posts nothing, a release made while `post` was paused is
posted afterwards, a month goes through the form in one run, and one unreachable store stops nobody else.
"""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from sandbox.live import airflow, processes
from sandbox.live.airflow import AirflowApi
from sandbox.world import World, prepare_world
from tillpost.config import Settings, Site
from tillpost.connection import connection_from_environment
from tillpost.flows.status import night_rows
from tillpost.organisations import load_organisations

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(480)]

DAGS = [f"{flow}_{key}" for flow in ("payments", "post", "prepare") for key in ("harbour", "kauri")]
# Over the nights on which the clocks go forward: 4 October in Melbourne, 27 September in Auckland (both at two in the morning).
HARBOUR = ("2026-10-04T00:00:00+10:00", "2026-10-06T00:00:00+11:00", ["2026-10-04", "2026-10-05"])
KAURI = ("2026-09-26T00:00:00+12:00", "2026-09-28T00:00:00+13:00", ["2026-09-26", "2026-09-27"])
MONTH = [(date(2026, 9, 14) + timedelta(days=n)).isoformat() for n in range(28)]


@dataclass(frozen=True, slots=True)
class Live:
    """The demo world, its Airflow, and Tillpost's own view of it."""

    world: World
    api: AirflowApi
    command: Path
    site: Site

    def streams(self, organisation: str, first: str, days: int) -> dict[str, str]:
        """The state of every stream of these business dates: "store date stream" to state."""
        start = date.fromisoformat(first)
        rows = night_rows(self.site, organisation, start, start + timedelta(days=days))
        return {f"{row.store} {row.business_date} {row.stream.value}": row.state for row in rows}

    def journal_dates(self, organisation: str) -> list[str]:
        """The dates of the journals in the local Xero, one for each journal."""
        return sorted(journal["date"] for journal in self.world.xero.documents(organisation, "journal"))

    def runs(self, dag_id: str, run_type: str) -> list[dict[str, Any]]:
        """The DAG's runs of a type, oldest first."""
        found: list[dict[str, Any]] = self.api.call("GET", f"/dags/{dag_id}/dagRuns", run_type=run_type, order_by="run_after")["dag_runs"]
        return found

    def planned(self, dag_id: str, run_id: str) -> dict[str, list[str]]:
        """Store to business dates, as the run's plan task returned them."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/plan/xcomEntries/return_value"
        groups = self.api.call("GET", path, deserialize="true")["value"]
        return {store: days for group in groups for store, days in group["stores"].items()}

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Task to state; the states of a mapped task joined."""
        found: dict[str, set[str]] = {}
        for task in self.api.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]:
            found.setdefault(task["task_id"], set()).add(task["state"])
        return {task: " ".join(sorted(states)) for task, states in found.items()}

    def trigger(self, dag_id: str, form: dict[str, str]) -> str:
        """Fill in the trigger form; the run's id."""
        return str(self.api.call("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": form})["dag_run_id"])

    def finished(self, dag_id: str, run_id: str) -> str:
        """The state of a run once it has ended."""
        return str(wait_for(f"{dag_id} {run_id}", lambda: _ended(self.api.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}"))))


def _ended(run: dict[str, Any]) -> str:
    return str(run["state"]) if run["state"] in ("success", "failed") else ""


def wait_for(what: str, ask: Callable[[], Any], seconds: float = 180) -> Any:
    """The first true answer; AssertionError names what was waited for and the last answer."""
    until = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < until, f"waited {seconds:.0f} s for {what}; last answer: {answer!r}"
        time.sleep(0.5)
    return answer


def airflow_database() -> dict[str, str]:
    """A database of its own on the tests' PostgreSQL for Airflow; without one it keeps to SQLite, which is slow under four writers."""
    url = os.environ.get("TILLPOST_TEST_POSTGRES_URL", "")
    if not url:
        return {}
    server, name = make_url(url).set(drivername="postgresql"), f"airflow_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    address = server.set(drivername="postgresql+psycopg2", database=name).render_as_string(hide_password=False)
    return {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": address}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A healthy Airflow with the six DAGs, all paused, on a demo world of its own."""
    root = tmp_path_factory.mktemp("live")
    home = root / "airflow"
    with prepare_world(root / "world") as world:
        for organisation in ("harbour", "kauri"):
            world.xero.raise_limits(organisation)
        port = airflow.free_port()
        address = f"http://127.0.0.1:{port}"
        leader = airflow.start_airflow(home, airflow.airflow_environ(home, port, world.environ) | airflow_database())
        note = processes.started("airflow", leader, address)
        try:
            airflow.wait_until_healthy(address, home, lambda: leader.poll() is None, print)
            api = airflow.sign_in(address, airflow.password(home))
            assert airflow.wait_for_dags(api, len(DAGS)) == dict.fromkeys(DAGS, True)
            settings = Settings.from_environment(world.environ)
            organisations = load_organisations(settings.include / "tillpost.yml")
            site = Site(settings, organisations, lambda conn_id: connection_from_environment(conn_id, world.environ))
            yield Live(world, api, home / "bin" / "airflow", site)
        finally:
            processes.end(note, patience=5)
            leader.wait(timeout=10)


def let_run_without_its_own_night(live: Live, dag_id: str) -> None:
    """Unpause a prepare DAG. Airflow at once begins the night before today, which is none of the demo's: it is set aside."""
    live.api.unpause(dag_id)
    run = wait_for(f"the scheduled run of {dag_id}", lambda: live.runs(dag_id, "scheduled"))[0]
    live.api.call("PATCH", f"/dags/{dag_id}/dagRuns/{run['dag_run_id']}", {"state": "failed"})


def create_backfill(live: Live, dag_id: str, first: str, last: str, again: str) -> None:
    """Airflow's own command, as it is typed."""
    arguments = ["--dag-id", dag_id, "--from-date", first, "--to-date", last, "--max-active-runs", "1", "--reprocess-behavior", again]
    done = subprocess.run([str(live.command), "backfill", "create", *arguments], capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def backfill_is_done(live: Live, dag_id: str, number: int) -> None:
    """Wait until the DAG's backfills, that many, are all completed."""

    def completed() -> bool:
        found = live.api.call("GET", "/backfills", dag_id=dag_id)["backfills"]
        return len(found) == number and all(one["completed_at"] for one in found)

    wait_for(f"backfill {number} of {dag_id}", completed)


def test_a_backfill_with_offsets_prepares_exactly_the_dates_that_are_meant(live: Live) -> None:
    live.api.unpause("post_harbour")
    for key, (first, last, _) in spans().items():
        create_backfill(live, f"prepare_{key}", first, last, "none")
    for key in spans():
        let_run_without_its_own_night(live, f"prepare_{key}")
    for key, (_, _, dates) in spans().items():
        backfill_is_done(live, f"prepare_{key}", 1)
        runs = live.runs(f"prepare_{key}", "backfill")
        planned = [live.planned(f"prepare_{key}", run["dag_run_id"]) for run in runs]
        assert planned == [{store: [day] for store in live.site.organisation(key).stores} for day in dates]
        assert [run["state"] for run in runs] == ["success", "success"], [live.task_states(f"prepare_{key}", r["dag_run_id"]) for r in runs]


def spans() -> dict[str, tuple[str, str, list[str]]]:
    """The backfilled stretch of each organisation."""
    return {"harbour": HARBOUR, "kauri": KAURI}


def test_what_a_backfill_has_released_wakes_the_poster(live: Live) -> None:
    def posted() -> bool:
        states = live.streams("harbour", "2026-10-04", 2)
        return len(states) == 12 and set(states.values()) <= {"posted", "nothing_to_send"}

    wait_for("harbour's two nights in the local Xero", posted)
    # Sunday the 4th: the hire store is closed and has no journal.
    assert set(live.journal_dates("harbour")) == {"2026-10-04", "2026-10-05"}
    assert live.runs("post_harbour", "asset_triggered") != []


def test_a_release_made_while_post_was_paused_is_posted_after_it_is_unpaused(live: Live) -> None:
    assert live.world.xero.documents("kauri") == []
    assert set(live.streams("kauri", "2026-09-26", 2).values()) <= {"ready", "nothing_to_send"}
    live.api.unpause("post_kauri")
    done = {"posted", "nothing_to_send"}
    wait_for("kauri's two nights in the local Xero", lambda: set(live.streams("kauri", "2026-09-26", 2).values()) <= done)
    assert live.journal_dates("kauri") == ["2026-09-26", "2026-09-27"]


def test_a_second_backfill_of_the_same_dates_posts_nothing(live: Live) -> None:
    held = live.world.xero.documents("harbour")
    first, last, dates = HARBOUR
    create_backfill(live, "prepare_harbour", first, last, "completed")
    month = live.trigger("prepare_kauri", {"from": MONTH[0], "to": MONTH[-1]})
    backfill_is_done(live, "prepare_harbour", 2)
    runs = live.runs("prepare_harbour", "backfill")
    assert [run["state"] for run in runs] == ["success", "success"]
    assert [live.planned("prepare_harbour", run["dag_run_id"])["cafe"] for run in runs] == [[day] for day in dates]
    posts = live.runs("post_harbour", "asset_triggered")
    assert live.finished("post_harbour", posts[-1]["dag_run_id"]) == "success"
    assert live.world.xero.documents("harbour") == held
    assert live.finished("prepare_kauri", month) in ("success", "failed")


def test_a_month_goes_through_the_form_in_one_run(live: Live) -> None:
    run = live.runs("prepare_kauri", "manual")
    assert len(run) == 1
    assert live.planned("prepare_kauri", run[0]["dag_run_id"]) == {"ponsonby": MONTH}
    assert run[0]["state"] == "success", live.task_states("prepare_kauri", run[0]["dag_run_id"])

    def posted() -> bool:
        states = live.streams("kauri", MONTH[0], len(MONTH))
        return len(states) == 2 * len(MONTH) and set(states.values()) <= {"posted", "nothing_to_send"}

    wait_for("kauri's month in the local Xero", posted)
    assert live.journal_dates("kauri") == MONTH


def test_one_unreachable_store_leaves_the_others_posted_and_the_run_red(live: Live) -> None:
    hire = live.world.root / "shops" / "harbour_hire.sqlite"
    away = hire.rename(hire.with_suffix(".away"))
    # The first date of the demo: nothing of it waits for an earlier one.
    try:
        run = live.trigger("prepare_harbour", {"from": "2026-09-14"})
        assert live.finished("prepare_harbour", run) == "failed"
    finally:
        away.rename(hire)
    assert live.task_states("prepare_harbour", run) == {
        "plan": "success",
        "extract": "success",
        "settle": "success",
        "report_problems": "failed",
    }

    def others_posted() -> bool:
        states = live.streams("harbour", "2026-09-14", 1)
        return {states.get("Harbour Cafe 2026-09-14 sales"), states.get("Harbour Bottle Shop 2026-09-14 sales")} == {"posted"}

    wait_for("the other stores of 14 September", others_posted)
    rows = night_rows(live.site, "harbour", date(2026, 9, 14), date(2026, 9, 15))
    missing = [(row.stream.value, row.state) for row in rows if row.store == "Harbour Equipment Hire"]
    assert sorted(missing) == [("purchases", "open"), ("sales", "open")]
    reasons = " ".join(reason for row in rows if row.store == "Harbour Equipment Hire" for reason in row.reasons)
    assert "pos_harbour_hire" in reasons, reasons


def test_the_reports_are_shown_inside_airflow_to_those_who_have_signed_in(live: Live) -> None:
    page = f"{live.api.address}/tillpost/reports"
    anonymous = [httpx.get(address, trust_env=False).status_code for address in (page, f"{page}/harbour/2026-10-04")]
    assert anonymous == [401, 401]
    headers = {"Authorization": f"Bearer {live.api.token}"}
    assert 'href="reports/harbour/2026-10-04"' in httpx.get(page, headers=headers, trust_env=False).text
    report = httpx.get(f"{page}/harbour/2026-10-04", headers=headers, trust_env=False)
    assert report.status_code == 200
    assert "Harbour Group" in report.text
    assert live.api.call("GET", "/plugins/importErrors") == {"import_errors": [], "total_entries": 0}
