"""The demo as a newcomer starts it, twice: everything as it should be, and the second time nothing is posted again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]


def demo(root: Path) -> str:
    """Run it in a process of its own, from the project's folder; what it prints."""
    command = [sys.executable, "-m", "sandbox.demo", "--root", str(root)]
    environ = {**os.environ, "PYTHONPATH": "plugins"}
    done = subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_demo_posts_two_nights_and_a_second_run_posts_nothing(tmp_path: Path) -> None:
    first = demo(tmp_path / "demo")
    assert "As it should be: 2 store-days are held on purpose" in first
    assert "has no mapping row" in first
    assert "do not add up" in first
    assert "Traceback" not in first
    assert "[info" not in first, "Airflow's own log belongs into its file"
    posted = [line for line in first.splitlines() if "documents posted" in line and "the local Xero holds" in line]
    assert len(posted) == 1 and not posted[0].startswith("0 "), first
    second = demo(tmp_path / "demo")
    assert "Nothing was posted again: the local Xero holds the same" in second
    assert second.count("0 documents posted, 0 refused, 0 calls") == 4
