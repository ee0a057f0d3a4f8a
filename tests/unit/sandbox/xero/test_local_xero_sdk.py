"""The public SDK, xero-python, reads every answer: the shapes are what it expects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from local_xero_books import TAKINGS, Books, invoice, journal
from xero_python.accounting import AccountingApi
from xero_python.accounting.models import (
    Account,
    Allocation,
    Allocations,
    BankTransaction,
    BankTransactions,
    Contact,
    Contacts,
    CreditNote,
    CreditNotes,
    CurrencyCode,
    Invoice,
    Invoices,
    LineAmountTypes,
    LineItem,
    ManualJournal,
    ManualJournalLine,
    ManualJournals,
    Payment,
    PaymentDelete,
    Payments,
)
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.exceptions import AccountingBadRequestException, NotFoundException, RateLimitException
from xero_python.identity import IdentityApi

DAY = dt.date(2026, 3, 3)


def client_of(books: Books) -> AccountingApi:
    """The SDK's client of an organisation, which sends each request once."""
    configuration = Configuration()
    configuration.oauth2_token = OAuth2Token(client_id=books.app, client_secret=books.secret)
    bearer = books.http.headers["Authorization"].removeprefix("Bearer ")
    token = {"access_token": bearer, "token_type": "Bearer", "expires_in": 1800, "scope": [], "expires_at": 4_000_000_000}
    client = ApiClient(configuration, oauth2_token_getter=lambda: token, oauth2_token_saver=lambda value: None)
    client.rest_client.pool_manager.connection_pool_kw["retries"] = False
    return AccountingApi(client, base_url=str(books.http.base_url).rstrip("/"))


@pytest.fixture
def api(books: Books) -> AccountingApi:
    """The SDK's client of this test's organisation."""
    return client_of(books)


def line(amount: str, account: str = "201", tax: str = "OUTPUT") -> LineItem:
    return LineItem(description="Food", quantity=Decimal(1), unit_amount=Decimal(amount), account_code=account, tax_type=tax)


def sale(number: str) -> Invoice:
    return Invoice(
        type="ACCREC",
        contact=Contact(name="POS Debtor"),
        invoice_number=number,
        date=DAY,
        due_date=DAY,
        status="AUTHORISED",
        line_amount_types=LineAmountTypes.INCLUSIVE,
        line_items=[line("50.00")],
    )


def test_reference_data(books: Books, api: AccountingApi) -> None:
    books.put("TrackingCategories", {"Name": "Store", "Options": [{"Name": "Cafe"}]})
    organisation = api.get_organisations(books.tenant).organisations[0]
    assert (organisation.name, organisation.base_currency, organisation._class) == (f"Shop {books.key}", CurrencyCode.AUD, "PREMIUM")
    accounts = {account.code: account for account in api.get_accounts(books.tenant).accounts}
    assert (accounts["610"].system_account, accounts["105"].enable_payments_to_account) == ("DEBTORS", True)
    rates = {rate.tax_type: rate for rate in api.get_tax_rates(books.tenant).tax_rates}
    assert (rates["OUTPUT"].effective_rate, rates["OUTPUT"].can_apply_to_expenses) == (10, False)
    category = api.get_tracking_categories(books.tenant).tracking_categories[0]
    assert (category.name, [option.name for option in category.options]) == ("Store", ["Cafe"])
    assert api.get_organisation_actions(books.tenant).actions[0].status == "ALLOWED"
    tenants = IdentityApi(api.api_client, base_url=books.served.base_url).get_connections()
    assert [tenant.tenant_id for tenant in tenants] == [books.tenant]


@pytest.mark.parametrize("country", ["NZ", "GB"])
def test_reference_data_of_other_countries(books: Books, country: str) -> None:
    other = Books(books.served, country)
    api = client_of(other)
    organisation = api.get_organisations(other.tenant).organisations[0]
    assert (str(organisation.country_code.value), len(api.get_tax_rates(other.tenant).tax_rates) >= 5) == (country, True)
    assert api.get_accounts(other.tenant).accounts


