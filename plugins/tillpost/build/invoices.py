"""Invoices, credit notes and their payments: sales on account, and every contract in transaction mode.

The whole sale is one document, a credit note where it is negative; or the account sales of a date are one for each contact (setting
``debtor_grain``). What was paid at once is a payment on it (a refund of it). In transaction mode the document keeps the sale's own lines,
what the customer bought; else lines are grouped as in a journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tillpost.build.carriers import DAILY, daily_name, is_daily
from tillpost.build.coding import Coding, post
from tillpost.build.contacts import Party, sale_party
from tillpost.build.context import BuildContext
from tillpost.build.facts import SaleSum, Selection, TenderSum
from tillpost.build.journals import grouped_lines, line_of
from tillpost.build.numbering import joined, natural_key, number
from tillpost.build.sales import document_of_sale, sales_key, tender_coding
from tillpost.model.documents import Document, DocumentKind, DocumentLine, FactSelection, Posting


@dataclass(frozen=True, slots=True)
class _Group:
    """The sales of one document: one sale, or the account sales of a date and contact. ``what`` tells it in keys and numbers."""

    what: str
    is_daily: bool
    party: Party | None
    sales: list[SaleSum]


@dataclass(frozen=True, slots=True)
class _Paid:
    """One tender of a sale, less cash-out, with the account that it went to."""

    coding: Coding
    tender: TenderSum

    @property
    def cents(self) -> int:
        """What it brought in."""
        return self.tender.amount_cents

    @property
    def source(self) -> FactSelection:
        """The rows of that tender in the sale."""
        return FactSelection("tenders", (("sale_id", self.tender.sale_id), ("tender_code", self.tender.tender_code)), self.tender.rows)


def invoices(selection: Selection, context: BuildContext, postings: Mapping[str, Sequence[Posting]]) -> Iterator[Document]:
    """The invoice or credit note of each invoiced sale, each followed by its payments. ``postings`` by natural key of the document."""
    tenders: dict[tuple[str, str], list[TenderSum]] = {}
    for tender in selection.tenders:
        tenders.setdefault((tender.store, tender.sale_id), []).append(tender)
    for group in _groups(selection, context):
        paid = [one for sale in group.sales for one in _paid_at_once(context, sale, tenders.get((sale.store, sale.sale_id), ()))]
        own = [p for sale in group.sales for p in postings.get(_sale_key(context, sale), ())]
        yield from _documents(context, group, own, paid)


def _groups(selection: Selection, context: BuildContext) -> Iterator[_Group]:
    daily: dict[tuple[str, str], _Group] = {}
    for sale in selection.sales:
        if sale.becomes != "invoice":
            continue
        party = sale_party(context, selection, sale)
        if not is_daily(context, sale.store, sale.business_date):
            yield _Group(sale.sale_id, False, party, [sale])
            continue
        what = daily_name(context, sale.store, sale.business_date, party.contact if party else None)
        daily.setdefault((sale.store, what), _Group(what, True, party, [])).sales.append(sale)
    yield from daily.values()


def _documents(context: BuildContext, group: _Group, own: Sequence[Posting], paid: Sequence[_Paid]) -> Iterator[Document]:
    sign, lines = _with_sign(group, own, paid)
    everything = [*own, *(_as_line(one) for one in lines)]
    document = _document(context, group, everything, sign)
    if document is None:
        return
    yield document
    if not document.draft:  # Xero takes payments on approved documents only
        yield from _payments(context, group, document, [one for one in paid if one not in lines], sign)


def _with_sign(group: _Group, own: Sequence[Posting], paid: Sequence[_Paid]) -> tuple[int, list[_Paid]]:
    """1 for an invoice, -1 for a credit note, and the tenders that are lines on it instead of payments.

    Lines are: a tender with tax of its own (money on which GST fell due when it was received), one that went the other way than the
    document, and all of them where they come to more than the document does: no payment may.
    """
    taxed = [one for one in paid if one.coding.rate_bp]
    total = -sum(p.cents for p in own) - sum(one.cents for one in taxed)
    sign = _sign(total, group)
    nets = _nets(one for one in paid if one not in taxed)
    against = {code for code, cents in nets.items() if cents * sign < 0}
    comes_to = sign * (total - sum(nets[code] for code in against))
    if sign * sum(cents for code, cents in nets.items() if code not in against) > comes_to:
        against = set(nets)
        sign = _sign(total - sum(nets.values()), group)
    return sign, [one for one in paid if one in taxed or one.tender.tender_code in against]


def _sign(total: int, group: _Group) -> int:
    return -1 if total < 0 or (total == 0 and sum(sale.gross_cents for sale in group.sales) < 0) else 1


def _nets(paid: Iterator[_Paid]) -> dict[str, int]:
    """What came in per tender."""
    nets: dict[str, int] = {}
    for one in paid:
        nets[one.tender.tender_code] = nets.get(one.tender.tender_code, 0) + one.cents
    return nets


def _document(context: BuildContext, group: _Group, postings: Sequence[Posting], sign: int) -> Document | None:
    sale = group.sales[0]
    store, day = context.store(sale.store), sale.business_date
    lines = _own_lines(postings, sign) if store.mode_on(day) == "transaction" else grouped_lines(postings, -sign)
    if not lines:
        return None
    key = sales_key(context, sale.store, day)
    kind, word = (DocumentKind.INVOICE, "invoice") if sign > 0 else (DocumentKind.CREDIT_NOTE, "credit-note")
    word = DAILY if group.is_daily else word
    natural = natural_key(key, word, group.what)
    return Document(
        key=key,
        natural_key=natural,
        kind=kind,
        number=number(key, word, group.what),
        date=day,
        currency=context.organisation.currency,
        lines=lines,
        contact=group.party.contact if group.party else None,
        due_date=group.party.due(day) if group.party and kind is DocumentKind.INVOICE else None,
        reference=_reference(group, store.name),
        pos_id="" if group.is_daily else sale.sale_id,
        draft=store.sends_drafts_on(day),
        postings=tuple(replace(p, document=natural) for p in postings),
    )


def _reference(group: _Group, store: str) -> str:
    sale = group.sales[0]
    if group.is_daily:
        return f"{store} account sales {sale.business_date.isoformat()}"
    return f"{store} receipt {sale.receipt_no}" if sale.receipt_no else store


def _own_lines(postings: Sequence[Posting], sign: int) -> tuple[DocumentLine, ...]:
    """One line per posting, in the sale's order; zero lines are dropped."""
    return tuple(line_of([posting], -sign) for posting in postings if posting.cents)


