"""A document of a locked period is sent with another date: its text names its own, and what it books stays the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.store.documents import allocation, bill, invoice, journal, payment, trade
from tillpost.model.documents import Document, DocumentKind
from tillpost.model.redating import redated

OPEN = date(2026, 11, 1)
SALE = replace(invoice("s1"), reference="Order 7", due_date=date(2026, 10, 20))
CREDIT, OVER = trade(DocumentKind.CREDIT_NOTE, "r1"), trade(DocumentKind.OVERPAYMENT, "o1")
JOURNAL = replace(journal(), narration="Sales, 3 October [TP/cafe/sales/2026-10-03]")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (JOURNAL, "Sales, 3 October (dated 2026-10-03) [TP/cafe/sales/2026-10-03]"),
        (replace(JOURNAL, narration="Sales"), "Sales (dated 2026-10-03)"),
        (OVER, "Hire (dated 2026-10-03)"),
        (replace(OVER, narration="Paid by Able [TP/cafe/overpayment/o1]"), "Paid by Able (dated 2026-10-03) [TP/cafe/overpayment/o1]"),
        (SALE, "Order 7 (dated 2026-10-03)"),
        (CREDIT, "(dated 2026-10-03)"),
        (replace(SALE, reference="x" * 300), "x" * 236 + " (dated 2026-10-03)"),
        (bill("p1", "INV-7"), "Hire (dated 2026-10-03)"),
        (payment("m1", SALE), ""),
        (allocation("a1", CREDIT, SALE), ""),
    ],
)
def test_the_text_names_its_own_date(document: Document, words: str) -> None:
    sent = redated(document, OPEN)
    text = sent.narration or sent.reference or next((line.description for line in sent.lines), "")
    assert (sent.date, text) == (OPEN, words)


@pytest.mark.parametrize(
    "document", [JOURNAL, SALE, CREDIT, OVER, bill("p1", "INV-7"), payment("m1", SALE), allocation("a1", CREDIT, SALE)]
)
def test_all_else_stays(document: Document) -> None:
    sent = redated(document, OPEN)
    lines = tuple(replace(after, description=before.description) for after, before in zip(sent.lines, document.lines, strict=True))
    told = {"narration": document.narration, "reference": document.reference, "due_date": document.due_date, "date": document.date}
    assert replace(sent, lines=lines, **told) == document  # type: ignore[arg-type]


def test_it_is_never_due_before_its_date() -> None:
    assert redated(SALE, OPEN).due_date == OPEN
    assert redated(SALE, date(2026, 10, 5)).due_date == date(2026, 10, 20)
    assert redated(invoice("s2"), OPEN).due_date is None


def test_its_own_date_changes_nothing() -> None:
    assert redated(SALE, None) is SALE
    assert redated(SALE, SALE.date) is SALE
