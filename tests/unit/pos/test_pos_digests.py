"""digests.py: one digest per record, the same whatever driver, order or path, and another one for any change in it or in its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.pos.corner_shop import Shop
from tillpost.errors import SourceError
from tillpost.model.facts import TABLES
from tillpost.model.period import DateRange
from tillpost.pos.digests import add_digests, write_digests
from tillpost.pos.facts import facts_of_rows, open_facts, write_facts

DAY = date(2026, 10, 3)
SALE = {
    "sale_id": "s1", "receipt_no": "1007", "store_id": "7", "register_id": "2", "kind": "sale", "status": "completed",
    "business_date": DAY, "occurred_at": datetime(2026, 10, 3, 2, 0, tzinfo=UTC), "currency": "AUD", "gross_cents": 1100,
}  # fmt: skip
LINES = [
    {"sale_id": "s1", "line_no": "1", "line_kind": "item", "quantity": Decimal(1), "gross_cents": 600},
    {"sale_id": "s1", "line_no": "2", "line_kind": "item", "quantity": Decimal("0.5"), "gross_cents": 500},
]
TRADE: dict[str, list[dict[str, object]]] = {
    "sales": [SALE, {**SALE, "sale_id": "s2", "receipt_no": None, "register_id": None, "status": "void", "gross_cents": 900}],
    "sale_lines": LINES,
    "tenders": [{"sale_id": "s1", "tender_no": "1", "tender_code": "CASH", "tender_type": "cash", "amount_cents": 1100}],
    "movements": [
        {"movement_id": "m1", "store_id": "7", "business_date": DAY, "kind": "paid_out", "function_code": "PETTY", "amount_cents": -500}
    ],
    "movement_allocations": [{"movement_id": "m1", "sale_id": "s0", "amount_cents": 5}],
    "counts": [
        {"store_id": "7", "business_date": DAY, "shift_id": "S1", "tender_code": "CASH", "expected_cents": 600, "counted_cents": 590}
    ],
    "gl_entries": [
        {"entry_id": "e1", "line_no": str(n), "business_date": DAY, "account_code": "200", "amount_cents": cents}
        for n, cents in ((1, 700), (2, -700))
    ],
    "purchases": [
        {"purchase_id": "p1", "kind": "invoice", "business_date": DAY, "document_date": DAY, "currency": "AUD", "supplier_id": "FRESH",
         "supplier_reference": "F-77", "gross_cents": 2200, "status": "posted"}
    ],
    "purchase_lines": [{"purchase_id": "p1", "line_no": "1", "line_kind": "goods", "gross_cents": 2200}],
    "suppliers": [{"id": "FRESH", "name": "Fresh Foods"}],
}  # fmt: skip


def digests(folder: Path, tables: Mapping[str, Sequence[Mapping[str, object]]]) -> dict[str, tuple[Any, ...]]:
    """The digests of facts by key: table, date, name, gross and digest."""
    write_facts(folder, {name: facts_of_rows(TABLES[name], "corner", rows) for name, rows in tables.items()})
    write_digests(folder)
    return read(folder)


def read(folder: Path) -> dict[str, tuple[Any, ...]]:
    rows = pq.read_table(folder / "digests.parquet").to_pylist()
    return {r["key"]: (r["table_name"], r["business_date"], r["name"], r["gross_cents"], r["digest"]) for r in rows}


def test_each_record_with_the_name_that_people_know_and_what_it_books(tmp_path: Path) -> None:
    found = digests(tmp_path, TRADE)
    assert {key: row[:4] for key, row in found.items()} == {
        "s1": ("sales", DAY, "receipt 1007, register 2", 1100),
        "s2": ("sales", DAY, "receipt s2 (void)", 0),
        "m1": ("movements", DAY, "paid out m1, PETTY", -500),
        "CASH/S1/": ("counts", DAY, "count of CASH, shift S1", 590),
        "e1": ("gl_entries", DAY, "ledger entry e1", 700),
        "p1": ("purchases", DAY, "Fresh Foods invoice F-77", 2200),
    }
    assert sorted(path.name for path in tmp_path.iterdir() if path.name not in {f"{name}.parquet" for name in TRADE}) == ["digests.parquet"]


def test_a_digest_is_the_same_for_ever(tmp_path: Path) -> None:
    """A literal: another release of DuckDB must not tell every sale of a year as changed. Otherwise VERSION goes up."""
    found = digests(tmp_path, TRADE)
    assert {key: found[key][4] for key in ("s1", "m1", "p1")} == {
        "s1": "3400e1569d68d1cc2e67a51878437942",
        "m1": "9c26cafe2c5c195f0579a15334b16bea",
        "p1": "f1da4cf8ae29cbbba0c6424eabba056a",
    }


def test_the_order_of_rows_and_of_the_tables_is_nothing(tmp_path: Path) -> None:
    turned = {name: list(reversed(rows)) for name, rows in reversed(TRADE.items())}
    assert digests(tmp_path / "a", TRADE) == digests(tmp_path / "b", turned)


CHANGES = [
    ("sales", {**SALE, "customer_id": "ACME"}, "s1"),
    ("sales", {**SALE, "occurred_at": datetime(2026, 10, 3, 2, 0, 0, 1, tzinfo=UTC)}, "s1"),
    ("sale_lines", {**LINES[1], "quantity": Decimal("0.500001")}, "s1"),
    ("sale_lines", {**LINES[1], "description": "a text"}, "s1"),
    ("sale_lines", {**LINES[1], "tax_cents": 0}, "s1"),
    ("tenders", {**TRADE["tenders"][0], "tender_code": "EFTPOS"}, "s1"),
    ("movement_allocations", {**TRADE["movement_allocations"][0], "sale_id": "s9"}, "m1"),
    ("counts", {**TRADE["counts"][0], "expected_cents": 601}, "CASH/S1/"),
    ("purchase_lines", {**TRADE["purchase_lines"][0], "account_code": "310"}, "p1"),
    ("purchases", {**TRADE["purchases"][0], "is_paid": False}, "p1"),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_any_change_in_a_record_or_its_lines_changes_its_digest_alone(tmp_path: Path, number: int) -> None:
    table, row, changed = CHANGES[number]
    key = TABLES[table].key or ("tender_code",)
    others = [other for other in TRADE[table] if any(other.get(k) != row.get(k) for k in key)]
    before, after = digests(tmp_path / "a", TRADE), digests(tmp_path / "b", {**TRADE, table: [*others, row]})
    assert {key for key in before if before[key] != after[key]} == {changed}
    assert before[changed][4] != after[changed][4]


def test_texts_that_only_differ_in_where_one_ends_are_not_the_same(tmp_path: Path) -> None:
    one = {**SALE, "receipt_no": "a\x1f3:b", "register_id": None}
    other = {**SALE, "receipt_no": "a", "register_id": "b"}
    assert digests(tmp_path / "a", {"sales": [one]})["s1"][4] != digests(tmp_path / "b", {"sales": [other]})["s1"][4]
    empty, null = {**SALE, "receipt_no": ""}, {**SALE, "receipt_no": None}
    assert digests(tmp_path / "c", {"sales": [empty]})["s1"][4] != digests(tmp_path / "d", {"sales": [null]})["s1"][4]


def test_the_lines_of_other_records_are_nothing_to_it(tmp_path: Path) -> None:
    """Also where they are the only ones of the whole reading."""
    other = {**SALE, "sale_id": "s9"}
    alone = digests(tmp_path / "a", {"sales": [SALE]})
    beside = digests(tmp_path / "b", {"sales": [SALE, other], "sale_lines": [{**LINES[0], "sale_id": "s9"}]})
    (tmp_path / "a" / "digests.parquet").unlink()
    assert (alone["s1"], _opened(tmp_path / "a")) == (beside["s1"], alone)


def test_two_equal_lines_are_not_one_and_not_none(tmp_path: Path) -> None:
    found = [digests(tmp_path / str(n), {"sales": [SALE], "sale_lines": [LINES[0]] * n})["s1"][4] for n in range(4)]
    assert len(set(found)) == 4


def test_postgresql_gives_the_same_digests(shop: Shop, postgres_shop: Shop, tmp_path: Path) -> None:
    days = DateRange(date(2026, 10, 3), date(2026, 10, 5))
    assert "digests.parquet" in shop.extract(days, "sqlite").files
    postgres_shop.extract(days, "postgres")
    found = read(tmp_path / "sqlite")
    assert ({key: row[3] for key, row in found.items()}, read(tmp_path / "postgres")) == ({"A1": 1100, "A2": -550, "A3": 220}, found)


def test_facts_without_digests_or_with_those_of_another_version_get_them_anew(tmp_path: Path) -> None:
    written = digests(tmp_path / "a", TRADE)
    kept = _opened(tmp_path / "a")
    table = pq.read_table(tmp_path / "a" / "digests.parquet")
    old = table.set_column(5, "gross_cents", pa.array([0] * table.num_rows, pa.int64()))
    pq.write_table(old.replace_schema_metadata({"tillpost_digests": "0"}), tmp_path / "a" / "digests.parquet")
    other_version = _opened(tmp_path / "a")
    (tmp_path / "a" / "digests.parquet").unlink()
    assert (kept, other_version, _opened(tmp_path / "a")) == (written, written, written)


def _opened(folder: Path) -> dict[str, tuple[Any, ...]]:
    with open_facts([folder]) as facts:
        for _ in range(2):
            add_digests(facts, [folder])
        return {
            row[0]: row[1:] for row in facts.sql("SELECT key, table_name, business_date, name, gross_cents, digest FROM digests").fetchall()
        }


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere: the digests of the facts cannot be written: .*Nothing was kept"):
        write_digests(tmp_path / "nowhere")
