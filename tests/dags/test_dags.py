"""What every DAG must keep: it loads, is documented, has an owner, tags and retries, and names nothing that is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.dags import catalogue
from tests.dags.conftest import DAGS, PROJECT

IDS = ["payments_harbour", "payments_kauri", "post_harbour", "post_kauri", "prepare_harbour", "prepare_kauri"]


def test_no_import_errors_and_exactly_these_dags(dag_bag: Any) -> None:
    assert dag_bag.import_errors == {}
    assert sorted(dag_bag.dags) == IDS


def test_dag_files_are_thin() -> None:
    lines = {file.name: len(file.read_text().splitlines()) for file in DAGS.glob("*.py") if file.name != "tillpost_airflow.py"}
    assert {name: count for name, count in lines.items() if count > 90} == {}
    assert sorted(lines) == ["payments.py", "post.py", "prepare.py"]


@pytest.mark.parametrize("dag_id", IDS)
def test_every_dag_tells_what_it_does_when_and_what_to_do(dags: dict[str, Any], dag_id: str) -> None:
    dag = dags[dag_id]
    flow, organisation = dag_id.split("_")
    assert dag.owner == "tillpost"
    assert dag.tags == {"tillpost", flow, organisation}
    assert dag.doc_md.startswith(f"### {flow.capitalize()}: ")
    assert "**When.**" in dag.doc_md
    assert "**A red run" in dag.doc_md
    assert (dag.catchup, dag.max_active_runs) == (False, 1)


@pytest.mark.parametrize("dag_id", IDS)
def test_tasks_are_tried_again_but_for_those_that_report(dags: dict[str, Any], dag_id: str) -> None:
    retries = {task.task_id: task.retries for task in dags[dag_id].tasks}
    expected = {
        "prepare": {"plan": 1, "extract": 1, "settle": 1, "report_problems": 0},
        "post": {"post": 2, "report_refused": 0},
        "payments": {"pull": 2},
    }
    assert retries == expected[dag_id.split("_")[0]]


def test_no_task_needs_a_pool_that_somebody_must_create(dags: dict[str, Any]) -> None:
    assert {task.pool for dag in dags.values() for task in dag.tasks} == {"default_pool"}


def test_prepare_goes_on_when_an_extraction_fails_and_then_reports(dags: dict[str, Any]) -> None:
    dag = dags["prepare_harbour"]
    rules = {task.task_id: (task.trigger_rule.value, sorted(task.downstream_task_ids)) for task in dag.tasks}
    assert rules == {
        "plan": ("all_success", ["extract", "settle"]),
        "extract": ("all_success", ["settle"]),
        "settle": ("all_done", ["report_problems"]),
        "report_problems": ("all_success", []),
    }


@pytest.mark.parametrize("organisation", ["harbour", "kauri"])
def test_what_prepare_releases_wakes_the_post_of_the_same_organisation(dags: dict[str, Any], organisation: str) -> None:
    settle = dags[f"prepare_{organisation}"].get_task("settle")
    assert [asset.uri for asset in settle.outlets] == [f"tillpost://outbox/{organisation}"]
    assert dags[f"post_{organisation}"].timetable.asset_condition.uri == f"tillpost://outbox/{organisation}"


def test_the_catalogue_of_dags_is_the_committed_page(dags: dict[str, Any]) -> None:
    page = (PROJECT / "docs" / "dags.md").read_text()
    assert page == catalogue.page(dags), "docs/dags.md is not current: run `python -m tests.dags.catalogue`"


def test_a_wrong_tillpost_yml_shows_as_import_error_with_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.dag_processing.dagbag import BundleDagBag

    text = (PROJECT / "include" / "tillpost.yml").read_text()
    (tmp_path / "tillpost.yml").write_text(text.replace("    country: NZ\n", "    county: NZ\n"))
    line = text[: text.index("    country: NZ\n")].count("\n") + 1
    monkeypatch.setenv("TILLPOST_INCLUDE", str(tmp_path))
    bag = BundleDagBag(DAGS, bundle_path=DAGS)
    assert sorted(bag.import_errors) == ["payments.py", "post.py", "prepare.py"]
    for error in bag.import_errors.values():
        assert f"{tmp_path}/tillpost.yml:{line}: organisation 'kauri' has no setting 'county'. Allowed: name, country" in error


@pytest.mark.parametrize("broken", ["mappings/harbour/accounts.csv", "sql/demo_idealpos/sales.sql"])
def test_a_mistake_elsewhere_does_not_stop_the_parsing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    from airflow.dag_processing.dagbag import BundleDagBag

    (tmp_path / broken).parent.mkdir(parents=True)
    (tmp_path / broken).write_bytes(b"\xff broken")
    (tmp_path / "tillpost.yml").write_text((PROJECT / "include" / "tillpost.yml").read_text())
    monkeypatch.setenv("TILLPOST_INCLUDE", str(tmp_path))
    bag = BundleDagBag(DAGS, bundle_path=DAGS)
    assert (bag.import_errors, sorted(bag.dags)) == ({}, IDS)
