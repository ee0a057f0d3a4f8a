"""The figures of a stream, and the digest that tells changed facts from the same facts in another order."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.unit.checks.checks_facts import DAY, MAPPING, Tables, context, count, facts, line, sale, store, tender
from tillpost.build.context import BuildContext
from tillpost.build.selection import select_facts
from tillpost.flows.figures import facts_digests, stream_figures
from tillpost.model.findings import Stream

SALES, PURCHASES = ("cafe", DAY, Stream.SALES), ("cafe", DAY, Stream.PURCHASES)
PURCHASE = {
    "purchase_id": "p1", "kind": "invoice", "store_id": "cafe", "business_date": DAY, "document_date": DAY, "currency": "AUD",
    "supplier_id": "FRESH", "supplier_reference": "F-1", "gross_cents": 2200, "tax_cents": 200, "net_cents": 2000, "status": "posted",
}  # fmt: skip
TRADE: Tables = {
    "sales": [sale("s1", 5000), sale("s2", 1100), sale("s3", 9900, status="void")],
    "sale_lines": [line(5000, "s1"), line(1100, "s2"), line(9900, "s3")],
    "tenders": [
        tender(3000, "s1", "1"),
        tender(3000, "s1", "2", tender_code="EFTPOS", tender_type="card", cash_out_cents=1000),
        tender(1100, "s2"),
        tender(9900, "s3"),
    ],
    "counts": [count(4050, 4100)],
    "purchases": [PURCHASE],
    "purchase_lines": [
        {"purchase_id": "p1", "line_no": "1", "line_kind": "goods", "category": "FOOD", "gross_cents": 2200, "tax_cents": 200}
    ],
}


def selected(folder: Path, tables: Tables) -> duckdb.DuckDBPyConnection:
    """Facts of the cafe with the view of what is booked."""
    opened, looked_at = facts(folder, tables), context(store())
    select_facts(opened, BuildContext(looked_at.organisation, MAPPING, looked_at.store_dates, frozenset(), lambda key: None))
    return opened


def test_figures_of_sales_and_purchases(tmp_path: Path) -> None:
    assert stream_figures(selected(tmp_path, TRADE)) == {
        SALES: {
            "gross_cents": 6100, "gst_cents": 555, "count": 2, "tenders_cents": 6100,
            "taken/CASH": 4100, "expected/CASH": 4100, "counted/CASH": 4050, "taken/EFTPOS": 3000,
        },
        PURCHASES: {"gross_cents": 2200, "gst_cents": 200, "count": 1},
    }  # fmt: skip


def test_a_count_without_any_sale_is_shown_too(tmp_path: Path) -> None:
    found = stream_figures(selected(tmp_path, {"counts": [count(50, 0)]}))
    assert found == {SALES: {"taken/CASH": 0, "expected/CASH": 0, "counted/CASH": 50}}


def test_the_digest_is_the_same_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    turned = {name: list(reversed(rows)) for name, rows in TRADE.items()}
    assert facts_digests(facts(tmp_path / "a", TRADE)) == facts_digests(facts(tmp_path / "b", turned))


@pytest.mark.parametrize(
    ("table", "row", "changed"),
    [
        ("sales", sale("s2", 1100, customer_id="ACME"), {SALES}),
        ("sale_lines", line(1100, "s2", description="another text"), {SALES}),
        ("tenders", tender(1100, "s2", tender_code="EFTPOS"), {SALES}),
        ("counts", count(4060, 4100), {SALES}),
        ("purchases", {**PURCHASE, "supplier_reference": "F-2"}, {PURCHASES}),
    ],
)
def test_any_changed_row_changes_the_digest_of_its_stream_alone(
    tmp_path: Path, table: str, row: dict[str, object], changed: set[object]
) -> None:
    others = [other for other in TRADE[table] if any(other.get(key) != row.get(key) for key in ("sale_id", "purchase_id"))]
    before, after = facts_digests(facts(tmp_path / "a", TRADE)), facts_digests(facts(tmp_path / "b", {**TRADE, table: [*others, row]}))
    assert set(before) == set(after) == {SALES, PURCHASES}
    assert {key for key in before if before[key] != after[key]} == changed


def test_values_do_not_run_into_each_other(tmp_path: Path) -> None:
    """Two columns whose texts are the same when put together are not the same row; neither is a text that is empty and one that is missing."""

    def digest(name: str, **columns: object) -> str:
        return facts_digests(facts(tmp_path / name, {"sales": [sale(**columns)]}))[SALES]  # type: ignore[arg-type]

    found = [
        digest("a", customer_id="AB", layby_id="C"),
        digest("b", customer_id="A", layby_id="BC"),
        digest("c", customer_id="ABC", layby_id=None),
        digest("d", customer_id="ABC", layby_id=""),
    ]
    assert len(set(found)) == 4
