"""Xero's answer to a batch: one result per element, or the outcome is unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tillpost.model.documents import DocumentKind
from tillpost.model.results import ElementResult
from tillpost.xero.answers import results_of
from tillpost.xero.wire import NO_ID, Json

LINES = [
    {"LineAmount": Decimal("50.00"), "AccountCode": "101", "TaxType": "BASEXCLUDED", "TaxAmount": Decimal("0.00")},
    {"LineAmount": Decimal("-50.00"), "AccountCode": "201", "TaxType": "OUTPUT", "TaxAmount": Decimal("-4.55")},
]


def test_accepted_warned_and_refused_by_position() -> None:
    answer: Json = {
        "ManualJournals": [
            {"ManualJournalID": "j-1", "Status": "POSTED", "StatusAttributeString": "OK", "JournalLines": LINES},
            {
                **{"ManualJournalID": "j-2", "Status": "POSTED", "StatusAttributeString": "WARNING", "JournalLines": LINES[:1]},
                "Warnings": [{"Message": "Account code '999' has been removed as it does not match a recognised account"}],
            },
            {
                **{"ManualJournalID": NO_ID, "StatusAttributeString": "ERROR", "Status": "POSTED"},
                "ValidationErrors": [{"Message": "The total debits (100.00) must equal total credits (-10.00)"}],
                "JournalLines": [{"ValidationErrors": [{"Message": "Account must be valid."}]}],
            },
        ]
    }
    assert results_of(DocumentKind.JOURNAL, answer, 3) == [
        ElementResult(True, "j-1", "POSTED", 5000, -455, ("101", "201")),
        ElementResult(
            *(True, "j-2", "POSTED", 5000, 0, ("101",)),
            messages=("Account code '999' has been removed as it does not match a recognised account",),
        ),
        ElementResult(False, messages=("The total debits (100.00) must equal total credits (-10.00)", "line 1: Account must be valid.")),
    ]


@pytest.mark.parametrize(
    ("kind", "element", "result"),
    [
        (
            DocumentKind.INVOICE,
            {"InvoiceID": "i", "Total": Decimal("110.00"), "TotalTax": 10, "Status": "AUTHORISED", "LineItems": [{"AccountCode": "201"}]},
            ElementResult(True, "i", "AUTHORISED", 11000, 1000, ("201",)),
        ),
        (DocumentKind.BILL, {"InvoiceID": "i", "Status": "A new word"}, ElementResult(True, "i", "A new word")),
        (DocumentKind.SUPPLIER_CREDIT, {"CreditNoteID": "n", "Total": 5, "LineItems": None}, ElementResult(True, "n", total_cents=500)),
        (
            DocumentKind.PAYMENT,
            {"PaymentID": "p", "Amount": Decimal("40.05"), "Account": {"Code": "090"}, "Invoice": None},
            ElementResult(True, "p", total_cents=4005, accounts=("090",)),
        ),
        (
            DocumentKind.OVERPAYMENT,
            {"BankTransactionID": "b", "OverpaymentID": "o", "Total": 5, "TotalTax": 0},
            ElementResult(True, "o", total_cents=500, tax_cents=0),
        ),
        (DocumentKind.ALLOCATION, {"AllocationID": "a", "Amount": 5}, ElementResult(True, "a", total_cents=500)),
        (DocumentKind.JOURNAL, {"ManualJournalID": "j", "JournalLines": [{"LineAmount": 5}, {}]}, ElementResult(True, "j")),
    ],
)
def test_each_kind(kind: DocumentKind, element: Json, result: ElementResult) -> None:
    field = {
        DocumentKind.INVOICE: "Invoices", DocumentKind.BILL: "Invoices", DocumentKind.SUPPLIER_CREDIT: "CreditNotes",
        DocumentKind.PAYMENT: "Payments", DocumentKind.OVERPAYMENT: "BankTransactions", DocumentKind.ALLOCATION: "Allocations",
        DocumentKind.JOURNAL: "ManualJournals",
    }[kind]  # fmt: skip
    assert results_of(kind, {field: [{"StatusAttributeString": "ok", **element}]}, 1) == [result]


def test_refused_without_a_word_and_without_a_reason() -> None:
    answer = {"Payments": [{"ValidationErrors": [{"Message": "No."}]}, {"StatusAttributeString": "ERROR", "PaymentID": "p"}]}
    assert results_of(DocumentKind.PAYMENT, answer, 2) == [
        ElementResult(False, messages=("No.",)),
        ElementResult(False, messages=("Xero refused it without a reason.",)),
    ]


def test_a_payments_error_may_sit_in_its_invoice() -> None:
    answer = {"Payments": [{"StatusAttributeString": "ERROR", "Invoice": {"ValidationErrors": [{"Message": "It is voided"}]}}]}
    assert results_of(DocumentKind.PAYMENT, answer, 1) == [ElementResult(False, messages=("It is voided",))]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"Payments": None},
        {"Payments": []},
        {"Payments": [None]},
        {"Payments": [{}]},
        {"Payments": [{"StatusAttributeString": "OK", "PaymentID": NO_ID}]},
        {"Payments": [{"StatusAttributeString": "PENDING"}]},
        {"Payments": [{"PaymentID": "p", "ValidationErrors": [{"Message": "Saved or not?"}]}]},
        {"Payments": [{"PaymentID": "p"}, {"PaymentID": "q"}]},
    ],
)
def test_an_answer_that_does_not_tell_proves_nothing(answer: Json) -> None:
    with pytest.raises(ValueError, match="Payments"):
        results_of(DocumentKind.PAYMENT, answer, 1)
