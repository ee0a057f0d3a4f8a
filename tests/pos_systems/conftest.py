"""Fixtures of the POS systems: databases of their own on real servers, and a local Xero."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from sandbox.xero.serving import Served, serve
from tillpost.connection import Connection

SERVERS = {"postgres": "TILLPOST_TEST_POSTGRES_URL", "mysql": "TILLPOST_TEST_MARIADB_URL"}
NAMES = {"postgres": "POSTGRESQL", "mysql": "MARIADB"}


def new_database(conn_type: str) -> Iterator[Connection]:
    """An empty database of its own on a server of that type (postgres or mysql), dropped afterwards; skips where there is no server."""
    url = os.environ.get(SERVERS[conn_type])
    if not url:
        pytest.skip(f"NO {NAMES[conn_type]} SERVER: set {SERVERS[conn_type]} to run this test")
    parts, name = sa.make_url(url), f"pos_{uuid4().hex[:12]}"
    server = sa.create_engine(parts, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as admin:
        admin.exec_driver_sql(f"CREATE DATABASE {name}{' CHARACTER SET utf8mb4' if conn_type == 'mysql' else ''}")
    try:
        yield Connection("pos", conn_type, parts.host or "", parts.port, parts.username or "", str(parts.password or ""), name)
    finally:
        with server.connect() as admin:
            admin.exec_driver_sql(f"DROP DATABASE {name}{' WITH (FORCE)' if conn_type == 'postgres' else ''}")


@pytest.fixture(scope="session")
def local_xero(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A local Xero; each journey has an organisation of its own in it."""
    with serve(tmp_path_factory.mktemp("xero") / "xero.db") as served:
        yield served


@pytest.fixture(scope="module")
def postgres_database() -> Iterator[Connection]:
    """An empty database on PostgreSQL for the tests of one module."""
    yield from new_database("postgres")


@pytest.fixture(scope="module")
def mariadb_database() -> Iterator[Connection]:
    """An empty database on MariaDB for the tests of one module."""
    yield from new_database("mysql")
