"""Account sales as one invoice per date and contact, and what settles a document whoever it was sent to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.build.runs import D1, D2, D3, D5, Runs
from tillpost.model.documents import Contact, Document, DocumentKind

DAILY = {"debtor_grain": "per_date"}


def sale(name: str, day: Any, gross: str, cash: str = "0.00", customer: str = "ACME") -> dict[str, Any]:
    account = f"{float(gross) - float(cash):.2f}"
    tenders = [{"tender": "CASH", "amount": cash}, {"tender": "ACCOUNT", "amount": account}]
    return {
        "id": name,
        "date": day,
        "customer": customer,
        "lines": [{"category": "FOOD", "gross": gross, "tax_code": "GST"}],
        "tenders": tenders,
    }


def paid(name: str, day: Any, sale_id: str, amount: str, customer: str = "ACME", kind: str = "account_payment") -> dict[str, Any]:
    tender = {"tender": "EFTPOS"} if kind == "account_payment" else {"tax_code": "GST"}
    return {
        "id": name,
        "date": day,
        "kind": kind,
        "customer": customer,
        "amount": amount,
        "pays": [{"sale": sale_id, "amount": amount}],
        **tender,
    }


def told(documents: list[Document]) -> list[tuple[str, str, int, str]]:
    return [(d.kind.value, d.number, d.total_cents, d.settles.removeprefix("org/shop/")) for d in documents]


def test_the_account_sales_of_a_date_are_one_invoice_with_their_payments(tmp_path: Path) -> None:
    documents = Runs(tmp_path, DAILY).run(
        {"sales": [sale("s1", D1, "50.00", "20.00"), sale("s2", D1, "30.00", "5.00"), sale("s3", D2, "8.00")]}
    )
    assert told(documents) == [
        ("invoice", "TP/shop/account-sales/2026-03-01", 8000, ""),
        ("payment", "TP/shop/payment/2026-03-01-CASH-f94f930b", 2500, "account-sales/2026-03-01"),
        ("invoice", "TP/shop/account-sales/2026-03-02", 800, ""),
    ]
    invoice, payment, _ = documents
    assert (invoice.contact, invoice.reference, invoice.pos_id, len(invoice.lines)) == (
        Contact("POS Debtor"),
        "Shop account sales 2026-03-01",
        "",
        1,
    )
    assert [p.source.where for p in payment.postings] == [(("sale_id", s), ("tender_code", "CASH")) for s in ("s1", "s2")]


def test_customers_have_an_invoice_each(tmp_path: Path) -> None:
    sales = [sale("s1", D1, "50.00"), sale("s2", D1, "30.00", customer="TWEED"), sale("s3", D1, "20.00")]
    documents = Runs(tmp_path, {**DAILY, "debtor": "customer"}).run({"sales": sales})
    assert [(d.natural_key, d.contact and d.contact.name, d.total_cents) for d in documents] == [
        ("org/shop/account-sales/2026-03-01/ACME", "Acme Civil Pty Ltd", 7000),
        ("org/shop/account-sales/2026-03-01/TWEED", "Tweed Events", 3000),
    ]


def test_a_negative_day_is_a_credit_note_under_the_same_key(tmp_path: Path) -> None:
    [credit] = Runs(tmp_path, DAILY).run({"sales": [sale("s1", D1, "20.00"), sale("s2", D1, "-50.00")]})
    assert (credit.kind, credit.natural_key, credit.total_cents, credit.due_date) == (
        DocumentKind.CREDIT_NOTE,
        "org/shop/account-sales/2026-03-01",
        3000,
        None,
    )


def test_what_was_paid_beyond_a_small_day_is_on_the_document_itself(tmp_path: Path) -> None:
    runs = Runs(tmp_path, DAILY)
    [credit] = runs.run({"sales": [sale("s1", D1, "50.00", "20.00"), sale("s2", D1, "-45.00")]})
    assert (credit.kind, credit.total_cents) == (DocumentKind.CREDIT_NOTE, 1500)
    assert runs.balances() == {"101": 2000, "201": -500, "debtors": -1500}


@pytest.mark.parametrize("runs_of", [[[D1, D3]], [[D1], [D3]], [[D1], [D3], [D1, D3], [D3]]])
def test_a_payment_settles_the_invoice_of_its_sales_date(tmp_path: Path, runs_of: list[list[Any]]) -> None:
    runs = Runs(tmp_path, DAILY)
    for days in runs_of:
        sales = [sale("s1", D1, "50.00"), sale("s2", D1, "30.00")] if D1 in days else []
        built = runs.run({"sales": sales, "movements": [paid("m1", D3, "s2", "30.00")] if D3 in days else []})
    assert told([d for d in built if d.kind is DocumentKind.PAYMENT]) == [
        ("payment", "TP/shop/account-payment/m1-s2-8139cdcf", 3000, "account-sales/2026-03-01")
    ]
    assert runs.balances() == {"105": 3000, "201": -8000, "debtors": 5000}


def test_a_payment_for_a_sale_that_nobody_knows_settles_nothing_and_is_held(tmp_path: Path) -> None:
    [payment] = Runs(tmp_path, DAILY).run({"movements": [paid("m1", D3, "s0", "30.00")]})
    assert payment.settles == ""  # the rule settles_nothing


def test_the_other_modes_send_each_sale(tmp_path: Path) -> None:
    [invoice] = Runs(tmp_path, {**DAILY, "mode": "transaction"}).run({"sales": [sale("s1", D1, "50.00")]})
    assert invoice.natural_key == "org/shop/invoice/s1"


@pytest.mark.parametrize("kind", ["account_payment", "account_adjustment"])
def test_what_settles_a_document_goes_to_its_contact_although_the_debtor_was_switched(tmp_path: Path, kind: str) -> None:
    runs = Runs(tmp_path)
    runs.run({"sales": [sale("s1", D1, "50.00")]})
    movement = paid("m1", D3, "s1", "30.00", kind=kind)
    built = runs.run({"movements": [{**movement, "amount": "40.00"}]}, debtor="customer")
    [credit] = [d for d in built if d.kind is DocumentKind.CREDIT_NOTE]
    assert credit.contact == Contact("POS Debtor")
    assert [d.settles for d in built if d.settles] == ["org/shop/invoice/s1"]


def test_an_adjustment_of_sales_of_two_contacts_is_a_credit_note_for_each(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.run({"sales": [sale("s1", D1, "50.00")]})
    runs.run({"sales": [sale("s2", D2, "50.00")]}, debtor="customer")
    pays = [{"sale": "s1", "amount": "3.00"}, {"sale": "s2", "amount": "4.00"}]
    built = runs.run({"movements": [{**paid("m1", D5, "s1", "8.00", kind="account_adjustment"), "pays": pays}]})
    assert [(d.natural_key, d.contact and d.contact.name, d.total_cents) for d in built if d.kind is DocumentKind.CREDIT_NOTE] == [
        ("org/shop/account-credit/m1", "POS Debtor", 400),
        ("org/shop/account-credit/m1/ACME", "Acme Civil Pty Ltd", 400),
    ]
    assert runs.balances() == {"201": -10000, "205": 800, "debtors": 9200}


def test_a_payment_out_of_a_credit_note_is_a_refund(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.run({"sales": [sale("s1", D1, "-50.00")]})
    [refund] = runs.run({"movements": [{**paid("m1", D3, "s1", "-50.00"), "amount": "-50.00"}]})
    assert (refund.settles, refund.amount_cents, refund.postings[0].cents) == ("org/shop/credit-note/s1", 5000, -5000)
    assert runs.balances() == {"105": -5000, "201": 5000}


def test_a_payment_that_is_taken_back_is_owed_again(tmp_path: Path) -> None:
    runs = Runs(tmp_path, {"surplus": "deposit"})
    runs.run({"sales": [sale("s1", D1, "50.00")], "movements": [paid("m1", D2, "s1", "50.00")]})
    [charge] = runs.run({"movements": [paid("m2", D3, "s1", "-50.00")]})
    assert (charge.kind, charge.natural_key, charge.total_cents) == (DocumentKind.INVOICE, "org/shop/account-charge/m2/s1", 5000)
    assert runs.balances() == {"201": -5000, "debtors": 5000}


def test_a_sale_that_was_sent_is_paid_where_it_was_sent(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.run({"sales": [sale("s1", D1, "50.00")]})
    runs.post()
    given = {"sales": [sale("s1", D1, "50.00")], "movements": [paid("m1", D2, "s1", "20.00")]}
    assert runs.run(given, **DAILY)[-1].settles == "org/shop/invoice/s1"


def test_nothing_pays_more_than_is_due_and_the_rest_is_the_customers_credit(tmp_path: Path) -> None:
    runs, sales = Runs(tmp_path, DAILY), [sale("s1", D1, "100.00"), sale("s2", D1, "-30.00", customer="OPEN")]
    runs.run({"sales": sales})
    payments = [paid("m1", D2, "s1", "60.00"), paid("m2", D3, "s1", "40.00")]
    first = runs.run({"movements": payments[:1]})
    second = runs.run({"movements": payments[1:]})
    assert [(d.kind.value, d.total_cents) for d in (*first, *second)] == [("payment", 6000), ("payment", 1000), ("credit_note", 3000)]
    assert runs.run({"movements": payments}) == [*first, *second]


@pytest.mark.parametrize("back", ["-150.00", "-100.00"])
@pytest.mark.parametrize("apart", [True, False])
def test_a_payment_on_a_date_that_came_to_a_credit_or_to_nothing_is_the_customers_credit(tmp_path: Path, back: str, apart: bool) -> None:
    runs, sales = Runs(tmp_path, DAILY), [sale("s1", D1, "100.00"), sale("s2", D1, back)]
    one = paid("m1", D2, "s1", "100.00")
    payment = {**one, "pays": [{**one["pays"][0], "sale_date": D1}]}
    if apart:
        runs.run({"sales": sales})
    built = runs.run({"movements": [payment]} if apart else {"sales": sales, "movements": [payment]})
    assert [(d.number, d.kind.value, d.total_cents) for d in built[-1:]] == [("TP/shop/account-credit/m1", "credit_note", 10000)]
