"""A voucher, a tab or money paid out that goes on a customer's account: an invoice or credit note of its own, and nothing in the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.build.runs import D1, Runs
from tillpost.model.documents import Document, FactSelection


def moved(kind: str, function: str, amount: str, tender: str = "ACCOUNT", **more: Any) -> dict[str, Any]:
    return {"id": "m1", "date": D1, "kind": kind, "function": function, "customer": "ACME", "tender": tender, "amount": amount, **more}


def shown(document: Document) -> tuple[str, str, list[tuple[str, str, int]]]:
    return document.number, document.kind.value, [(line.account, line.tax_type, line.cents) for line in document.lines]


@pytest.mark.parametrize("mode", ["batch", "real_time", "transaction"])
def test_a_voucher_bought_on_account_is_an_invoice_to_the_debtor(tmp_path: Path, mode: str) -> None:
    runs = Runs(tmp_path, {"mode": mode})
    [invoice] = runs.run({"movements": [moved("received", "GIFT_VOUCHER", "100.00")]})
    assert shown(invoice) == ("TP/shop/movement-charge/m1", "invoice", [("806", "BASEXCLUDED", 10000)])
    assert invoice.contact is not None and invoice.contact.name == ("POS Debtor" if mode == "batch" else "Acme Civil Pty Ltd")
    [posting] = invoice.postings
    assert (posting.document, posting.cents) == ("org/shop/movement-charge/m1", -10000)
    assert posting.source == FactSelection("movements", (("movement_id", "m1"),), 1)
    assert runs.balances() == {"806": -10000, "debtors": 10000}


@pytest.mark.parametrize(
    ("movement", "expected"),
    [
        (moved("received", "GIFT_VOUCHER", "-100.00"), [("806", "BASEXCLUDED", 10000)]),
        (moved("paid_out", "PETTY_CASH", "-22.00", tax_code="GST"), [("429", "INPUT", 2200)]),
        (moved("prepayment", "PREPAID_GST", "-11.00"), [("812", "OUTPUT", 1100)]),
    ],
)
def test_what_goes_to_the_customer_is_a_credit_note(tmp_path: Path, movement: dict[str, Any], expected: list[tuple[str, str, int]]) -> None:
    [credit] = Runs(tmp_path).run({"movements": [movement]})
    assert shown(credit) == ("TP/shop/movement-credit/m1", "credit_note", expected)


def test_by_any_other_tender_it_stays_in_the_journal(tmp_path: Path) -> None:
    [journal] = Runs(tmp_path).run({"movements": [moved("received", "GIFT_VOUCHER", "100.00", "CASH")]})
    assert shown(journal)[2] == [("101", "BASEXCLUDED", 10000), ("806", "BASEXCLUDED", -10000)]


def test_a_draft_store_sends_a_draft(tmp_path: Path) -> None:
    [invoice] = Runs(tmp_path, {"send_as": "draft"}).run({"movements": [moved("received", "GIFT_VOUCHER", "100.00")]})
    assert invoice.draft
