"""Options and surroundings that all tests share."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

# An awkward zone: a test that leans on the machine's clock shows itself on a night when the clock changes.
os.environ["TZ"] = "Pacific/Auckland"
time.tzset()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--cases FILE``: golden cases other than the usual ones."""
    parser.addoption("--cases", default="", help="a file of golden accounting cases (tests/golden)")


# Tests with a scheduler, a browser or killed processes measure patience: they keep to one worker, one after another.
ONE_AT_A_TIME = ("browser", "dags", "integration")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the tests over workers by file, so that what a file sets up once is set up once."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        item.add_marker(pytest.mark.xdist_group("servers" if folder in ONE_AT_A_TIME else item.nodeid.split("::")[0]))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting or connection of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith(("TILLPOST_", "AIRFLOW_CONN_")) and not name.startswith("TILLPOST_TEST_"):
            monkeypatch.delenv(name)
    yield
