"""What was paid for a contract beforehand is applied to its invoice, where the store asks for it (setting ``auto_allocate``).

Money and invoice may come in any order and in different runs: the allocation belongs to the stream of whichever comes later. Several
deposits never take more than the contract leaves due on that date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tillpost.build.account_documents import allocated
from tillpost.build.carriers import Carriers
from tillpost.build.context import BuildContext
from tillpost.build.facts import Selection
from tillpost.build.numbering import joined, natural_key
from tillpost.build.settled import Settled
from tillpost.model.documents import Document, DocumentKind

# A credit, the invoice of the contract that it was paid for, and the contract's id.
Pair = tuple[Document, Document, str]


def contract_allocation(pair: Pair, settled: Settled) -> Iterator[Document]:
    """The allocation of a deposit to its contract, if both have something left on the later date of the two."""
    credit, invoice, sale_id = pair
    later = later_of(pair)
    cents = min(settled.left(each, later.key.business_date) for each in (credit, invoice))
    if cents > 0:
        yield allocated(credit, later, joined(credit.pos_id, sale_id), invoice.natural_key, cents)


def later_of(pair: Pair) -> Document:
    """The later of both: the allocation belongs to its stream and date."""
    return max(pair[:2], key=lambda d: d.key.business_date)


def contract_pairs(context: BuildContext, selection: Selection, carriers: Carriers, built: Sequence[Document]) -> Iterator[Pair]:
    """The deposits and contracts of which the later is built in this run."""
    this_run = frozenset(context.store_dates)
    for pair in _pairs(context, selection, carriers, built):
        later = later_of(pair).key
        if (later.store, later.business_date) in this_run:
            yield pair


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
