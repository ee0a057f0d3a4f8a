"""The shop of six dates in a MariaDB of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pos_systems.conftest import new_database
from tests.pos_systems.opensourcepos.database import extract, fill
from tests.pos_systems.opensourcepos.shop import Shop
from tests.pos_systems.opensourcepos.trade import trade
from tillpost.connection import Connection


@pytest.fixture(scope="module")
def shop() -> Shop:
    """What happened, as its maker knows it."""
    return trade()


@pytest.fixture(scope="module")
def till(mariadb_database: Connection, shop: Shop) -> Connection:
    """The till's database, filled."""
    fill(mariadb_database, shop)
    return mariadb_database


@pytest.fixture(scope="module")
def extracted(till: Connection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The facts of all dates."""
    folder = tmp_path_factory.mktemp("opensourcepos") / "facts"
    extract(till, folder)
    return folder


@pytest.fixture
def mariadb_apart() -> Iterator[Connection]:
    """An empty database of one test, which may spoil it."""
    yield from new_database("mysql")
