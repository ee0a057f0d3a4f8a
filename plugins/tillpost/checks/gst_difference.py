"""The POS's GST against the ledger's, per document and tax type.

The ledger computes the tax of each document line from its gross, half up; the POS rounded each amount that it kept tax for. Half a
cent for each of those roundings and for each line is what rounding can explain (accounting policy 6): reported, and never posted as GST.
Beyond that the stream is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tillpost.model.documents import Document, DocumentLine, Posting
from tillpost.model.money import format_cents, tax_inside

Group = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class GstDifference:
    """One tax type of a document: cents of the POS and of the ledger (both in the ledger's direction), and what was rounded."""

    tax_type: str
    pos_cents: int
    ledger_cents: int
    roundings: int
    lines: int

    @property
    def cents(self) -> int:
        """What the POS has more than the ledger."""
        return self.pos_cents - self.ledger_cents

    @property
    def is_explained(self) -> bool:
        """Whether half a cent for each rounding accounts for it."""
        return 2 * abs(self.cents) <= self.roundings + self.lines

    def told(self) -> str:
        """The difference in words."""
        amounts = f"POS {format_cents(self.pos_cents)}, ledger {format_cents(self.ledger_cents)}"
        return f"{self.tax_type} {amounts}, the POS rounded {self.roundings:,} times"


def gst_differences(document: Document) -> Iterator[GstDifference]:
    """Each tax type of a document whose tax differs. What has no rate in the ledger is told by the source rules, not here."""
    postings: dict[Group, list[Posting]] = {}
    for posting in document.postings:
        postings.setdefault((posting.account, posting.tax_type, posting.tracking), []).append(posting)
    groups: dict[Group, list[DocumentLine]] = {}
    for line in document.lines:
        if line.rate_bp:
            groups.setdefault((line.account, line.tax_type, line.tracking), []).append(line)
    for tax_type in sorted({line.tax_type for lines in groups.values() for line in lines}):
        parts = [(lines, postings.get(key, [])) for key, lines in groups.items() if key[1] == tax_type]
        difference = _difference(tax_type, parts)
        if difference.cents:
            yield difference


def _difference(tax_type: str, parts: list[tuple[list[DocumentLine], list[Posting]]]) -> GstDifference:
    lines = [line for own, _ in parts for line in own]
    ledger = sum(tax_inside(line.cents, line.rate_bp) for line in lines)
    pos = sum(_pos_tax(own, postings) for own, postings in parts)
    sign = -1 if ledger < 0 else 1
    # Where the POS recorded no tax, what the rate gives was rounded once for each posting.
    roundings = sum(p.roundings or int(p.pos_tax_cents != 0) for _, postings in parts for p in postings)
    return GstDifference(tax_type, sign * pos, sign * ledger, roundings, len(lines))


def _pos_tax(lines: list[DocumentLine], postings: list[Posting]) -> int:
    """The POS's tax of a group; amounts for which the POS recorded none count with the tax that their rate gives."""
    recorded = sum(line.pos_tax_cents for line in lines)
    if not postings:
        return recorded or sum(tax_inside(line.cents, line.rate_bp) for line in lines)
    unrecorded = sum(p.cents for p in postings if not p.roundings and not p.pos_tax_cents)
    # An invoice turns the credits of its postings into positive lines.
    sign = 1 if sum(line.cents for line in lines) == sum(p.cents for p in postings) else -1
    return recorded + sign * tax_inside(unrecorded, lines[0].rate_bp)
