"""What is in the way of a document beyond what the checks of a date ask for: the plan, and accounts that journals may not move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.store.documents import SALES, bill, invoice, journal, payment, trade
from tillpost.model.acceptance import account_is_system, action_not_allowed
from tillpost.model.documents import Document, DocumentKind
from tillpost.model.reference import ReferenceData, XeroAccount, XeroOrganisation

ORGANISATION = XeroOrganisation("tenant-1", "Harbour Group", "AU", "AUD")
SMALL_PLAN = ReferenceData(
    ORGANISATION, {}, {}, not_allowed=frozenset(("CreateApprovedInvoice", "CreateDraftBill", "CreateInvoicePayment", "UseMulticurrency"))
)


@pytest.mark.parametrize(
    ("document", "actions"),
    [
        (invoice("s1"), ["CreateApprovedInvoice"]),
        (replace(invoice("s1"), draft=True), []),
        (bill("p1", "INV-7"), []),
        (replace(bill("p1", "INV-7"), draft=True), ["CreateDraftBill"]),
        (payment("m1", invoice("s1")), ["CreateInvoicePayment"]),
        (journal(), []),
        (trade(DocumentKind.CREDIT_NOTE, "r1"), []),
    ],
)
def test_what_the_plan_does_not_allow(document: Document, actions: list[str]) -> None:
    assert [text for _, text in action_not_allowed(document, SMALL_PLAN)] == actions


def test_accounts_that_only_a_journal_may_not_move() -> None:
    accounts = {
        "960": XeroAccount("960", "Retained Earnings", "EQUITY", True, system="RETAINEDEARNINGS"),
        "630": XeroAccount("630", "Stock", "INVENTORY", True),
    }
    reference = ReferenceData(ORGANISATION, accounts, {})
    found = [list(account_is_system(journal(SALES, account=code), reference)) for code in ("960", "630")]
    assert found == [[(-11_000, "account 960 Retained Earnings")], [(-11_000, "account 630 Stock")]]
    line = replace(invoice("s1").lines[0], account="960")
    assert list(account_is_system(replace(invoice("s1"), lines=(line,)), reference)) == []


def test_which_lock_dates_lock_a_day_and_what_is_the_first_open_one() -> None:
    locked = replace(ORGANISATION, period_lock_date=date(2026, 9, 30), end_of_year_lock_date=date(2026, 6, 30))
    assert locked.locks_on(date(2026, 6, 30)) == ("the period lock date 2026-09-30", "the end of year lock date 2026-06-30")
    assert locked.locks_on(date(2026, 9, 30)) == ("the period lock date 2026-09-30",)
    assert locked.locks_on(date(2026, 10, 1)) == ()
    assert (locked.first_open_day, ORGANISATION.first_open_day) == (date(2026, 10, 1), None)
