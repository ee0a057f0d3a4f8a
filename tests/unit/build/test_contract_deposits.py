"""What was paid for a contract beforehand is applied to its invoice, in whatever order and runs both come, and never too much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.build.runs import D1, D2, D3, D4, D5, Runs
from tillpost.model.documents import Document, DocumentKind

POLICIES = {"mode": "transaction", "auto_allocate": True}


def contract(day: Any, gross: str = "550.00", cash: str = "0.00") -> dict[str, Any]:
    tenders = [{"tender": "CASH", "amount": cash}, {"tender": "ACCOUNT", "amount": f"{float(gross) - float(cash):.2f}"}]
    lines = [{"category": "FOOD", "gross": gross, "tax_code": "GST"}]
    return {"id": "c1", "date": day, "customer": "ACME", "lines": lines, "tenders": tenders}


def deposit(day: Any, amount: str, name: str, **more: Any) -> dict[str, Any]:
    row = {"id": name, "date": day, "kind": "account_payment", "customer": "ACME", "sale": "c1", "tender": "DIRECT", "pays": []}
    return {**row, "amount": amount, **more}


def allocated(runs: Runs) -> dict[str, tuple[str, int]]:
    """The allocations on record: which credit, in which stream, how much."""
    found = [d for d in runs.documents.values() if d.kind is DocumentKind.ALLOCATION]
    return {d.credit.rpartition("/")[2]: (d.key.business_date.isoformat(), d.amount_cents) for d in found}


def settle(runs: Runs, rows: list[dict[str, Any]], *runs_of: list[Any]) -> list[Document]:
    built: list[Document] = []
    for days in runs_of:
        own = [row for row in rows if row["date"] in days]
        built = runs.run({"sales": [r for r in own if "lines" in r], "movements": [r for r in own if "kind" in r]})
    return built


IN_ANY_ORDER = [[[D1, D2, D4]], [[D1], [D2], [D4]], [[D1], [D2, D4], [D1], [D1, D2, D4]], [[D1, D4], [D2], [D4]]]


@pytest.mark.parametrize("runs_of", IN_ANY_ORDER)
def test_deposits_before_and_after_the_invoice_never_take_more_than_it_leaves_due(tmp_path: Path, runs_of: list[list[Any]]) -> None:
    rows = [deposit(D1, "300.00", "m1"), contract(D2, "550.00", "100.00"), deposit(D4, "200.00", "m2")]
    runs = Runs(tmp_path, POLICIES)
    settle(runs, rows, *runs_of)
    assert allocated(runs) == {"m1": ("2026-03-02", 30000), "m2": ("2026-03-04", 15000)}


def test_the_look_back_of_a_deposit_whose_invoice_came_later_changes_nothing(tmp_path: Path) -> None:
    runs = Runs(tmp_path, POLICIES)
    rows = [deposit(D1, "300.00", "m1"), contract(D2)]
    settle(runs, rows, [D1], [D2])
    assert [d.kind.value for d in settle(runs, rows, [D1])] == ["overpayment"]


def test_what_was_paid_in_between_is_no_longer_due(tmp_path: Path) -> None:
    pays = deposit(D3, "500.00", "m2", pays=[{"sale": "c1", "amount": "500.00"}])
    rows = [contract(D2), pays, deposit(D5, "200.00", "m3")]
    for number, runs_of in enumerate([[[D2], [D3], [D5]], [[D2, D3, D5]]]):
        runs = Runs(tmp_path / str(number), POLICIES)
        settle(runs, rows, *runs_of)
        assert allocated(runs) == {"m3": ("2026-03-05", 5000)}


def test_a_deposit_on_a_clearing_account_is_applied_as_a_credit_note(tmp_path: Path) -> None:
    runs = Runs(tmp_path, POLICIES)
    settle(runs, [deposit(D1, "200.00", "m1", tender="EFTPOS"), contract(D2)], [D1], [D2])
    assert allocated(runs) == {"m1": ("2026-03-02", 20000)}
    assert runs.balances() == {"105": 20000, "201": -55000, "debtors": 35000}


def test_money_of_another_contact_is_not_applied_and_keeps_its_contact(tmp_path: Path) -> None:
    runs = Runs(tmp_path, {"auto_allocate": True})
    runs.run({"movements": [deposit(D1, "200.00", "m1")]})
    runs.run({"movements": [deposit(D1, "200.00", "m1")], "sales": [contract(D2)]}, mode_changes=((D2, "transaction"),))
    whose = {d.pos_id: d.contact.name for d in runs.documents.values() if d.contact}
    assert whose == {"m1": "POS Debtor", "c1": "Acme Civil Pty Ltd"} and allocated(runs) == {}


def test_without_the_setting_nothing_is_applied(tmp_path: Path) -> None:
    runs = Runs(tmp_path, {"mode": "transaction"})
    settle(runs, [deposit(D1, "300.00", "m1"), contract(D2)], [D1, D2])
    assert allocated(runs) == {}
