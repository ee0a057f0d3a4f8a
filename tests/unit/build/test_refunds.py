"""Money handed back from a bank account: refunds of the customer's own overpayments, the oldest first, and never more than is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.build.runs import BANK, D1, D2, D3, D4, Runs
from tillpost.model.documents import Document, DocumentKind, FactSelection

CUSTOMER = {"mode": "real_time"}


def paid(day: Any, name: str, amount: str, **more: Any) -> dict[str, Any]:
    row = {"id": name, "date": day, "kind": "account_payment", "customer": "ACME", "tender": "DIRECT", "amount": amount, "pays": []}
    return {**row, **more}


def shown(documents: list[Document]) -> list[tuple[str, str, str, int]]:
    """Kind, number and what it settles, with its amount."""
    return [(d.kind.value, d.number, d.settles, d.total_cents) for d in documents]


def refunds(runs: Runs) -> dict[str, int]:
    """The refunds on record, by movement and overpayment."""
    made = [d for d in runs.documents.values() if "/account-refund/" in d.natural_key]
    return {f"{d.pos_id}/{d.settles.rpartition('/')[2]}": d.amount_cents for d in made}


def test_a_refund_is_a_payment_of_the_overpayment_out_of_the_bank_account(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    over, refund = runs.run({"movements": [paid(D1, "m1", "80.00"), paid(D1, "m2", "-30.00")]})
    assert shown([over, refund]) == [
        ("overpayment", "TP/shop/overpayment/m1", "", 8000),
        ("payment", "TP/shop/account-refund/m2-m1-3edfbc6f", "org/shop/overpayment/m1", 3000),
    ]
    assert (refund.account, refund.pos_id, refund.key.business_date) == (BANK, "m2", D1)
    [posting] = refund.postings
    assert (posting.account, posting.cents, posting.source) == (BANK, -3000, FactSelection("movements", (("movement_id", "m2"),), 1))
    assert runs.balances() == {"090": 5000, "debtors": -5000}


IN_ANY_RUNS = [[[D1, D2, D3, D4]], [[D1], [D2], [D3], [D4]], [[D1, D2], [D3], [D4], [D3], [D4]], [[D1], [D2], [D3, D4], [D1], [D3]]]


@pytest.mark.parametrize("runs_of", IN_ANY_RUNS)
def test_the_oldest_overpayment_is_refunded_first_whatever_the_runs(tmp_path: Path, runs_of: list[list[Any]]) -> None:
    rows = [paid(D1, "m9", "20.00"), paid(D2, "m1", "30.00"), paid(D3, "r1", "-35.00"), paid(D4, "r2", "-10.00")]
    runs = Runs(tmp_path)
    for days in runs_of:
        runs.run({"movements": [row for row in rows if row["date"] in days]})
    assert refunds(runs) == {"r1/m9": 2000, "r1/m1": 1500, "r2/m1": 1000}
    assert runs.balances() == {"090": 500, "debtors": -500}


@pytest.mark.parametrize("runs_of", [[[D1, D2, D3]], [[D1], [D2], [D3]]])
def test_what_was_applied_to_a_contract_is_not_refunded(tmp_path: Path, runs_of: list[list[Any]]) -> None:
    contract = {
        "id": "c1", "date": D2, "customer": "ACME", "lines": [{"category": "FOOD", "gross": "60.00", "tax_code": "GST"}],
        "tenders": [{"tender": "ACCOUNT", "amount": "60.00"}],
    }  # fmt: skip
    rows = [paid(D1, "m1", "80.00", sale="c1"), contract, paid(D3, "r1", "-30.00")]
    runs = Runs(tmp_path, {"mode": "transaction", "auto_allocate": True})
    for days in runs_of:
        own = [row for row in rows if row["date"] in days]
        runs.run({"sales": [r for r in own if "lines" in r], "movements": [r for r in own if "kind" in r]})
    assert refunds(runs) == {"r1/m1": 2000}
    charge = runs.documents["org/shop/account-charge/r1"]
    assert [(line.account, line.cents) for line in charge.lines] == [(BANK, 1000)]


def test_on_one_date_a_refund_comes_before_an_allocation(tmp_path: Path) -> None:
    lines = [{"category": "FOOD", "gross": "60.00", "tax_code": "GST"}]
    contract = {"id": "c1", "date": D1, "customer": "ACME", "lines": lines, "tenders": [{"tender": "ACCOUNT", "amount": "60.00"}]}
    runs = Runs(tmp_path, {"mode": "transaction", "auto_allocate": True})
    runs.run({"sales": [contract], "movements": [paid(D1, "m1", "80.00", sale="c1"), paid(D1, "r1", "-30.00")]})
    assert refunds(runs) == {"r1/m1": 3000}
    assert [d.amount_cents for d in runs.documents.values() if d.kind is DocumentKind.ALLOCATION] == [5000]


@pytest.mark.parametrize(
    "overpaid",
    [
        [],
        [paid(D1, "m1", "80.00", customer="OPEN")],
        [paid(D3, "m1", "80.00")],
        [paid(D1, "m1", "80.00", tender="EFTPOS")],
    ],
    ids=["nothing", "another customer's", "a later one", "a card's, which is a credit note"],
)
def test_what_no_overpayment_covers_stays_a_line_on_the_bank_account(tmp_path: Path, overpaid: list[dict[str, Any]]) -> None:
    runs = Runs(tmp_path, CUSTOMER)
    built = runs.run({"movements": [*overpaid, paid(D2, "r1", "-30.00")]})
    [charge] = [d for d in built if d.pos_id == "r1"]
    assert (charge.natural_key, charge.kind, charge.total_cents) == ("org/shop/account-charge/r1", DocumentKind.INVOICE, 3000)
    assert [(line.account, line.cents) for line in charge.lines] == [(BANK, 3000)]


def test_a_draft_leaves_refunds_to_people(tmp_path: Path) -> None:
    assert Runs(tmp_path, {"send_as": "draft"}).run({"movements": [paid(D1, "m1", "80.00"), paid(D1, "r1", "-30.00")]}) == []


def test_a_drafts_fee_into_the_bank_account_is_a_draft_invoice_that_people_settle(tmp_path: Path) -> None:
    [fee] = Runs(tmp_path, {"send_as": "draft"}).run({"movements": [paid(D1, "m1", "51.00", fee="1.00", tax_code="GST")]})
    assert (fee.natural_key, fee.draft, [(line.account, line.cents) for line in fee.lines]) == (
        "org/shop/account-fee/m1",
        True,
        [("208", 100)],
    )
