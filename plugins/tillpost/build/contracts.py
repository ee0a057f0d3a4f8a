"""What was paid for a contract beforehand is applied to its invoice, where the store asks for it (setting ``auto_allocate``).

Money and invoice may come in any order and in different runs: the allocation belongs to the stream of whichever comes later. Several
deposits never take more than the contract leaves due on that date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tillpost.build.account_documents import allocated
from tillpost.build.carriers import Carriers
from tillpost.build.context import BuildContext
from tillpost.build.facts import Selection
from tillpost.build.numbering import joined, natural_key
from tillpost.model.documents import Document, DocumentKind

# A credit, the invoice of the contract that it was paid for, and the contract's id.
Pair = tuple[Document, Document, str]


def contract_allocations(context: BuildContext, selection: Selection, carriers: Carriers, built: Sequence[Document]) -> Iterator[Document]:
    """The allocations of deposits to contracts, of which at least one is built in this run."""
    settled = [d for d in built if d.kind in (DocumentKind.PAYMENT, DocumentKind.ALLOCATION)]
    taken: Counter[str] = Counter()
    this_run = frozenset(context.store_dates)
    for credit, invoice, sale_id in sorted(_pairs(context, selection, carriers, built), key=_order):
        later = max(credit, invoice, key=lambda d: d.key.business_date)
        if (later.key.store, later.key.business_date) not in this_run:
            continue
        on_record = {d.natural_key: d for name in (credit, invoice) for d in context.record.settlements(name.natural_key)}
        before = [d for d in (*settled, *on_record.values()) if d.key.business_date <= later.key.business_date]
        cents = min(_left(credit, before, taken), _left(invoice, before, taken))
        if cents > 0:
            taken.update({credit.natural_key: cents, invoice.natural_key: cents})
            yield allocated(credit, later, joined(credit.pos_id, sale_id), invoice.natural_key, cents)


def _order(pair: Pair) -> tuple[object, ...]:
    credit, invoice, _ = pair
    return max(credit.key.business_date, invoice.key.business_date), credit.key.business_date, credit.natural_key


def _left(document: Document, settlements: Sequence[Document], taken: Counter[str]) -> int:
    """What of an invoice is due, or of a credit is unused."""
    used = sum(d.total_cents for d in settlements if document.natural_key in (d.settles, d.credit))
    return document.total_cents - used - taken[document.natural_key]


def _pairs(context: BuildContext, selection: Selection, carriers: Carriers, built: Sequence[Document]) -> Iterator[Pair]:
    """Each credit that was paid for a contract with that contract's invoice. Xero settles an invoice with its own contact's money only."""
    meant = {(m.store, m.movement_id): m.sale_id for m in selection.movements if m.kind == "account_payment" and m.sale_id}
    asked = [document for document in built if _allocates(context, document)]
    for credit in asked:
        sale_id = meant.get((credit.key.store, credit.pos_id), "") if _is(credit, "overpayment", "account-credit") else ""
        invoice = carriers.of(credit.key.store, sale_id)
        if invoice is not None and _fit(credit, invoice):
            yield credit, invoice, sale_id
    contracts = {(invoice.key.store, invoice.pos_id): invoice for invoice in asked if _is(invoice, "invoice")}
    for (store, sale_id), credits in (context.record.deposits(contracts) if contracts else {}).items():
        invoice = contracts[store, sale_id]
        yield from ((credit, invoice, sale_id) for credit in credits if _fit(credit, invoice))


def _allocates(context: BuildContext, document: Document) -> bool:
    return context.store(document.key.store).auto_allocate and not document.draft


def _is(document: Document, *words: str) -> bool:
    """Whether a document is of that kind by its natural key: a credit note may be a sale's or a payment's."""
    return any(document.natural_key == natural_key(document.key, word, document.pos_id) for word in words)


def _fit(credit: Document, invoice: Document) -> bool:
    return invoice.kind is DocumentKind.INVOICE and credit.contact == invoice.contact