def test_documents_through_their_whole_life(books: Books, api: AccountingApi) -> None:
    tenant = books.tenant
    contact = api.create_contacts(tenant, Contacts(contacts=[Contact(name="POS Debtor")]), summarize_errors="false").contacts[0]
    assert (contact.name, contact.status_attribute_string) == ("POS Debtor", "OK")
    made = api.create_invoices(tenant, Invoices(invoices=[sale("A-1"), sale("A-1")]), summarize_errors="false").invoices
    assert [(item.status_attribute_string, item.total) for item in made] == [("OK", 50), ("ERROR", None)]
    assert [error.message for error in made[1].validation_errors] == ["Invoice # must be unique."]
    first = made[0].invoice_id
    paid = Payments(payments=[Payment(invoice=Invoice(invoice_id=first), account=Account(code="105"), date=DAY, amount=Decimal("10.00"))])
    payment = api.create_payments(tenant, paid).payments[0]
    assert (payment.amount, payment.payment_type, payment.invoice.amount_due) == (10, "ACCRECPAYMENT", 40)
    note = CreditNote(
        type="ACCRECCREDIT",
        contact=Contact(contact_id=contact.contact_id),
        date=DAY,
        status="AUTHORISED",
        line_amount_types=LineAmountTypes.INCLUSIVE,
        line_items=[line("5.00")],
    )
    credit = api.create_credit_notes(tenant, CreditNotes(credit_notes=[note])).credit_notes[0]
    wanted = Allocations(allocations=[Allocation(amount=Decimal("5.00"), date=DAY, invoice=Invoice(invoice_id=first))])
    allocated = api.create_credit_note_allocation(tenant, credit.credit_note_id, wanted).allocations[0]
    assert (allocated.amount, allocated.invoice.invoice_id) == (5, first)
    over = BankTransaction(
        type="RECEIVE-OVERPAYMENT",
        contact=Contact(contact_id=contact.contact_id),
        bank_account=Account(code="090"),
        date=DAY,
        line_items=[LineItem(description="Too much", unit_amount=Decimal("30.00"))],
    )
    received = api.create_bank_transactions(tenant, BankTransactions(bank_transactions=[over])).bank_transactions[0]
    api.create_overpayment_allocations(
        tenant,
        received.overpayment_id,
        Allocations(allocations=[Allocation(amount=Decimal("20.00"), date=DAY, invoice=Invoice(invoice_id=first))]),
    )
    read = api.get_invoice(tenant, first).invoices[0]
    assert (read.amount_due, read.amount_paid, read.amount_credited, read.status, read.date) == (15, 10, 25, "AUTHORISED", DAY)
    assert (len(read.payments), len(read.credit_notes), len(read.overpayments)) == (1, 1, 1)
    assert api.get_overpayment(tenant, received.overpayment_id).overpayments[0].remaining_credit == 10
    assert api.get_credit_note(tenant, credit.credit_note_id).credit_notes[0].status == "PAID"
    gone = api.delete_payment(tenant, payment.payment_id, PaymentDelete(status="DELETED")).payments[0]
    assert gone.status == "DELETED"
    api.delete_credit_note_allocations(tenant, credit.credit_note_id, credit_allocation(api, tenant, credit.credit_note_id))
    assert api.get_invoice(tenant, first).invoices[0].amount_due == 30


def credit_allocation(api: AccountingApi, tenant: str, note: str) -> str:
    found: str = api.get_credit_note(tenant, note).credit_notes[0].allocations[0].allocation_id
    return found


