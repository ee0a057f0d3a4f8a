"""build and check: 450,000 sale lines of 100 stores on one date, as one night of an organisation.

``python -m tests.benchmarks.building FOLDER`` builds once from facts in that folder and prints its memory: a peak of its own.
"""

from __future__ import annotations

import importlib
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from tests.benchmarks.figures import Figure, median_seconds, seconds_of
from tests.benchmarks.trade import Trade, write_trade
from tillpost.build.context import BuildContext
from tillpost.build.documents import build_documents
from tillpost.checks.context import CheckContext
from tillpost.checks.source import check_source
from tillpost.pos.facts import open_facts

STORES, SALES, LINES = 100, 1_800, 450_000
GROUP_BY = "a DuckDB group-by of the same Parquet, reading it included"
_PLAIN = (
    "SELECT s.store, business_date, category, tax_code, sum(l.gross_cents), sum(l.tax_cents), count(*) FROM sale_lines l "
    "JOIN sales s ON s.store = l.store AND s.sale_id = l.sale_id GROUP BY ALL",
    "SELECT s.store, business_date, tender_code, sum(amount_cents), count(*) FROM tenders t "
    "JOIN sales s ON s.store = t.store AND s.sale_id = t.sale_id GROUP BY ALL",
)


def figures() -> Iterator[Figure]:
    """Building, its memory, the source checks, and what importing Great Expectations costs beside them."""
    with tempfile.TemporaryDirectory() as folder:
        trade = write_trade(Path(folder), STORES, SALES)
        importing = seconds_of(lambda: importlib.import_module("great_expectations"))  # once: a process imports it once
        building, checking, plain = median_seconds(lambda run: build(trade), lambda run: check(trade), lambda run: group_by(trade))
        peak, before = _memory(Path(folder))
    yield Figure("build_450k_lines", building, "s", building / plain, f"times {GROUP_BY}")
    yield Figure("build_450k_lines_peak_memory", peak, "MB", peak / before, "times the same process before it opens the facts")
    yield Figure("check_450k_lines", checking, "s", checking / plain, f"times {GROUP_BY}")
    yield Figure("import_great_expectations", importing, "s", importing / checking, "times that check, which is without it")


def build(trade: Trade) -> None:
    """Open the facts and build every document: a journal per store."""
    built = build_documents(open_facts(trade.folders), BuildContext(trade.organisation, trade.mapping, trade.store_dates))
    assert sum(len(documents) for documents in built.values()) == len(trade.folders)


def check(trade: Trade) -> None:
    """Open the facts and check them; generated trade is right."""
    found = check_source(open_facts(trade.folders), CheckContext(trade.organisation, trade.mapping, trade.store_dates))
    assert [finding for finding in found if finding.blocks] == []


def group_by(trade: Trade) -> None:
    """What DuckDB alone takes to sum the same files."""
    facts = duckdb.connect(":memory:")
    for name in ("sales", "sale_lines", "tenders"):
        facts.from_parquet([str(folder / f"{name}.parquet") for folder in trade.folders]).create_view(name)
    for query in _PLAIN:
        assert facts.execute(query).fetchall()


def _memory(folder: Path) -> tuple[float, float]:
    """Peak while building, and before, in MB, of a process of its own."""
    told = subprocess.run([sys.executable, "-m", __name__, str(folder)], check=True, capture_output=True, text=True).stdout.split()
    return float(told[-1]), float(told[-2])


def peak_megabytes() -> float:
    """The peak of this process. Where Linux tells it, from there: ``ru_maxrss`` also counts the process that started this one."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    if found:
        return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def _main(folder: Path) -> None:
    trade = Trade.at(folder, STORES)
    before = peak_megabytes()
    build(trade)
    print(before, peak_megabytes())


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
