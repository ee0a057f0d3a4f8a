"""Options and surroundings that all tests share."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

# An awkward zone: a test that leans on the machine's clock shows itself on a night when the clock changes.
os.environ["TZ"] = "Pacific/Auckland"
time.tzset()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--cases FILE``: golden cases other than the usual ones."""
    parser.addoption("--cases", default="", help="a file of golden accounting cases (tests/golden)")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting or connection of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith(("TILLPOST_", "AIRFLOW_CONN_")) and not name.startswith("TILLPOST_TEST_"):
            monkeypatch.delenv(name)
    yield
