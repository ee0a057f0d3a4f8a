"""Invoices and bills: required fields, statuses, numbers, accounts, tax types, contacts, lock dates."""

from __future__ import annotations

from typing import Any

import pytest
from local_xero_books import PLACES, Books, invoice

from sandbox.xero.wire import ZERO_ID


def line(**changes: Any) -> dict[str, Any]:
    return {**invoice()["LineItems"][0], **changes}


def test_a_sales_invoice_is_in_the_ledger_with_its_tax(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    shown = {
        name: made[name]
        for name in ("Status", "SubTotal", "TotalTax", "Total", "AmountDue", "AmountPaid", "CurrencyCode", "Date", "DateString")
    }
    assert shown == {
        **{"Status": "AUTHORISED", "SubTotal": 45.45, "TotalTax": 4.55, "Total": 50.0, "AmountDue": 50.0, "AmountPaid": 0.0},
        **{"CurrencyCode": "AUD", "Date": "/Date(1772496000000+0000)/", "DateString": "2026-03-03T00:00:00"},
    }
    assert books.balances() == {"201": "-45.45", "610": "50.00", "820": "-4.55"}


def test_a_bill_is_in_the_ledger_with_its_tax(books: Books) -> None:
    books.saved("Invoices", invoice(kind="ACCPAY", LineAmountTypes="Exclusive", amount="100.00"))
    assert books.balances() == {"301": "100.00", "800": "-110.00", "820": "10.00"}


def test_tax_is_rounded_per_line_and_then_summed(books: Books) -> None:
    lines = [line(UnitAmount="0.05", Description=text) for text in "abc"]
    made = books.saved("Invoices", invoice(LineAmountTypes="Exclusive", LineItems=lines))
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (0.15, 0.03, 0.18)


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED"])
def test_drafts_have_no_ledger_effect_until_approved(books: Books, status: str) -> None:
    made = books.saved("Invoices", invoice(Status=status))
    assert books.balances() == {}
    books.saved("Invoices", {"InvoiceID": made["InvoiceID"], "Status": "AUTHORISED"}, method="POST")
    assert books.balances() == {"201": "-45.45", "610": "50.00", "820": "-4.55"}


def test_status_is_draft_if_left_out(books: Books) -> None:
    assert books.saved("Invoices", invoice(Status=None))["Status"] == "DRAFT"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Type": None}, "Invoice type must be specified"),
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"DueDate": None}, "The due date must be specified"),
        ({"Status": "PAID"}, "Invoice not of valid status for creation"),
        ({"Status": "VOIDED"}, "Invoice not of valid status for creation"),
        ({"CurrencyCode": "EUR"}, "Organisation is not subscribed to currency EUR"),
        ({"Url": "https://xero.example/1"}, "The Url must not contain the word xero."),
        ({"InvoiceNumber": "x" * 256}, "The InvoiceNumber field must not exceed 255 characters in length."),
        ({"LineItems": [line(Quantity=-1)]}, "The quantity value '-1.0000' is invalid. Quantity must not be less than zero."),
        ({"LineItems": [line(UnitAmount="-1.00")]}, "The total of the invoice must not be less than zero."),
        ({"LineItems": [line(LineAmount="49.99")]}, "The line total 49.99 does not match the expected line total 50.00"),
        ({"LineItems": [line(AccountCode="999")]}, "Account code '999' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="610")]}, "Account code '610' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="800")]}, "Account code '800' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="820")]}, "Account code '820' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="090")]}, "Account code '090' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="630")]}, "Account code '630' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode=None)]}, "Account must be valid."),
        ({"LineItems": [line(Description=None)]}, "Description must be specified for each line."),
        ({"LineItems": [line(TaxType="INPUT")]}, "The TaxType code 'INPUT' cannot be used with account code '201'."),
        (
            {"LineItems": [line(TaxType="OUTPUT2")]},
            "The TaxType code 'OUTPUT2' does not exist or cannot be used for this type of transaction.",
        ),
        (
            {"LineItems": [line(TaxType="BASEXCLUDED", TaxAmount="1.00")]},
            "The tax amount 1.00 is not valid for the TaxType code 'BASEXCLUDED'.",
        ),
        ({"LineItems": [line(TaxAmount="50.01")]}, "The tax amount 50.01 is not valid for the TaxType code 'OUTPUT'."),
        ({"LineItems": [line(Tracking=[{"Name": "Store", "Option": "Cafe"}])]}, "The tracking category 'Store' is not valid."),
        ({"LineItems": [line(Tracking=[{}, {}, {}])]}, "A maximum of 2 tracking categories can be used on a line."),
    ],
)
def test_what_is_refused(books: Books, changes: dict[str, Any], message: str) -> None:
    assert books.refused("Invoices", invoice(**changes)) == [message]


