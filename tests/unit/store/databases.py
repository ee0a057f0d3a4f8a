"""Databases for tests: SQLite always, PostgreSQL where TILLPOST_TEST_POSTGRES_URL names a server; a fresh one per test.

Test files elsewhere import the fixtures by name: ``from tests.unit.store.databases import db, db_url, watch``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tillpost.store.database import Database, migrate, open_database

NO_SERVER = "NO POSTGRESQL SERVER: set TILLPOST_TEST_POSTGRES_URL (postgresql://user:password@host:port/database) to run this test"


class Watch:
    """A clock that only a test moves."""

    def __init__(self, start: datetime = datetime(2026, 10, 4, 18, 0, tzinfo=UTC)) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float = 0, *, minutes: float = 0) -> None:
        self.time += timedelta(seconds=seconds, minutes=minutes)


@pytest.fixture
def watch() -> Watch:
    """The test's clock."""
    return Watch()


@cache
def migrated() -> bytes:
    """A migrated SQLite file, to be written where a test wants one: migrating takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template.db"
        migrate(f"sqlite:///{file}")
        with create_engine(f"sqlite:///{file}", poolclass=NullPool).connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return file.read_bytes()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``migrated`` as a file to copy."""
    file = tmp_path_factory.mktemp("store") / "template.db"
    file.write_bytes(migrated())
    return file


# One loud skip (test_database.py) stands for all tests that a missing server leaves out.
SERVERS = [pytest.param("postgresql", marks=pytest.mark.server)] if os.environ.get("TILLPOST_TEST_POSTGRES_URL") else []


@pytest.fixture(params=["sqlite", *SERVERS])
def db_url(request: pytest.FixtureRequest, tmp_path: Path, template: Path) -> Iterator[str]:
    """The URL of a migrated and empty database."""
    if request.param == "sqlite":
        shutil.copy(template, tmp_path / "tillpost.db")
        yield f"sqlite:///{tmp_path / 'tillpost.db'}"
    else:
        yield from postgres_schema(migrated=True)


def postgres_schema(*, migrated: bool) -> Iterator[str]:
    """The URL of a fresh schema on the PostgreSQL server of the environment; skips loudly without one."""
    server = os.environ.get("TILLPOST_TEST_POSTGRES_URL")
    if not server:
        pytest.skip(NO_SERVER)
    url = make_url(server).set(drivername="postgresql+psycopg")
    schema = f"test_{uuid.uuid4().hex[:12]}"
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    if migrated:
        migrate(own)
    yield own
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture
def db(db_url: str, watch: Watch) -> Iterator[Database]:
    """An open database whose clock is the test's."""
    database = open_database(db_url, clock=watch)
    yield database
    database.close()
