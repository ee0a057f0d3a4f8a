"""Sales as postings: lines, tenders, cash-out, rounding and tips of what is booked in journals; the lines of what is invoiced.

Revenue is credited, what the shop took is debited. Cash handed out with a card sale leaves the cash tender; cash rounding, tips and
cents that the lines lack to the sale's gross are amounts of their own and never spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby

from tillpost.build.coding import NO_TAX, Coding, code_of, coding_of_row, post
from tillpost.build.context import BuildContext
from tillpost.build.facts import LineSum, SaleSum, Selection, TenderSum
from tillpost.build.numbering import natural_key
from tillpost.mapping.tables import RECEIVABLE
from tillpost.model.documents import FactSelection, Posting
from tillpost.model.findings import Stream, StreamKey
from tillpost.model.money import split_by_weight, tax_inside


def sales_key(context: BuildContext, store: str, day: date) -> StreamKey:
    """The sales stream of a store and date."""
    return StreamKey(context.organisation.key, store, day, Stream.SALES)


def document_of_sale(context: BuildContext, store: str, day: date, becomes: str, sale_id: str) -> str:
    """The natural key of the document in which a sale is booked: the day's journal, or one of its own."""
    kind, what = {"journal": ("journal", day.isoformat()), "event": ("sale", sale_id), "invoice": ("invoice", sale_id)}[becomes]
    return natural_key(sales_key(context, store, day), kind, what)


def sale_postings(selection: Selection, context: BuildContext) -> Iterator[Posting]:
    """All postings of sales: those of journals whole, of invoices their lines (their tenders become payments)."""
    for line in _spread(selection.lines):
        yield from line_postings(line, context)
    for tender in selection.tenders:
        yield from _tender_postings(tender, selection, context)
    for sale in selection.sales:
        yield from _sale_postings(sale, context)


def line_postings(line: LineSum, context: BuildContext) -> Iterator[Posting]:
    """The credit of a line (or sum of lines) on its account; a mixed line is split in a taxed and a free part."""
    coding = line_coding(context, line.store, line.line_kind, line.category, line.tax_code, line.business_date)
    if coding is None or line.gross_cents == 0:
        return
    document = document_of_sale(context, line.store, line.business_date, line.becomes, line.sale_id)
    source = FactSelection("sale_lines", _where_of_line(line), line.rows)
    if line.is_mixed:
        yield from _mixed_postings(document, coding, line, source, context)
        return
    pos_tax = line.tax_cents + tax_inside(line.unrecorded_cents, coding.rate_bp)
    yield post(
        document, coding, -line.gross_cents, source, pos_tax_cents=-pos_tax, roundings=line.roundings if coding.rate_bp else 0,
        description=line.description, quantity=line.quantity,
    )  # fmt: skip


def line_coding(context: BuildContext, store: str, line_kind: str, category: str, tax_code: str, on: date) -> Coding | None:
    """The coding of a sale line: its category for goods, the row of its kind for what is no sale (a gift card, a tip)."""
    mapping = context.mapping_of(store)
    row = mapping.account("line_kind", line_kind, on) if line_kind != "item" else None
    if row is not None:
        return coding_of_row(mapping, row, on, tax_code)
    return code_of(mapping, "sales_category", category, on, tax_code)


def _mixed_postings(document: str, coding: Coding, line: LineSum, source: FactSelection, context: BuildContext) -> Iterator[Posting]:
    free = _free_coding(context, coding, line.business_date)
    taxed = line.taxed_cents
    yield post(document, coding, -taxed, source, pos_tax_cents=-line.tax_cents, roundings=line.roundings, description=line.description)
    if free is not None and line.gross_cents != taxed:
        yield post(document, free, -(line.gross_cents - taxed), source, description=line.description)


def _free_coding(context: BuildContext, coding: Coding, on: date) -> Coding | None:
    """The same account with the country's GST-free tax type: the first rate of zero in taxes.csv that is not NONE."""
    codes = [t.pos_tax_code for t in context.mapping.taxes if t.country == context.mapping.country and t.rate_bp == 0]
    for code in codes:
        tax = context.mapping.tax(code, on)
        if code != NO_TAX and tax is not None:
            return replace(coding, tax_type=tax.sale_tax_type, rate_bp=0)
    return None


