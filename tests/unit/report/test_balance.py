"""The trial balance: what Xero will book, whole rows, and that it always sums to zero."""

from __future__ import annotations

import dataclasses
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.report.samples import NAMES, document, g01, key, posting, s01
from tillpost.model.documents import Contact, Document, DocumentKind, Posting
from tillpost.report.balance import TrialBalance, account_name, trial_balance

TAXES = st.sampled_from([("OUTPUT", 1000), ("OUTPUT2", 1500), ("RROUTPUT", 500), ("EXEMPTOUTPUT", 0), ("BASEXCLUDED", 0)])
CENTS = st.integers(min_value=-10_000_000, max_value=10_000_000)


def balance(*documents: Document, currency: str = "AUD") -> TrialBalance:
    return trial_balance(documents, NAMES, currency=currency)


def told(made: TrialBalance) -> list[tuple[object, ...]]:
    return [(r.account, r.name, r.tax_type, r.gross_cents, r.tax_cents, r.net_cents, r.debit_cents, r.credit_cents) for r in made.rows]


def test_golden_g01() -> None:
    made = balance(g01())
    assert told(made) == [
        ("101", "Undeposited funds", "BASEXCLUDED", 5000, 0, 5000, 5000, None),
        ("201", "Sales - Food", "OUTPUT", -5000, -455, -4545, None, 4545),
        ("", "GST (moved by Xero)", "", -455, 0, -455, None, 455),
    ]
    assert (made.debit_cents, made.credit_cents, made.tax_cents, made.out_of_balance_cents) == (5000, 5000, -455, 0)


def test_golden_s01() -> None:
    made = balance(s01())
    assert told(made) == [
        ("301", "Purchases - Food", "INPUT", 11000, 1000, 10000, 10000, None),
        ("404", "Supplier admin fees", "INPUT", 550, 50, 500, 500, None),
        ("425", "Freight inwards", "INPUT", 1100, 100, 1000, 1000, None),
        ("", "GST (moved by Xero)", "", 1150, 0, 1150, 1150, None),
        ("", "Accounts payable (moved by Xero)", "", -12650, 0, -12650, None, 12650),
    ]


def test_every_amount_tells_its_postings() -> None:
    (cash, sale, tax) = balance(g01()).rows
    assert [dataclasses.astuple(origin) for origin in (*cash.origins, *sale.origins, *tax.origins)] == [
        ("", "TP/cafe/journal/2026-10-03", "Undeposited funds", 5000, "tenders where tender_code = CASH", 1, "accounts.csv:9"),
        ("", "TP/cafe/journal/2026-10-03", "Sales - Food", -5000, "sale_lines where category = FOOD", 1, "accounts.csv:2"),
        ("", "TP/cafe/journal/2026-10-03", "OUTPUT on 201", -455, "", 0, ""),
    ]
    assert [row.untold_cents for row in (cash, sale, tax)] == [0, 0, 0]


def test_an_amount_that_its_postings_do_not_explain_is_told() -> None:
    honest = g01()
    (cash, sale) = honest.postings
    made = balance(dataclasses.replace(honest, postings=(cash, dataclasses.replace(sale, cents=-4990))))
    assert [row.untold_cents for row in made.rows] == [0, -10, 0]


def test_a_document_without_its_postings_tells_its_lines() -> None:
    made = balance(dataclasses.replace(g01(), postings=()))
    assert [origin.description for row in made.rows for origin in row.origins] == ["Undeposited funds", "Sales - Food", "OUTPUT on 201"]
    assert [row.untold_cents for row in made.rows] == [0, 0, 0]


def test_a_journal_that_does_not_balance_is_out_of_balance() -> None:
    made = balance(document(key(), DocumentKind.JOURNAL, [posting("101", 5000), posting("201", -4990, "OUTPUT", 1000)]))
    assert (made.debit_cents, made.credit_cents, made.out_of_balance_cents) == (5000, 4990, 10)


def test_an_account_has_one_row_for_each_tax_type_and_tracking_option() -> None:
    lines = [posting("101", 300), posting("201", -100, "OUTPUT", 1000), posting("201", -100, "EXEMPTOUTPUT")]
    tracked = dataclasses.replace(posting("201", -100, "OUTPUT", 1000), tracking="Region/North")
    made = balance(document(key(), DocumentKind.JOURNAL, [*lines, tracked]))
    assert [(row.account, row.tax_type, row.tracking) for row in made.rows if not row.control] == [
        ("101", "BASEXCLUDED", ""),
        ("201", "EXEMPTOUTPUT", ""),
        ("201", "OUTPUT", ""),
        ("201", "OUTPUT", "Region/North"),
    ]


def invoice(kind: DocumentKind = DocumentKind.INVOICE, sign: int = -1) -> Document:
    sale = posting("201", sign * 5500, "OUTPUT", 1000, pos_tax=sign * 500)
    return document(key(), kind, [sale], what="s1", contact=Contact("Acme"))


