"""A few schedules with the real thing: SIGKILL, threads, HTTP and a PostgreSQL that is shot and restarted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.torture.real import Postgres, play, postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A PostgreSQL server of our own."""
    programs = servers._newest_postgres()
    if programs is None:
        pytest.skip("NO POSTGRESQL PROGRAMS: install the Debian package postgresql to run this test")
    with postgres(programs) as found:
        yield found


@pytest.mark.server
@pytest.mark.parametrize("seed", range(6))
def test_really_killed_posters_and_a_database_that_restarts(server: Postgres, tmp_path: Path, seed: int) -> None:
    play(server, seed, tmp_path)
