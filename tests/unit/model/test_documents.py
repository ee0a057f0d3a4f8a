"""Documents as values: what they are worth, their digest, and the way into the outbox and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine, document_of_dict
from tillpost.model.findings import Stream, StreamKey

KEY = StreamKey("harbour", "cafe", date(2026, 10, 2), Stream.SALES)
JOURNAL = Document(
    KEY, "harbour/cafe/journal/2026-10-02", DocumentKind.JOURNAL, "TP/cafe/journal/2026-10-02", date(2026, 10, 2), "AUD",
    lines=(DocumentLine("101", "BASEXCLUDED", 5000, "Cash"), DocumentLine("201", "OUTPUT", -5000, "Food", rate_bp=1000, pos_tax_cents=-455)),
    narration="Sales [TP/cafe/journal/2026-10-02]",
)  # fmt: skip
INVOICE = Document(
    KEY, "harbour/cafe/invoice/7", DocumentKind.INVOICE, "TP/cafe/invoice/7", date(2026, 10, 2), "AUD",
    lines=(DocumentLine("201", "OUTPUT", 5000, "Food"),), contact=Contact("POS Debtor"), due_date=date(2026, 10, 9),
)  # fmt: skip


def test_a_journal_is_worth_its_debits_and_an_invoice_its_lines() -> None:
    assert (JOURNAL.total_cents, INVOICE.total_cents) == (5000, 5000)


def test_a_document_comes_back_from_the_outbox_as_it_went_in() -> None:
    assert document_of_dict(JOURNAL.as_dict()) == JOURNAL
    assert document_of_dict(INVOICE.as_dict()) == INVOICE


def test_the_digest_is_of_what_is_booked_not_of_its_wording() -> None:
    reworded = replace(JOURNAL, narration="Takings", lines=tuple(replace(line, description="x") for line in JOURNAL.lines))
    assert reworded.books_digest == JOURNAL.books_digest
    assert replace(JOURNAL, lines=JOURNAL.lines[::-1]).books_digest == JOURNAL.books_digest
    for other in (replace(JOURNAL, date=date(2026, 10, 3)), replace(INVOICE, contact=Contact("Acme")), replace(INVOICE, draft=True)):
        assert other.books_digest not in (JOURNAL.books_digest, INVOICE.books_digest)
