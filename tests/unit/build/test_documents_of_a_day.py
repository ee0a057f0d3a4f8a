"""What a day of trade becomes: journals, invoices with their payments, bills."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.unit.build.conftest import Build
from tillpost.build.numbering import plain
from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine, FactSelection

FOOD = {"category": "FOOD", "gross": "50.00", "tax_code": "GST"}
CASH_SALE = {"id": "s1", "lines": [FOOD], "tenders": [{"tender": "CASH", "amount": "50.00"}]}
ACCOUNT_SALE = {
    "id": "s2",
    "customer": "ACME",
    "lines": [FOOD],
    "tenders": [{"tender": "CASH", "amount": "20.00"}, {"tender": "ACCOUNT", "amount": "30.00"}],
}


def _amounts(document: Document) -> list[tuple[str, str, int]]:
    return [(line.account, line.tax_type, line.cents) for line in document.lines]


def test_a_cash_sale_is_one_journal_with_its_token(build: Build) -> None:
    [journal] = build({"sales": [CASH_SALE]})
    assert (journal.kind, journal.natural_key, journal.number) == (
        DocumentKind.JOURNAL,
        "org/shop/journal/2026-03-03",
        "TP/shop/journal/2026-03-03",
    )
    assert journal.narration == "Sales, Shop, Tuesday 3 March 2026 [TP/shop/journal/2026-03-03]"
    assert journal.lines == (
        DocumentLine("101", "BASEXCLUDED", 5000, "Undeposited funds"),
        DocumentLine("201", "OUTPUT", -5000, "Sales - Food", rate_bp=1000, pos_tax_cents=-455),
    )


def test_a_posting_tells_which_facts_it_sums_and_which_row_mapped_it(build: Build) -> None:
    [journal] = build({"sales": [CASH_SALE, {**CASH_SALE, "id": "s9"}]})
    posting = next(p for p in journal.postings if p.account == "201")
    where = (("line_kind", "item"), ("category", "FOOD"), ("tax_code", "GST"))
    assert (posting.source, posting.cents) == (FactSelection("sale_lines", where, 2), -10000)
    assert posting.mapped_by.startswith("accounts.csv:")


def test_a_sale_on_account_is_an_invoice_and_what_was_paid_at_once_a_payment_on_it(build: Build) -> None:
    invoice, payment = build({"sales": [ACCOUNT_SALE]})
    assert (invoice.kind, invoice.number, invoice.contact, invoice.total_cents) == (
        DocumentKind.INVOICE,
        "TP/shop/invoice/s2",
        Contact("POS Debtor"),
        5000,
    )
    assert invoice.due_date == date(2026, 3, 10)
    assert (payment.kind, payment.settles, payment.account, payment.amount_cents) == (
        DocumentKind.PAYMENT,
        invoice.natural_key,
        "101",
        2000,
    )


def test_in_transaction_mode_an_invoice_keeps_the_sales_own_lines_and_customer(build: Build) -> None:
    lines = [FOOD, FOOD, {"category": "FOOD", "gross": "0.00", "tax_code": "GST"}]
    sale = {"id": "c1", "customer": "ACME", "lines": lines, "tenders": [{"tender": "ACCOUNT", "amount": "100.00"}]}
    [invoice] = build({"sales": [sale]}, mode="transaction")
    assert _amounts(invoice) == [("201", "OUTPUT", 5000), ("201", "OUTPUT", 5000)]
    assert invoice.contact == Contact("Acme Civil Pty Ltd", "ACME") and invoice.due_date == date(2026, 4, 2)


def test_a_draft_store_sends_drafts_and_leaves_payments_to_people(build: Build) -> None:
    [invoice] = build({"sales": [ACCOUNT_SALE]}, send_as="draft")
    assert invoice.draft and invoice.kind is DocumentKind.INVOICE


def test_money_handed_out_with_an_invoice_is_a_line_on_it_not_a_payment(build: Build) -> None:
    sale = {"id": "s3", "lines": [FOOD], "tenders": [{"tender": "ACCOUNT", "amount": "60.00"}, {"tender": "CASH", "amount": "-10.00"}]}
    [invoice] = build({"sales": [sale]})
    assert _amounts(invoice) == [("101", "BASEXCLUDED", 1000), ("201", "OUTPUT", 5000)]


def test_nothing_is_booked_before_the_start_date(build: Build) -> None:
    assert build({"sales": [CASH_SALE]}, starts_on=date(2026, 3, 4)) == []


def test_two_pos_ids_never_become_one_number() -> None:
    assert len({plain("1/77"), plain("1.77"), plain("1-77"), plain("1 77")}) == 4


def test_a_bill_keeps_the_suppliers_number_and_dates(build: Build) -> None:
    lines = [{"category": "FOOD", "gross": "110.00", "tax_code": "GST"}, {"kind": "freight", "gross": "11.00", "tax_code": "GST"}]
    [bill] = build({"purchases": [{"id": "p1", "supplier": "FRESH", "number": "INV-77", "terms_days": 14, "paid": True, "lines": lines}]})
    assert (bill.kind, bill.number, bill.date, bill.due_date) == (DocumentKind.BILL, "INV-77", date(2026, 3, 3), date(2026, 3, 17))
    assert _amounts(bill) == [("301", "INPUT", 11000), ("425", "INPUT", 1100)]


def test_a_bill_reverses_a_receipt_that_was_booked_on_another_day(build: Build) -> None:
    goods = [{"category": "EQUIPMENT", "gross": "1100.00", "tax_code": "CAP"}]
    [receipt] = build({"purchases": [{"id": "r1", "kind": "receipt", "supplier": "DIGGERS", "lines": goods}]})
    given = {"purchases": [{"id": "b1", "receipt": "r1", "supplier": "DIGGERS", "number": "D-1", "terms_days": 30, "lines": goods}]}
    on_record = {receipt.natural_key: replace(receipt, postings=())}
    bill, reversal = build(given, known=on_record)
    assert bill.kind is DocumentKind.BILL and _amounts(receipt) == [("631", "BASEXCLUDED", -100000), ("730", "BASEXCLUDED", 100000)]
    assert _amounts(reversal) == [("631", "BASEXCLUDED", 100000), ("730", "BASEXCLUDED", -100000)]


def test_money_paid_back_on_account_is_owed_again(build: Build) -> None:
    back = {"id": "m1", "kind": "account_payment", "customer": "C1", "tender": "EFTPOS", "amount": "-50.00", "pays": []}
    [charge] = build({"movements": [back]})
    assert (charge.kind, charge.number, _amounts(charge)) == (
        DocumentKind.INVOICE,
        "TP/shop/account-charge/m1",
        [("105", "BASEXCLUDED", 5000)],
    )


def test_two_payments_never_become_one_document(build: Build) -> None:
    def pays(movement: str, sale: str, amount: str) -> dict[str, object]:
        return {"id": movement, "kind": "account_payment", "tender": "EFTPOS", "amount": amount, "pays": [{"sale": sale, "amount": amount}]}

    first, second = build({"movements": [pays("1", "2-7", "50.00"), pays("1-2", "7", "80.00")]})
    assert len({first.natural_key, second.natural_key}) == len({first.number, second.number}) == 2


def test_a_receipt_is_reversed_once_whoever_bills_it(build: Build) -> None:
    goods = [{"category": "EQUIPMENT", "gross": "1100.00", "tax_code": "CAP"}]
    bills = [{"id": f"b{n}", "receipt": "r1", "supplier": "DIGGERS", "number": f"D-{n}", "terms_days": 30, "lines": goods} for n in (1, 2)]
    documents = build({"purchases": [{"id": "r1", "kind": "receipt", "supplier": "DIGGERS", "lines": goods}, *bills]})
    assert [d.number for d in documents if "reversal" in d.natural_key] == ["TP/shop/receipt-reversal/r1"]


def test_customers_of_two_stores_with_one_pos_id_stay_two_contacts(build: Build) -> None:
    sale = {"id": "c1", "customer": "17", "lines": [FOOD], "tenders": [{"tender": "ACCOUNT", "amount": "50.00"}]}
    [invoice] = build({"sales": [sale]}, mode="transaction")
    assert invoice.contact == Contact("17", "shop-17")


def test_an_adjustment_of_a_layby_that_is_recognised_with_each_payment_books_nothing(build: Build) -> None:
    adjustment = {"id": "m1", "kind": "layby_adjustment", "layby": "L1", "amount": "1.00", "tax_code": "GST"}
    assert build({"movements": [adjustment]}, layby_recognition="each_payment") == []
    assert len(build({"movements": [adjustment]})) == 1
