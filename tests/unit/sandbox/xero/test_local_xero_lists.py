"""Reading lists: filters, order, pages, If-Modified-Since, ids, contacts, lag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from local_xero_books import TAKINGS, Books, invoice, journal


def numbers(books: Books, **query: Any) -> list[str]:
    return [item["InvoiceNumber"] for item in books.get("Invoices", **{"order": "InvoiceNumber"} | query)["Invoices"]]


@pytest.fixture
def filled(books: Books) -> Books:
    books.put("Contacts", {"Name": "Acme", "ContactNumber": "C100"}, {"Name": "Bolt"})
    books.put(
        "Invoices",
        invoice("A-1", Contact={"ContactNumber": "C100"}, Date="2026-03-01", Reference="PO 1"),
        invoice("A-2", Contact={"Name": "Bolt"}, Date="2026-03-02", amount="20.00"),
        invoice("A-3", Contact={"Name": "Bolt"}, Date="2026-03-03", Status="DRAFT"),
        invoice("F-1", kind="ACCPAY", Contact={"Name": "Acme"}, Date="2026-03-04"),
    )
    return books


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('Type=="ACCREC"', ["A-1", "A-2", "A-3"]),
        ('Type=="ACCREC" AND Status=="AUTHORISED"', ["A-1", "A-2"]),
        ('type == "accpay" && Status != "DRAFT"', ["F-1"]),
        ('Status=="DRAFT" OR Type=="ACCPAY"', ["A-3", "F-1"]),
        ('(Status=="DRAFT" || Type=="ACCPAY") && Contact.Name=="bolt"', ["A-3"]),
        ("Date >= DateTime(2026, 03, 02) AND Date < DateTime(2026, 3, 4)", ["A-2", "A-3"]),
        ('InvoiceNumber.Contains("-1")', ["A-1", "F-1"]),
        ('InvoiceNumber.StartsWith("a") AND Reference == null', ["A-2", "A-3"]),
        ('Reference=="po 1"', ["A-1"]),
        ("AmountDue > 20.00 AND AmountDue <= 50", ["A-1", "A-3", "F-1"]),
        ('InvoiceNumber.Contains("%")', []),
        ("Total == 20", ["A-2"]),
    ],
)
def test_where(filled: Books, where: str, found: list[str]) -> None:
    assert numbers(filled, where=where) == found


@pytest.mark.parametrize(
    "where", ['Nope=="x"', "Type==", 'Type=="x" AND', '(Type=="x"', "1; DROP TABLE documents", 'Type="x"--', "(" * 200]
)
def test_a_filter_that_cannot_be_read(filled: Books, where: str) -> None:
    answer = filled.http.get("/Invoices", params={"where": where})
    assert (answer.status_code, answer.json()["ErrorNumber"], answer.json()["Type"]) == (400, 16, "QueryParseException")


def test_order(filled: Books) -> None:
    assert numbers(filled, order="Date DESC") == ["F-1", "A-3", "A-2", "A-1"]
    assert numbers(filled, order="Type, Total DESC, InvoiceNumber")[0] == "F-1"
    assert filled.http.get("/Invoices", params={"order": "Date; DROP"}).status_code == 400


def test_comma_lists(filled: Books) -> None:
    everything = filled.get("Invoices", order="InvoiceNumber")["Invoices"]
    assert numbers(filled, InvoiceNumbers="A-1,a-3") == ["A-1", "A-3"]
    assert numbers(filled, Statuses="DRAFT") == ["A-3"]
    assert numbers(filled, IDs=f"{everything[0]['InvoiceID'].upper()},{everything[3]['InvoiceID']}") == ["A-1", "F-1"]
    assert numbers(filled, ContactIDs=everything[0]["Contact"]["ContactID"], Statuses="AUTHORISED") == ["A-1", "F-1"]


def test_pages_have_lines_and_a_pagination_object_and_lists_have_none(filled: Books) -> None:
    answer = filled.get("Invoices", page=2, pageSize=3)
    assert answer["pagination"] == {"page": 2, "pageSize": 3, "pageCount": 2, "itemCount": 4}
    assert [len(item["LineItems"]) for item in answer["Invoices"]] == [1]
    plain = filled.get("Invoices")
    assert "pagination" not in plain and all(item["LineItems"] == [] for item in plain["Invoices"])


@pytest.mark.parametrize(
    ("asked", "given"), [({"page": 0, "pageSize": 0}, (1, 1)), ({"page": -1, "pageSize": 5000}, (1, 1000)), ({"page": 1}, (1, 100))]
)
def test_page_sizes_are_brought_into_range(filled: Books, asked: dict[str, int], given: tuple[int, int]) -> None:
    found = filled.get("Invoices", **asked)["pagination"]
    assert (found["page"], found["pageSize"]) == given


def test_summary_only(filled: Books) -> None:
    found = filled.get("Invoices", page=1, summaryOnly="True", order="InvoiceNumber")["Invoices"][0]
    assert (found["AmountDue"], found["LineItems"], "Payments" in found) == (50.0, [], False)
    filled.admin.change_settings(filled.key, summary_keeps_amounts=False)
    assert "AmountDue" not in filled.get("Invoices", page=1, summaryOnly="true")["Invoices"][0]


def test_created_by_my_app_leaves_hand_typed_bills_out(filled: Books) -> None:
    filled.admin.add_bill(
        filled.key, **{key: value for key, value in invoice("F-2", kind="ACCPAY").items() if key not in ("Type", "Status")}
    )
    assert numbers(filled, createdByMyApp="True", where='Type=="ACCPAY"') == ["F-1"]
    assert numbers(filled, where='Type=="ACCPAY"') == ["F-1", "F-2"]


def test_a_document_is_found_by_id_or_number(filled: Books) -> None:
    by_number = filled.get("Invoices/A-2")["Invoices"][0]
    assert filled.get(f"Invoices/{by_number['InvoiceID']}")["Invoices"][0] == by_number
    answer = filled.http.get("/Invoices/NOPE")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (404, b"", "text/html")


def test_the_row_guard(filled: Books) -> None:
    filled.admin.change_settings(filled.key, max_rows=3)
    assert filled.http.get("/Invoices").status_code == 400
    assert len(filled.get("Invoices", page=1)["Invoices"]) == 4


def test_a_very_long_url_is_404(filled: Books) -> None:
    ids = ",".join(["7a0e8f0e-0000-4000-8000-000000000000"] * 60)
    assert filled.http.get("/Invoices", params={"IDs": ids}).status_code == 404


def test_a_journal_is_found_by_its_narration(books: Books) -> None:
    books.put("ManualJournals", journal(*TAKINGS, narration="Cafe [HG-1]"), journal(*TAKINGS, narration="Bar [HG-2]"))
    for where in ('Narration=="Cafe [HG-1]"', 'Narration.Contains("HG-1")'):
        assert [item["Narration"] for item in books.get("ManualJournals", where=where)["ManualJournals"]] == ["Cafe [HG-1]"]
    assert len(books.get("ManualJournals", page=1)["ManualJournals"][0]["JournalLines"]) == 2


def test_payments_are_found_by_their_invoice(filled: Books) -> None:
    filled.admin.pay(filled.key, "A-1", account="105", amount="10.00", date="2026-03-05", reference="EFT 7")
    key = filled.get("Invoices/A-1")["Invoices"][0]["InvoiceID"]
    for where in (f'Invoice.InvoiceID==guid("{key}")', 'Reference=="EFT 7"', 'PaymentType=="ACCRECPAYMENT" AND Date==DateTime(2026,3,5)'):
        assert [item["Amount"] for item in filled.get("Payments", where=where)["Payments"]] == [10.0]


def test_if_modified_since(make_books: Callable[..., Books]) -> None:
    books = make_books()
    books.put("Invoices", invoice("A-1"), invoice("A-2"))
    books.admin.advance_clock(10)
    since = books.admin.now()
    books.admin.pay(books.key, "A-1", account="105", date="2026-03-05")
    books.put("Contacts", {"Name": "New"})
    for header in (since, "Mon, 01 Jan 2001 00:00:00 GMT"):
        found = books.http.get("/Invoices", headers={"If-Modified-Since": header}).json()["Invoices"]
        assert [item["InvoiceNumber"] for item in found] == (["A-1"] if header == since else ["A-2", "A-1"])
    assert len(books.http.get("/Payments", headers={"If-Modified-Since": since}).json()["Payments"]) == 1
    assert [item["Name"] for item in books.http.get("/Contacts", headers={"If-Modified-Since": since}).json()["Contacts"]] == ["New"]
    assert books.http.get("/Invoices", headers={"If-Modified-Since": "yesterday"}).status_code == 412


def test_lists_lag_behind_writes(make_books: Callable[..., Books]) -> None:
    books = make_books()
    books.put("Invoices", invoice("A-1"))
    books.admin.advance_clock(60)
    books.admin.set_lag(30)
    books.put("Invoices", invoice("A-2"))
    books.admin.pay(books.key, "A-1", account="105", date="2026-03-05")
    assert [(item["InvoiceNumber"], item["Status"]) for item in books.get("Invoices")["Invoices"]] == [("A-1", "AUTHORISED")]
    assert books.get("Invoices/A-1")["Invoices"][0]["Status"] == "PAID"
    books.admin.advance_clock(31)
    assert [(item["InvoiceNumber"], item["Status"]) for item in books.get("Invoices", order="InvoiceNumber")["Invoices"]] == [
        ("A-1", "PAID"),
        ("A-2", "AUTHORISED"),
    ]


def test_contacts_are_unique_and_found(books: Books) -> None:
    made = books.saved("Contacts", {"Name": "Acme", "ContactNumber": "C100", "EmailAddress": "a@example.org"})
    (taken,) = books.put("Contacts", {"Name": "ACME"})[0]["ValidationErrors"]
    assert taken["Message"].startswith("The contact name ACME is already assigned to another contact.")
    assert books.put("Contacts", {"Name": "Other", "ContactNumber": "c100"})[0]["StatusAttributeString"] == "ERROR"
    assert books.put("Contacts", {"Name": " "})[0]["StatusAttributeString"] == "ERROR"
    for query in ({"where": 'Name=="acme"'}, {"where": 'ContactNumber=="C100"'}, {"IDs": made["ContactID"]}, {"searchTerm": "acm"}):
        assert [item["ContactID"] for item in books.get("Contacts", **query)["Contacts"]] == [made["ContactID"]]
    assert books.get("Contacts/C100")["Contacts"][0]["Name"] == "Acme"
    assert books.get("Contacts", page=1)["pagination"]["itemCount"] == 1


def test_contacts_are_changed_by_post_and_not_while_archived(books: Books) -> None:
    made = books.saved("Contacts", {"Name": "Acme", "ContactNumber": "C100"})
    books.saved("Invoices", invoice(Contact={"ContactID": made["ContactID"]}))
    books.saved("Contacts", {"ContactID": made["ContactID"], "Name": "Acme Ltd"}, method="POST")
    assert books.get("Invoices/A-1")["Invoices"][0]["Contact"]["Name"] == "Acme Ltd"
    assert books.get("Contacts/C100")["Contacts"][0]["IsCustomer"] is True
    books.admin.archive_contact(books.key, "Acme Ltd")
    assert books.get("Contacts")["Contacts"] == []
    assert books.get("Contacts", includeArchived="true")["Contacts"][0]["ContactStatus"] == "ARCHIVED"
    assert books.post("Contacts", {"ContactID": made["ContactID"], "Name": "X"})[0]["ValidationErrors"] == [
        {"Message": "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API."}
    ]


def test_reference_data(books: Books) -> None:
    organisation = books.get("Organisation")["Organisations"][0]
    shown = {name: organisation[name] for name in ("Name", "BaseCurrency", "CountryCode", "Timezone", "OrganisationStatus")}
    place = {"BaseCurrency": "AUD", "CountryCode": "AU", "Timezone": "AUSEASTERNSTANDARDTIME", "OrganisationStatus": "ACTIVE"}
    assert shown == {"Name": f"Shop {books.key}", **place}
    accounts = {account["Code"]: account for account in books.get("Accounts")["Accounts"]}
    assert {code: account["SystemAccount"] for code, account in accounts.items() if "SystemAccount" in account} == {
        **{"610": "DEBTORS", "800": "CREDITORS", "820": "GST", "840": "HISTORICAL", "860": "ROUNDING"},
        **{"877": "TRACKINGTRANSFERS", "960": "RETAINEDEARNINGS"},
    }
    assert (accounts["105"]["EnablePaymentsToAccount"], accounts["201"]["Class"], accounts["090"]["BankAccountType"]) == (
        True,
        "REVENUE",
        "BANK",
    )
    rates = {rate["TaxType"]: (rate["EffectiveRate"], rate["CanApplyToRevenue"]) for rate in books.get("TaxRates")["TaxRates"]}
    assert (rates["OUTPUT"], rates["INPUT"], rates["BASEXCLUDED"]) == ((10.0, True), (10.0, False), (0.0, True))
    books.admin.set_locks(books.key, period="2026-02-28")
    assert books.get("Organisation")["Organisations"][0]["PeriodLockDate"] == "/Date(1772236800000+0000)/"


def test_the_trial_balance_report(books: Books) -> None:
    books.put("ManualJournals", journal(*TAKINGS, Date="2026-02-10"), journal(*TAKINGS), journal(*TAKINGS, Date="2025-06-30"))
    report = books.get("Reports/TrialBalance", date="2026-03-31")["Reports"][0]
    assert report["ReportTitles"] == ["Trial Balance", f"Shop {books.key}", "As at 31 March 2026"]
    rows = {row["Cells"][0]["Value"]: [cell["Value"] for cell in row["Cells"][1:]] for part in report["Rows"][1:] for row in part["Rows"]}
    assert rows == {
        "Sales - Food (201)": ["", "45.45", "", "90.90"],
        "Undeposited funds (101)": ["50.00", "", "150.00", ""],
        "GST (820)": ["", "4.55", "", "13.65"],
        "Retained Earnings (960)": ["0.00", "", "", "45.45"],
        "Total": ["50.00", "50.00", "150.00", "150.00"],
    }
    account = next(item for item in books.get("Accounts")["Accounts"] if item.get("Code") == "101")["AccountID"]
    cells = next(row for part in report["Rows"][1:] for row in part["Rows"] if row["Cells"][0]["Value"].startswith("Undeposited"))["Cells"]
    assert all(cell["Attributes"] == [{"Value": account, "Id": "account"}] for cell in cells)
    assert books.get("Reports/TrialBalance", date="2025-06-29")["Reports"][0]["Rows"][1]["Rows"][0]["Cells"][1]["Value"] == "0.00"