def _sale_key(context: BuildContext, sale: SaleSum) -> str:
    return document_of_sale(context, sale.store, sale.business_date, "invoice", sale.sale_id)


def _paid_at_once(context: BuildContext, sale: SaleSum, tenders: Sequence[TenderSum]) -> list[_Paid]:
    """What was paid at once (cash-out is no payment), net per tender; what went on account is what stays due."""
    paid: dict[str, _Paid] = {}
    for tender in tenders:
        coding = tender_coding(context, sale.store, tender.tender_code, sale.business_date)
        if coding is None:
            continue
        before = paid[tender.tender_code].tender if tender.tender_code in paid else replace(tender, amount_cents=0, rows=0)
        cents = before.amount_cents + tender.amount_cents - tender.cash_out_cents
        paid[tender.tender_code] = _Paid(coding, replace(tender, amount_cents=cents, rows=before.rows + tender.rows))
    return [one for one in paid.values() if one.cents]


def _as_line(paid: _Paid) -> Posting:
    """A tender that is no payment, as a line on its account; its tax is what its account's rate gives."""
    return post("", paid.coding, paid.cents, paid.source)


def _payments(context: BuildContext, group: _Group, settled: Document, paid: Sequence[_Paid], sign: int) -> Iterator[Document]:
    """One payment per tender, whatever number of sales it was of."""
    by_tender: dict[str, list[_Paid]] = {}
    for one in paid:
        by_tender.setdefault(one.tender.tender_code, []).append(one)
    for code, own in by_tender.items():
        cents = sum(one.cents for one in own)
        if cents:
            yield _payment(context, settled, joined(group.what, code), own, sign * cents)


def _payment(context: BuildContext, settled: Document, what: str, paid: Sequence[_Paid], cents: int) -> Document:
    key = settled.key
    natural = natural_key(key, "payment", what)
    return Document(
        key=key,
        natural_key=natural,
        kind=DocumentKind.PAYMENT,
        number=number(key, "payment", what),
        date=settled.date,
        currency=context.organisation.currency,
        pos_id=settled.pos_id,
        settles=settled.natural_key,
        account=paid[0].coding.account,
        amount_cents=cents,
        postings=tuple(post(natural, one.coding, one.cents, one.source) for one in paid),
    )
