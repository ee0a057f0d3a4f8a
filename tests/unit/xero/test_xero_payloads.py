"""The exact bytes of each kind of request, whole."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.xero.harbour import ACME, DAY, KnownIds, document, invoice, journal
from tillpost.errors import ConfigError
from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine
from tillpost.model.money import cents_of_text
from tillpost.model.tracking import tracking_of
from tillpost.xero.payloads import body_of, body_of_models, contact_model

IDS = KnownIds(
    {"Acme Catering": "c-1"},
    {"harbour/cafe/invoice/17": "i-17", "harbour/cafe/credit-note/5": "n-5", "harbour/cafe/overpayment/8": "o-8"},
)
# Midnight UTC of 2 October 2026, in a process whose own zone is another.
DAY_MS = "/Date(1790899200000)/"


def body(*documents: Document) -> str:
    """The body of documents of one kind."""
    return body_of(documents[0].kind, documents, IDS).decode()


def test_journal() -> None:
    assert body(journal()) == (
        '{"ManualJournals":[{"Narration":"Harbour Cafe, sales of 2 October 2026 [TP/cafe/sales/2026-10-02]","JournalLines":['
        '{"LineAmount":50.0,"AccountCode":"101","Description":"Cash","TaxType":"BASEXCLUDED"},'
        '{"LineAmount":-50.0,"AccountCode":"201","Description":"Food","TaxType":"OUTPUT"}],'
        f'"Date":"{DAY_MS}","LineAmountTypes":"Inclusive","Status":"POSTED"}}]}}'
    )


def test_draft_journal_with_tracking() -> None:
    lines = (
        DocumentLine("101", "BASEXCLUDED", 1, "Cash", tracking="Region=North; Channel=Web"),
        DocumentLine("201", "OUTPUT", -1, "Käse ☕"),
    )
    draft = document(DocumentKind.JOURNAL, lines=lines, narration="N [TP/cafe/x/1]", draft=True)
    assert body(draft) == (
        '{"ManualJournals":[{"Narration":"N [TP/cafe/x/1]","JournalLines":['
        '{"LineAmount":0.01,"AccountCode":"101","Description":"Cash","TaxType":"BASEXCLUDED",'
        '"Tracking":[{"Name":"Region","Option":"North"},{"Name":"Channel","Option":"Web"}]},'
        '{"LineAmount":-0.01,"AccountCode":"201","Description":"K\\u00e4se \\u2615","TaxType":"OUTPUT"}],'
        f'"Date":"{DAY_MS}","LineAmountTypes":"Inclusive","Status":"DRAFT"}}]}}'
    )


def test_two_invoices_with_a_negative_line_in_one_body() -> None:
    lines = (DocumentLine("201", "OUTPUT", 11000, "Food"), DocumentLine("201", "OUTPUT", -1055, "Discount"))
    first = document(
        DocumentKind.INVOICE, "TP/cafe/invoice/17", lines=lines, contact=ACME, due_date=date(2026, 10, 16), reference="Order 9"
    )
    second = invoice("TP/cafe/invoice/18", 100, draft=True)
    assert body(first, second) == (
        '{"Invoices":[{"Type":"ACCREC","Contact":{"ContactID":"c-1"},"LineItems":['
        '{"Description":"Food","Quantity":1.0,"UnitAmount":110.0,"AccountCode":"201","TaxType":"OUTPUT"},'
        '{"Description":"Discount","Quantity":1.0,"UnitAmount":-10.55,"AccountCode":"201","TaxType":"OUTPUT"}],'
        f'"Date":"{DAY_MS}","DueDate":"/Date(1792108800000)/","LineAmountTypes":"Inclusive","InvoiceNumber":"TP/cafe/invoice/17",'
        '"Reference":"Order 9","CurrencyCode":"AUD","Status":"AUTHORISED"},'
        '{"Type":"ACCREC","Contact":{"ContactID":"c-1"},"LineItems":['
        '{"Description":"Food","Quantity":1.0,"UnitAmount":1.0,"AccountCode":"201","TaxType":"OUTPUT"}],'
        f'"Date":"{DAY_MS}","DueDate":"{DAY_MS}","LineAmountTypes":"Inclusive","InvoiceNumber":"TP/cafe/invoice/18",'
        '"CurrencyCode":"AUD","Status":"DRAFT"}]}'
    )


def test_bill_has_the_suppliers_number_and_no_reference() -> None:
    lines = (DocumentLine("310", "INPUT", 12345, "Stock"),)
    bill = document(DocumentKind.BILL, "INV 77,a", lines=lines, contact=ACME, reference="ignored", due_date=date(2026, 11, 1))
    assert body(bill) == (
        '{"Invoices":[{"Type":"ACCPAY","Contact":{"ContactID":"c-1"},"LineItems":['
        '{"Description":"Stock","Quantity":1.0,"UnitAmount":123.45,"AccountCode":"310","TaxType":"INPUT"}],'
        f'"Date":"{DAY_MS}","DueDate":"/Date(1793491200000)/","LineAmountTypes":"Inclusive","InvoiceNumber":"INV 77,a",'
        '"CurrencyCode":"AUD","Status":"AUTHORISED"}]}'
    )


@pytest.mark.parametrize(
    ("kind", "xero_type"), [(DocumentKind.CREDIT_NOTE, "ACCRECCREDIT"), (DocumentKind.SUPPLIER_CREDIT, "ACCPAYCREDIT")]
)
def test_credit_notes_are_positive(kind: DocumentKind, xero_type: str) -> None:
    note = document(kind, "TP/cafe/credit/5", lines=(DocumentLine("201", "OUTPUT", 1100, "Returned"),), contact=ACME)
    assert body(note) == (
        f'{{"CreditNotes":[{{"Type":"{xero_type}","Contact":{{"ContactID":"c-1"}},"Date":"{DAY_MS}","Status":"AUTHORISED",'
        '"LineAmountTypes":"Inclusive","LineItems":['
        '{"Description":"Returned","Quantity":1.0,"UnitAmount":11.0,"AccountCode":"201","TaxType":"OUTPUT"}],'
        '"CurrencyCode":"AUD","CreditNoteNumber":"TP/cafe/credit/5"}]}'
    )


@pytest.mark.parametrize(
    ("settles", "named"),
    [
        ("harbour/cafe/invoice/17", '"Invoice":{"InvoiceID":"i-17"}'),
        ("harbour/cafe/credit-note/5", '"CreditNote":{"CreditNoteID":"n-5"}'),
        ("harbour/cafe/overpayment/8", '"Overpayment":{"OverpaymentID":"o-8"}'),
    ],
)
def test_payment_names_what_it_settles(settles: str, named: str) -> None:
    payment = document(DocumentKind.PAYMENT, "TP/cafe/payment/3", settles=settles, account="090", amount_cents=4005)
    assert body(payment) == (
        f'{{"Payments":[{{{named},"Account":{{"Code":"090"}},"Date":"{DAY_MS}","Amount":40.05,"Reference":"TP/cafe/payment/3"}}]}}'
    )


def test_overpayment_carries_the_number_in_its_line() -> None:
    over = document(DocumentKind.OVERPAYMENT, "TP/cafe/over/8", contact=ACME, account="090", amount_cents=500, narration="Paid too much")
    assert body(over) == (
        '{"BankTransactions":[{"Type":"RECEIVE-OVERPAYMENT","Contact":{"ContactID":"c-1"},"LineItems":['
        '{"Description":"Paid too much [TP/cafe/over/8]","Quantity":1.0,"UnitAmount":5.0}],'
        f'"BankAccount":{{"Code":"090"}},"Date":"{DAY_MS}","CurrencyCode":"AUD","LineAmountTypes":"NoTax"}}]}}'
    )


def test_the_number_is_not_written_twice() -> None:
    over = document(
        DocumentKind.OVERPAYMENT, "TP/cafe/over/8", contact=ACME, account="090", amount_cents=500, narration="Paid [TP/cafe/over/8]"
    )
    assert '"Description":"Paid [TP/cafe/over/8]"' in body(over)


def test_allocation_leaves_its_source_to_the_path() -> None:
    allocation = document(DocumentKind.ALLOCATION, "", settles="harbour/cafe/invoice/17", amount_cents=500)
    assert body(allocation) == f'{{"Allocations":[{{"Invoice":{{"InvoiceID":"i-17"}},"Amount":5.0,"Date":"{DAY_MS}"}}]}}'


def test_new_contacts() -> None:
    assert body_of_models("Contacts", [contact_model(ACME), contact_model(Contact("Cash customer"))]) == (
        b'{"Contacts":[{"ContactNumber":"C-1","Name":"Acme Catering","EmailAddress":"accounts@acme.example"},{"Name":"Cash customer"}]}'
    )


@given(st.integers(-(10**13) + 1, 10**13 - 1))
def test_every_amount_reaches_the_wire_to_the_cent(cents: int) -> None:
    line = json.loads(body(invoice(cents=cents)), parse_float=str)["Invoices"][0]["LineItems"][0]
    assert cents_of_text(line["UnitAmount"]) == cents


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_no_date_shifts(day: date) -> None:
    sent = json.loads(body(invoice(date=day)))["Invoices"][0]["Date"]
    assert date.fromordinal(DAY.toordinal() + (int(sent[6:-2]) - 1790899200000) // 86_400_000) == day


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            invoice(cents=10**13),
            "harbour/cafe/invoice/17: Xero cannot take this document (10000000000000 cents is more than can be written exactly).",
        ),
        (
            invoice(currency="XXY"),
            "harbour/cafe/invoice/17: Xero cannot take this document (currency 'XXY' is not one that Xero knows).",
        ),
        (
            document(DocumentKind.BILL, "B/9", lines=()),
            "harbour/cafe/bill/9: Xero cannot take this document (it names no contact).",
        ),
        (
            document(DocumentKind.BILL, "B/9", contact=ACME, lines=(DocumentLine("310", "INPUT", 1, "x", tracking="North"),)),
            "harbour/cafe/bill/9: Xero cannot take this document "
            "(tracking 'North' is not Category=Option, at most two categories with ; between).",
        ),
    ],
)
def test_a_document_that_cannot_be_written_is_named(wrong: Document, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        body(wrong)
    assert str(caught.value) == message


def test_more_than_two_tracking_options_are_refused() -> None:
    with pytest.raises(ValueError, match="at most two"):
        tracking_of("A=1;B=2;C=3")


class IdsWithKinds(KnownIds):
    """Knows that the sale of this key was a return."""

    def kind_of(self, natural_key: str) -> DocumentKind:
        """Every document is a credit note."""
        return DocumentKind.CREDIT_NOTE


def test_a_return_is_paid_out_on_its_credit_note_whatever_its_key_says() -> None:
    payment = document(DocumentKind.PAYMENT, "TP/cafe/payment/3", settles="harbour/cafe/invoice/17", account="090", amount_cents=4005)
    sent = body_of(DocumentKind.PAYMENT, [payment], IdsWithKinds({}, {"harbour/cafe/invoice/17": "n-17"})).decode()
    assert sent == (
        '{"Payments":[{"CreditNote":{"CreditNoteID":"n-17"},"Account":{"Code":"090"},'
        f'"Date":"{DAY_MS}","Amount":40.05,"Reference":"TP/cafe/payment/3"}}]}}'
    )


def test_a_line_without_a_text_is_told_by_its_account_and_a_reference_is_cut() -> None:
    line = DocumentLine("201", "OUTPUT", 100, "")
    sent = json.loads(body(document(DocumentKind.INVOICE, lines=(line,), contact=ACME, reference="R" * 300)))["Invoices"][0]
    assert (sent["LineItems"][0]["Description"], sent["Reference"]) == ("Account 201", "R" * 255)
