"""From documents to the tables of the report: pure, in integer cents, the same rows for the page and for the evidence beside it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tillpost.model.documents import Document, DocumentKind
from tillpost.model.findings import Finding, Severity
from tillpost.model.money import tax_inside
from tillpost.report import wording
from tillpost.report.balance import ACCOUNT_WORDS, account_name
from tillpost.report.data import StreamReport, TenderRow
from tillpost.report.ledger import Control, Movement, movements

# Tax types of what is outside GST altogether: tenders, liabilities, rounding.
OUT_OF_SCOPE = frozenset({"", "NONE", "BASEXCLUDED"})
_SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True)
class TaxTableRow:
    """One tax type and rate, collected positive and paid negative (cents). ``base_cents`` is without tax.

    ``verdict``: whether half a cent for each amount that the POS rounded, and for each document line, can explain the difference.
    """

    tax_type: str
    rate_bp: int
    base_cents: int
    pos_tax_cents: int
    ledger_tax_cents: int
    roundings: int
    lines: int

    @property
    def difference_cents(self) -> int:
        """The ledger's tax less the POS's."""
        return self.ledger_tax_cents - self.pos_tax_cents

    @property
    def is_explained(self) -> bool:
        """Whether rounding explains the difference."""
        return 2 * abs(self.difference_cents) <= self.roundings + self.lines

    @property
    def verdict(self) -> str:
        """The difference in words."""
        if self.difference_cents == 0:
            return "equal"
        if self.is_explained:
            return "explained by rounding"
        return "NOT explained by rounding"


@dataclass(frozen=True, slots=True)
class TaxTable:
    """Rows by rate, highest first, and their totals (cents)."""

    rows: tuple[TaxTableRow, ...]

    @property
    def pos_tax_cents(self) -> int:
        """What the POS recorded."""
        return sum(row.pos_tax_cents for row in self.rows)

    @property
    def ledger_tax_cents(self) -> int:
        """What the ledger will compute."""
        return sum(row.ledger_tax_cents for row in self.rows)

    @property
    def difference_cents(self) -> int:
        """The ledger's tax less the POS's."""
        return self.ledger_tax_cents - self.pos_tax_cents


@dataclass(frozen=True, slots=True)
class TenderLine:
    """One tender: taken, expected and counted in cents; ``over_cents`` is counted less expected, None where nothing was counted."""

    tender_code: str
    account: str
    name: str
    taken_cents: int
    expected_cents: int | None
    counted_cents: int | None
    over_cents: int | None

    @property
    def account_words(self) -> str:
        """The account with its code, where the mapping names one."""
        return self.name if self.account in ACCOUNT_WORDS else f"{self.account} {self.name}"

    @property
    def verdict(self) -> str:
        """Over, short or equal, in words."""
        if self.over_cents is None:
            return "not counted"
        return "over" if self.over_cents > 0 else "short" if self.over_cents else "agrees"


@dataclass(frozen=True, slots=True)
class TenderTable:
    """Tenders in the order given, and their totals (cents); what was not counted adds nothing to over and short."""

    rows: tuple[TenderLine, ...]

    @property
    def taken_cents(self) -> int:
        """All that was taken."""
        return sum(row.taken_cents for row in self.rows)

    @property
    def over_cents(self) -> int | None:
        """Over (positive) or short of what was counted; None where nothing was."""
        told = [row.over_cents for row in self.rows if row.over_cents is not None]
        return sum(told) if told else None


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """One bill, or supplier credit (negative), in cents of its own currency."""

    supplier: str
    number: str
    kind: str
    date: datetime.date
    due_date: datetime.date | None
    currency: str
    net_cents: int
    tax_cents: int
    gross_cents: int
    draft: bool


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document as it is listed. ``unbalanced_cents`` is what the lines of a journal, or of takings, lack to zero."""

    number: str
    kind: str
    stream: str
    contact: str
    date: datetime.date
    due_date: datetime.date | None
    currency: str
    total_cents: int
    lines: int
    draft: bool
    state: str
    unbalanced_cents: int


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding, ready to read."""

    severity: str
    stream: str
    rule: str
    message: str
    count: int
    amount_cents: int | None
    examples: tuple[str, ...]
    remedy: str
    crashed: bool


def tax_by_rate(documents: Iterable[Document], *, currency: str) -> TaxTable:
    """Tax by tax type and rate, the POS's own against the ledger's; what is out of scope of the tax is left out."""
    groups: dict[tuple[str, int], list[Movement]] = {}
    for moved in movements(document for document in documents if document.currency == currency):
        if moved.control is Control.NONE and moved.tax_type not in OUT_OF_SCOPE:
            groups.setdefault((moved.tax_type, moved.rate_bp), []).append(moved)
    ordered = sorted(groups.items(), key=lambda item: (-item[0][1], item[0][0]))
    return TaxTable(tuple(_tax_row(key, group) for key, group in ordered))


def _tax_row(key: tuple[str, int], group: Sequence[Movement]) -> TaxTableRow:
    return TaxTableRow(
        *key,
        base_cents=-sum(m.net_cents for m in group),
        pos_tax_cents=-sum(m.pos_tax_cents for m in group),
        ledger_tax_cents=-sum(m.tax_cents for m in group),
        roundings=sum(posting.roundings for m in group for posting in m.postings),
        lines=len(group),
    )


def tender_table(rows: Iterable[TenderRow], names: Mapping[str, str]) -> TenderTable:
    """Tenders expected against counted; where the POS tells no expectation, what was taken stands in for it."""
    return TenderTable(tuple(_tender_line(row, names) for row in rows))


def _tender_line(row: TenderRow, names: Mapping[str, str]) -> TenderLine:
    basis = row.taken_cents if row.expected_cents is None else row.expected_cents
    over = None if row.counted_cents is None else row.counted_cents - basis
    name = account_name(names, row.account)
    return TenderLine(row.tender_code, row.account, name, row.taken_cents, row.expected_cents, row.counted_cents, over)


def purchase_rows(documents: Iterable[Document]) -> tuple[PurchaseRow, ...]:
    """The bills and supplier credits among these documents."""
    signs = {DocumentKind.BILL: 1, DocumentKind.SUPPLIER_CREDIT: -1}
    return tuple(_purchase_row(document, signs[document.kind]) for document in documents if document.kind in signs)


def _purchase_row(document: Document, sign: int) -> PurchaseRow:
    gross = sign * document.total_cents
    tax = sign * sum(tax_inside(line.cents, line.rate_bp) for line in document.lines)
    return PurchaseRow(
        supplier=document.contact.name if document.contact else "",
        number=document.number,
        kind=kind_words(document),
        date=document.date,
        due_date=document.due_date,
        currency=document.currency,
        net_cents=gross - tax,
        tax_cents=tax,
        gross_cents=gross,
        draft=document.draft,
    )


def document_rows(stream: StreamReport) -> tuple[DocumentRow, ...]:
    """The documents of a stream, as they are or would be sent."""
    return tuple(_document_row(document, stream) for document in stream.documents)


def _document_row(document: Document, stream: StreamReport) -> DocumentRow:
    balances = document.kind is DocumentKind.JOURNAL or document.is_takings
    return DocumentRow(
        number=document.number,
        kind=kind_words(document),
        stream=stream.key.stream,
        contact=document.contact.name if document.contact else "",
        date=document.date,
        due_date=document.due_date,
        currency=document.currency,
        total_cents=document.total_cents,
        lines=len(document.lines),
        draft=document.draft,
        state=wording.state_words(stream.state),
        unbalanced_cents=sum(line.cents for line in document.lines) if balances else 0,
    )


def kind_words(document: Document) -> str:
    """The kind of a document in words."""
    return document.kind.replace("_", " ")


def finding_rows(findings: Iterable[Finding]) -> tuple[FindingRow, ...]:
    """Findings, blockers first, then warnings, then the rest; within a severity by stream and rule."""
    ordered = sorted(findings, key=lambda f: (_SEVERITIES.index(f.severity), f.key.stream, f.rule))
    return tuple(
        FindingRow(f.severity, f.key.stream, f.rule, f.message, f.count, f.amount_cents, f.examples, f.remedy, f.crashed) for f in ordered
    )
