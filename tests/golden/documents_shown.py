"""A document as an accountant reads it: what it is, then its double entry as a table, with the mapping rows that chose the accounts."""

from __future__ import annotations

from collections.abc import Iterator

from tests.golden.running import Ran
from tests.golden.words import day_in_words
from tillpost.model.documents import Document, DocumentKind, DocumentLine, Posting
from tillpost.model.money import format_cents, tax_inside

KINDS = {
    DocumentKind.JOURNAL: "Journal", DocumentKind.INVOICE: "Invoice", DocumentKind.BILL: "Bill", DocumentKind.CREDIT_NOTE: "Credit note",
    DocumentKind.SUPPLIER_CREDIT: "Supplier's credit note", DocumentKind.PAYMENT: "Payment", DocumentKind.OVERPAYMENT: "Overpayment",
    DocumentKind.ALLOCATION: "Allocation",
}  # fmt: skip
# How the lines of a document stand in the ledger (1: positive is a debit), and the account that its kind moves against them.
SIGNS = {
    DocumentKind.JOURNAL: (1, ""), DocumentKind.INVOICE: (-1, "610"), DocumentKind.CREDIT_NOTE: (1, "610"),
    DocumentKind.BILL: (1, "800"), DocumentKind.SUPPLIER_CREDIT: (-1, "800"),
}  # fmt: skip
HEAD = "| Account | Tax type | Debit | Credit | GST inside | Mapping |\n|---|---|---:|---:|---:|---|"


def shown(document: Document, ran: Ran) -> str:
    """A document: one bold line that says what it is, and its table."""
    rows = "\n".join(_rows(document, ran))
    return f"**{_what(document, ran)}**" + (f"\n\n{HEAD}\n{rows}" if rows else "")


def _what(document: Document, ran: Ran) -> str:
    parts = [KINDS[document.kind]]
    if document.contact is not None:
        parts.append(f"{'of' if document.kind in (DocumentKind.BILL, DocumentKind.SUPPLIER_CREDIT) else 'to'} {document.contact.name}")
    parts.append(f"`{document.number}`, {day_in_words(document.date)}")
    if document.due_date is not None:
        parts.append(f"due {day_in_words(document.due_date)}")
    if document.kind is DocumentKind.ALLOCATION:
        parts.append(f"of {format_cents(document.amount_cents)} from `{_number(document.credit, ran)}`")
    if document.settles:
        parts.append(f"settles `{_number(document.settles, ran)}`")
    return f"{parts[0]} {', '.join(parts[1:])}" if document.contact is None else f"{' '.join(parts[:2])}, {', '.join(parts[2:])}"


def _number(natural_key: str, ran: Ran) -> str:
    return next((one.number for one in ran.documents if one.natural_key == natural_key), natural_key)


def _rows(document: Document, ran: Ran) -> Iterator[str]:
    if document.kind in (DocumentKind.PAYMENT, DocumentKind.OVERPAYMENT):
        sign = -1 if _pays_out(document, ran) else 1
        yield _row(ran, document.account, "", sign * document.amount_cents, 0, _mapped(document.postings, ran))
        yield _row(ran, "610", "", -sign * document.amount_cents, 0, "")
    if document.kind not in SIGNS:
        return
    sign, control = SIGNS[document.kind]
    if control and document.total_cents:
        yield _row(ran, control, "", -sign * document.total_cents, 0, "")
    for line in document.lines:
        yield _row(
            ran, line.account, _type(line), sign * line.cents, tax_inside(line.cents, line.rate_bp), _mapped(_of(line, document), ran)
        )


def _pays_out(document: Document, ran: Ran) -> bool:
    settled = next((one for one in ran.documents if one.natural_key == document.settles), None)
    return settled is not None and settled.kind in (DocumentKind.CREDIT_NOTE, DocumentKind.OVERPAYMENT)


def _type(line: DocumentLine) -> str:
    return f"{line.tax_type} ({line.tracking})" if line.tracking else line.tax_type


def _of(line: DocumentLine, document: Document) -> list[Posting]:
    where = (line.account, line.tax_type, line.tracking)
    return [p for p in document.postings if (p.account, p.tax_type, p.tracking) == where]


def _mapped(postings: tuple[Posting, ...] | list[Posting], ran: Ran) -> str:
    """The rows of accounts.csv behind postings, as kind and code."""
    rows = {row.place: f"{row.kind} {row.code}" for row in ran.mapping.accounts}
    return ", ".join(sorted({rows.get(p.mapped_by, f"as {p.mapped_by}") for p in postings}))


def _row(ran: Ran, account: str, tax_type: str, cents: int, tax: int, mapped: str) -> str:
    debit, credit = (format_cents(cents), "") if cents > 0 else ("", format_cents(-cents))
    return f"| {account} {ran.chart[account]} | {tax_type} | {debit} | {credit} | {format_cents(abs(tax)) if tax else ''} | {mapped} |"
