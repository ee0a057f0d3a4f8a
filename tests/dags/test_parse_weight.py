"""Parsing stays light: a DAG file or the plugin that pulled in pandas or Great Expectations would cost seconds in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.dags.conftest import DAGS, PROJECT, SETTINGS

HEAVY = ("pandas", "great_expectations", "xero_python", "duckdb", "pyarrow")
PARSE = f"""
import sys
from pathlib import Path
from airflow.dag_processing.dagbag import BundleDagBag
bag = BundleDagBag(Path({str(DAGS)!r}), bundle_path=Path({str(DAGS)!r}))
assert not bag.import_errors, bag.import_errors
assert len(bag.dags) == 6, sorted(bag.dags)
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""


def test_nothing_heavy_is_imported_at_parse_time(tmp_path: Path) -> None:
    environ = {**os.environ, **SETTINGS, "AIRFLOW_HOME": str(tmp_path)}
    environ.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "-c", PARSE], env=environ, capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded: []"


def test_the_configuration_alone_imports_nothing_heavy(tmp_path: Path) -> None:
    code = f"import sys; import tillpost.config; print([name for name in {(*HEAVY, 'airflow')!r} if name in sys.modules])"
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT / "plugins")}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=True)
    assert done.stdout == "[]\n"