def payment(settles: str, *postings: Posting, cents: int = 2000, kind: DocumentKind = DocumentKind.PAYMENT) -> Document:
    return dataclasses.replace(document(key(), kind, postings), lines=(), settles=settles, account="101", amount_cents=cents)


def movements_of(*documents: Document) -> list[tuple[str, int]]:
    return [(row.account or row.name, row.net_cents) for row in balance(*documents).rows]


def test_an_invoice_and_its_payment_meet_in_accounts_receivable() -> None:
    sold = invoice()
    assert movements_of(sold, payment(sold.natural_key)) == [
        ("101", 2000),
        ("201", -5000),
        ("GST (moved by Xero)", -500),
        ("Accounts receivable (moved by Xero)", 3500),
    ]


def test_a_credit_note_and_its_refund_go_the_other_way() -> None:
    credit = invoice(DocumentKind.CREDIT_NOTE, sign=1)
    assert movements_of(credit, payment(credit.natural_key, cents=5500)) == [
        ("101", -5500),
        ("201", 5000),
        ("GST (moved by Xero)", 500),
        ("Accounts receivable (moved by Xero)", 0),
    ]


def test_a_supplier_credit_reduces_what_is_owed() -> None:
    stream = key()
    returned = document(stream, DocumentKind.SUPPLIER_CREDIT, [posting("301", -1100, "INPUT", 1000, pos_tax=-100)])
    assert movements_of(returned) == [("301", -1000), ("GST (moved by Xero)", -100), ("Accounts payable (moved by Xero)", 1100)]


def test_a_payment_of_another_date_goes_by_its_posting_and_its_key() -> None:
    assert movements_of(payment("harbour/cafe/invoice/s9", posting("101", -2000))) == [
        ("101", -2000),
        ("Accounts receivable (moved by Xero)", 2000),
    ]
    assert movements_of(payment("harbour/cafe/bill/p9")) == [("101", -2000), ("Accounts payable (moved by Xero)", 2000)]


def test_an_overpayment_brings_money_in_and_an_allocation_moves_nothing() -> None:
    assert movements_of(payment("", kind=DocumentKind.OVERPAYMENT)) == [("101", 2000), ("Accounts receivable (moved by Xero)", -2000)]
    assert movements_of(payment("harbour/cafe/invoice/s1", kind=DocumentKind.ALLOCATION)) == []


def test_another_currency_is_left_out_and_named() -> None:
    foreign = dataclasses.replace(s01(), currency="USD")
    made = balance(g01(), foreign)
    assert (made.debit_cents, made.foreign) == (5000, ("INV-77 (USD)",))


def test_drafts_are_counted() -> None:
    assert balance(g01(), dataclasses.replace(s01(), draft=True)).drafts == 1


def test_names_of_accounts_and_of_words_in_their_place() -> None:
    assert [account_name(NAMES, code) for code in ("101", "999", "receivable", "ignore")] == [
        "Undeposited funds",
        "name not known",
        "Customer invoice",
        "Not booked",
    ]


@st.composite
def journals(draw: st.DrawFn) -> Document:
    """A journal of random taxed lines that a last untaxed one balances."""
    drawn = draw(st.lists(st.tuples(st.sampled_from(["201", "202", "301"]), TAXES, CENTS), max_size=8))
    taxed = [posting(account, cents, tax_type, rate) for account, (tax_type, rate), cents in drawn]
    last = posting("101", -sum(p.cents for p in taxed))
    return document(key(day=draw(st.dates(date(2026, 1, 1), date(2026, 12, 31)))), DocumentKind.JOURNAL, [*taxed, last])


@st.composite
def others(draw: st.DrawFn) -> Document:
    """An invoice, a bill, a credit or a payment of anything."""
    kind = draw(st.sampled_from([k for k in DocumentKind if k is not DocumentKind.JOURNAL]))
    if kind in (DocumentKind.PAYMENT, DocumentKind.OVERPAYMENT, DocumentKind.ALLOCATION):
        return payment("harbour/cafe/invoice/x", cents=draw(st.integers(1, 10_000_000)), kind=kind)
    drawn = draw(st.lists(st.tuples(TAXES, CENTS), max_size=5))
    return document(key(), kind, [posting("301", cents, tax_type, rate) for (tax_type, rate), cents in drawn])


@given(st.lists(st.one_of(journals(), others()), max_size=6))
def test_it_always_sums_to_zero(documents: list[Document]) -> None:
    made = balance(*documents)
    assert made.out_of_balance_cents == 0
    assert sum(row.net_cents for row in made.rows) == 0
    assert made.tax_cents == sum(row.net_cents for row in made.rows if row.control == "tax")
    assert [row.untold_cents for row in made.rows] == [0] * len(made.rows)
