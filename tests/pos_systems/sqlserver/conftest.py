"""The demo shops, with and without what they leave out, and their facts by way of SQLite and of the stub of SQL Server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sandbox.shops import create_shops
from tests.pos_systems.sqlserver.added_trade import with_added_trade
from tests.pos_systems.sqlserver.reference import SQL, demo_stores, on_sql_server, served
from tillpost.connection import Connection
from tillpost.model.period import DateRange
from tillpost.pos.extract import extract_store
from tillpost.pos.queries import load_queries

ALL_DAYS = DateRange(date(2026, 9, 14), date(2026, 10, 12))
READ_AT = datetime(2026, 10, 15, tzinfo=UTC)
DATABASES = {
    "cafe": "harbour_idealpos.sqlite",
    "bottleshop": "harbour_idealpos.sqlite",
    "ponsonby": "kauri_idealpos.sqlite",
    "hire": "harbour_hire.sqlite",
}

Pair = tuple[Path, Path]


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo databases as they are."""
    folder = tmp_path_factory.mktemp("demo")
    create_shops(folder)
    return folder


@pytest.fixture(scope="session")
def fuller_shops(shops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The databases of Harbour Group with the events that the demo leaves out."""
    folder = tmp_path_factory.mktemp("fuller")
    for name in ("harbour_idealpos.sqlite", "harbour_hire.sqlite"):
        with_added_trade(shops, name, folder)
    return folder


@pytest.fixture(scope="session")
def fuller_facts(fuller_shops: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pair]:
    """Of a store with the added events: the folders of its facts by SQLite and by the template."""
    return _reader(fuller_shops, tmp_path_factory.mktemp("fuller_facts"))


@pytest.fixture(scope="session")
def demo_facts(shops: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pair]:
    """Of a store of the demo: the folders of its facts by SQLite and by the template."""
    return _reader(shops, tmp_path_factory.mktemp("demo_facts"))


def _reader(databases: Path, folder: Path) -> Callable[[str], Pair]:
    known: dict[str, Pair] = {}

    def read(key: str) -> Pair:
        if key not in known:
            store, database = demo_stores()[key], databases / DATABASES[key]
            sqlite, server = folder / f"{key}-sqlite", folder / f"{key}-server"
            extract_store(store, load_queries(SQL.parent, store.pos), Connection("pos", "sqlite", str(database)), ALL_DAYS, sqlite, READ_AT)
            site = on_sql_server(store)
            with served(database, site.pos) as (connection, _):
                extract_store(site, load_queries(SQL.parent, site.pos), connection, ALL_DAYS, server, READ_AT)
            known[key] = sqlite, server
        return known[key]

    return read
