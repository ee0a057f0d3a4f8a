"""The validation report as a file to attach to a document in Xero: CSV for spreadsheets, PDF for people.

Both are made from the page's own figures and are the same bytes for the same report. What they hold comes from tills: a CSV's text can
start no formula, and a PDF has neither links nor scripts.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence

from fpdf import FPDF
from fpdf.fonts import FontFace

from tillpost.mapping.writing import defused
from tillpost.model.money import decimal_of_cents
from tillpost.report import wording
from tillpost.report.data import DayReport
from tillpost.report.sections import Cell, Column, Section, heading, sections
from tillpost.report.view import day_view

# A year's slowest date must not take minutes: the rest of a long table is in the page and in the CSV.
MOST_ROWS = 400
# The fonts that every PDF reader has know these letters; Māori names lose their macrons rather than the report.
LETTERS = "windows-1252"
LONGEST_CELL = 400


def csv_of(report: DayReport) -> bytes:
    """The tables one after the other, as UTF-8 with the mark that spreadsheets need; amounts without thousands separators."""
    day = day_view(report)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for line in heading(day):
        writer.writerow([defused(line)])
    for section in sections(day):
        writer.writerow([])
        writer.writerow([defused(section.title)])
        writer.writerow([defused(name) for name, _ in section.columns])
        writer.writerows([_spreadsheet(kind, cell) for (_, kind), cell in zip(section.columns, row, strict=True)] for row in section.rows)
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def pdf_of(report: DayReport) -> bytes:
    """The tables on A4 pages across, with the date and page numbers on each."""
    day = day_view(report)
    title, origin, result = heading(day)
    pdf = _Pages(title)
    pdf.set_creation_date(report.generated_at)
    pdf.add_page()
    for size, line in ((14, title), (8, origin), (11, result)):
        pdf.set_font("Helvetica", "B" if size > 10 else "", size)
        pdf.multi_cell(0, size / 2, _plain(line), new_x="LMARGIN", new_y="NEXT")
    for section in sections(day):
        _table(pdf, section)
    return bytes(pdf.output())


class _Pages(FPDF):
    """A4 across, with a footer."""

    def __init__(self, title: str) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.core_fonts_encoding = LETTERS
        self._title = _plain(title)
        self.set_title(self._title)
        self.set_creator("Tillpost")
        self.set_auto_page_break(True, margin=14)

    def footer(self) -> None:
        self.set_y(-10)
        self.set_font("Helvetica", "", 7)
        self.cell(0, 5, f"{self._title}, page {self.page_no()}", align="C")


def _table(pdf: FPDF, section: Section) -> None:
    pdf.ln(3)
    pdf.set_font("Helvetica", "B", 9)
    pdf.multi_cell(0, 5, _plain(section.title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 7)
    aligns = ["LEFT" if kind is Column.TEXT else "RIGHT" for _, kind in section.columns]
    with pdf.table(
        text_align=aligns,
        col_widths=_widths(section),
        line_height=3.6,
        borders_layout="HORIZONTAL_LINES",
        headings_style=FontFace(emphasis="BOLD"),
    ) as table:
        table.row([_plain(name) for name, _ in section.columns])
        for row in section.rows[:MOST_ROWS]:
            table.row([_plain(_read(kind, cell)) for (_, kind), cell in zip(section.columns, row, strict=True)])
    if len(section.rows) > MOST_ROWS:
        more = f"and {len(section.rows) - MOST_ROWS:,} more, which the report's page has"
        pdf.multi_cell(0, 4, more, new_x="LMARGIN", new_y="NEXT")


def _widths(section: Section) -> tuple[int, ...]:
    """Widths that share a line by what the columns hold: long texts get room, figures no more than they need."""
    longest: Sequence[int] = [len(name) for name, _ in section.columns]
    for row in section.rows[:MOST_ROWS]:
        cells = zip(section.columns, row, strict=True)
        longest = [max(size, len(_read(kind, cell))) for size, ((_, kind), cell) in zip(longest, cells, strict=True)]
    return tuple(min(max(size, 8), 45) for size in longest)


def _read(kind: Column, cell: Cell) -> str:
    if kind is Column.MONEY and (cell is None or isinstance(cell, int)):
        return wording.amount(cell)
    return "" if cell is None else str(cell)


def _spreadsheet(kind: Column, cell: Cell) -> str:
    """A figure as a spreadsheet reads it; text that can start no formula."""
    if isinstance(cell, int):
        return str(decimal_of_cents(cell)) if kind is Column.MONEY else str(cell)
    return "" if cell is None else defused(cell)


def _plain(text: str) -> str:
    """Text in the letters that the PDF's own fonts have: accents they lack go, other letters become question marks."""
    line = "".join(" " if unicodedata.category(letter).startswith(("C", "Z")) else letter for letter in text)
    line = line if len(line) <= LONGEST_CELL else f"{line[: LONGEST_CELL - 3]}..."
    return "".join(_letter(letter) for letter in line)


def _letter(letter: str) -> str:
    for one in (letter, unicodedata.normalize("NFKD", letter)[:1]):
        try:
            one.encode(LETTERS)
        except UnicodeEncodeError:
            continue
        return one
    return "?"
