"""A night of one large store on PostgreSQL: extract, check and build a million sale lines, and five, in a process of its own.

``python -m tests.benchmarks.night FOLDER POS`` does it once and prints a line of JSON: the seconds of each step and the peak of memory
after it. The connection comes in as ``AIRFLOW_CONN_BENCH``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.building import build, check, peak_megabytes
from tests.benchmarks.figures import RUNS, Figure, seconds_of
from tests.benchmarks.pos_database import INCLUDE, STORE, copy_all, group_by, postgres, write_rows
from tests.benchmarks.trade import DAYS, Trade, store_of
from tillpost.connection import Connection, connection_from_environment
from tillpost.pos.extract import extract_store
from tillpost.pos.queries import load_queries

URL = "TILLPOST_TEST_POSTGRES_URL"
STEPS = ("extract", "check", "build")
LARGE = 5


def figures() -> Iterator[Figure]:
    """Against COPY plus a DuckDB group-by of the same data, amounts as cents and as NUMERIC; and whether memory grows with the lines."""
    if not (url := os.environ.get(URL)):
        print(f"night_1m_lines: SKIPPED, {URL} names no server", flush=True)
        return
    peak = {}
    for millions, kinds in ((1, ("bench", "bench_numeric")), (LARGE, ("bench",))):
        with tempfile.TemporaryDirectory() as folder, postgres(url, write_rows(Path(folder), millions * 1_000_000)) as connection:
            for pos in kinds:
                name = f"night_{millions}m_lines{pos.removeprefix('bench')}"
                runs = [_run(connection, pos, Path(folder), number) for number in range(RUNS if millions == 1 else 1)]
                middle = sorted(runs, key=lambda run: run["all"] / run["plain"])[len(runs) // 2]
                yield from _seconds(name, middle)
                peak[name] = middle["build_peak"]
                ratio = peak[name] / peak["night_1m_lines"]
                yield Figure(f"{name}_peak_memory", peak[name], "MB", ratio, "times that of a million lines as cents")


def _seconds(name: str, run: dict[str, float]) -> Iterator[Figure]:
    to_what = f"times COPY and a DuckDB group-by of its files ({run['plain']:.2f} s)"
    for step in ("all", *STEPS):
        yield Figure(f"{name}_{step}" if step != "all" else name, run[step], "s", run[step] / run["plain"], to_what)
    yield Figure(f"{name}_imports", run["imports"], "s", run["imports"] / run["plain"], "times the same, and not counted above")
    for step in STEPS:
        yield Figure(
            f"{name}_{step}_peak_memory", run[f"{step}_peak"], "MB", run[f"{step}_peak"] / run["before"], "times that before it began"
        )


def _run(connection: Connection, pos: str, folder: Path, number: int) -> dict[str, float]:
    """A run in a process of its own, and the plain way beside it."""
    plain = seconds_of(lambda: copy_all(connection, folder)) + seconds_of(lambda: group_by(folder))
    root = folder / f"{pos}-{number}"
    names = ("conn_type", "host", "port", "login", "password", "schema")
    environment = {
        **os.environ,
        "STARTED": str(time.time()),
        "AIRFLOW_CONN_BENCH": json.dumps({name: getattr(connection, name) for name in names}),
    }
    command = [sys.executable, "-m", __name__, str(root), pos]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout)
    return {**told, "plain": plain, "all": sum(told[step] for step in STEPS)}


def _main(root: Path, pos: str) -> None:
    told = {"imports": time.time() - float(os.environ["STARTED"]), "before": peak_megabytes()}
    trade, now = Trade.at(root, 1), datetime.now(UTC)
    root.mkdir()
    reading = (store_of(STORE), load_queries(INCLUDE, pos), connection_from_environment("bench"), DAYS, trade.folders[0], now)
    works = (lambda: extract_store(*reading), lambda: check(trade), lambda: build(trade))
    for step, work in zip(STEPS, works, strict=True):
        told[step] = seconds_of(work)
        told[f"{step}_peak"] = peak_megabytes()
    print(json.dumps(told))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2])
