"""Invoices, credit notes and their payments: sales on account, and every contract in transaction mode.

The whole sale is one document, a credit note where it is negative; what was paid at once is a payment on it (a refund of it).
In transaction mode the document keeps the sale's own lines, what the customer bought; else lines are grouped as in a journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tillpost.build.coding import Coding, post
from tillpost.build.contacts import sale_party
from tillpost.build.context import BuildContext
from tillpost.build.facts import SaleSum, Selection, TenderSum
from tillpost.build.journals import grouped_lines, line_of
from tillpost.build.numbering import joined, natural_key, number
from tillpost.build.sales import document_of_sale, sales_key, tender_coding
from tillpost.model.documents import Document, DocumentKind, DocumentLine, FactSelection, Posting


def invoices(selection: Selection, context: BuildContext, postings: Mapping[str, Sequence[Posting]]) -> Iterator[Document]:
    """The invoice or credit note of each invoiced sale, each followed by its payments. ``postings`` by natural key of the document."""
    tenders: dict[tuple[str, str], list[TenderSum]] = {}
    for tender in selection.tenders:
        tenders.setdefault((tender.store, tender.sale_id), []).append(tender)
    for sale in selection.sales:
        if sale.becomes == "invoice":
            natural = document_of_sale(context, sale.store, sale.business_date, "invoice", sale.sale_id)
            yield from _sale_documents(selection, context, sale, postings.get(natural, ()), tenders.get((sale.store, sale.sale_id), ()))


def _sale_documents(
    selection: Selection, context: BuildContext, sale: SaleSum, postings: Sequence[Posting], tenders: Sequence[TenderSum]
) -> Iterator[Document]:
    paid = _paid_by_account(context, sale, tenders)
    total = -sum(p.cents for p in postings)
    sign = -1 if total < 0 or (total == 0 and sale.gross_cents < 0) else 1
    against = [(coding, tender) for coding, tender in paid if tender.amount_cents * sign < 0]
    natural = document_of_sale(context, sale.store, sale.business_date, "invoice", sale.sale_id)
    everything = [*postings, *(_handed_out(natural, coding, tender) for coding, tender in against)]
    document = _document(selection, context, sale, everything, sign)
    if document is None:
        return
    yield document
    if not document.draft:  # Xero takes payments on approved documents only
        yield from (_payment(context, sale, document, coding, tender) for coding, tender in paid if tender.amount_cents * sign > 0)


def _document(selection: Selection, context: BuildContext, sale: SaleSum, postings: Sequence[Posting], sign: int) -> Document | None:
    store = context.store(sale.store)
    lines = _own_lines(postings, sign) if store.mode_on(sale.business_date) == "transaction" else grouped_lines(postings, -sign)
    if not lines:
        return None
    key = sales_key(context, sale.store, sale.business_date)
    party = sale_party(context, selection, sale)
    kind, word = (DocumentKind.INVOICE, "invoice") if sign > 0 else (DocumentKind.CREDIT_NOTE, "credit-note")
    return Document(
        key=key,
        natural_key=natural_key(key, word, sale.sale_id),
        kind=kind,
        number=number(key, word, sale.sale_id),
        date=sale.business_date,
        currency=context.organisation.currency,
        lines=lines,
        contact=party.contact if party else None,
        due_date=party.due(sale.business_date) if party and kind is DocumentKind.INVOICE else None,
        reference=f"{store.name} receipt {sale.receipt_no}" if sale.receipt_no else store.name,
        pos_id=sale.sale_id,
        draft=store.send_as == "draft",
        postings=tuple(postings),
    )


def _own_lines(postings: Sequence[Posting], sign: int) -> tuple[DocumentLine, ...]:
    """One line per posting, in the sale's order; zero lines are dropped."""
    return tuple(line_of([posting], -sign) for posting in postings if posting.cents)


def _paid_by_account(context: BuildContext, sale: SaleSum, tenders: Sequence[TenderSum]) -> list[tuple[Coding, TenderSum]]:
    """What was paid at once (cash-out is no payment), net per tender; what went on account is what stays due."""
    paid: dict[str, tuple[Coding, TenderSum]] = {}
    for tender in tenders:
        coding = tender_coding(context, sale.store, tender.tender_code, sale.business_date)
        if coding is None:
            continue
        before = paid[tender.tender_code][1].amount_cents if tender.tender_code in paid else 0
        paid[tender.tender_code] = (coding, replace(tender, amount_cents=before + tender.amount_cents - tender.cash_out_cents))
    return list(paid.values())


def _handed_out(document: str, coding: Coding, tender: TenderSum) -> Posting:
    """Money that went the other way than the document: an untaxed line on the tender's account, for it is no payment."""
    source = FactSelection("tenders", (("sale_id", tender.sale_id), ("tender_code", tender.tender_code)), tender.rows)
    return post(document, coding, tender.amount_cents, source)


def _payment(context: BuildContext, sale: SaleSum, settled: Document, coding: Coding, tender: TenderSum) -> Document:
    key, what = settled.key, joined(sale.sale_id, tender.tender_code)
    source = FactSelection("tenders", (("sale_id", sale.sale_id), ("tender_code", tender.tender_code)), tender.rows)
    natural = natural_key(key, "payment", what)
    return Document(
        key=key,
        natural_key=natural,
        kind=DocumentKind.PAYMENT,
        number=number(key, "payment", what),
        date=sale.business_date,
        currency=context.organisation.currency,
        pos_id=sale.sale_id,
        settles=settled.natural_key,
        account=coding.account,
        amount_cents=abs(tender.amount_cents),
        postings=(post(natural, coding, tender.amount_cents, source),),
    )
