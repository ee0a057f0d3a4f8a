"""Payments, credit notes with allocations, and overpayments: amounts, statuses, accounts."""

from __future__ import annotations

from typing import Any

import pytest
from local_xero_books import Books, Json, invoice

DATE = "2026-03-04"


def payment(document: Json, amount: str, code: str = "105", **changes: Any) -> Json:
    return {"Invoice": {"InvoiceID": document["InvoiceID"]}, "Account": {"Code": code}, "Date": DATE, "Amount": amount, **changes}


def credit(amount: str = "5.00", kind: str = "ACCRECCREDIT", **changes: Any) -> Json:
    sales = kind == "ACCRECCREDIT"
    line = {
        "Description": "Adjustment",
        "UnitAmount": amount,
        "AccountCode": "201" if sales else "301",
        "TaxType": "OUTPUT" if sales else "INPUT",
    }
    head = {"Type": kind, "Contact": {"Name": "POS Debtor"}, "Date": DATE, "Status": "AUTHORISED", "LineAmountTypes": "Inclusive"}
    return {**head, "LineItems": [line], **changes}


def overpayment(amount: str = "30.00", kind: str = "RECEIVE-OVERPAYMENT", code: str = "090", **changes: Any) -> Json:
    line = {"Description": "Too much", "UnitAmount": amount}
    return {"Type": kind, "Contact": {"Name": "POS Debtor"}, "BankAccount": {"Code": code}, "Date": DATE, "LineItems": [line], **changes}


def seen(books: Books, made: Json) -> tuple[Any, ...]:
    found = books.get(f"Invoices/{made['InvoiceID']}")["Invoices"][0]
    return found["Status"], found["AmountDue"], found["AmountPaid"], found["AmountCredited"]


def test_part_then_full_payment(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    books.saved("Payments", payment(made, "20.00"))
    assert seen(books, made) == ("AUTHORISED", 30.0, 20.0, 0.0)
    paid = books.saved("Payments", payment(made, "30.00", "090", Date="2026-03-06"))
    assert (paid["PaymentType"], paid["Invoice"]["AmountDue"], paid["Account"]["Code"]) == ("ACCRECPAYMENT", 0.0, "090")
    assert seen(books, made) == ("PAID", 0.0, 50.0, 0.0)
    assert books.get(f"Invoices/{made['InvoiceID']}")["Invoices"][0]["FullyPaidOnDate"] == "/Date(1772755200000+0000)/"
    assert books.balances() == {"090": "30.00", "105": "20.00", "201": "-45.45", "820": "-4.55"}


def test_paying_a_bill(books: Books) -> None:
    made = books.saved("Invoices", invoice("F-1", kind="ACCPAY"))
    books.saved("Payments", payment(made, "50.00"))
    assert seen(books, made)[0] == "PAID"
    assert books.balances() == {"105": "-50.00", "301": "45.45", "820": "4.55"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Amount": "50.01"}, "Payment amount exceeds the amount outstanding on this document"),
        ({"Amount": "0.00"}, "The payment amount must be greater than zero."),
        ({"Amount": "-1.00"}, "The payment amount must be greater than zero."),
        ({"Account": {"Code": "110"}}, "The account must be a bank account or have payments enabled."),
        ({"Account": {"Code": "201"}}, "The account must be a bank account or have payments enabled."),
        ({"Account": {"Code": "999"}}, "Account must be valid."),
        ({"Account": None}, "Account must be valid."),
        ({"Invoice": None}, "The payment must name an Invoice, CreditNote or Overpayment."),
        ({"Invoice": {"InvoiceNumber": "NOPE"}}, "Invoice NOPE could not be found."),
    ],
)
def test_what_is_refused(books: Books, changes: Json, message: str) -> None:
    made = books.saved("Invoices", invoice())
    assert books.refused("Payments", payment(made, "50.00") | changes) == [message]


def test_only_approved_documents_are_paid(books: Books) -> None:
    made = books.saved("Invoices", invoice(Status="DRAFT"))
    assert books.refused("Payments", payment(made, "50.00")) == ["Payments can only be made against Authorised documents."]


