"""Every document rule finds what Xero would refuse or book otherwise than meant, and nothing in documents that are right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest
from checks_facts import DAY, MAPPING, context, store

from tillpost.checks.context import CheckContext
from tillpost.checks.documents import DOCUMENT_RULES, check_documents, measure_documents
from tillpost.checks.gst_difference import GstDifference, gst_differences
from tillpost.checks.rule import Measure
from tillpost.mapping.tables import AccountRow
from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine, FactSelection, Posting
from tillpost.model.findings import Finding, Severity, Stream, StreamKey
from tillpost.model.reference import ReferenceData, XeroAccount, XeroOrganisation, XeroTaxRate

KEY = StreamKey("harbour", "cafe", DAY, Stream.SALES)
BUYING = replace(KEY, stream=Stream.PURCHASES)
ALL = frozenset(("ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE"))
REFERENCE = ReferenceData(
    XeroOrganisation("tenant-1", "Harbour Group", "AU", "AUD", date(2026, 1, 31), date(2025, 6, 30), "ACCRUALS"),
    {
        account.code: account
        for account in (
            XeroAccount("090", "Bank", "BANK", True, account_class="ASSET"),
            XeroAccount("101", "Undeposited funds", "CURRENT", True, True, account_class="ASSET"),
            XeroAccount("110", "Till floats", "CURRENT", True, account_class="ASSET"),
            XeroAccount("199", "Old", "CURRENT", False, account_class="ASSET"),
            XeroAccount("201", "Sales", "REVENUE", True, account_class="REVENUE"),
            XeroAccount("301", "Purchases", "EXPENSE", True, account_class="EXPENSE"),
            XeroAccount("610", "Accounts Receivable", "CURRENT", True, system="DEBTORS", account_class="ASSET"),
            XeroAccount("820", "GST", "CURRLIAB", True, system="GST", account_class="LIABILITY"),
            XeroAccount("860", "Rounding", "CURRLIAB", True, system="ROUNDING", account_class="LIABILITY"),
        )
    },
    {
        rate.tax_type: rate
        for rate in (
            XeroTaxRate("OUTPUT", "GST on Income", 1000, True, ALL - {"EXPENSE"}),
            XeroTaxRate("INPUT", "GST on Expenses", 1000, True, ALL - {"REVENUE"}),
            XeroTaxRate("BASEXCLUDED", "BAS Excluded", 0, True, ALL),
            XeroTaxRate("OLD", "12.5 %", 1250, False, ALL),
        )
    },
    {"Store": frozenset(("Cafe", "Hire"))},
)


def untaxed(cents: int, account: str = "101") -> DocumentLine:
    return DocumentLine(account, "BASEXCLUDED", cents, "")


def taxed(cents: int, pos_tax: int, account: str = "201", tax_type: str = "OUTPUT") -> DocumentLine:
    return DocumentLine(account, tax_type, cents, "", rate_bp=1000, pos_tax_cents=pos_tax)


def document(kind: DocumentKind = DocumentKind.JOURNAL, *lines: DocumentLine, **values: object) -> Document:
    """A document that is right, with what a test changes."""
    buying = kind in (DocumentKind.BILL, DocumentKind.SUPPLIER_CREDIT)
    base = Document(BUYING if buying else KEY, f"harbour/cafe/{kind}/1", kind, f"HAR-{kind.value[:3].upper()}-1", DAY, "AUD", lines)
    if kind in (DocumentKind.PAYMENT, DocumentKind.OVERPAYMENT, DocumentKind.ALLOCATION):
        base = replace(base, amount_cents=5000, account="" if kind is DocumentKind.ALLOCATION else "101", settles="harbour/cafe/invoice/9")
    if kind not in (DocumentKind.JOURNAL, DocumentKind.PAYMENT, DocumentKind.ALLOCATION):
        base = replace(base, contact=Contact("POS Debtor"))
    if kind in (DocumentKind.INVOICE, DocumentKind.BILL):
        base = replace(base, due_date=DAY)
    return replace(base, **values)  # type: ignore[arg-type]


JOURNAL = document(DocumentKind.JOURNAL, untaxed(5000), taxed(-5000, -455))
INVOICE = document(DocumentKind.INVOICE, taxed(5000, 455))
CREDIT = document(DocumentKind.CREDIT_NOTE, taxed(5000, 455), number="HAR-CRE-1")
BILL = document(DocumentKind.BILL, taxed(11000, 1000, "301", "INPUT"), number="INV-77")
PAYMENT = document(DocumentKind.PAYMENT)
OVERPAYMENT = document(DocumentKind.OVERPAYMENT, account="090")
TAKINGS = document(DocumentKind.INVOICE, untaxed(-5000), taxed(5000, 455), natural_key="harbour/cafe/takings/1", number="HAR-TAK-1")
PAID_BACK = document(DocumentKind.INVOICE, untaxed(5000, "090"), natural_key="harbour/cafe/account-charge/1", number="HAR-CHA-1")
ALLOCATION = document(DocumentKind.ALLOCATION, credit=CREDIT.natural_key, settles=INVOICE.natural_key)
RIGHT = (JOURNAL, INVOICE, CREDIT, BILL, PAYMENT, OVERPAYMENT, ALLOCATION, TAKINGS)


def lines(document: Document, *lines: DocumentLine) -> Document:
    return replace(document, lines=lines)


TAB_FUNCTION = AccountRow("function", "TAB", "808", "GST", "", None, "", "accounts.csv", 90)
TAB_TENDER = AccountRow("tender", "PREPAID", "808", "NONE", "", None, "", "accounts.csv", 91)
TABS = replace(MAPPING, accounts=(*MAPPING.accounts, TAB_FUNCTION, TAB_TENDER))
RECEIPT = document(DocumentKind.JOURNAL, untaxed(10000, "301"), untaxed(-10000), key=BUYING, natural_key="harbour/cafe/receipt/p1")
REVERSAL = replace(lines(RECEIPT, untaxed(-11000, "301"), untaxed(11000)), natural_key="harbour/cafe/receipt-reversal/p1")


def booking(row: AccountRow, rate_bp: int, table: str) -> Document:
    """A journal with 500.00 on the account of a mapping row."""
    tax_type = "OUTPUT" if rate_bp else "BASEXCLUDED"
    source = FactSelection(table, (), 1)
    own = Posting("d", row.account, tax_type, rate_bp, "", 50000, 0, 0, "", source, row.place)
    return replace(JOURNAL, natural_key=f"harbour/cafe/journal/{row.code}", number=row.code, postings=(own,))


def layby(cents: int, table: str = "movements") -> Document:
    """A journal that moves the liability of the lay-by L1."""
    marked = (("layby_id", "L1"), ("amount", "lay-by balance")) if table == "movements" else (("layby_id", "L1"),)
    own = Posting("d", "805", "BASEXCLUDED", 0, "", cents, 0, 0, "", FactSelection(table, marked, 1), "accounts.csv:2")
    return replace(JOURNAL, natural_key=f"harbour/cafe/journal/{cents}", number=str(cents), postings=(own,))


@dataclass(frozen=True, slots=True)
class Case:
    """Documents that break a rule, what is found, and documents that come close."""

    rule: str
    breaks: tuple[Document, ...]
    count: int
    amount_cents: int | None
    examples: tuple[str, ...]
    keeps: tuple[Document, ...] = RIGHT
    stream: str = "sales"
    reference: ReferenceData = REFERENCE
    settings: tuple[tuple[str, object], ...] = ()


ELSEWHERE = replace(REFERENCE, organisation=replace(REFERENCE.organisation, country="NZ", currency="NZD", sales_tax_basis="PAYMENTS"))
CASES = (
    Case("journal_does_not_balance", (lines(JOURNAL, untaxed(5000), taxed(-4999, -455)),), 1, 1,
         ("journal HAR-JOU-1: debits less credits are 0.01",)),
    Case("takings_not_zero", (lines(TAKINGS, untaxed(-4999), taxed(5000, 455)), lines(TAKINGS, untaxed(-5001), taxed(5000, 455))), 2, 0,
         ("invoice HAR-TAK-1: -0.01", "invoice HAR-TAK-1: 0.01")),
    Case("journal_too_short", (lines(JOURNAL, untaxed(0)),), 1, None, ("journal HAR-JOU-1: 1 line",)),
    Case("document_without_lines", (lines(BILL),), 1, None, ("bill INV-77: no line",), stream="purchases"),
    Case("account_unknown", (lines(JOURNAL, untaxed(5000, "999"), untaxed(-5000, "999")), replace(PAYMENT, account="998")), 2, None,
         ("journal HAR-JOU-1: account 999", "payment HAR-PAY-1: account 998")),
    Case("account_archived", (lines(INVOICE, untaxed(5000, "199")),), 1, None, ("invoice HAR-INV-1: account 199 Old",)),
    Case("account_is_system", (lines(JOURNAL, untaxed(5000, "610"), untaxed(-5000, "820")),), 2, 0,
         ("journal HAR-JOU-1: account 610 Accounts Receivable", "journal HAR-JOU-1: account 820 GST"),
         (lines(JOURNAL, untaxed(2), untaxed(-2, "860")),)),
    Case("bank_account_in_journal", (lines(JOURNAL, untaxed(5000, "090"), untaxed(-5000)), lines(TAKINGS, untaxed(-5000, "090"), taxed(5000, 455))),
         2, 0, ("invoice HAR-TAK-1: account 090 Bank", "journal HAR-JOU-1: account 090 Bank")),
    Case("refund_without_overpayment", (PAID_BACK, lines(PAID_BACK, untaxed(700, "090"))), 2, 5700,
         ("invoice HAR-CHA-1: 50.00 from account 090 Bank", "invoice HAR-CHA-1: 7.00 from account 090 Bank"),
         (lines(PAID_BACK, untaxed(5000)), lines(TAKINGS, untaxed(-5000, "090"), taxed(5000, 455)))),
    Case("tax_type_unknown", (lines(JOURNAL, replace(untaxed(5000), tax_type=""), replace(untaxed(-5000), tax_type="OLD", rate_bp=1250)),),
         2, 0, ("journal HAR-JOU-1: tax type (none) on account 101", "journal HAR-JOU-1: tax type OLD on account 101")),
    Case("tax_type_not_for_account", (lines(JOURNAL, untaxed(5000), taxed(-5000, -455, tax_type="INPUT")),), 1, -5000,
         ("journal HAR-JOU-1: INPUT (GST on Expenses) on account 201 Sales",)),
    Case("tax_rate_not_xeros", (lines(JOURNAL, untaxed(5000), replace(taxed(-5000, -455), rate_bp=1250)),), 1, -5000,
         ("journal HAR-JOU-1: OUTPUT is 12.50 % in taxes.csv, 10 % in Xero",)),
    Case("payment_account_not_enabled", (replace(PAYMENT, account="110"), replace(OVERPAYMENT, account="101")), 2, 10000,
         ("overpayment HAR-OVE-1: account 101 Undeposited funds", "payment HAR-PAY-1: account 110 Till floats"),
         (replace(PAYMENT, account="090"), PAYMENT, OVERPAYMENT)),
    Case("date_locked", (replace(JOURNAL, date=date(2026, 1, 31)),), 1, None,
         ("journal HAR-JOU-1: 2026-01-31, locked until 2026-01-31",), (replace(JOURNAL, date=date(2026, 2, 1)),)),
    Case("number_too_long", (replace(JOURNAL, number="N" * 256),), 1, None, (f"journal {'N' * 40}…: 256 characters",),
         (replace(JOURNAL, number="N" * 255),)),
    Case("number_missing", (replace(BILL, number=" "),), 1, None, ("bill harbour/cafe/bill/1",),
         (replace(ALLOCATION, number=""), *RIGHT), "purchases"),
    Case("contact_missing", (replace(INVOICE, contact=None), replace(OVERPAYMENT, contact=Contact(" "))), 2, 10000,
         ("invoice HAR-INV-1", "overpayment HAR-OVE-1")),
    Case("contact_too_long", (replace(INVOICE, contact=Contact("N" * 256)), replace(OVERPAYMENT, contact=Contact("Acme", "1" * 51))), 2, 10000,
         (f"invoice HAR-INV-1: {'N' * 40}", "overpayment HAR-OVE-1: Acme"), (replace(INVOICE, contact=Contact("N" * 255, "1" * 50)),)),
    Case("currency_not_organisation", (replace(INVOICE, currency="USD"),), 1, None,
         ("invoice HAR-INV-1: USD, the organisation has AUD",)),
    Case("negative_total", (lines(INVOICE, taxed(-5000, -455)), replace(PAYMENT, amount_cents=0)), 2, -5000,
         ("invoice HAR-INV-1: -50.00", "payment HAR-PAY-1: 0.00"), (*RIGHT, lines(INVOICE, taxed(5000, 455), taxed(-5000, -455)))),
    Case("settles_nothing", (replace(PAYMENT, settles=""), replace(ALLOCATION, credit="")), 2, 10000,
         ("allocation HAR-ALL-1", "payment HAR-PAY-1")),
    Case("organisation_contradiction", (JOURNAL,), 4, None,
         ("GST basis: accrual in tillpost.yml, cash in Xero (Harbour Group)", "country: AU in tillpost.yml, NZ in Xero (Harbour Group)",
          "currency: AUD in tillpost.yml, NZD in Xero (Harbour Group)",
          "tenant: tenant-2 in tillpost.yml, tenant-1 in Xero (Harbour Group)"),
         reference=ELSEWHERE, settings=(("tenant_id", "tenant-2"),)),
    Case("tracking_malformed", (lines(JOURNAL, replace(untaxed(5000), tracking="Store="), untaxed(-5000)),), 1, 5000,
         ("journal HAR-JOU-1: Store= on account 101",)),
    Case("tracking_unknown", (lines(JOURNAL, replace(untaxed(5000), tracking="Store=Kiosk"), replace(untaxed(-5000), tracking="Region=North")),),
         2, 0, ("journal HAR-JOU-1: Region=North on account 101", "journal HAR-JOU-1: Store=Kiosk on account 101"),
         (lines(JOURNAL, replace(untaxed(5000), tracking="Store=Cafe"), untaxed(-5000)),)),
    Case("number_duplicate", (INVOICE, replace(CREDIT, number=INVOICE.number.lower())), 2, 10000,
         ("credit note har-inv-1 (harbour/cafe/credit_note/1)", "invoice HAR-INV-1 (harbour/cafe/invoice/1)"),
         (INVOICE, replace(JOURNAL, number=INVOICE.number), BILL, replace(BILL, contact=Contact("Another"), natural_key="b/2"))),
    Case("natural_key_duplicate", (BILL, replace(BILL, number="INV-78")), 2, 22000,
         ("bill INV-77 (harbour/cafe/bill/1)", "bill INV-78 (harbour/cafe/bill/1)"), stream="purchases"),
    Case("settled_too_much", (INVOICE, replace(PAYMENT, settles=INVOICE.natural_key, amount_cents=5001)), 1, 1,
         ("invoice HAR-INV-1: 50.00, settled 50.01",), (INVOICE, CREDIT, replace(PAYMENT, settles=INVOICE.natural_key), PAYMENT)),
    Case("gst_rounding_difference", (lines(JOURNAL, untaxed(5000), taxed(-5000, -454)),), 0, None, ()),
    Case("gst_difference_unexplained", (lines(JOURNAL, untaxed(5000), taxed(-5000, -454)),), 1, -1,
         ("journal HAR-JOU-1: OUTPUT POS 4.54, ledger 4.55, the POS rounded 0 times",),
         (lines(JOURNAL, untaxed(5000), taxed(-5000, 0)), *RIGHT)),
    Case("due_date_not_told", (replace(INVOICE, due_date=None), replace(TAKINGS, due_date=None)), 1, 5000,
         ("invoice HAR-INV-1 of POS Debtor",)),
    Case("gst_on_receipt_not_undone", (booking(TAB_FUNCTION, 1000, "movements"), booking(TAB_TENDER, 0, "tenders")), 2, 100000,
         ("account 808: BASEXCLUDED by accounts.csv:91, other than the rows of the other side",
          "account 808: OUTPUT by accounts.csv:90, other than the rows of the other side"),
         (booking(TAB_FUNCTION, 0, "movements"), booking(TAB_TENDER, 1000, "tenders"), *RIGHT),
         settings=(("mapping", TABS),)),
    Case("settles_unknown_sale", (replace(PAYMENT, settles="harbour/cafe/invoice/9"), replace(ALLOCATION, settles="harbour/cafe/invoice/8")),
         2, 10000, ("allocation HAR-ALL-1: 8", "payment HAR-PAY-1: 9"),
         (INVOICE, replace(PAYMENT, settles=INVOICE.natural_key), ALLOCATION)),
    Case("layby_ends_with_balance", (layby(-1000), layby(900)), 1, -100, ("lay-by L1: -1.00",),
         (layby(-1000), layby(1000, "tenders"), *RIGHT), settings=(("known_laybys", (("cafe", DAY, "L1", 0),)),)),
    Case("receipt_changed_after_reversal", (RECEIPT,), 1, -1000, ("receipt p1: 100.00, reversed 110.00",),
         (lines(RECEIPT, untaxed(11000, "301"), untaxed(-11000)), *RIGHT), "purchases",
         settings=(("known_document", lambda key: REVERSAL if key == REVERSAL.natural_key else None),)),
)  # fmt: skip


def found(
    documents: tuple[Document, ...], rule: str, stream: str, reference: ReferenceData, looked_at: CheckContext
) -> tuple[Measure, ...]:
    (measured,) = [m for m in measure_documents(documents, reference, looked_at) if m.rule.name == rule and m.rule.stream == Stream(stream)]
    assert measured.crash == ""
    return measured.measures


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_documents_that_break_the_rule_are_found(case: Case) -> None:
    expected = (Measure("cafe", DAY, case.count, case.amount_cents, case.examples),) if case.count else ()
    assert found(case.breaks, case.rule, case.stream, case.reference, context(**dict(case.settings))) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_documents_that_keep_the_rule_are_not(case: Case) -> None:
    kept = {**dict(case.settings), "tenant_id": "tenant-1"}
    assert found(case.keeps, case.rule, case.stream, REFERENCE, context(**kept)) == ()


def test_every_rule_has_a_case() -> None:
    assert sorted(case.rule for case in CASES) == sorted(rule.name for rule in DOCUMENT_RULES)


def posting(cents: int, pos_tax: int, roundings: int, account: str = "201") -> Posting:
    return Posting("d", account, "OUTPUT", 1000, "", cents, pos_tax, roundings, "", FactSelection("sale_lines", (), 1), "accounts.csv:2")


def test_forty_receipts_of_35_cents_are_explained_by_their_roundings() -> None:
    many = lines(JOURNAL, untaxed(1400), taxed(-1400, -120))
    many = replace(many, postings=(posting(-1400, -120, 40),))
    assert list(gst_differences(many)) == [GstDifference("OUTPUT", 120, 127, 40, 1)]
    assert found((many,), "gst_rounding_difference", "sales", REFERENCE, context()) == (
        Measure("cafe", DAY, 1, -7, ("journal HAR-JOU-1: OUTPUT POS 1.20, ledger 1.27, the POS rounded 40 times",)),
    )
    assert found((many,), "gst_difference_unexplained", "sales", REFERENCE, context()) == ()


def test_lines_whose_tax_the_pos_records_per_sale_only_were_rounded_one_by_one() -> None:
    # 0.26 / 11 is 0.02, twice 0.04; 0.52 / 11 is 0.05. Nobody but the rate rounded them.
    document = replace(lines(JOURNAL, untaxed(52), taxed(-52, -4)), postings=(posting(-26, -2, 0), posting(-26, -2, 0)))
    assert list(gst_differences(document)) == [GstDifference("OUTPUT", 4, 5, 2, 1)]
    assert [difference.is_explained for difference in gst_differences(document)] == [True]


@pytest.mark.parametrize(("roundings", "explained"), [(12, False), (13, True)])
def test_half_a_cent_for_each_rounding_and_line_explains_and_no_more(roundings: int, explained: bool) -> None:
    assert GstDifference("OUTPUT", 120, 127, roundings, 1).is_explained is explained


def test_amounts_without_a_recorded_tax_make_no_difference() -> None:
    fee = replace(lines(JOURNAL, untaxed(600), taxed(-600, -10)), postings=(posting(-100, -10, 1), posting(-500, 0, 0)))
    assert list(gst_differences(fee)) == []


def test_an_invoice_turns_the_sign_of_its_postings() -> None:
    invoice = replace(lines(INVOICE, taxed(600, 9)), postings=(posting(-100, -9, 1), posting(-500, 0, 0)))
    assert list(gst_differences(invoice)) == [GstDifference("OUTPUT", 54, 55, 1, 1)]


def test_a_contradiction_holds_every_stream_that_is_looked_at() -> None:
    looked_at = context(store("cafe"), store("bar"))
    measures = [
        (m.rule.stream, measure.store)
        for m in measure_documents((), ELSEWHERE, looked_at)
        if m.rule.name == "organisation_contradiction"
        for measure in m.measures
    ]
    assert measures == [(stream, key) for stream in (Stream.SALES, Stream.PURCHASES) for key in ("bar", "cafe")]


def test_new_zealands_hybrid_basis_is_not_compared_with_a_word_that_xero_lacks() -> None:
    assert found((JOURNAL,), "organisation_contradiction", "sales", REFERENCE, context(gst_basis="hybrid")) == ()


def test_what_is_found_becomes_findings_of_the_documents_streams() -> None:
    findings = check_documents((lines(JOURNAL, untaxed(5000), taxed(-4999, -454)), BILL), REFERENCE, context())
    assert findings == [
        Finding(
            key=KEY,
            rule="journal_does_not_balance",
            severity=Severity.BLOCKER,
            message="Harbour Cafe: A journal's debits are not its credits (1 document, 0.01 over).",
            count=1,
            amount_cents=1,
            examples=("journal HAR-JOU-1: debits less credits are 0.01",),
            remedy="A category, tender or account that is mapped to ignore, or an amount without its other side, is the usual cause.",
        )
    ]


def test_a_rule_that_cannot_be_evaluated_holds_and_says_so() -> None:
    broken = replace(JOURNAL, lines=None)  # type: ignore[arg-type]
    crashed = {f.rule for f in check_documents((broken,), REFERENCE, context()) if f.crashed}
    assert "journal_does_not_balance" in crashed and "date_locked" not in crashed


def test_a_locked_date_warns_and_holds_nothing() -> None:
    locked = replace(JOURNAL, date=date(2026, 1, 31))
    [finding] = check_documents([locked], REFERENCE, context())
    assert (finding.rule, finding.severity, finding.blocks) == ("date_locked", Severity.WARNING, False)
