"""Lists as a whole: their documents, and the payments and allocations inside the entries."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.xero.harbour import LONG_AGO
from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.xero.listings import read_listing
from tillpost.xero.sender import Listing
from tillpost.xero.wire import Json

DAY_MS, DAY = "/Date(1790899200000+0000)/", date(2026, 10, 2)
CHANGED_MS, CHANGED = "/Date(1790985600123+0000)/", datetime(2026, 10, 3, 0, 0, 0, 123000, tzinfo=UTC)


class Page:
    """One page of a list; remembers what was asked."""

    def __init__(self, field: str, *entries: object) -> None:
        self.answer: Json = {field: list(entries), "pagination": {"pageCount": 1}}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def read(self, operation: str, field: str, **arguments: Any) -> Json:
        """The page."""
        self.asked.append((operation, field, arguments))
        return self.answer


def entry(**fields: object) -> Json:
    """What entries have in common."""
    contact = {"ContactID": "c-1", "Name": "Able"}
    return {"Status": "AUTHORISED", "Contact": contact, "Date": DAY_MS, "UpdatedDateUTC": CHANGED_MS, **fields}


def test_an_invoice_tells_of_its_payments_and_of_credit_set_against_it() -> None:
    payment = {"PaymentID": "p-1", "Reference": "TP/cafe/payment/1", "Date": DAY_MS, "Amount": Decimal("40.00")}
    page = Page(
        "Invoices",
        entry(
            Type="ACCREC", InvoiceID="i-1", InvoiceNumber="TP/cafe/takings/2026-10-02", Total=Decimal("0.00"),
            LineItems=[{"LineAmount": Decimal("110.00")}, {"LineAmount": Decimal("-110.00")}],
            Payments=[payment, {"Reference": "no id"}, None], CreditNotes=[{"CreditNoteID": "n-1", "AppliedAmount": Decimal("10.00")}],
            Overpayments=[{"OverpaymentID": "o-1", "AppliedAmount": Decimal("5.00")}],
        ),
        entry(Type="ACCPAY", InvoiceID="i-2", InvoiceNumber="INV-7", Total=Decimal("55.00"), LineItems=None, Payments="rubbish"),
    )  # fmt: skip
    of_able = ("AUTHORISED", "c-1", "Able", DAY)
    assert read_listing(page, Listing.INVOICES, LONG_AGO) == [
        HeldDocument(DocumentKind.INVOICE, "i-1", "TP/cafe/takings/2026-10-02", *of_able, changed_at=CHANGED, worth_cents=11_000),
        HeldDocument(DocumentKind.PAYMENT, "p-1", "TP/cafe/payment/1", *of_able, total_cents=4_000, changed_at=CHANGED),
        HeldDocument(DocumentKind.ALLOCATION, "", "n-1/i-1", "AUTHORISED", total_cents=1_000, changed_at=CHANGED),
        HeldDocument(DocumentKind.ALLOCATION, "", "o-1/i-1", "AUTHORISED", total_cents=500, changed_at=CHANGED),
        HeldDocument(DocumentKind.BILL, "i-2", "INV-7", *of_able, total_cents=5_500, changed_at=CHANGED),
    ]
    [(operation, field, arguments)] = page.asked
    assert (operation, field, arguments["if_modified_since"]) == ("get_invoices", "Invoices", "2020-01-01T00:00:00")


@pytest.mark.parametrize(
    ("which", "field", "id_field", "kind", "fields"),
    [
        (
            Listing.CREDIT_NOTES,
            "CreditNotes",
            "CreditNoteID",
            DocumentKind.CREDIT_NOTE,
            {"Type": "ACCRECCREDIT", "CreditNoteNumber": "TP/x"},
        ),
        (
            *(Listing.OVERPAYMENTS, "Overpayments", "OverpaymentID", DocumentKind.OVERPAYMENT),
            {"Type": "RECEIVE-OVERPAYMENT", "LineItems": [{"Description": "[TP/x]"}]},
        ),
    ],
)
def test_a_credit_tells_of_its_allocations_and_of_what_was_handed_back(
    which: Listing, field: str, id_field: str, kind: DocumentKind, fields: Json
) -> None:
    allocation = {"AllocationID": "a-1", "Amount": Decimal("10.00"), "Invoice": {"InvoiceID": "i-1"}, "Date": DAY_MS, "IsDeleted": True}
    refund = {"PaymentID": "p-2", "Reference": "TP/cafe/payment/2", "Date": DAY_MS, "Amount": Decimal("3.00")}
    page = Page(field, entry(**{id_field: "x-1"}, Total=Decimal("30.00"), Payments=[refund], Allocations=[allocation], **fields))
    found = [(one.kind, one.xero_id, one.number, one.status, one.total_cents) for one in read_listing(page, which, LONG_AGO)]
    assert found == [
        (kind, "x-1", "TP/x", "AUTHORISED", 3_000),
        (DocumentKind.PAYMENT, "p-2", "TP/cafe/payment/2", "AUTHORISED", 300),
        (DocumentKind.ALLOCATION, "a-1", "x-1/i-1", "DELETED", 1_000),
    ]


def test_journals_and_payments_are_told_by_themselves() -> None:
    journal = {"ManualJournalID": "j-1", "Narration": "[TP/cafe/sales/1]", "JournalLines": [{"LineAmount": 5}, {"LineAmount": -5}]}
    [held] = read_listing(Page("ManualJournals", journal), Listing.JOURNALS, LONG_AGO)
    assert (held.number, held.total_cents, held.worth_cents) == ("TP/cafe/sales/1", 500, 500)
    payment = {"PaymentID": "p-1", "Reference": "TP/cafe/payment/1", "Status": "DELETED", "Amount": 4, "Invoice": {"InvoiceID": "i-1"}}
    [held] = read_listing(Page("Payments", payment), Listing.PAYMENTS, LONG_AGO)
    assert (held.number, held.status, held.total_cents) == ("TP/cafe/payment/1", "DELETED", 400)