def test_two_payments_in_one_batch_never_pay_more_than_is_due(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    found = books.put("Payments", payment(made, "30.00"), payment(made, "30.00"), payment(made, "20.00"))
    assert [item["StatusAttributeString"] for item in found] == ["OK", "ERROR", "OK"]
    assert seen(books, made) == ("PAID", 0.0, 50.0, 0.0)


def test_a_paid_document_is_not_voided_or_edited(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    books.saved("Payments", payment(made, "20.00"))
    message = ["This document cannot be edited as it has a payment or credit note allocated to it."]
    for change in ({"Status": "VOIDED"}, {"LineItems": invoice(amount="70.00")["LineItems"]}):
        assert books.refused("Invoices", {"InvoiceID": made["InvoiceID"]} | change, method="POST") == message


def test_a_deleted_payment_opens_the_document_again(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    paid = books.saved("Payments", payment(made, "50.00"))
    path = f"Payments/{paid['PaymentID']}"
    answer = books.http.post(f"/{path}", json={"Payments": [{"Status": "DELETED"}]})
    assert answer.json()["Payments"][0]["Status"] == "DELETED"
    assert seen(books, made) == ("AUTHORISED", 50.0, 0.0, 0.0)
    assert books.balances() == {"201": "-45.45", "610": "50.00", "820": "-4.55"}
    assert books.http.post(f"/{path}", json={"Status": "DELETED"}).status_code == 400
    assert books.http.post(f"/{path}", json={"Amount": 10}).status_code == 400


def test_lock_date_of_payments(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    paid = books.saved("Payments", payment(made, "20.00"))
    books.admin.set_locks(books.key, period="2026-03-31")
    message = "The document date cannot be before the period lock date, currently set at 31-Mar-2026"
    assert books.refused("Payments", payment(made, "30.00")) == [message]
    answer = books.http.post(f"/Payments/{paid['PaymentID']}", json={"Status": "DELETED"})
    assert answer.json()["Elements"][0]["ValidationErrors"] == [{"Message": message}]


def test_a_credit_note_is_allocated_and_taken_back(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    note = books.saved("CreditNotes", credit())
    assert (note["CreditNoteNumber"], note["RemainingCredit"]) == ("CN-0001", 5.0)
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    found = books.saved("Allocations", {"Amount": "5.00", "Invoice": {"InvoiceID": made["InvoiceID"]}}, path=path)
    assert found["Date"] == "/Date(1772582400000+0000)/"
    assert seen(books, made) == ("AUTHORISED", 45.0, 0.0, 5.0)
    assert books.get(f"CreditNotes/{note['CreditNoteID']}")["CreditNotes"][0]["Status"] == "PAID"
    assert books.balances() == {"201": "-40.90", "610": "45.00", "820": "-4.10"}
    change = {"CreditNoteID": note["CreditNoteID"], "Status": "VOIDED"}
    assert books.refused("CreditNotes", change, method="POST") == [
        "This document cannot be edited as it has a payment or credit note allocated to it."
    ]
    gone = books.http.delete(f"/{path}/{found['AllocationID']}")
    assert (gone.status_code, gone.json()["IsDeleted"]) == (200, True)
    assert seen(books, made) == ("AUTHORISED", 50.0, 0.0, 0.0)
    assert books.http.delete(f"/{path}/{found['AllocationID']}").status_code == 404
    books.saved("CreditNotes", change, method="POST")
    assert books.balances() == {"201": "-45.45", "610": "50.00", "820": "-4.55"}


@pytest.mark.parametrize(
    ("amount", "note", "due", "message"),
    [
        ("5.01", {}, "50.00", "The amount being applied exceeds the remaining credit."),
        ("5.00", {}, "4.00", "The amount being applied exceeds the amount outstanding on this document."),
        ("0", {}, "50.00", "The allocation amount must be greater than zero."),
        ("5.00", {"Status": "DRAFT"}, "50.00", "The credit must be Authorised and have credit remaining to be allocated."),
        ("5.00", {"Contact": {"Name": "Other"}}, "50.00", "Credit can only be allocated to a document of the same type and contact."),
    ],
)
def test_allocations_that_are_refused(books: Books, amount: str, note: Json, due: str, message: str) -> None:
    made = books.saved("Invoices", invoice(amount=due))
    source = books.saved("CreditNotes", credit(**note))
    path = f"CreditNotes/{source['CreditNoteID']}/Allocations"
    assert books.refused("Allocations", {"Amount": amount, "Invoice": {"InvoiceID": made["InvoiceID"]}}, path=path) == [message]


def test_a_supplier_credit_never_settles_a_sale(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    note = books.saved("CreditNotes", credit(kind="ACCPAYCREDIT"))
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    assert books.refused("Allocations", {"Amount": "5.00", "Invoice": {"InvoiceID": made["InvoiceID"]}}, path=path)
    assert books.balances() == {"201": "-45.45", "301": "-4.55", "610": "50.00", "800": "5.00", "820": "-5.00"}


def test_a_credit_note_is_refunded_by_a_payment(books: Books) -> None:
    note = books.saved("CreditNotes", credit())
    refund = {"CreditNote": {"CreditNoteID": note["CreditNoteID"]}, "Account": {"Code": "101"}, "Date": DATE, "Amount": "5.00"}
    assert books.saved("Payments", refund)["PaymentType"] == "ARCREDITPAYMENT"
    assert books.balances() == {"101": "-5.00", "201": "4.55", "820": "0.45"}
    assert books.refused("Payments", refund) == ["Payment amount exceeds the amount outstanding on this document"]


def test_credit_note_numbers_of_sales_are_unique(books: Books) -> None:
    books.saved("CreditNotes", credit(CreditNoteNumber="C-1"))
    assert books.refused("CreditNotes", credit(CreditNoteNumber="C-1")) == ["Credit Note # must be unique."]
    for _ in range(2):
        books.saved("CreditNotes", credit(kind="ACCPAYCREDIT", CreditNoteNumber="S-1"))


def test_an_overpayment_is_allocated(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    over = books.saved("BankTransactions", overpayment())
    assert books.balances() == {"090": "30.00", "201": "-45.45", "610": "20.00", "820": "-4.55"}
    path = f"Overpayments/{over['OverpaymentID']}/Allocations"
    books.saved("Allocations", {"Amount": "30.00", "Invoice": {"InvoiceID": made["InvoiceID"]}}, path=path)
    assert seen(books, made) == ("AUTHORISED", 20.0, 0.0, 30.0)
    found = books.get("Overpayments", page=1)["Overpayments"][0]
    assert (found["Status"], found["RemainingCredit"], found["Allocations"][0]["Amount"]) == ("PAID", 0.0, 30.0)
    gone = {"BankTransactionID": over["BankTransactionID"], "Status": "DELETED"}
    assert books.refused("BankTransactions", gone, method="POST")


def test_an_overpayment_is_refunded_by_payments_and_never_by_more_than_remains(books: Books) -> None:
    over = books.saved("BankTransactions", overpayment())
    refund = {"Overpayment": {"OverpaymentID": over["OverpaymentID"]}, "Account": {"Code": "090"}, "Date": DATE, "Amount": "20.00"}
    first = books.saved("Payments", refund)
    assert (first["PaymentType"], first["Overpayment"]["RemainingCredit"]) == ("AROVERPAYMENTPAYMENT", 10.0)
    assert books.balances() == {"090": "10.00", "610": "-10.00"}
    assert books.refused("Payments", refund) == ["Payment amount exceeds the amount outstanding on this document"]
    books.saved("Payments", {**refund, "Amount": "10.00"})
    found = books.get(f"Overpayments/{over['OverpaymentID']}")["Overpayments"][0]
    assert (found["Status"], found["RemainingCredit"], len(found["Payments"])) == ("PAID", 0.0, 2)
    assert books.balances() == {}
    books.saved("Payments", {"Status": "DELETED"}, method="POST", path=f"Payments/{first['PaymentID']}")
    assert books.balances() == {"090": "20.00", "610": "-20.00"}


def test_an_overpayment_that_is_deleted_leaves_the_ledger(books: Books) -> None:
    over = books.saved("BankTransactions", overpayment(kind="SPEND-OVERPAYMENT"))
    assert books.balances() == {"090": "-30.00", "800": "30.00"}
    books.saved("BankTransactions", {"BankTransactionID": over["BankTransactionID"], "Status": "DELETED"}, method="POST")
    assert books.balances() == {}
    assert books.get(f"Overpayments/{over['OverpaymentID']}")["Overpayments"][0]["Status"] == "VOIDED"


LINE = {"Description": "x", "UnitAmount": "30.00"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": "105"}, "The specified bank account is not of type BANK."),
        ({"code": "999"}, "BankAccount must be specified and be an active account."),
        ({"LineItems": [LINE, LINE]}, "An overpayment must have exactly one line item."),
        ({"LineItems": [LINE | {"TaxType": "OUTPUT"}]}, "The line item of an overpayment must not have tax."),
        ({"Reference": "x"}, "Reference is not supported for this type of bank transaction."),
        ({"LineItems": [LINE | {"UnitAmount": "-1"}]}, "The total of the bank transaction must be greater than zero."),
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
    ],
)
def test_overpayments_that_are_refused(books: Books, changes: Json, message: str) -> None:
    assert books.refused("BankTransactions", overpayment(**changes)) == [message]


def test_money_spent_and_received_has_a_reference_and_tax(books: Books) -> None:
    line = {"Description": "Milk", "UnitAmount": "11.00", "AccountCode": "301", "TaxType": "INPUT"}
    spent = overpayment(kind="SPEND", LineItems=[line], LineAmountTypes="Inclusive", Reference="R-1")
    assert books.saved("BankTransactions", spent)["Reference"] == "R-1"
    assert books.balances() == {"090": "-11.00", "301": "10.00", "820": "1.00"}
