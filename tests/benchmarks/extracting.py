"""extract: sale lines per second out of a POS database of a million, checked against the contract and written as Parquet."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.figures import Figure, median_seconds
from tests.benchmarks.pos_database import (
    INCLUDE,
    STORE,
    copy_all,
    fetch_all_mariadb,
    fetch_all_sqlite,
    make_sqlite,
    mariadb,
    postgres,
    write_rows,
)  # fmt: skip
from tests.benchmarks.trade import DAYS, store_of
from tillpost.connection import Connection
from tillpost.pos.extract import extract_store
from tillpost.pos.queries import load_queries

LINES = 1_000_000
URL, MARIADB_URL = "TILLPOST_TEST_POSTGRES_URL", "TILLPOST_TEST_MARIADB_URL"


def figures() -> Iterator[Figure]:
    """SQLite always; PostgreSQL and MariaDB where the environment names a server."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        root = Path(folder)
        rows = write_rows(root, LINES)
        connection = make_sqlite(root / "pos.sqlite", rows)
        yield _figure("sqlite", "bench", root, connection, lambda: fetch_all_sqlite(root / "pos.sqlite"), "a bare fetchall")
        if url := os.environ.get(MARIADB_URL):
            maria = servers.enter_context(mariadb(url, rows))
            yield _figure("mariadb", "bench", root, maria, lambda: fetch_all_mariadb(maria), "a bare fetchall by a cursor that streams")
        if url := os.environ.get(URL):
            post = servers.enter_context(postgres(url, rows))
            for name, pos in (("postgresql", "bench"), ("postgresql_numeric", "bench_numeric")):
                yield _figure(name, pos, root, post, lambda: copy_all(post, root), "a bare COPY into files")
        for variable in (MARIADB_URL, URL):
            if variable not in os.environ:
                print(f"extract_1m_lines: SKIPPED, {variable} names no server", flush=True)


def _figure(name: str, pos: str, root: Path, connection: Connection, plain: Callable[[], int], to_what: str) -> Figure:
    queries, store, now = load_queries(INCLUDE, pos), store_of(STORE), datetime.now(UTC)

    def extract(run: int) -> None:
        found = extract_store(store, queries, connection, DAYS, root / f"{name}-{run}", now)
        assert found.rows["sale_lines"] == LINES

    seconds, bare = median_seconds(extract, lambda run: plain())
    return Figure(f"extract_1m_lines_{name}", LINES / seconds, "sale lines/s", seconds / bare, f"times {to_what} of the same statements")
