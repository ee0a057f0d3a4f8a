"""A real retailer's 44 days through the main job: what Xero holds equals the CSVs to the penny."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.online_retail.run import END, FIRST, ORGANISATION, RetailWorld, retail_world, run_all_days
from tillpost.flows.prepare import Summary
from tillpost.flows.status import night_rows
from tillpost.model.findings import Stream
from tillpost.store.database import open_database
from tillpost.store.states import stream_states

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"NO RETAIL DATA: {DATA} is absent, so that the real data is not tried")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RetailWorld, Summary]]:
    """One run over all days, and a second one that must send nothing."""
    with retail_world(tmp_path_factory.mktemp("retail"), DATA) as world:
        summary, posted = run_all_days(world)
        assert (summary["problems"], posted["posted"], posted["calls"]) == ([], 44, posted["calls"])
        before = world.xero.documents(ORGANISATION)
        again, nothing = run_all_days(world)
        assert (again["problems"], nothing["posted"]) == ([], 0)
        assert world.xero.documents(ORGANISATION) == before
        yield world, summary


def _csv_totals() -> dict[date, Decimal]:
    """Quantity times price of each file, independently of the loader."""
    totals = {}
    for file in sorted(DATA.glob("*.csv.gz")):
        with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            totals[date.fromisoformat(file.name[:10])] = sum((Decimal(r["Quantity"]) * Decimal(r["UnitPrice"]) for r in rows), Decimal())
    return totals


def test_each_date_is_one_document_with_the_total_of_its_csv(run: tuple[RetailWorld, Summary]) -> None:
    rows = [r for r in night_rows(run[0].site, ORGANISATION, FIRST, END) if r.stream is Stream.SALES and r.state == "posted"]
    assert {r.business_date: (Decimal(r.gross_cents or 0) / 100, r.documents) for r in rows} == {
        d: (t, 1) for d, t in _csv_totals().items()
    }
    assert [r.business_date for r in rows if (r.gross_cents or 0) < 0] == [date(2011, 1, 5)]


def test_the_ledger_keeps_goods_postage_fees_and_vouchers_apart(run: tuple[RetailWorld, Summary]) -> None:
    assert run[0].xero.balances(ORGANISATION) == {
        "102": "1308957.28", "200": "-1149048.33", "210": "-42275.00", "220": "597.47", "230": "4780.14", "240": "54.12",
        "404": "2082.45", "405": "72584.81", "806": "-135.81", "820": "-197597.13",
    }  # fmt: skip
    assert sum(_csv_totals().values()) == Decimal("1308957.28")


def test_united_kingdom_sales_carry_vat_and_exports_none(run: tuple[RetailWorld, Summary]) -> None:
    by_type: Counter[str] = Counter()
    for account, tax_type, amount in run[0].xero.balances_by_tax_type(ORGANISATION):
        if account in ("200", "210", "220", "230", "240"):
            by_type[tax_type] += round(Decimal(amount) * 100)
    assert set(by_type) == {"OUTPUT2", "ZERORATEDOUTPUT"}
    # VAT is computed by Xero per line, so it is 20 % of the net within half a penny a line.
    assert abs(by_type["OUTPUT2"] * 20 // 100 + 19759713) <= 44 * 5


def test_write_offs_at_price_zero_are_reported_and_not_posted(run: tuple[RetailWorld, Summary]) -> None:
    states = stream_states(open_database(run[0].site.settings.db_url), ORGANISATION)
    told = sum(f.count for state in states for f in state.findings if f.rule == "zero_price_line")
    assert told == 413
