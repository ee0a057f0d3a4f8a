"""Lists: page by page, nothing lost to an odd entry, our numbers found where we wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.xero.harbour import LONG_AGO
from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.xero.lists import entries, find_bills, held_documents, modified_since
from tillpost.xero.pulling import Changes, pull_changes
from tillpost.xero.wire import Json


class Pages:
    """Answers with prepared pages, and remembers what was asked."""

    def __init__(self, pages: Sequence[Json | None]) -> None:
        self.pages = list(pages)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def read(self, operation: str, field: str, **arguments: Any) -> Json | None:
        """The next page."""
        self.asked.append((operation, arguments))
        return self.pages.pop(0)


def page(ids: str, **pagination: int) -> Json:
    """A page of payments."""
    found: Json = {"Payments": [{"PaymentID": letter} for letter in ids]}
    return {**found, "pagination": pagination} if pagination else found


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([page("ab", page=1, pageCount=2), page("c", page=2, pageCount=2)], "abc"),
        ([page("", page=1, pageCount=0)], ""),
        ([None], ""),
        ([page("ab"), page("c"), page("")], "abc"),
        # A server that knows no pages answers with the same list again and again.
        ([page("ab"), page("ab")], "abab"),
        # a changed while the list was read, and moved to its end.
        ([page("ab", pageCount=2), page("ca", pageCount=2)], "abca"),
        ([{"Payments": None}], ""),
    ],
)
def test_pages(pages: list[Json | None], found: str) -> None:
    reader = Pages(pages)
    read = "".join(entry["PaymentID"] for entry in entries(reader, "get_payments", "Payments", "PaymentID"))
    assert (read, reader.pages) == (found, [])
    assert [asked["page"] for _, asked in reader.asked] == list(range(1, len(reader.asked) + 1))
    assert {asked["page_size"] for _, asked in reader.asked} == {1000}


def held(kind: DocumentKind, pages: Sequence[Json | None]) -> list[HeldDocument]:
    """What is held by prepared pages."""
    return held_documents(Pages(pages), kind, LONG_AGO)


DAY_MS = "/Date(1790899200000+0000)/"
CHANGED_MS, CHANGED = "/Date(1790985600123+0000)/", datetime(2026, 10, 3, 0, 0, 0, 123000, tzinfo=UTC)


def test_journals_by_the_token_in_their_narration() -> None:
    lines = [{"LineAmount": Decimal("50.00")}, {"LineAmount": Decimal("-50.00")}, None, {"LineAmount": None}]
    odd: Json = {"ManualJournalID": "j-2", "Narration": None, "Date": None, "JournalLines": None, "Status": "A_NEW_WORD"}
    whole = {
        "Narration": "Correction of [TP/cafe/sales/2026-10-01] [TP/cafe/sales/2026-10-02] [late]",
        "Date": DAY_MS,
        "UpdatedDateUTC": CHANGED_MS,
        "Status": "POSTED",
    }
    journals = [{"ManualJournalID": "j-1", **whole, "JournalLines": lines}, odd, "rubbish", {"Narration": "no id"}]
    assert held(DocumentKind.JOURNAL, [{"ManualJournals": journals, "pagination": {"pageCount": 1}}]) == [
        HeldDocument(
            *(DocumentKind.JOURNAL, "j-1", "TP/cafe/sales/2026-10-02", "POSTED", "", "", date(2026, 10, 2), 5000), changed_at=CHANGED
        ),
        HeldDocument(DocumentKind.JOURNAL, "j-2", "", "A_NEW_WORD"),
    ]


INVOICE: Json = {
    **{"InvoiceID": "i-1", "InvoiceNumber": "TP/cafe/invoice/17", "Type": "ACCREC", "Status": "PAID", "Date": DAY_MS},
    **{"Contact": {"ContactID": "c-1", "Name": "Acme"}, "Total": Decimal("110.00"), "AmountDue": Decimal("0.00")},
    **{"AmountPaid": Decimal("100.00"), "AmountCredited": 10, "FullyPaidOnDate": CHANGED_MS, "UpdatedDateUTC": CHANGED_MS},
}
HELD_INVOICE = HeldDocument(
    *(DocumentKind.INVOICE, "i-1", "TP/cafe/invoice/17", "PAID", "c-1", "Acme", date(2026, 10, 2), 11000, 0, 10000, 1000),
    *(date(2026, 10, 3), CHANGED),
)
BILL: Json = {"InvoiceID": "b-1", "InvoiceNumber": "S-1", "Type": "ACCPAY", "Status": "AUTHORISED", "Total": 5, "AmountDue": 5}
HELD_BILL = HeldDocument(DocumentKind.BILL, "b-1", "S-1", "AUTHORISED", total_cents=500, due_cents=500)


@pytest.mark.parametrize(("kind", "found"), [(DocumentKind.INVOICE, [HELD_INVOICE]), (DocumentKind.BILL, [HELD_BILL])])
def test_invoices_and_bills_share_a_list(kind: DocumentKind, found: list[HeldDocument]) -> None:
    listed = [INVOICE, BILL, {"InvoiceID": "q-1", "Type": "A_NEW_TYPE"}, {"Type": "ACCREC"}]
    assert held(kind, [{"Invoices": listed, "pagination": {"pageCount": 1}}]) == found


def test_what_comes_twice_is_taken_as_it_was_last() -> None:
    voided = {**INVOICE, "Status": "VOIDED"}
    pages = [{"Invoices": [INVOICE], "pagination": {"pageCount": 2}}, {"Invoices": [voided], "pagination": {"pageCount": 2}}]
    assert [document.status for document in held(DocumentKind.INVOICE, pages)] == ["VOIDED"]


NOTE: Json = {
    **{"CreditNoteID": "n-1", "CreditNoteNumber": "TP/cafe/credit-note/5", "Type": "ACCRECCREDIT", "Status": "AUTHORISED", "Date": DAY_MS},
    **{"Total": Decimal("10.00"), "RemainingCredit": Decimal("2.50"), "UpdatedDateUTC": CHANGED_MS},
    "Allocations": [
        {"AllocationID": "a-1", "Amount": Decimal("6.50"), "Date": DAY_MS, "Invoice": {"InvoiceID": "i-1"}},
        {"AllocationID": "a-2", "Amount": Decimal("3.00"), "Date": DAY_MS, "Invoice": {"InvoiceID": "i-1"}, "IsDeleted": True},
    ],
}


def test_a_credit_note_is_partly_allocated_and_partly_paid_out() -> None:
    assert held(DocumentKind.CREDIT_NOTE, [{"CreditNotes": [NOTE], "pagination": {"pageCount": 1}}]) == [
        HeldDocument(
            *(DocumentKind.CREDIT_NOTE, "n-1", "TP/cafe/credit-note/5", "AUTHORISED", "", "", date(2026, 10, 2), 1000, 250, 100, 650),
            changed_at=CHANGED,
        )
    ]


def test_payments_by_their_reference() -> None:
    paid = {"PaymentID": "p-1", "Reference": "TP/cafe/payment/3", "Status": "DELETED", "Date": DAY_MS, "Amount": Decimal("40.05")}
    contact = {"Contact": {"ContactID": "c-1", "Name": "Acme"}}
    for settled in ("Invoice", "CreditNote", "Overpayment"):
        assert held(DocumentKind.PAYMENT, [{"Payments": [{**paid, settled: contact}], "pagination": {"pageCount": 1}}]) == [
            HeldDocument(DocumentKind.PAYMENT, "p-1", "TP/cafe/payment/3", "DELETED", "c-1", "Acme", date(2026, 10, 2), 4005)
        ]


OVERPAYMENT: Json = {
    **{"OverpaymentID": "o-1", "Type": "RECEIVE-OVERPAYMENT", "Status": "AUTHORISED", "Date": DAY_MS, "Total": 40, "RemainingCredit": 30},
    **{"AppliedAmount": 10, "LineItems": [{"Description": "Paid too much [TP/cafe/overpayment/8]"}]},
    "Allocations": [{"AllocationID": "a-3", "Amount": 10, "Date": DAY_MS, "Invoice": {"InvoiceID": "i-1"}}],
}


def test_overpayments_by_the_token_in_their_line() -> None:
    assert held(DocumentKind.OVERPAYMENT, [{"Overpayments": [OVERPAYMENT], "pagination": {"pageCount": 1}}]) == [
        HeldDocument(
            *(DocumentKind.OVERPAYMENT, "o-1", "TP/cafe/overpayment/8", "AUTHORISED", "", "", date(2026, 10, 2), 4000, 3000, 0, 1000)
        )
    ]


def test_allocations_by_both_their_ends() -> None:
    pages = [{"CreditNotes": [NOTE], "pagination": {"pageCount": 1}}, {"Overpayments": [OVERPAYMENT], "pagination": {"pageCount": 1}}]
    day = date(2026, 10, 2)
    assert held(DocumentKind.ALLOCATION, pages) == [
        HeldDocument(DocumentKind.ALLOCATION, "a-1", "n-1/i-1", "AUTHORISED", date=day, total_cents=650, changed_at=CHANGED),
        HeldDocument(DocumentKind.ALLOCATION, "a-2", "n-1/i-1", "DELETED", date=day, total_cents=300, changed_at=CHANGED),
        HeldDocument(DocumentKind.ALLOCATION, "a-3", "o-1/i-1", "AUTHORISED", date=day, total_cents=1000),
    ]


def asked_for(kind: DocumentKind, numbers: list[str]) -> list[dict[str, Any]]:
    """How bills of these numbers are asked for."""
    reader = Pages([{"Invoices": [], "CreditNotes": []}] * 9)
    find_bills(reader, kind, numbers)
    return [{key: value for key, value in asked.items() if key not in ("page", "page_size")} for _, asked in reader.asked]


def test_bills_are_found_by_number_in_one_call() -> None:
    reader = Pages([{"Invoices": [BILL, INVOICE], "pagination": {"pageCount": 1}}])
    assert find_bills(reader, DocumentKind.BILL, ["S-1", "S-2", "S-1", ""]) == [HELD_BILL]
    assert reader.asked == [("get_invoices", {"page": 1, "page_size": 1000, "invoice_numbers": ["S-1", "S-2"]})]


def test_a_number_with_a_comma_or_of_a_credit_needs_a_filter() -> None:
    assert asked_for(DocumentKind.BILL, ["A,1", 'B"2\\']) == [
        {"where": 'Type=="ACCPAY" AND (InvoiceNumber=="A,1" OR InvoiceNumber=="B\\"2\\\\")'}
    ]
    assert asked_for(DocumentKind.SUPPLIER_CREDIT, ["C1"]) == [{"where": 'Type=="ACCPAYCREDIT" AND (CreditNoteNumber=="C1")'}]


def test_forty_usual_numbers_are_one_call_and_very_long_ones_are_several() -> None:
    assert len(asked_for(DocumentKind.BILL, [f"{number:05d}" for number in range(30)])) == 1
    assert len(asked_for(DocumentKind.BILL, [f"{number:0255d}" for number in range(9)])) == 2
    assert asked_for(DocumentKind.BILL, []) == []


def test_a_moment_for_xero_is_utc_and_never_later() -> None:
    late = datetime(2026, 10, 3, 12, 0, 0, 999999, tzinfo=timezone(timedelta(hours=13)))
    assert modified_since(late) == "2026-10-02T23:00:00"


def test_changes_and_the_next_watermark() -> None:
    since = datetime(2026, 10, 2, 23, 0, tzinfo=UTC)
    reader = Pages([{"Invoices": [INVOICE, BILL], "pagination": {"pageCount": 1}}, {"CreditNotes": [NOTE], "pagination": {"pageCount": 1}}])
    changes = pull_changes(reader, since)
    assert ([document.xero_id for document in changes.documents], changes.watermark) == (["i-1", "b-1", "n-1"], CHANGED)
    assert [(operation, asked["if_modified_since"]) for operation, asked in reader.asked] == [
        ("get_invoices", "2026-10-02T22:50:00"),
        ("get_credit_notes", "2026-10-02T22:50:00"),
    ]


def test_without_changes_the_watermark_stays() -> None:
    since = datetime(2026, 10, 4, tzinfo=UTC)
    old = {"Invoices": [INVOICE], "pagination": {"pageCount": 1}}
    assert pull_changes(Pages([None, None]), since) == Changes((), since)
    assert pull_changes(Pages([old, None]), since).watermark == since
