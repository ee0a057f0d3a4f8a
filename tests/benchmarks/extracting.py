"""extract: sale lines per second out of a POS database, checked against the contract and written as Parquet."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.figures import Figure, median_seconds
from tests.benchmarks.pos_database import INCLUDE, LINES, STORE, copy_all, fetch_all, make_sqlite, postgres
from tests.benchmarks.trade import DAYS, store_of
from tillpost.connection import Connection
from tillpost.pos.extract import extract_store
from tillpost.pos.queries import load_queries

URL = "TILLPOST_TEST_POSTGRES_URL"


def figures() -> Iterator[Figure]:
    """SQLite always; PostgreSQL where the environment names a server."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        connection = make_sqlite(root / "pos.sqlite")
        yield _figure("sqlite", root, connection, lambda: fetch_all(root / "pos.sqlite"), "a bare fetchall of the same three statements")
        if url := os.environ.get(URL):
            with postgres(url) as connection:
                yield _figure("postgresql", root, connection, lambda: copy_all(connection), "a bare COPY of the same three statements")
        else:
            print(f"extract_200k_lines_postgresql: SKIPPED, {URL} names no server", flush=True)


def _figure(kind: str, root: Path, connection: Connection, plain: Callable[[], int], to_what: str) -> Figure:
    queries, store, now = load_queries(INCLUDE, "bench"), store_of(STORE), datetime.now(UTC)

    def extract(run: int) -> None:
        found = extract_store(store, queries, connection, DAYS, root / f"{kind}-{run}", now)
        assert found.rows["sale_lines"] == LINES

    seconds, bare = median_seconds(extract, lambda run: plain())
    return Figure(f"extract_200k_lines_{kind}", LINES / seconds, "sale lines/s", seconds / bare, f"times the time of {to_what}")