def _spread(lines: Iterable[LineSum]) -> Iterator[LineSum]:
    """Lines with discounts and surcharges of the whole basket spread over its items by gross."""
    for _, group in groupby(lines, key=lambda line: (line.store, line.business_date, line.becomes, line.sale_id)):
        own = list(group)
        if any(line.is_spread and line.gross_cents for line in own):
            yield from _spread_basket(own)
        else:
            yield from own


def _spread_basket(lines: list[LineSum]) -> Iterator[LineSum]:
    items = [line for line in lines if line.line_kind == "item" and line.gross_cents]
    spread = sum(line.gross_cents for line in lines if line.is_spread)
    if not items:
        yield from lines
        return
    parts = split_by_weight(spread, [item.gross_cents for item in items])
    for item, part in zip(items, parts, strict=True):
        gross = item.gross_cents + part
        # The POS recorded the tax of the price before the discount; what remains is taxed as the rate says.
        yield replace(item, gross_cents=gross, tax_cents=0, unrecorded_cents=gross, roundings=item.roundings + 1, is_mixed=False)
    yield from (line for line in lines if not line.is_spread and line not in items)


def _tender_postings(tender: TenderSum, selection: Selection, context: BuildContext) -> Iterator[Posting]:
    """What was taken, on the tender's account; cash handed out leaves the cash tender (also where the sale itself is invoiced)."""
    becomes = "journal" if tender.becomes == "invoice" else tender.becomes
    sale_id = "" if becomes == "journal" else tender.sale_id
    document = document_of_sale(context, tender.store, tender.business_date, becomes, sale_id)
    source = FactSelection("tenders", _pairs(tender_code=tender.tender_code, sale_id=tender.sale_id, layby_id=tender.layby_id), tender.rows)
    coding = tender_coding(context, tender.store, tender.tender_code, tender.business_date)
    amount = tender.cash_out_cents if tender.becomes == "invoice" else tender.amount_cents
    if coding is not None and amount:
        yield post(document, coding, amount, source)
    cash = tender_coding(
        context, tender.store, selection.cash_tender.get((tender.store, tender.business_date), "CASH"), tender.business_date
    )
    if tender.cash_out_cents and cash is not None:
        yield post(document, cash, -tender.cash_out_cents, source, description="Cash-out")


def tender_coding(context: BuildContext, store: str, tender_code: str, on: date) -> Coding | None:
    """The account of a tender; None where it goes to a customer's invoice."""
    row = context.mapping_of(store).account("tender", tender_code, on)
    if row is None or row.account == RECEIVABLE:
        return None
    return coding_of_row(context.mapping_of(store), row, on)


def _sale_postings(sale: SaleSum, context: BuildContext) -> Iterator[Posting]:
    document = document_of_sale(context, sale.store, sale.business_date, sale.becomes, sale.sale_id)
    amounts = (("rounding", sale.rounding_cents), ("tips", sale.tip_cents), ("rounding", sale.remainder_cents))
    names = ("rounding", "tip", "gross less lines")
    for (code, cents), name in zip(amounts, names, strict=True):
        coding = code_of(context.mapping_of(sale.store), "other", code, sale.business_date)
        if cents and coding is not None:
            yield post(document, coding, -cents, FactSelection("sales", _pairs(amount=name, sale_id=sale.sale_id), sale.rows))


def count_postings(selection: Selection, context: BuildContext) -> Iterator[Posting]:
    """The variance: what was counted less what was expected, on the tender's account and against the variance account."""
    for count in selection.counts:
        difference = count.counted_cents - count.expected_cents
        tender = tender_coding(context, count.store, count.tender_code, count.business_date)
        variance = code_of(context.mapping_of(count.store), "other", "variance", count.business_date)
        if difference == 0 or tender is None or variance is None:
            continue
        document = document_of_sale(context, count.store, count.business_date, "journal", "")
        source = FactSelection("counts", _pairs(tender_code=count.tender_code), count.rows)
        yield post(document, tender, difference, source, description=f"Counted {'over' if difference > 0 else 'short'}")
        yield post(document, variance, -difference, source)


def _where_of_line(line: LineSum) -> tuple[tuple[str, str], ...]:
    return _pairs(line_kind=line.line_kind, category=line.category, tax_code=line.tax_code, sale_id=line.sale_id, line_no=line.line_no)


def _pairs(**where: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in where.items() if value)
