"""Writes docs/dags.md from the DAG objects: ``python -m tests.dags.catalogue``. A test compares the page with the objects."""

from __future__ import annotations

from typing import Any

from tests.dags.conftest import DAGS, PROJECT

HEAD = """# The DAGs

Made from the DAG objects by `python -m tests.dags.catalogue`; a test keeps it current. Each text is also the DAG's page in Airflow.
"""


def page(dags: dict[str, Any]) -> str:
    """docs/dags.md: every DAG with its schedule and tasks, then the text of each flow."""
    rows = [_row(dags[dag_id]) for dag_id in sorted(dags)]
    table = "\n".join(["| DAG | Schedule | Tasks |", "|---|---|---|", *rows])
    flows = {dag.doc_md for dag in dags.values()}
    return "\n".join([HEAD, table, "", *(text.strip().replace("### ", "## ", 1) + "\n" for text in sorted(flows))])


def _row(dag: Any) -> str:
    tasks = ", ".join(f"`{task.task_id}`" for task in dag.topological_sort())
    return f"| `{dag.dag_id}` | {_schedule(dag)} | {tasks} |"


def _schedule(dag: Any) -> str:
    from airflow.serialization.serialized_objects import DagSerialization

    timetable = DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable
    clock = getattr(timetable, "timetable", timetable)
    assets = [f"`{key.uri}`" for key, _ in timetable.asset_condition.iter_assets()]
    return " or ".join([*assets, f"`{clock.summary}` {clock.serialize()['timezone']}"])


def main() -> None:
    """Write the page."""
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(DAGS, bundle_path=DAGS)
    if bag.import_errors:
        raise SystemExit(str(bag.import_errors))
    (PROJECT / "docs" / "dags.md").write_text(page(bag.dags))


if __name__ == "__main__":
    main()
