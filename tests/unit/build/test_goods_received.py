"""Goods received and their bills: in any order nothing stays in suspense, and everything is booked once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.build.conftest import MAPPING
from tests.unit.build.runs import D1, D2, D3, Runs
from tillpost.build.context import BuildContext
from tillpost.build.documents import build_documents
from tillpost.model.documents import Document
from tillpost.model.facts import TABLES
from tillpost.model.period import TradingClock
from tillpost.model.reference import PaymentTerm
from tillpost.organisations import Organisation, Store
from tillpost.pos.facts import facts_of_rows, open_facts, write_facts

GOODS = [{"category": "FOOD", "gross": "330.00", "tax_code": "GST"}]


def receipt(day: Any, gross: str = "330.00") -> dict[str, Any]:
    return {"id": "r1", "date": day, "kind": "receipt", "supplier": "FRESH", "lines": [{**GOODS[0], "gross": gross}]}


def bill(day: Any, name: str = "b1", lines: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    return {"id": name, "date": day, "receipt": "r1", "supplier": "FRESH", "number": f"N-{name}", "lines": lines or GOODS, **more}


def settle(runs: Runs, rows: list[dict[str, Any]], *runs_of: list[Any]) -> list[Document]:
    built: list[Document] = []
    for days in runs_of:
        built = runs.run({"purchases": [row for row in rows if row["date"] in days]})
    return built


BILLED = {"301": 33000, "creditors": -33000}


@pytest.mark.parametrize("runs_of", [[[D1, D2]], [[D1], [D2]], [[D2], [D1]], [[D2], [D1], [D1, D2]], [[D1], [D2], [D1], [D2]]])
@pytest.mark.parametrize(("received", "billed"), [(D1, D2), (D2, D1), (D1, D1)])
def test_nothing_stays_in_suspense_in_whatever_order_they_come(
    tmp_path: Path, received: Any, billed: Any, runs_of: list[list[Any]]
) -> None:
    runs = Runs(tmp_path)
    settle(runs, [receipt(received), bill(billed)], *runs_of)
    assert runs.balances() == BILLED


def test_a_bill_before_its_receipt_needs_no_accrual(tmp_path: Path) -> None:
    documents = settle(Runs(tmp_path), [bill(D1), receipt(D2)], [D1, D2])
    assert [d.natural_key for d in documents] == ["org/shop/bill/b1"]
    runs = Runs(tmp_path / "read later")
    assert [settle(runs, [bill(D2), receipt(D1)], [day]) for day in (D2, D1)][1] == []


def test_the_first_of_several_bills_reverses_the_whole_receipt_and_waits_for_it(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    rows = [receipt(D1), bill(D2), bill(D3, "b2")]
    settle(runs, rows, [D1], [D2], [D3], [D2, D3])
    reversals = [d for d in runs.documents.values() if "reversal" in d.natural_key]
    assert [(d.key.business_date, d.settles) for d in reversals] == [(D2, "org/shop/receipt/r1")]
    assert runs.balances() == {"301": 66000, "creditors": -66000}


def test_what_is_accrued_stays_accrued_when_an_earlier_bill_turns_up(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    settle(runs, [receipt(D2)], [D2])
    settle(runs, [receipt(D2), bill(D1)], [D1, D2])
    assert runs.balances() == BILLED and "org/shop/receipt/r1" in runs.documents


def test_discounts_negative_lines_and_lines_that_cancel_out(tmp_path: Path) -> None:
    lines = [{"category": "FOOD", "gross": "110.00", "tax_code": "GST"}, {"category": "FOOD", "gross": "-11.00", "tax_code": "GST"},
             {"category": "FOOD", "gross": "5.00", "tax_code": "FRE"}, {"category": "FOOD", "gross": "-5.00", "tax_code": "FRE"}]  # fmt: skip
    [built] = Runs(tmp_path).run({"purchases": [bill(D1, lines=lines, receipt=None)]})
    assert [(line.account, line.tax_type, line.cents) for line in built.lines] == [("301", "INPUT", 9900)]
    nothing = [{**lines[0]}, {**lines[0], "gross": "-110.00"}]
    assert Runs(tmp_path / "zero").run({"purchases": [bill(D1, lines=nothing, receipt=None)]}) == []
    [free] = Runs(tmp_path / "free").run({"purchases": [bill(D1, lines=[lines[0], {**lines[2], "gross": "-110.00"}], receipt=None)]})
    assert (free.total_cents, len(free.lines)) == (0, 2)


@pytest.mark.parametrize(
    ("term", "due"),
    [(PaymentTerm(20, "OFFOLLOWINGMONTH"), date(2026, 4, 20)), (PaymentTerm(7, "DAYSAFTERBILLDATE"), date(2026, 3, 8)), (None, None)],
)
def test_an_open_term_is_xeros_own_default(tmp_path: Path, term: PaymentTerm | None, due: date | None) -> None:
    runs = Runs(tmp_path, {"debtor": "customer"}, term)
    sale = {"id": "s1", "date": D1, "customer": "OPEN", "lines": GOODS, "tenders": [{"tender": "ACCOUNT", "amount": "330.00"}]}
    invoice, own = runs.run({"sales": [sale], "purchases": [bill(D1, supplier="OPENSUP", receipt=None)]})
    assert (invoice.due_date, own.due_date) == (due, due)
    [told] = runs.run({"purchases": [bill(D1, terms_days=14, supplier="OPENSUP", receipt=None)]})
    assert told.due_date == date(2026, 3, 15)


def _shared(folder: Path, stores: tuple[str, ...], known: dict[str, Document], **settings: Any) -> list[str]:
    """The natural keys of one purchase of no store that these stores deliver; their order in tillpost.yml is north, south."""
    row = {"purchase_id": "p1", "kind": "invoice", "business_date": D1, "document_date": D1, "currency": "AUD", "supplier_id": "FRESH",
           "supplier_reference": "N-1", "gross_cents": 11000, "status": "final"}  # fmt: skip
    line = {"purchase_id": "p1", "line_no": "1", "line_kind": "goods", "category": "FOOD", "gross_cents": 11000, "tax_code": "GST"}
    supplier = {"id": "FRESH", "name": "Fresh"}
    for key in stores:
        tables = {"purchases": [row], "purchase_lines": [line], "suppliers": [supplier]}
        write_facts(folder / key, {name: facts_of_rows(TABLES[name], key, rows) for name, rows in tables.items()})
    clock = TradingClock("Australia/Melbourne", time(4))
    first = Store("north", "North", "pos", "db", "1", clock, date(2026, 1, 1))
    known_stores = {"north": first, "south": replace(first, key="south", **settings)}
    org = Organisation("org", "Org", "AU", "AUD", clock.zone, "none", time(6), known_stores)
    days = tuple((key, D1) for key in stores)
    found = build_documents(open_facts([folder / key for key in stores]), BuildContext(org, MAPPING, days, known_document=known.get))
    return [d.natural_key for documents in found.values() for d in documents]


def test_a_purchase_of_no_store_is_booked_by_one_of_the_stores_that_deliver_it(tmp_path: Path) -> None:
    assert _shared(tmp_path / "both", ("south", "north"), {}) == ["org/north/bill/p1"]
    assert _shared(tmp_path / "one", ("south",), {}) == ["org/south/bill/p1"]
    booked = {"org/south/bill/p1": Document.__new__(Document)}
    assert _shared(tmp_path / "recorded", ("south", "north"), booked) == ["org/south/bill/p1"]
    assert _shared(tmp_path / "late", ("north",), booked) == []
    apart = _shared(tmp_path / "apart", ("south", "north"), {}, connection="another")
    assert sorted(apart) == ["org/north/bill/p1", "org/south/bill/p1"]


def test_a_receipt_that_was_sent_is_reversed_as_it_was_sent(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    settle(runs, [receipt(D1)], [D1])
    runs.post()
    runs.rows += "purchase_category,FOOD,302,,,,Another account\n"
    built = settle(runs, [receipt(D1), bill(D2)], [D1, D2])
    accounts = {d.natural_key.split("/")[2]: {line.account for line in d.lines} for d in built}
    assert accounts == {"receipt": {"302", "631"}, "bill": {"302"}, "receipt-reversal": {"301", "631"}}
    assert runs.balances() == {"302": 33000, "creditors": -33000}


def test_a_reversal_moves_with_its_bill_until_it_is_sent(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    settle(runs, [receipt(D1), bill(D2)], [D1], [D2])
    runs.run({"purchases": [bill(D3), {**bill(D2, "b2"), "receipt": None}]})
    reversal = runs.documents["org/shop/receipt-reversal/r1"]
    assert (reversal.key.business_date, runs.balances()) == (D3, {"301": 66000, "creditors": -66000})
    runs.post()
    built = runs.run({"purchases": [bill(D2), {**bill(D3, "b2"), "receipt": None}]})
    assert "org/shop/receipt-reversal/r1" not in [d.natural_key for d in built]
