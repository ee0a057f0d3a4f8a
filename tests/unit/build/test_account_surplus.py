"""What an account payment leaves over, its fee, points, and money for sales from before the start date."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.unit.build.runs import D1, D2, D3, Runs
from tillpost.model.documents import Document, DocumentKind

SALE = {
    "id": "s1",
    "date": D1,
    "customer": "ACME",
    "lines": [{"category": "FOOD", "gross": "50.00", "tax_code": "GST"}],
    "tenders": [{"tender": "ACCOUNT", "amount": "50.00"}],
}


def payment(tender: str = "EFTPOS", amount: str = "80.00", **more: Any) -> dict[str, Any]:
    pays = [{"sale": "s1", "amount": "50.00"}]
    return {"id": "m1", "date": D2, "kind": "account_payment", "customer": "ACME", "tender": tender, "amount": amount, "pays": pays, **more}


def kinds(documents: list[Document]) -> list[tuple[str, int]]:
    return [(d.kind.value, d.total_cents) for d in documents]


def test_a_surplus_is_a_credit_note_an_overpayment_or_a_deposit_in_the_journal(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.run({"sales": [SALE]})
    assert kinds(runs.run({"movements": [payment()]})) == [("payment", 5000), ("credit_note", 3000)]
    assert kinds(runs.run({"movements": [payment("DIRECT")]})) == [("payment", 5000), ("overpayment", 3000)]
    assert kinds(runs.run({"movements": [payment()]}, surplus="deposit")) == [("journal", 3000), ("payment", 5000)]
    assert runs.balances() == {"105": 8000, "201": -5000, "808": -3000}
    assert kinds(runs.run({"movements": [payment("DIRECT")]})) == [("payment", 5000), ("overpayment", 3000)]


def test_a_deposit_that_is_paid_back_leaves_the_liability(tmp_path: Path) -> None:
    runs = Runs(tmp_path, {"surplus": "deposit"})
    runs.run({"movements": [payment(pays=[])]})
    runs.run({"movements": [payment(amount="-80.00", pays=[], date=D3, id="m2")]})
    assert runs.balances() == {}


def test_in_real_time_mode_a_deposit_is_in_the_movements_own_journal(tmp_path: Path) -> None:
    [journal] = Runs(tmp_path, {"surplus": "deposit", "mode": "real_time"}).run({"movements": [payment(pays=[])]})
    assert (journal.number, journal.total_cents) == ("TP/shop/movement/m1", 8000)


def test_a_draft_leaves_deposits_and_payments_to_people(tmp_path: Path) -> None:
    assert Runs(tmp_path, {"surplus": "deposit", "send_as": "draft"}).run({"movements": [payment()]}) == []


@pytest.mark.parametrize("fee", ["2.20", "-2.20"])
def test_a_fee_that_went_into_the_bank_account_is_an_invoice_of_its_own_paid_at_once(tmp_path: Path, fee: str) -> None:
    runs = Runs(tmp_path)
    amount = f"{50 + float(fee):.2f}"
    built = runs.run({"sales": [SALE], "movements": [payment("DIRECT", amount, fee=fee, tax_code="GST")]})
    kind = "invoice" if fee == "2.20" else "credit_note"
    assert kinds(built)[1:] == [("payment", 5000), (kind, 220), ("payment", 220)]
    assert built[3].settles == built[2].natural_key == "org/shop/account-fee/m1"
    cents = round(float(fee) * 100)
    assert runs.balances() == {"090": 5000 + cents, "201": -5000, "208": -cents}


def test_a_fee_into_another_account_stays_in_the_journal(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    built = runs.run({"sales": [SALE], "movements": [payment(amount="52.20", fee="2.20", tax_code="GST")]})
    assert sorted(kinds(built)) == [("invoice", 5000), ("journal", 220), ("payment", 5000)]


def test_points_with_a_tax_code_are_a_credit_note_with_that_tax(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    built = runs.run({"sales": [SALE], "movements": [payment("POINTS", "20.00", pays=[{"sale": "s1", "amount": "20.00"}])]})
    _, credit, allocation = built
    assert [(line.account, line.tax_type, line.cents, line.rate_bp) for line in credit.lines] == [("205", "OUTPUT", 2000, 1000)]
    assert (allocation.credit, allocation.settles, allocation.amount_cents) == (credit.natural_key, "org/shop/invoice/s1", 2000)
    assert runs.balances() == {"201": -5000, "205": 2000, "debtors": 3000}


def test_money_for_a_sale_from_before_the_start_is_credit_where_the_store_says_so(tmp_path: Path) -> None:
    pays = [{"sale": "old", "sale_date": "2025-12-20", "amount": "30.00"}, {"sale": "s1", "amount": "50.00"}]
    given = {"sales": [SALE], "movements": [payment(pays=pays)]}
    held = Runs(tmp_path / "hold").run(given)
    assert [d.settles for d in held if d.kind is DocumentKind.PAYMENT] == ["org/shop/invoice/old", "org/shop/invoice/s1"]
    runs = Runs(tmp_path / "credit", {"before_start": "credit", "starts_on": date(2026, 1, 1)})
    assert kinds(runs.run(given)) == [("invoice", 5000), ("payment", 5000), ("credit_note", 3000)]
