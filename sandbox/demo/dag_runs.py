"""Runs the project's own DAGs in this process, without a scheduler: Airflow's ``dag.test()``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.live.airflow import airflow_environ, free_port


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished DAG run: its state and what each task returned."""

    dag_id: str
    state: str
    results: Mapping[str, Any]


class DagRuns:
    """The DAGs of the project, ready to be run; one in a process, since it sets the process's environment."""

    def __init__(self, home: Path, world: Mapping[str, str]) -> None:
        """Make Airflow's home and database where they are not there; raises RuntimeError if a DAG file cannot be read."""
        home.mkdir(parents=True, exist_ok=True)
        for name in [name for name in os.environ if name.startswith(("AIRFLOW", "TILLPOST_"))]:
            del os.environ[name]
        os.environ.update(airflow_environ(home, free_port(), world))
        # Only now: Airflow reads its settings when it is imported.
        from airflow.dag_processing.dagbag import BundleDagBag
        from airflow.utils.db import initdb

        initdb()
        folder = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        bag = BundleDagBag(folder, bundle_path=folder)
        if bag.import_errors:
            raise RuntimeError("\n".join(bag.import_errors.values()))
        self._dags = bag.dags

    def run(self, dag_id: str, form: Mapping[str, str] | None = None) -> RunResult:
        """Run the DAG once, with the values of the trigger form."""
        run = self._dags[dag_id].test(run_conf=dict(form or {}))
        return RunResult(dag_id, str(run.state), _returned(run))


def _returned(run: Any) -> dict[str, Any]:
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        rows = session.scalars(XComModel.get_many(run_id=run.run_id, dag_ids=run.dag_id, key="return_value")).all()
        return {row.task_id: XComModel.deserialize_value(row) for row in rows if row.map_index < 0}
