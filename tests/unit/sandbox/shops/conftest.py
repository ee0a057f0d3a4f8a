"""The demo shops, written once for all tests here, and a reader of their contract tables that remembers what it read."""

from __future__ import annotations

from pathlib import Path

import pytest
from shops_facts import STORES, DemoStore, Fact, Reader, read

from sandbox.shops import create_shops


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the databases of all demo shops."""
    folder = tmp_path_factory.mktemp("shops")
    create_shops(folder)
    return folder


@pytest.fixture(scope="session")
def facts(shops: Path) -> Reader:
    """Reads a contract table of a store for all 28 dates."""
    known: dict[tuple[str, str], list[Fact]] = {}

    def reader(store: DemoStore, table: str) -> list[Fact]:
        if (store.key, table) not in known:
            known[store.key, table] = read(shops, store, table)
        return known[store.key, table]

    return reader


@pytest.fixture(params=STORES, ids=lambda store: store.key)
def store(request: pytest.FixtureRequest) -> DemoStore:
    """Each demo store in turn."""
    demo_store: DemoStore = request.param
    return demo_store