def test_a_negative_line_is_fine_where_the_total_is_not_negative(books: Books) -> None:
    books.saved("Invoices", invoice(LineItems=[line(), line(UnitAmount="-20.00", AccountCode="101", TaxType="BASEXCLUDED")]))
    assert books.balances() == {"101": "20.00", "201": "-45.45", "610": "30.00", "820": "-4.55"}


def test_discounts_are_for_sales_only(books: Books) -> None:
    made = books.saved("Invoices", invoice(LineItems=[line(DiscountRate=10)]))
    assert made["Total"] == 45.0
    bill = invoice(kind="ACCPAY")
    bill["LineItems"][0]["DiscountRate"] = 10
    assert books.refused("Invoices", bill) == ["Discounts can only be applied to sales invoices and quotes."]


def test_unit_amounts_have_two_decimals_unless_four_are_asked_for(books: Books) -> None:
    element = invoice(LineItems=[line(UnitAmount="0.3333", Quantity=3)])
    assert books.saved("Invoices", {**element, "InvoiceNumber": "A-2"})["Total"] == 0.99
    answer = books.http.put("/Invoices", params={"unitdp": "4"}, json={"Invoices": [{**element, "InvoiceNumber": "A-4"}]})
    assert answer.json()["Invoices"][0]["Total"] == 1.0


def test_put_refuses_a_sales_number_twice_but_takes_a_bill_number_twice(books: Books) -> None:
    books.saved("Invoices", invoice())
    assert books.refused("Invoices", invoice()) == ["Invoice # must be unique."]
    books.saved("Invoices", invoice("F-1", kind="ACCPAY"))
    books.saved("Invoices", invoice("F-1", kind="ACCPAY"))
    assert books.balances()["800"] == "-100.00"


def test_one_number_twice_in_a_batch_is_refused_the_second_time(books: Books) -> None:
    first, second = books.put("Invoices", invoice(), invoice(amount="70.00"))
    assert (first["StatusAttributeString"], second["StatusAttributeString"]) == ("OK", "ERROR")
    assert books.balances()["610"] == "50.00"


def test_a_number_is_made_where_none_is_given(books: Books) -> None:
    assert [books.saved("Invoices", invoice(None))["InvoiceNumber"] for _ in range(2)] == ["INV-0001", "INV-0002"]


def test_post_with_a_known_number_overwrites(books: Books) -> None:
    first = books.saved("Invoices", invoice())
    second = books.saved("Invoices", invoice(amount="70.00"), method="POST")
    assert second["InvoiceID"] == first["InvoiceID"]
    assert books.balances()["610"] == "70.00"


def test_post_matches_a_bill_by_number_and_contact_unless_set_otherwise(books: Books) -> None:
    first = books.saved("Invoices", invoice("F-1", kind="ACCPAY"))
    assert books.saved("Invoices", invoice("F-1", kind="ACCPAY"), method="POST")["InvoiceID"] == first["InvoiceID"]
    books.admin.change_settings(books.key, bill_post_matches_number=False)
    assert books.saved("Invoices", invoice("F-1", kind="ACCPAY"), method="POST")["InvoiceID"] != first["InvoiceID"]


