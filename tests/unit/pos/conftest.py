"""The corner shop as fixtures: on SQLite, and on a PostgreSQL server where there is one."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.pos_systems.conftest import new_database
from tests.unit.pos.corner_shop import FILES, SCHEMA, Shop
from tillpost.connection import Connection


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The corner shop on SQLite."""
    with closing(sqlite3.connect(tmp_path / "pos.db")) as database:
        database.executescript(SCHEMA)
    shop = Shop(tmp_path, Connection("pos_corner", "sqlite", host=str(tmp_path / "pos.db")))
    for name, statement in FILES.items():
        shop.sql(name, statement)
    return shop


@pytest.fixture
def postgres_shop(tmp_path: Path) -> Iterator[Shop]:
    """The corner shop on a PostgreSQL server, in a database of its own that is dropped again."""
    url = os.environ.get("TILLPOST_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("NO POSTGRESQL SERVER: set TILLPOST_TEST_POSTGRES_URL (postgresql://user:password@host:port/database) to run this test")
    parts, name = sa.make_url(url), f"tillpost_pos_{uuid4().hex}"
    connection = Connection("pos_corner", "postgres", parts.host or "", parts.port, parts.username or "", str(parts.password or ""), name)
    server = sa.create_engine(parts.set(drivername="postgresql+psycopg"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as database:
        database.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        with sa.create_engine(connection.sqlalchemy_url(), poolclass=NullPool).begin() as database:
            database.exec_driver_sql(SCHEMA.replace("shop INTEGER", "shop TEXT").replace("day TEXT", "day DATE"))
        shop = Shop(tmp_path, connection)
        for table, statement in FILES.items():
            shop.sql(table, statement)
        yield shop
    finally:
        with server.connect() as database:
            database.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def mariadb_shop(tmp_path: Path) -> Iterator[Shop]:
    """The corner shop on a MariaDB server, in a database of its own that is dropped again."""
    database = new_database("mysql")
    shop = Shop(tmp_path, next(database))
    with sa.create_engine(shop.connection.sqlalchemy_url(), poolclass=NullPool).begin() as connection:
        for statement in filter(str.strip, SCHEMA.replace("shop INTEGER", "shop TEXT").replace("day TEXT", "day DATE").split(";")):
            connection.exec_driver_sql(statement)
    for table, statement in FILES.items():
        shop.sql(table, statement)
    yield shop
    next(database, None)


@pytest.fixture
def unused_port() -> int:
    """A port of this machine on which nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
