"""A served local Xero, and an organisation of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_xero_books import Books

from sandbox.xero.serving import Served, serve


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests that neither move its clock nor queue faults."""
    with serve(tmp_path_factory.mktemp("xero") / "xero.db") as served:
        yield served


@pytest.fixture
def books(shared_server: Served) -> Books:
    """A new Australian organisation with high limits."""
    made = Books(shared_server)
    made.admin.raise_limits(made.key)
    return made


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Served]:
    """A server of this test's own."""
    with serve(tmp_path / "xero.db") as served:
        yield served


@pytest.fixture
def make_books(own_server: Served) -> Callable[..., Books]:
    """Organisations on this test's own server."""
    return lambda country="AU", **settings: Books(own_server, country, **settings)