def test_put_with_an_id_is_refused(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    assert books.refused("Invoices", {**invoice("A-2"), "InvoiceID": made["InvoiceID"]})


def test_lines_without_their_id_are_made_anew(books: Books) -> None:
    made = books.saved("Invoices", invoice(Status="DRAFT"))
    kept = made["LineItems"][0]["LineItemID"]
    change = {"InvoiceID": made["InvoiceID"], "LineItems": [line(LineItemID=kept), line(Description="Second")]}
    ids = [item["LineItemID"] for item in books.saved("Invoices", change, method="POST")["LineItems"]]
    assert ids[0] == kept and ids[1] != kept


def test_void_takes_the_invoice_out_of_the_ledger_for_good(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    change = {"InvoiceID": made["InvoiceID"], "Status": "VOIDED"}
    assert books.saved("Invoices", change, method="POST")["Status"] == "VOIDED"
    assert books.balances() == {}
    for status in ("AUTHORISED", "DRAFT", "DELETED"):
        assert books.refused("Invoices", change | {"Status": status}, method="POST") == ["Invoice not of valid status for modification"]


def test_delete_is_for_drafts_and_void_for_the_approved(books: Books) -> None:
    approved = books.saved("Invoices", invoice())["InvoiceID"]
    draft = books.saved("Invoices", invoice("A-2", Status="DRAFT"))["InvoiceID"]
    wrong = "Invoice not of valid status for modification"
    assert books.refused("Invoices", {"InvoiceID": approved, "Status": "DELETED"}, method="POST") == [wrong]
    assert books.refused("Invoices", {"InvoiceID": approved, "Status": "DRAFT"}, method="POST") == [wrong]
    assert books.refused("Invoices", {"InvoiceID": draft, "Status": "VOIDED"}, method="POST") == [wrong]
    assert books.saved("Invoices", {"InvoiceID": draft, "Status": "DELETED"}, method="POST")["Status"] == "DELETED"
    assert books.refused("Invoices", invoice("A-2")) == ["Invoice # must be unique."]


def test_archived_accounts_and_contacts_are_refused(books: Books) -> None:
    books.saved("Invoices", invoice())
    books.admin.archive_account(books.key, "201")
    assert books.refused("Invoices", invoice("A-2")) == ["Account code '201' is not a valid code for this document."]
    books.admin.archive_account(books.key, "201", "ACTIVE")
    books.admin.archive_contact(books.key, "POS Debtor")
    assert books.refused("Invoices", invoice("A-2"))[0].startswith("The contact with the specified contact details has been archived.")


def test_an_unknown_contact_id_is_404_for_the_whole_call(books: Books) -> None:
    body = {"Invoices": [invoice(), invoice("A-2", Contact={"ContactID": "7a0e8f0e-0000-4000-8000-000000000000"})]}
    answer = books.http.put("/Invoices", json=body)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (404, b"", "text/html")
    assert books.balances() == {}


@pytest.mark.parametrize(("lock", "name"), [({"period": "2026-03-31"}, "period"), ({"year": "2026-03-03"}, "end of year")])
def test_lock_dates(books: Books, lock: dict[str, str], name: str) -> None:
    made = books.saved("Invoices", invoice())
    books.admin.set_locks(books.key, **lock)
    shown = "31-Mar-2026" if name == "period" else "03-Mar-2026"
    message = [f"The document date cannot be before the {name} lock date, currently set at {shown}"]
    assert books.refused("Invoices", invoice("A-2")) == message
    assert books.refused("Invoices", {"InvoiceID": made["InvoiceID"], "Status": "VOIDED"}, method="POST") == message
    assert books.refused("Invoices", {"InvoiceID": made["InvoiceID"], "Reference": "x"}, method="POST") == message
    books.saved("Invoices", invoice("A-2", Date="2026-04-01"))


def test_an_edit_cannot_move_a_document_into_a_locked_period(books: Books) -> None:
    made = books.saved("Invoices", invoice(Date="2026-04-01"))
    books.admin.set_locks(books.key, period="2026-03-31")
    assert books.refused("Invoices", {"InvoiceID": made["InvoiceID"], "Date": "2026-03-30"}, method="POST")


def test_plan_limits(books: Books) -> None:
    books.admin.change_settings(books.key, approved_invoices_a_month=1)
    books.saved("Invoices", invoice())
    assert books.refused("Invoices", invoice("A-2")) == ["You have reached the limit of invoices you can approve"]
    books.saved("Invoices", invoice("A-2", Status="DRAFT"))


def test_dates_in_both_forms(books: Books) -> None:
    made = books.saved("Invoices", invoice(Date="/Date(1772496000000)/", DueDate="/Date(1772496000000+0000)/"))
    assert (made["DateString"], made["DueDateString"]) == ("2026-03-03T00:00:00", "2026-03-03T00:00:00")


@pytest.mark.parametrize(
    "change", [{"Type": "ACCREK"}, {"LineAmountTypes": "NO_TAX"}, {"Status": "OPEN"}, {"Date": "3/3/2026"}, {"LineItems": "x"}]
)
def test_what_cannot_be_read_refuses_the_whole_call(books: Books, change: dict[str, Any]) -> None:
    answer = books.http.put("/Invoices", json={"Invoices": [invoice("A-0"), invoice(**change)]}, params={"summarizeErrors": "false"})
    assert (answer.status_code, answer.json()["ErrorNumber"], answer.json()["Type"]) == (400, 14, "PostDataInvalidException")
    assert books.balances() == {}


def test_summarize_errors_left_out_saves_the_good_and_lists_the_bad(books: Books) -> None:
    body = {"Invoices": [invoice(), {"Type": "ACCREC", "LineItems": [line(Quantity=-1)], "Contact": {"Name": "X"}}, invoice("A-2")]}
    answer = books.http.put("/Invoices", json=body)
    message = "The quantity value '-1.0000' is invalid. Quantity must not be less than zero."
    assert answer.status_code == 400
    assert answer.json() == {
        **{"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred"},
        "Elements": [
            {
                **{"Type": "ACCREC", "Contact": {"Name": "X"}, "InvoiceID": ZERO_ID, "HasErrors": True},
                "LineItems": [line(Quantity=-1) | {"ValidationErrors": [{"Message": message}]}],
                "ValidationErrors": [{"Message": message}],
            }
        ],
    }
    assert books.balances()["610"] == "100.00"


def test_summarize_errors_false_answers_each_at_its_position(books: Books) -> None:
    found = books.put("Invoices", invoice("A-1"), invoice("A-2", DueDate=None), invoice("A-3"))
    assert [(item["StatusAttributeString"], item["InvoiceNumber"]) for item in found] == [("OK", "A-1"), ("ERROR", "A-2"), ("OK", "A-3")]
    assert found[1]["InvoiceID"] == ZERO_ID


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b'{"Invoices": []}', b'{"Invoices": [1]}', b'{"a": NaN}', b"[" * 5000])
def test_unreadable_bodies(books: Books, body: bytes) -> None:
    answer = books.http.put("/Invoices", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)


def test_a_bare_object_is_one_element(books: Books) -> None:
    assert books.http.put("/Invoices", json=invoice()).json()["Invoices"][0]["InvoiceNumber"] == "A-1"


def test_xml_unless_json_is_asked_for(books: Books) -> None:
    answer = books.http.get("/Organisation", headers={"Accept": "*/*"})
    assert answer.headers["content-type"].startswith("text/xml") and answer.text.startswith("<?xml")


def test_new_zealand_and_britain(shared_server: Any) -> None:
    for country, tax in (("NZ", "-6.52"), ("GB", "-8.33")):
        shop = Books(shared_server, country)
        element = invoice()
        element["LineItems"][0]["TaxType"] = "OUTPUT2"
        assert shop.saved("Invoices", element)["CurrencyCode"] == PLACES[country][0]
        assert shop.balances()["820"] == tax


def test_tax_is_computed_anew_when_it_moves_out_of_the_price(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    books.saved("Invoices", {"InvoiceID": made["InvoiceID"], "LineAmountTypes": "Exclusive"}, method="POST")
    assert books.balances() == {"201": "-50.00", "610": "55.00", "820": "-5.00"}
