"""Each word of the contract, each policy and each kind of document has a golden case of the repository's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.golden.case_files import OWN_CASES, Case, read_case_file, readings
from tests.golden.given import TENDER_TYPES
from tillpost.mapping.rows import OTHER_CODES
from tillpost.model.facts import LINE_KINDS, MOVEMENT_KINDS, PURCHASE_LINE_KINDS, SALE_KINDS, SALE_STATUSES
from tillpost.organisations import COUNTRIES, MODES

CASES: list[Case] = [case for file in OWN_CASES for case in read_case_file(file).cases]
# A line that is all tax has no account of its own: no case can say what it books.
WITHOUT_A_CASE = {"tax_only"}
# The other value of each policy is the usual one, which most cases have.
SETTINGS = {
    "country": COUNTRIES, "mode": MODES, "gst_basis": ("accrual", "cash"), "sales_document": ("per_organisation",),
    "layby_recognition": ("each_payment", "sale_date"), "cash_contracts": ("customer",), "auto_allocate": (True,),
    "split_mixed_tax": (True,), "sales_as": ("invoice",), "debtor": ("customer",), "debtor_grain": ("per_date",),
    "surplus": ("deposit",), "before_start": ("credit",), "posted_changes": ("adjust",), "send_as": ("draft",),
}  # fmt: skip
DOCUMENTS = ("ManualJournal", "ACCREC", "ACCPAY", "ACCRECCREDIT", "ACCPAYCREDIT", "Payment", "Overpayment")


def _rows(*tables: str) -> Iterator[dict[str, Any]]:
    return (row for case in CASES for reading in readings(case) for table in tables for row in reading.get(table, ()))


def _lines(*tables: str) -> Iterator[dict[str, Any]]:
    return (line for row in _rows(*tables) for line in (*row.get("lines", ()), *row.get("sale_lines", ())))


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (SALE_KINDS, {sale.get("kind", "sale") for sale in _rows("sales")}),
        (SALE_STATUSES, {sale.get("status", "completed") for sale in _rows("sales")}),
        (LINE_KINDS, {line.get("kind", "item") for line in _lines("sales", "movements")}),
        (MOVEMENT_KINDS, {movement["kind"] for movement in _rows("movements")}),
        (PURCHASE_LINE_KINDS, {line.get("kind", "goods") for line in _lines("purchases")}),
        (("invoice", "credit", "receipt"), {purchase.get("kind", "invoice") for purchase in _rows("purchases")}),
        (set(TENDER_TYPES.values()), {TENDER_TYPES.get(t["tender"]) for sale in _rows("sales") for t in sale.get("tenders", ())}),
    ],
    ids=["sale kinds", "statuses", "line kinds", "movement kinds", "purchase lines", "purchase kinds", "tender types"],
)
def test_each_word_of_the_contract(known: tuple[str, ...], told: set[str]) -> None:
    assert set(known) - told - WITHOUT_A_CASE == set()


@pytest.mark.parametrize("setting", SETTINGS)
def test_each_policy(setting: str) -> None:
    assert set(SETTINGS[setting]) <= {_used(case["settings"].get(setting)) for case in CASES}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_each_kind_of_document(kind: str) -> None:
    assert any(want["type"] == kind and want["count"] for case in CASES for want in case.get("documents", ()))


def test_each_amount_that_is_no_sale_has_a_row() -> None:
    mapped = {
        row.split(",")[1]
        for row in (OWN_CASES[0].parents[1] / "mappings" / "accounts.csv").read_text().splitlines()
        if row.startswith("other,")
    }
    assert mapped == set(OTHER_CODES)


def _used(value: Any) -> Any:
    """A setting's value; modes by date are told by their dates and need no mode of their own."""
    return tuple(value) if isinstance(value, dict) else value
