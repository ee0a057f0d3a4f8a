"""The report as files to attach: the page's figures, no formulas, and whatever letters a till sends."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from samples import day, document, key, posting, realistic_day, stream

from tillpost.mapping.writing import defused
from tillpost.model.documents import Contact, DocumentKind
from tillpost.report.files import MOST_ROWS, _plain, csv_of, pdf_of


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_csv_holds_the_pages_tables() -> None:
    rows = _rows(csv_of(realistic_day()))
    assert rows[0] == ["Harbour Group: Saturday 3 October 2026. Validation report"]
    titles = [row[0] for row in rows if len(row) == 1]
    assert titles[3:8] == [
        "All streams of the date",
        "Findings: Harbour Cafe",
        "Trial balance of the posting: Harbour Cafe, sales and purchases",
        "GST by rate: Harbour Cafe, sales and purchases",
        "Tenders: Harbour Cafe, sales and purchases",
    ]
    start = next(number for number, row in enumerate(rows) if row[:1] == ["Tenders: Harbour Cafe, sales and purchases"])
    assert rows[start + 1 : start + 3] == [
        ["Tender", "Account", "Taken by sales", "Expected", "Counted", "Over or short", "Result"],
        ["CASH", "101 Undeposited funds", "1314.65", "1270.65", "1267.15", "-3.50", "short"],
    ]


def test_text_from_a_till_starts_no_formula_and_figures_stay_figures() -> None:
    hostile = document(
        key(), DocumentKind.INVOICE, [posting("201", -5000, "OUTPUT", 1000)], number="=cmd|' /C calc'!A1", contact=Contact("@SUM(A1)")
    )
    cells = {cell for row in _rows(csv_of(day(stream(documents=(hostile,))))) for cell in row}
    assert {"'=cmd|' /C calc'!A1", "'@SUM(A1)"} <= cells
    assert not {cell for cell in cells if cell[:1] in ("=", "@", "+")}
    assert "-45.45" in cells


@pytest.mark.parametrize("text", ["=1", "\n=1", "\r=1", "\t=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20A"])
def test_whatever_a_spreadsheet_may_take_for_a_formula_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


def test_the_pdf_is_the_same_bytes_for_the_same_report_and_has_neither_links_nor_scripts() -> None:
    content = pdf_of(realistic_day())
    assert content.startswith(b"%PDF-") and content == pdf_of(realistic_day())
    assert not [word for word in (b"/URI", b"/JavaScript", b"/JS", b"/Launch") if word in content]


def test_letters_that_the_pdf_has_not_do_not_lose_it() -> None:
    report = replace(realistic_day(), organisation_name="Tāmaki Café 東京 \x07 Ōtautahi " + "long " * 200)
    assert pdf_of(report).startswith(b"%PDF-")
    assert _plain("Tāmaki Café 東京 \x07 Ōtautahi €5 “so”") == "Tamaki Café ??   Otautahi €5 “so”"


def test_a_long_table_is_cut_in_the_pdf_only() -> None:
    many = tuple(document(key(), DocumentKind.INVOICE, [posting("201", -100)], number=f"S-{n}", what=str(n)) for n in range(MOST_ROWS + 50))
    report = day(stream(documents=many))
    assert sum(1 for row in _rows(csv_of(report)) if row[:1] and row[0].startswith("S-")) == MOST_ROWS + 50
    assert len(pdf_of(report)) < 500_000