def test_journals(books: Books, api: AccountingApi) -> None:
    lines = [
        ManualJournalLine(line_amount=Decimal("50.00"), account_code="101", tax_type="BASEXCLUDED"),
        ManualJournalLine(line_amount=Decimal("-50.00"), account_code="201", tax_type="OUTPUT"),
    ]
    good = ManualJournal(narration="Night 1", date=DAY, status="POSTED", line_amount_types=LineAmountTypes.INCLUSIVE, journal_lines=lines)
    bad = ManualJournal(narration="Night 2", date=DAY, status="POSTED", journal_lines=lines[:1])
    made = api.create_manual_journals(books.tenant, ManualJournals(manual_journals=[good, bad]), summarize_errors="false").manual_journals
    assert [item.status_attribute_string for item in made] == ["OK", "ERROR"]
    assert (made[0].date, made[0].journal_lines[1].tax_amount) == (DAY, Decimal("-4.55"))
    read = api.get_manual_journals(books.tenant, where='Narration=="Night 1"', page=1).manual_journals
    assert [item.manual_journal_id for item in read] == [made[0].manual_journal_id]
    change = ManualJournals(
        manual_journals=[ManualJournal(manual_journal_id=made[0].manual_journal_id, narration="Night 1", status="VOIDED")]
    )
    assert api.update_manual_journal(books.tenant, made[0].manual_journal_id, change).manual_journals[0].status == "VOIDED"


def test_lists(books: Books, api: AccountingApi) -> None:
    books.put("Invoices", invoice("A-1"), invoice("A-2"), invoice("F-1", kind="ACCPAY"))
    books.admin.pay(books.key, "A-1", account="105", date="2026-03-05")
    tenant = books.tenant
    found = api.get_invoices(tenant, page=1, page_size=2, order="InvoiceNumber", summary_only=False, created_by_my_app=True)
    assert ([item.invoice_number for item in found.invoices], found.pagination.item_count) == (["A-1", "A-2"], 3)
    assert found.invoices[0].fully_paid_on_date == dt.date(2026, 3, 5)
    assert [item.invoice_number for item in api.get_invoices(tenant, statuses=["PAID"]).invoices] == ["A-1"]
    assert [item.invoice_number for item in api.get_invoices(tenant, invoice_numbers=["A-2", "F-1"], order="InvoiceNumber").invoices] == [
        "A-2",
        "F-1",
    ]
    since = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert len(api.get_invoices(tenant, if_modified_since=since).invoices) == 3
    assert len(api.get_payments(tenant, page=1, if_modified_since=since).payments) == 1
    assert len(api.get_contacts(tenant, page=1).contacts) == 1
    for lists in (api.get_credit_notes, api.get_bank_transactions, api.get_overpayments, api.get_manual_journals):
        lists(tenant, page=1)


def test_the_trial_balance(books: Books, api: AccountingApi) -> None:
    books.put("ManualJournals", journal(*TAKINGS))
    report = api.get_report_trial_balance(books.tenant, date=DAY).reports[0]
    assert (report.report_name, report.report_titles[2]) == ("Trial Balance", "As at 3 March 2026")
    cells = report.rows[1].rows[0].cells
    assert ([cell.value for cell in cells], cells[0].attributes[0].id) == (["Sales - Food (201)", "", "45.45", "", "45.45"], "account")


def refused(call: Callable[[], Any]) -> Any:
    try:
        call()
    except (AccountingBadRequestException, NotFoundException, RateLimitException) as error:
        return error
    raise AssertionError("nothing was refused")


def test_refusals(books: Books, api: AccountingApi) -> None:
    bad = Invoices(invoices=[sale("A-1"), Invoice(type="ACCREC", contact=Contact(name="X"), line_items=[])])
    error = refused(lambda: api.create_invoices(books.tenant, bad))
    assert (error.status, error.error_data["ErrorNumber"], len(error.error_data["Elements"])) == (400, 10, 1)
    assert isinstance(refused(lambda: api.get_invoice(books.tenant, "7a0e8f0e-0000-4000-8000-000000000000")), NotFoundException)
    books.admin.change_settings(books.key, minute_limit=0)
    limited = refused(lambda: api.get_organisations(books.tenant))
    assert isinstance(limited, RateLimitException) and limited.headers["X-Rate-Limit-Problem"] == "minute"
