"""A local Xero served in a thread with one small organisation, and a stub server whose answers a test writes itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.xero.serving import Served, serve
from tests.unit.xero.harbour import connection_to, create_harbour
from tests.unit.xero.stub import StubXero
from tillpost.xero.client import XeroClient


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The local Xero with the organisation ``harbour``."""
    with serve(tmp_path_factory.mktemp("xero") / "xero.db") as local:
        create_harbour(local.admin)
        yield local


@pytest.fixture
def client(served: Served) -> Iterator[XeroClient]:
    """A client of ``harbour``, with no faults waiting and an empty call log."""
    served.admin.clear_faults()
    served.admin.reset_calls()
    yield XeroClient(connection_to(served.base_url))
    served.admin.clear_faults()


@pytest.fixture
def stub() -> Iterator[StubXero]:
    """A server that answers what the test has put into its list."""
    with StubXero() as server:
        yield server
