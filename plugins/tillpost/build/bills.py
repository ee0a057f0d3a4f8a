"""Purchases: bills, supplier credits, and goods received before their bill.

A bill goes out unpaid, whatever the POS says of it. A receipt is accrued without its GST, which is claimed with the bill; the date of
its first bill reverses the whole receipt, so that the suspense account ends at zero. Goods that were billed before they were received
are not accrued at all. The reversal settles the accrual: it waits until that is in Xero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from tillpost.build.coding import NO_TAX, Coding, code_of, post
from tillpost.build.contacts import is_for_accounting, supplier_party
from tillpost.build.context import BuildContext
from tillpost.build.facts import Purchase, PurchaseLineSum, Selection
from tillpost.build.journals import grouped_lines, journal
from tillpost.build.numbering import natural_key
from tillpost.build.shared_purchases import booked_once, stores_of
from tillpost.model.documents import Document, DocumentKind, DocumentLine, FactSelection, Posting
from tillpost.model.findings import Stream, StreamKey
from tillpost.model.money import tax_inside


def purchase_documents(selection: Selection, context: BuildContext) -> Iterator[Document]:
    """The documents of all purchases of suppliers that are for accounting."""
    lines: dict[tuple[str, str], list[PurchaseLineSum]] = {}
    for line in selection.purchase_lines:
        lines.setdefault((line.store, line.purchase_id), []).append(line)
    booked = [p for p in booked_once(selection.purchases, context) if is_for_accounting(context, p)]
    bills: dict[tuple[str, str], list[date]] = {}
    for purchase in booked:
        if purchase.kind != "receipt" and purchase.receipt_id:
            for store in stores_of(context, purchase):
                bills.setdefault((store, purchase.receipt_id), []).append(purchase.business_date)
    receipts: dict[str, Document] = {}
    for purchase in sorted(booked, key=lambda p: (p.business_date, p.kind != "receipt", p.store, p.purchase_id)):
        own = lines.get((purchase.store, purchase.purchase_id), ())
        if purchase.kind == "receipt" and _is_billed_before(context, purchase, bills.get((purchase.store, purchase.purchase_id), ())):
            continue
        for document in _documents(context, purchase, own, receipts):
            receipts[document.natural_key] = document
            yield document


def _is_billed_before(context: BuildContext, receipt: Purchase, bills: Sequence[date]) -> bool:
    """Whether goods need no accrual because their bill came first: dated before them, or sent while nobody knew of them."""
    key = _key(context, receipt)
    if context.known_document(natural_key(key, "receipt", receipt.purchase_id)) is not None:
        return False  # what is accrued stays accrued, and is reversed
    if bills:
        return min(bills) < receipt.business_date
    if any(context.known_document(name) is not None for name in _names(context, receipt, "receipt-reversal", receipt.purchase_id)):
        return False
    return any(context.record.is_billed(store, receipt.purchase_id) for store in stores_of(context, receipt))


def _documents(
    context: BuildContext, purchase: Purchase, lines: Sequence[PurchaseLineSum], receipts: Mapping[str, Document]
) -> Iterator[Document]:
    if purchase.kind == "receipt":
        accrual = _accrual(context, purchase, lines)
        if accrual is not None:
            yield accrual
        return
    yield from _bill(context, purchase, lines)
    if purchase.receipt_id:
        yield from _reversal(context, purchase, receipts)


def _key(context: BuildContext, purchase: Purchase) -> StreamKey:
    return StreamKey(context.organisation.key, purchase.store, purchase.business_date, Stream.PURCHASES)


def _names(context: BuildContext, purchase: Purchase, word: str, receipt_id: str) -> list[str]:
    """The natural keys that the receipt of a purchase, or its reversal, may have: one per store that may have booked it."""
    key = _key(context, purchase)
    return [natural_key(replace(key, store=store), word, receipt_id) for store in stores_of(context, purchase)]


def _bill(context: BuildContext, purchase: Purchase, lines: Sequence[PurchaseLineSum]) -> Iterator[Document]:
    key, party, store = _key(context, purchase), supplier_party(context, purchase), context.store(purchase.store)
    credit = purchase.kind == "credit"
    kind = DocumentKind.SUPPLIER_CREDIT if credit else DocumentKind.BILL
    natural = natural_key(key, "supplier-credit" if credit else "bill", purchase.purchase_id)
    postings = tuple(_line_postings(context, purchase, lines, natural))
    document_lines = grouped_lines(postings, -1 if credit else 1)
    if not document_lines:
        return
    due = purchase.due_date or (party.due(purchase.document_date) if party else None)
    yield Document(
        key=key,
        natural_key=natural,
        kind=kind,
        number=purchase.supplier_reference,
        date=purchase.document_date,
        currency=purchase.currency,
        lines=document_lines,
        contact=party.contact if party else None,
        due_date=None if credit else due,
        reference=store.name if credit else "",
        pos_id=purchase.purchase_id,
        draft=store.sends_drafts_on(purchase.business_date),
        postings=postings,
    )


def _line_postings(context: BuildContext, purchase: Purchase, lines: Sequence[PurchaseLineSum], document: str) -> Iterator[Posting]:
    for line in lines:
        coding = _line_coding(context, purchase, line.line_kind, line.category, line.account_code, line.tax_code)
        if coding is None or line.gross_cents == 0:
            continue
        tax = line.tax_cents if line.unrecorded == 0 else tax_inside(line.gross_cents, coding.rate_bp)
        source = FactSelection("purchase_lines", _where(purchase, line), line.rows)
        yield post(document, coding, line.gross_cents, source, pos_tax_cents=tax, roundings=line.roundings)
    if purchase.freight_cents and not any(line.line_kind == "freight" for line in lines):
        coding = _line_coding(context, purchase, "freight", "", "", None)
        if coding is not None:
            source = FactSelection("purchases", (("purchase_id", purchase.purchase_id), ("amount", "freight")), 1)
            yield post(document, coding, purchase.freight_cents, source, pos_tax_cents=tax_inside(purchase.freight_cents, coding.rate_bp))


def _line_coding(
    context: BuildContext, purchase: Purchase, line_kind: str, category: str, account_code: str, tax_code: str | None
) -> Coding | None:
    """Goods by purchase category (or the ledger account that the POS names); freight, fees and the like by their kind."""
    mapping = context.mapping_of(purchase.store)
    code = tax_code or _supplier_tax_code(context, purchase)
    day = purchase.business_date
    if line_kind != "goods":
        return code_of(mapping, "purchase_other", line_kind, day, code, purchase=True)
    if category:
        return code_of(mapping, "purchase_category", category, day, code, purchase=True)
    return code_of(mapping, "gl_account", account_code, day, code, purchase=True)


def _supplier_tax_code(context: BuildContext, purchase: Purchase) -> str:
    row = context.mapping_of(purchase.store).contact("supplier", purchase.supplier_id)
    return row.tax_code if row and row.tax_code else NO_TAX


def _accrual(context: BuildContext, purchase: Purchase, lines: Sequence[PurchaseLineSum]) -> Document | None:
    """Goods received: their value without GST, against goods received not invoiced."""
    key, day = _key(context, purchase), purchase.business_date
    natural = natural_key(key, "receipt", purchase.purchase_id)
    suspense = code_of(context.mapping_of(purchase.store), "other", "inventory_suspense", day)
    if suspense is None:
        return None
    postings = list(_untaxed(context, _line_postings(context, purchase, lines, natural), day))
    source = FactSelection("purchases", (("purchase_id", purchase.purchase_id),), 1)
    postings.append(post(natural, suspense, -sum(p.cents for p in postings), source))
    return journal(context, key, natural, "receipt", purchase.purchase_id, postings, "Goods received", purchase.document_date)


def _untaxed(context: BuildContext, postings: Iterator[Posting], on: date) -> Iterator[Posting]:
    tax = context.mapping.tax(NO_TAX, on)
    for posting in postings:
        if tax is not None:
            net = posting.cents - posting.pos_tax_cents
            yield replace(posting, cents=net, tax_type=tax.purchase_tax_type, rate_bp=0, pos_tax_cents=0, roundings=0)


def _reversal(context: BuildContext, purchase: Purchase, receipts: Mapping[str, Document]) -> Iterator[Document]:
    """The whole receipt turned round, once: on the date of the first bill that names it. What was sent of it goes before what is built."""
    key, natural = _key(context, purchase), natural_key(_key(context, purchase), "receipt-reversal", purchase.receipt_id)
    names = _names(context, purchase, "receipt", purchase.receipt_id)
    known = (context.sent.document(n) or receipts.get(n) or context.known_document(n) for n in names)
    receipt = next((document for document in known if document is not None), None)
    before = [name for name in _names(context, purchase, "receipt-reversal", purchase.receipt_id) if name in receipts]
    if receipt is None or before or _is_reversed_before(context, purchase, key):
        return
    source = FactSelection("purchases", (("purchase_id", purchase.receipt_id),), 1)
    postings = [_reversed(natural, line, source, receipt) for line in receipt.lines]
    title = "Goods received, now invoiced"
    document = journal(
        context, key, natural, "receipt-reversal", purchase.receipt_id, postings, title, max(purchase.document_date, receipt.date)
    )
    if document is not None:
        yield replace(document, settles=receipt.natural_key)


def _is_reversed_before(context: BuildContext, purchase: Purchase, key: StreamKey) -> bool:
    """Whether another stream has the reversal: sent, or on record of a date that this run does not make anew."""
    for name in _names(context, purchase, "receipt-reversal", purchase.receipt_id):
        sent = context.sent.document(name)
        before = sent or context.known_document(name)
        if before is None or before.key == key:
            continue
        if sent is not None or (before.key.store, before.key.business_date) not in context.store_dates:
            return True
    return False


def _reversed(document: str, line: DocumentLine, source: FactSelection, receipt: Document) -> Posting:
    return Posting(
        document=document,
        account=line.account,
        tax_type=line.tax_type,
        rate_bp=line.rate_bp,
        tracking=line.tracking,
        cents=-line.cents,
        pos_tax_cents=0,
        roundings=0,
        description=line.description,
        source=source,
        mapped_by=receipt.number,
    )


def _where(purchase: Purchase, line: PurchaseLineSum) -> tuple[tuple[str, str], ...]:
    # A bill names its receipt too: goods that come after their bill are told by that.
    values = {
        "purchase_id": purchase.purchase_id, "receipt_id": purchase.receipt_id, "line_kind": line.line_kind,
        "category": line.category, "tax_code": line.tax_code or "",
    }  # fmt: skip
    return tuple((name, value) for name, value in values.items() if value)
