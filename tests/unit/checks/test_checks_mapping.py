"""What is said of mapping files: against the codes of the POS systems, against Xero's answer, and against what they would book."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import replace
from datetime import date

import pytest

from tests.unit.checks.checks_facts import MAPPING
from tillpost.checks.mapping_accounts import account_matters, future_matters, liability_matters, row_tax_matters
from tillpost.checks.mapping_booked import booked_matters
from tillpost.checks.mapping_codes import code_matters, rows_of_classes
from tillpost.checks.mapping_matters import Matter, PlacedRow, in_order, placed_rows
from tillpost.checks.mapping_xero import contact_matters, store_tracking_matters, tax_matters, tracking_matters
from tillpost.mapping.tables import AccountRow, ContactRow, Mapping, StoreTags, TaxRow
from tillpost.mapping.tax_types import STANDARD_RATES
from tillpost.mapping.uses import CodeUse
from tillpost.model.documents import Document, DocumentKind, FactSelection, Posting
from tillpost.model.findings import Severity, Stream, StreamKey
from tillpost.model.reference import ReferenceData, XeroAccount, XeroOrganisation, XeroTaxRate

DAY, LATER = date(2026, 3, 3), date(2026, 4, 1)
DAYS = (DAY, date(2026, 3, 9))
STORES = {"bar": "Harbour Bar", "cafe": "Harbour Cafe"}
XERO = XeroOrganisation("tenant", "Harbour Group", "AU", "AUD")
ACCOUNTS = (
    XeroAccount("090", "Business account", "BANK", True, False, "", "ASSET"),
    XeroAccount("101", "Undeposited funds", "CURRENT", True, True, "", "ASSET"),
    XeroAccount("110", "Till floats", "CURRENT", True, False, "", "ASSET"),
    XeroAccount("201", "Sales - Food", "REVENUE", True, False, "", "REVENUE"),
    XeroAccount("202", "Sales - Old", "REVENUE", False, False, "", "REVENUE"),
    XeroAccount("301", "Purchases", "DIRECTCOSTS", True, False, "", "EXPENSE"),
    XeroAccount("610", "Accounts Receivable", "CURRENT", True, False, "DEBTORS", "ASSET"),
    XeroAccount("806", "Gift vouchers", "CURRLIAB", True, True, "", "LIABILITY"),
    XeroAccount("820", "GST", "CURRLIAB", True, False, "GST", "LIABILITY"),
)
REFERENCE = ReferenceData(XERO, {one.code: one for one in ACCOUNTS}, STANDARD_RATES["AU"], {"Store": frozenset(("Cafe",))})


def row(kind: str, code: str, account: str, tax_code: str = "", **more: object) -> AccountRow:
    cells: dict[str, object] = {"tracking": "", "valid_from": None, "note": "", "file": "accounts.csv", "line": 12, **more}
    return AccountRow(kind, code, account, tax_code, **cells)  # type: ignore[arg-type]


def mapping(*rows: AccountRow) -> Mapping:
    return Mapping("AU", rows, MAPPING.taxes, ())


def told(*matters: Matter) -> list[tuple[str, str, str]]:
    return [(matter.severity.value, matter.name, f"{matter.place} {matter.what}") for matter in matters]


def codes(rows: Mapping, *uses: CodeUse, stores: Map[str, str] = STORES) -> list[tuple[str, str, str]]:
    return told(*code_matters(uses, rows, stores, DAYS))


def test_a_code_without_a_row_is_told_once_with_amount_dates_and_stores() -> None:
    uses = [
        CodeUse("cafe", DAY, (("sales_category", "VAPES"),), 1250, 2),
        CodeUse("bar", date(2026, 3, 5), (("sales_category", "VAPES"),), -250, 1),
        CodeUse("cafe", DAY, (("line_kind", "tip"), ("sales_category", "")), 500, 1),
        CodeUse("cafe", DAY, (("line_kind", "surcharge"), ("sales_category", "FEES")), 100, 1),
        CodeUse("cafe", DAY, (("line_kind", "basket_discount"), ("sales_category", "")), -100, 1, needed=False),
        CodeUse("cafe", DAY, (("function", ""),), 700, 1),
    ]
    assert codes(mapping(), *uses) == [
        ("blocker", "missing", "accounts.csv function (no code): the POS shows 7.00 in 1 amount on 2026-03-03, Harbour Cafe, and no row holds"),
        ("blocker", "missing", "accounts.csv line_kind tip: the POS shows 5.00 in 1 amount on 2026-03-03, Harbour Cafe, and no row holds"),
        ("blocker", "missing", "accounts.csv sales_category FEES: the POS shows 1.00 in 1 amount on 2026-03-03, Harbour Cafe, and no row holds"),
        ("blocker", "missing", "accounts.csv sales_category VAPES: the POS shows 10.00 in 3 amounts from 2026-03-03 to 2026-03-05, Harbour Bar, Harbour Cafe, and no row holds"),
    ]  # fmt: skip


def test_a_row_that_begins_too_late_is_named() -> None:
    rows = mapping(row("tender", "CASH", "101", valid_from=LATER))
    assert codes(rows, CodeUse("cafe", DAY, (("tender", "CASH"),), 700, 1)) == [
        ("blocker", "missing", "accounts.csv tender CASH: the POS shows 7.00 in 1 amount on 2026-03-03, Harbour Cafe, and no row holds; the row in accounts.csv:12 begins on 2026-04-01"),
    ]  # fmt: skip


def test_a_tax_code_without_a_row_unless_the_mapping_overrules_it() -> None:
    rows = mapping(row("sales_category", "FOOD", "201"), row("sales_category", "VOUCHER", "806", "NONE", line=13))
    uses = [CodeUse("cafe", DAY, (("sales_category", code),), 700, 1, tax_code="VAT20") for code in ("FOOD", "VOUCHER")]
    assert codes(rows, *uses) == [
        ("blocker", "missing_tax_code", "taxes.csv tax code VAT20: the POS shows 7.00 in 1 amount on 2026-03-03, Harbour Cafe, and no row of the country holds"),
    ]  # fmt: skip


def test_ignored_amounts_and_rows_that_no_pos_shows() -> None:
    rows = mapping(
        row("tender", "POINTS", "ignore"),
        row("tender", "CASH", "101", line=13),
        row("gl_account", "2200", "gst", line=14),
        row("tender", "NEW", "101", valid_from=LATER, line=15),
    )
    assert codes(rows, CodeUse("cafe", DAY, (("tender", "POINTS"),), 700, 1)) == [
        ("info", "ignored", "accounts.csv:12 tender POINTS: 7.00 in 1 amount on 2026-03-03, Harbour Cafe is not booked"),
        ("info", "not_shown", "accounts.csv:13 tender CASH: no POS showed it from 2026-03-03 to 2026-03-09"),
        (
            "info",
            "not_shown",
            "accounts.csv:14 gl_account 2200: the word gst serves nothing: no POS showed it from 2026-03-03 to 2026-03-09",
        ),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (row("tender", "CASH", "101", "NONE"), []),
        (row("tender", "CASH", "999"), [("blocker", "account_unknown", "tender CASH: account 999 is not in Harbour Group")]),
        (row("tender", "CASH", "90"), [("blocker", "account_unknown", "tender CASH: account 90 is not in Harbour Group; Xero has 090 Business account: did a spreadsheet drop a leading zero?")]),
        (row("sales_category", "OLD", "202"), [("blocker", "account_archived", "sales_category OLD: account 202 Sales - Old (revenue) is archived in Xero")]),
        (row("tender", "ACCOUNT", "610"), [("blocker", "account_is_system", "tender ACCOUNT: only Xero itself moves account 610 Accounts Receivable (asset)")]),
        (row("function", "GST", "820"), [("blocker", "account_is_system", "function GST: only Xero itself moves account 820 GST (liability)")]),
        (row("tender", "DIRECT", "090"), [("info", "bank_account_of_tender", "tender DIRECT: account 090 Business account (asset) is a bank account: payments of invoices may go there, a day's takings may not")]),
        (row("other", "float", "090"), [("blocker", "bank_account", "other float: account 090 Business account (asset) is a bank account, which journals and invoices may not name")]),
        (row("tender", "CASH", "201"), [("warning", "wrong_side", "tender CASH: account 201 Sales - Food (revenue) is no usual account of a tender")]),
        (row("sales_category", "FOOD", "301"), [("warning", "wrong_side", "sales_category FOOD: account 301 Purchases (expense) is no usual account of a sales category")]),
        (row("purchase_category", "FOOD", "806"), [("warning", "wrong_side", "purchase_category FOOD: account 806 Gift vouchers (liability) is no usual account of a purchase category")]),
        (row("tender", "ACCOUNT", "receivable", "NONE"), [("info", "unused_cell", "tender ACCOUNT: tax_code and tracking mean nothing beside the word receivable")]),
        (row("tender", "ZIP", "TO-DECIDE", note="to decide: no asset"), [("blocker", "to_decide", "tender ZIP: nobody has decided yet (to decide: no asset)")]),
        (row("tender", "CASH", "101", note="guess: alike"), [("warning", "guess", "tender CASH: guess: alike")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_account(given: AccountRow, expected: list[tuple[str, str, str]]) -> None:
    placed = [PlacedRow(given)]
    found = told(*account_matters(placed, REFERENCE))
    assert found == [(severity, name, f"accounts.csv:12 {what}") for severity, name, what in expected]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (row("sales_category", "FOOD", "201", "GST"), ""),
        (row("purchase_category", "FOOD", "301", "GST"), ""),
        (row("gl_account", "5000", "301", "GST"), ""),
        (row("sales_category", "FOOD", "301", "GST"), "sales_category FOOD: tax type OUTPUT may not be used on account 301 Purchases (expense)"),
        (row("purchase_other", "discount", "201", "GST"), "purchase_other discount: tax type INPUT may not be used on account 201 Sales - Food (revenue)"),
        (row("tender", "CASH", "101", "KIWI"), "tender CASH: its tax code KIWI has no row of AU"),
    ],
)  # fmt: skip
def test_a_tax_code_on_the_wrong_class_of_account(given: AccountRow, expected: str) -> None:
    assert [matter.what for matter in row_tax_matters([PlacedRow(given)], mapping(), REFERENCE, DAY)] == ([expected] if expected else [])


def test_a_liability_that_is_taxed_when_it_is_taken_only() -> None:
    rows = [
        row("tender", "VOUCHER", "806", "NONE"), row("function", "GIFT", "806", "GST", line=13),
        row("function", "CARD", "806", line=14), row("tender", "CASH", "101", "GST", line=15),
    ]  # fmt: skip
    assert told(*liability_matters(map(PlacedRow, rows), REFERENCE)) == [
        ("warning", "liability_taxed_one_way", "accounts.csv:12 tender VOUCHER: tax code NONE on account 806; function GIFT (accounts.csv:13) has GST"),
    ]  # fmt: skip


def test_rows_that_begin_later_and_rows_that_are_replaced() -> None:
    rows = mapping(
        row("tender", "CASH", "100"), row("tender", "CASH", "101", valid_from=DAY, line=13), row("tender", "CASH", "102", valid_from=LATER, line=14)
    )  # fmt: skip
    placed = placed_rows(rows, STORES, DAY)
    assert [(one.row.line, one.whose) for one in placed] == [(13, ""), (14, "")]
    assert told(*future_matters(placed, DAY)) == [("info", "begins_later", "accounts.csv:14 tender CASH: holds from 2026-04-01, not yet")]


def test_a_row_that_means_something_else_in_each_store_is_told_with_the_store() -> None:
    stores = (StoreTags("bar", "2", "Bar"), StoreTags("cafe", "1", "Cafe"))
    rows = Mapping("AU", (row("tender", "CASH", "10#"), row("tender", "EFTPOS", "999", line=13)), MAPPING.taxes, (), stores, "Store")
    assert [matter.what for matter in account_matters(placed_rows(rows, STORES, DAY), REFERENCE)] == [
        "tender CASH (Harbour Bar): account 102 is not in Harbour Group", "tender EFTPOS: account 999 is not in Harbour Group",
    ]  # fmt: skip
    own = mapping(row("tender", "CASH", "101"), row("tender", "CASH", "999", store="bar", line=13))
    assert [matter.what for matter in account_matters(placed_rows(own, STORES, DAY), REFERENCE)] == [
        "tender CASH (Harbour Bar): account 999 is not in Harbour Group"
    ]


def test_an_account_that_the_class_of_an_entry_makes() -> None:
    rows = mapping(row("gl_account", "4000", "20{Class}"))
    uses = [CodeUse("cafe", DAY, (("gl_account", "4000"),), 100, 1, class_name=name) for name in ("1", "9", "-far too long")]
    assert list(account_matters(placed_rows(rows, STORES, DAY), REFERENCE)) == []
    assert told(*account_matters(rows_of_classes(uses, rows), REFERENCE)) == [
        ("blocker", "account_unknown", "accounts.csv:12 gl_account 4000 (209): account 209 is not in Harbour Group")
    ]
    assert codes(rows, uses[2]) == [
        ("blocker", "missing", "accounts.csv gl_account 4000: the POS shows 1.00 in 1 amount on 2026-03-03, Harbour Cafe, and no row holds; 20{Class} in accounts.csv:12 makes no account code with the class -far too long"),
        ("info", "not_shown", "accounts.csv:12 gl_account 4000: no POS showed it from 2026-03-03 to 2026-03-09"),
    ]  # fmt: skip


def test_a_pattern_holds_for_what_it_stands_for() -> None:
    rows = mapping(row("sales_category", "VAPE*", "201"), row("sales_category", "*", "201", store="bar", line=13))
    uses = [CodeUse("cafe", DAY, (("sales_category", code),), 100, 1) for code in ("VAPES", "TOYS")]
    assert codes(rows, *uses) == [
        ("blocker", "missing", "accounts.csv sales_category TOYS: the POS shows 1.00 in 1 amount on 2026-03-03, Harbour Cafe, and no row holds; the row in accounts.csv:13 is for the store bar only"),
        ("info", "not_shown", "accounts.csv:13 sales_category * (Harbour Bar): no POS showed it from 2026-03-03 to 2026-03-09"),
    ]  # fmt: skip


def test_tax_types_and_rates_against_xero() -> None:
    old = XeroTaxRate("OLD", "Old GST", 1000, False, frozenset(("REVENUE", "EXPENSE")))
    reference = ReferenceData(XERO, {}, {**STANDARD_RATES["AU"], "OLD": old})
    rows = [
        TaxRow("AU", "GST", 1000, "OUTPUT", "INPUT", None, "taxes.csv", 2),
        TaxRow("AU", "A", 1500, "OUTPUT", "INPUT", None, "taxes.csv", 3),
        TaxRow("AU", "B", 1000, "INPUT", "OUTPUT", None, "taxes.csv", 4),
        TaxRow("AU", "C", 1000, "OLD", "TAX001", None, "taxes.csv", 5),
        TaxRow("NZ", "D", 1500, "NOWHERE", "NOWHERE", None, "taxes.csv", 6),
        TaxRow("AU", "E", 900, "OUTPUT", "INPUT", None, "taxes.csv", 7),
        TaxRow("AU", "E", 1000, "OUTPUT", "INPUT", DAY, "taxes.csv", 8),
    ]
    assert told(*tax_matters(rows, "AU", reference, DAY, standard_only=False)) == [
        ("blocker", "tax_rate_not_xeros", "taxes.csv:3 A (sale): tax type OUTPUT: 15 % in this file, 10 % in Xero (GST on Income)"),
        ("blocker", "tax_rate_not_xeros", "taxes.csv:3 A (purchase): tax type INPUT: 15 % in this file, 10 % in Xero (GST on Expenses)"),
        ("warning", "tax_type_wrong_side", "taxes.csv:4 B (sale): tax type INPUT: GST on Expenses may not be used on revenue accounts"),
        ("warning", "tax_type_wrong_side", "taxes.csv:4 B (purchase): tax type OUTPUT: GST on Income may not be used on expense accounts"),
        ("blocker", "tax_type_unknown", "taxes.csv:5 C (sale): tax type OLD: is not in use any more in Harbour Group"),
        ("blocker", "tax_type_unknown", "taxes.csv:5 C (purchase): tax type TAX001: is not in Harbour Group"),
    ]
    assert told(*tax_matters(rows[3:4], "AU", reference, DAY, standard_only=True))[1:] == [
        ("warning", "tax_type_not_standard", "taxes.csv:5 C (purchase): tax type TAX001: no usual one of AU")
    ]


def test_tracking_that_xero_does_not_have() -> None:
    rows = [PlacedRow(row("tender", "CASH", "101", tracking=text)) for text in ("Store=Cafe", "Store=Bar; Region=West", "")]
    assert told(*tracking_matters(rows, REFERENCE), *store_tracking_matters("Store", ("Cafe", "Hire"), REFERENCE)) == [
        ("blocker", "tracking_option_unknown", "accounts.csv:12 tender CASH: option Bar is not in the tracking category Store"),
        ("blocker", "tracking_category_unknown", "accounts.csv:12 tender CASH: tracking category Region is not in Xero"),
        ("blocker", "tracking_option_unknown", "tillpost.yml store_tracking of Hire: option Hire is not in the tracking category Store"),
    ]
    assert told(*store_tracking_matters("City", ("Cafe", "Hire"), REFERENCE)) == [
        ("blocker", "tracking_category_unknown", "tillpost.yml store_tracking: tracking category City is not in Xero")
    ]
    assert list(store_tracking_matters("", ("Hire",), REFERENCE)) == []


def test_contacts_that_xero_would_mix_up() -> None:
    def contact(code: str, name: str, number: str, line: int) -> ContactRow:
        return ContactRow("supplier", code, name, number, None, True, "", "contacts.csv", line)

    rows = [
        contact("A", "Fresh Foods", "F1", 2), contact("B", "fresh  foods", "F2", 3), contact("C", "Fresh foods", "F1", 4),
        contact("D", "Yarra Wines", "F1", 5), contact("E", "Fresh Foods", "F1", 6), contact("F", "Fresh Foods", "", 7),
    ]  # fmt: skip
    assert told(*contact_matters(rows)) == [
        ("blocker", "contact_name_twice", "contacts.csv:3 supplier B: the name 'fresh  foods' has account number F2, in line 2 F1"),
        (
            "warning",
            "contact_name_alike",
            "contacts.csv:4 supplier C: the name 'Fresh foods' is 'Fresh Foods' in line 2; Xero takes both for one",
        ),
        (
            "blocker",
            "contact_number_twice",
            "contacts.csv:5 supplier D: account number F1 is 'Yarra Wines' here, and 'Fresh Foods' in line 2",
        ),
    ]


def test_what_xero_would_refuse_of_what_the_rows_book() -> None:
    def document(kind: DocumentKind, *postings: tuple[str, str]) -> Document:
        key = StreamKey("harbour", "cafe", DAY, Stream.SALES)
        made = tuple(
            Posting("natural", account, tax_type, 0, "", 1000, 0, 0, "", FactSelection("sales", (), 1), "accounts.csv:12")
            for account, tax_type in postings
        )
        return Document(key, "natural", kind, "1", DAY, "AUD", postings=made)

    documents = [
        document(DocumentKind.JOURNAL, ("101", "BASEXCLUDED"), ("090", "BASEXCLUDED"), ("201", "INPUT"), ("999", "INPUT")),
        document(DocumentKind.JOURNAL, ("090", "BASEXCLUDED")),
        document(DocumentKind.PAYMENT, ("090", "")),
        document(DocumentKind.PAYMENT, ("110", "")),
        document(DocumentKind.OVERPAYMENT, ("090", "")),
        document(DocumentKind.PAYMENT, ("610", "")),
        # What is on record of overpayments decides whether it is refused, not the mapping.
        replace(document(DocumentKind.INVOICE, ("090", "BASEXCLUDED")), natural_key="harbour/cafe/account-charge/1"),
    ]
    assert told(*booked_matters(documents, [row("tender", "MIXED", "101")], REFERENCE)) == [
        ("blocker", "bank_account", "accounts.csv:12 tender MIXED: account 090 Business account is a bank account, and a journal may not name one: 20.00 in 2 postings of these dates"),
        ("blocker", "payment_account_not_enabled", "accounts.csv:12 tender MIXED: account 110 Till floats receives payments of invoices and has none enabled: 10.00 in 1 posting of these dates"),
        ("blocker", "tax_type_not_for_account", "accounts.csv:12 tender MIXED: INPUT (GST on Expenses) may not be used on account 201 Sales - Food (revenue): 10.00 in 1 posting of these dates"),
    ]  # fmt: skip


def test_blockers_come_first_and_lines_are_numbers() -> None:
    matters = [Matter(severity, "x", place, "what") for severity, place in (
        (Severity.INFO, "accounts.csv:2"), (Severity.BLOCKER, "accounts.csv:10"), (Severity.BLOCKER, "accounts.csv:9"),
        (Severity.BLOCKER, "accounts.csv"), (Severity.BLOCKER, "accounts.csv:9"),
    )]  # fmt: skip
    assert [f"{m.severity.value} {m.place}" for m in in_order(matters)] == [
        "blocker accounts.csv", "blocker accounts.csv:9", "blocker accounts.csv:10", "info accounts.csv:2",
    ]  # fmt: skip
