"""Tax by rate, tenders, purchases, documents and findings as rows."""

from __future__ import annotations

import dataclasses
from datetime import date

from tests.unit.report.samples import NAMES, document, g01, key, posting, realistic_day, s01, stream
from tillpost.model.documents import DocumentKind, Posting
from tillpost.model.findings import Finding, Severity, Stream
from tillpost.report.data import TenderRow
from tillpost.report.tables import (
    DocumentRow,
    FindingRow,
    PurchaseRow,
    TaxTableRow,
    TenderLine,
    document_rows,
    finding_rows,
    purchase_rows,
    tax_by_rate,
    tender_table,
)


def test_tax_of_golden_g01_and_s01() -> None:
    made = tax_by_rate([g01(), s01()], currency="AUD")
    assert made.rows == (
        TaxTableRow("INPUT", 1000, base_cents=-11500, pos_tax_cents=-1150, ledger_tax_cents=-1150, roundings=3, lines=3),
        TaxTableRow("OUTPUT", 1000, base_cents=4545, pos_tax_cents=455, ledger_tax_cents=455, roundings=1, lines=1),
    )
    assert (made.pos_tax_cents, made.ledger_tax_cents, made.difference_cents) == (-695, -695, 0)
    assert [row.verdict for row in made.rows] == ["equal", "equal"]


def sold(pos_tax: int, rows: int) -> TaxTableRow:
    """Food for 50.00, of which the till recorded this tax over so many lines."""
    sale = posting("201", -5000, "OUTPUT", 1000, pos_tax=-pos_tax, rows=rows)
    (row,) = tax_by_rate([document(key(), DocumentKind.JOURNAL, [posting("101", 5000), sale])], currency="AUD").rows
    return row


def test_roundings_explain_half_a_cent_each() -> None:
    assert (sold(452, rows=5).difference_cents, sold(452, rows=5).verdict) == (3, "explained by rounding")
    assert (sold(452, rows=4).is_explained, sold(452, rows=4).verdict) == (False, "NOT explained by rounding")
    assert sold(458, rows=4).verdict == "NOT explained by rounding"


def test_rates_come_highest_first_and_what_is_out_of_scope_is_left_out() -> None:
    lines: list[Posting] = [
        posting("101", 400),
        posting("201", -100, "EXEMPTOUTPUT"),
        posting("201", -100, "RROUTPUT", 500),
        posting("201", -100, "OUTPUT2", 2000),
        posting("806", -100, "NONE"),
    ]
    rows = tax_by_rate([document(key(), DocumentKind.JOURNAL, lines)], currency="AUD").rows
    assert [(row.tax_type, row.rate_bp, row.base_cents) for row in rows] == [
        ("OUTPUT2", 2000, 83),
        ("RROUTPUT", 500, 95),
        ("EXEMPTOUTPUT", 0, 100),
    ]


def test_tenders_expected_against_counted() -> None:
    made = tender_table(
        [
            TenderRow("CASH", "101", 9000, 5000, 4900),
            TenderRow("EFTPOS", "105", 7000, None, 7050),
            TenderRow("VOUCHER", "806", 500, 500, 500),
            TenderRow("ACCOUNT", "receivable", 300, None, None),
        ],
        NAMES,
    )
    assert made.rows == (
        TenderLine("CASH", "101", "Undeposited funds", 9000, 5000, 4900, -100),
        TenderLine("EFTPOS", "105", "EFTPOS clearing", 7000, None, 7050, 50),
        TenderLine("VOUCHER", "806", "Gift voucher liability", 500, 500, 500, 0),
        TenderLine("ACCOUNT", "receivable", "Customer invoice", 300, None, None, None),
    )
    assert [row.verdict for row in made.rows] == ["short", "over", "agrees", "not counted"]
    assert [row.account_words for row in made.rows][2:] == ["806 Gift voucher liability", "Customer invoice"]
    assert (made.taken_cents, made.over_cents) == (16800, -50)


def test_nothing_counted_is_neither_over_nor_short() -> None:
    assert tender_table([TenderRow("CASH", "101", 9000, 9000, None)], NAMES).over_cents is None
    assert tender_table([], NAMES).over_cents is None


def test_purchases_and_supplier_credits() -> None:
    returned = document(key(stream=Stream.PURCHASES), DocumentKind.SUPPLIER_CREDIT, [posting("301", -1100, "INPUT", 1000)], number="CR-9")
    assert purchase_rows([g01(), s01(), dataclasses.replace(returned, draft=True)]) == (
        PurchaseRow("Fresh Foods Wholesale", "INV-77", "bill", date(2026, 10, 3), date(2026, 10, 17), "AUD", 11500, 1150, 12650, False),
        PurchaseRow("", "CR-9", "supplier credit", date(2026, 10, 3), None, "AUD", -1000, -100, -1100, True),
    )


def test_documents_with_their_state() -> None:
    unbalanced = document(key(), DocumentKind.JOURNAL, [posting("101", 5000), posting("201", -4990)])
    when = date(2026, 10, 3)
    assert (*document_rows(stream([unbalanced], state="held")), *document_rows(stream([s01()], state="posted"))) == (
        DocumentRow("TP/cafe/journal/2026-10-03", "journal", "sales", "", when, None, "AUD", 5000, 2, False, "held, not sent", 10),
        DocumentRow(
            "INV-77", "bill", "purchases", "Fresh Foods Wholesale", when, date(2026, 10, 17), "AUD", 12650, 3, False, "posted in Xero", 0
        ),
    )


def test_findings_blockers_first() -> None:
    rules = [("late_sale", Severity.INFO), ("cash_variance", Severity.WARNING), ("unmapped_category", Severity.BLOCKER)]
    made = finding_rows(Finding(key(), rule, severity, f"{rule}.", 2, -5, ("a",), "Mend it.") for rule, severity in rules)
    assert made[0] == FindingRow("blocker", "sales", "unmapped_category", "unmapped_category.", 2, -5, ("a",), "Mend it.", False)
    assert [row.severity for row in made] == ["blocker", "warning", "info"]


def test_the_realistic_day_ties_out() -> None:
    """The sample that people look at is itself right: only what is held lacks its unmapped category."""
    documents = [document for told in realistic_day().streams for document in told.documents]
    assert [sum(line.cents for line in d.lines) for d in documents if d.kind is DocumentKind.JOURNAL] == [0, 18000]
    assert [row.is_explained for row in tax_by_rate(documents, currency="AUD").rows] == [True, True, True]
