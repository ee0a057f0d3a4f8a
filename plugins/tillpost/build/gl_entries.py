"""Entries of a POS's own general ledger, summed into the day's journal.

An account that the mapping calls ``gst`` holds the GST of its entry: it is added to the entry's taxed lines, so that they go
out gross with their tax type and the tax return sees the sale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from tillpost.build.coding import Coding, coding_of_row, post
from tillpost.build.context import BuildContext
from tillpost.build.facts import GlLine, Selection
from tillpost.build.numbering import natural_key
from tillpost.build.sales import sales_key
from tillpost.mapping.tables import GST, IGNORE
from tillpost.model.documents import FactSelection, Posting
from tillpost.model.money import divide_half_up, split_by_weight


def gl_postings(selection: Selection, context: BuildContext) -> Iterator[Posting]:
    """The postings of all entries that were not sent in another mode already."""
    for _, group in groupby(selection.gl_lines, key=lambda line: (line.store, line.business_date, line.entry_id)):
        yield from _entry_postings(list(group), context)


def _entry_postings(lines: Sequence[GlLine], context: BuildContext) -> Iterator[Posting]:
    first = lines[0]
    key = sales_key(context, first.store, first.business_date)
    document = natural_key(key, "journal", first.business_date.isoformat())
    coded = [(line, coding) for line in lines if (coding := _coding(line, context)) is not None]
    shares = _gst_shares(lines, coded, context)
    for (line, coding), gst in zip(coded, shares, strict=True):
        source = FactSelection("gl_entries", (("entry_id", line.entry_id), ("line_no", line.line_no)), 1)
        roundings = int(gst != 0)
        yield post(document, coding, line.amount_cents + gst, source, pos_tax_cents=gst, roundings=roundings, description=line.description)


def _coding(line: GlLine, context: BuildContext) -> Coding | None:
    row = context.mapping_of(line.store).account("gl_account", line.account_code, line.business_date, line.class_)
    if row is None or row.account in (GST, IGNORE):
        return None
    return coding_of_row(context.mapping_of(line.store), row, line.business_date)


def _is_gst(line: GlLine, context: BuildContext) -> bool:
    row = context.mapping_of(line.store).account("gl_account", line.account_code, line.business_date, line.class_)
    return row is not None and row.account == GST


def _gst_shares(lines: Sequence[GlLine], coded: Sequence[tuple[GlLine, Coding]], context: BuildContext) -> list[int]:
    """The entry's GST: to each taxed line what its rate gives of it, with its sign; the cents that remain by size."""
    gst = sum(line.amount_cents for line in lines if _is_gst(line, context))
    weights = [abs(line.amount_cents) * coding.rate_bp for line, coding in coded]
    if not gst or not any(weights):
        return [0] * len(coded)
    shares = [divide_half_up(line.amount_cents * coding.rate_bp, 10_000) for line, coding in coded]
    rest = split_by_weight(gst - sum(shares), weights)
    return [share + cents for share, cents in zip(shares, rest, strict=True)]
