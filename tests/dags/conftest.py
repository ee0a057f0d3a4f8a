"""Airflow for the DAG tests: a home of its own, made before Airflow is imported for the first time, and the DAGs loaded once."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DAGS = PROJECT / "dags"
SETTINGS = {
    "AIRFLOW_HOME": tempfile.mkdtemp(prefix="tillpost-airflow-"),
    "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
}

if "airflow" not in sys.modules:
    os.environ.update(SETTINGS)
sys.path.insert(0, str(DAGS))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.airflow)


@pytest.fixture(scope="session")
def dag_bag() -> Any:
    """The project's DAG files as Airflow reads them."""
    from airflow.dag_processing.dagbag import BundleDagBag

    return BundleDagBag(DAGS, bundle_path=DAGS)


@pytest.fixture(scope="session")
def dags(dag_bag: Any) -> dict[str, Any]:
    """The DAGs by id."""
    return dict(dag_bag.dags)
