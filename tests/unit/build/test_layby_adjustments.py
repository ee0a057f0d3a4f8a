"""Cancelling a lay-by takes its adjustments back, GST included, so that its liability ends at zero (accounting policy 4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.build.runs import D1, D2, D3, D4, D5, Runs

LINE = {"category": "FOOD", "gross": "50.00", "tax_code": "GST"}


def opening(day: Any = D1) -> dict[str, Any]:
    tenders = [{"tender": "LAYBY", "amount": "50.00"}]
    return {"id": "s1", "date": day, "kind": "layby_open", "layby": "L1", "lines": [LINE], "tenders": tenders}


def completed(day: Any) -> dict[str, Any]:
    return {**opening(day), "id": "s2", "kind": "layby_complete"}


def deposit(day: Any = D1, amount: str = "10.00", name: str = "m1") -> dict[str, Any]:
    return {"id": name, "date": day, "kind": "layby_payment", "layby": "L1", "tender": "CASH", "amount": amount}


def adjustment(day: Any, name: str = "a1", amount: str = "1.00") -> dict[str, Any]:
    return {"id": name, "date": day, "kind": "layby_adjustment", "layby": "L1", "amount": amount, "tax_code": "GST"}


def cancelled(day: Any, name: str = "c1", amount: str = "-10.00", fee: str = "0.00", sold: bool = False) -> dict[str, Any]:
    row = {
        "id": name,
        "date": day,
        "kind": "layby_cancel",
        "layby": "L1",
        "tender": "CASH",
        "amount": amount,
        "fee": fee,
        "tax_code": "GST",
    }
    return {**row, "sale_lines": [{**LINE, "gross": "-50.00"}]} if sold else row


@pytest.mark.parametrize("runs_of", [[[D1, D2, D3]], [[D1], [D2], [D3]], [[D1, D2], [D3]], [[D1], [D2], [D3], [D2, D3], [D3]]])
@pytest.mark.parametrize("recognition", ["final_payment", "sale_date"])
def test_a_cancelled_layby_leaves_nothing_however_its_dates_are_run(tmp_path: Path, recognition: str, runs_of: list[list[Any]]) -> None:
    runs = Runs(tmp_path, {"layby_recognition": recognition})
    movements = [deposit(), adjustment(D2), cancelled(D3, sold=recognition == "sale_date")]
    for days in runs_of:
        runs.run({"sales": [opening()] if D1 in days else [], "movements": [m for m in movements if m["date"] in days]})
    assert runs.balances() == {}


def test_the_reversal_carries_the_adjustments_tax_and_names_it(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.run({"movements": [deposit(), adjustment(D1)]})
    [journal] = runs.run({"movements": [cancelled(D3)]})
    assert [(p.account, p.tax_type, p.cents, p.source.where) for p in journal.postings] == [
        ("101", "BASEXCLUDED", -1000, (("movement_id", "c1"), ("layby_id", "L1"))),
        ("206", "OUTPUT", -100, (("movement_id", "a1"), ("layby_id", "L1"), ("amount", "adjustment reversed"))),
        ("805", "BASEXCLUDED", 1100, (("movement_id", "c1"), ("layby_id", "L1"), ("amount", "lay-by balance"))),
    ]


def test_a_kept_fee_stays_the_only_income(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.run({"movements": [deposit(), adjustment(D1), cancelled(D1, amount="-5.00", fee="5.00")]})
    assert runs.balances() == {"101": 500, "207": -500}


def test_adjusted_twice_and_cancelled_twice_each_adjustment_goes_once(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.run({"movements": [deposit(), adjustment(D1)]})
    runs.run({"movements": [cancelled(D2, amount="-5.00")]})
    runs.run({"movements": [adjustment(D3, "a2", "2.00")]})
    runs.run({"movements": [cancelled(D4, "c2", "-5.00")]})
    assert runs.balances() == {}
    runs.run({"movements": [deposit(), adjustment(D1), cancelled(D4, "c2", "-5.00")]})  # the first cancelling is on record only
    assert runs.balances() == {}


def test_an_adjustment_after_the_cancelling_stands(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.run({"movements": [deposit(), cancelled(D2), adjustment(D3)]})
    assert runs.balances() == {"206": 100, "805": -100}


def test_an_adjusted_layby_that_is_completed_leaves_nothing_on_its_liability(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.run({"movements": [deposit(), adjustment(D2)]})
    runs.run({"movements": [deposit(D5, "39.00", "m2")], "sales": [completed(D5)]})
    assert runs.balances() == {"101": 4900, "201": -5000, "206": 100}


@pytest.mark.parametrize(("recognition", "left"), [("sale_date", {}), ("final_payment", {"805": -1000, "101": 1000})])
def test_a_cancelling_that_is_told_as_a_sale_takes_the_adjustments_back_too(tmp_path: Path, recognition: str, left: dict[str, int]) -> None:
    runs = Runs(tmp_path, {"layby_recognition": recognition})
    runs.run({"sales": [opening()], "movements": [deposit(), adjustment(D1)]})
    tenders = [{"tender": "LAYBY", "amount": "-40.00"}, {"tender": "CASH", "amount": "-10.00"}]
    cancel = {"id": "s3", "date": D2, "kind": "layby_cancel", "layby": "L1", "lines": [{**LINE, "gross": "-50.00"}], "tenders": tenders}
    runs.run({"sales": [cancel]})
    assert runs.balances() == left


def test_with_each_payment_there_is_no_adjustment_to_take_back(tmp_path: Path) -> None:
    runs = Runs(tmp_path, {"layby_recognition": "each_payment"})
    runs.run({"movements": [{**deposit(), "sale_lines": [{**LINE, "gross": "10.00"}]}, adjustment(D2)]})
    runs.run({"movements": [{**cancelled(D3), "sale_lines": [{**LINE, "gross": "-10.00"}]}]})
    assert runs.balances() == {}


def test_the_tender_of_a_completed_layby_names_it(tmp_path: Path) -> None:
    [journal] = Runs(tmp_path).run({"sales": [completed(D1)]})
    assert [p.source.where for p in journal.postings if p.account == "805"] == [(("tender_code", "LAYBY"), ("layby_id", "L1"))]


@pytest.mark.parametrize(("policy", "account"), [("hold", "sent"), ("adjust", "built")])
def test_an_adjustment_that_was_sent_is_taken_back_as_it_was_sent(tmp_path: Path, policy: str, account: str) -> None:
    runs = Runs(tmp_path, {"posted_changes": policy})
    runs.run({"sales": [opening()], "movements": [deposit(), adjustment(D2)]})
    before = {line.account for line in runs.documents["org/shop/journal/2026-03-02"].lines}
    runs.post()
    runs.rows += "other,layby_adjustment,299,,,,Another account\n"
    built = runs.run({"movements": [adjustment(D2), cancelled(D4)]})
    taken = {line.account for line in built[-1].lines}
    assert ("299" in taken, "299" in before) == (account == "built", False)
