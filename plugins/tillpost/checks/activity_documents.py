"""What documents book, per account, in the words of ``activity_facts``: their postings summed by the table of facts that they sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tillpost.checks.activity_facts import (
    ACCOUNTS,
    COUNTS,
    DEBTORS,
    ENTRIES,
    ENTRY_GST,
    EXTRAS,
    INCOME,
    MOVEMENTS,
    PURCHASES,
    RECEIVABLE,
    RECEIVED,
    TENDERS,
    Asked,
    Figure,
)
from tillpost.model.documents import Document, DocumentKind, Posting
from tillpost.model.findings import Stream

# What a posting of a table of facts is.
_OF_TABLE = {
    "sale_lines": INCOME, "tenders": TENDERS, "sales": EXTRAS, "movements": MOVEMENTS, "movement_lines": MOVEMENTS,
    "movement_allocations": ACCOUNTS, "counts": COUNTS, "gl_entries": ENTRIES, "purchase_lines": PURCHASES, "purchases": PURCHASES,
}  # fmt: skip
_SALE_TABLES = ("sale_lines", "tenders", "sales")
_DEBTOR_KINDS = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.PAYMENT)
# Amounts that follow from the others: the balance of a lay-by, its adjustments taken back, what an account payment leaves as a deposit.
SURPLUS = "surplus"
FOLLOWING = ("lay-by balance", "adjustment reversed", "deposit")


def figures_of_documents(documents: Iterable[Document], asked: Asked) -> Iterator[Figure]:
    """Every amount that these documents book. ``asked``: what the facts tell, to be compared with."""
    for document in documents:
        word = [*document.natural_key.split("/"), "", "", ""][2]
        if word == "receipt-reversal" or _is_shared(document, asked):
            continue  # a receipt turned round is what another date accrued
        side = "batch" if word in ("journal", "takings") else "sent"
        for posting in document.postings:
            yield from _figures(document, word, side, posting, asked)


def _is_shared(document: Document, asked: Asked) -> bool:
    return document.key.stream is Stream.PURCHASES and (document.key.store, document.pos_id) in asked.shared_purchases


def _figures(document: Document, word: str, side: str, posting: Posting, asked: Asked) -> Iterator[Figure]:
    where = dict(posting.source.where)
    store, table, amount = where.get("store", document.key.store), posting.source.table, where.get("amount", "")
    what = RECEIVED if word == "receipt" else _OF_TABLE[table]
    if (store, where.get("movement_id", "")) in asked.account_movements:
        # A deposit is money on account like the rest of its payment, although the date's document carries it.
        what, side = ACCOUNTS, "sent" if amount == SURPLUS else side
    if what is ENTRIES:
        yield _figure(document, store, what, posting.account, side, posting.cents - posting.pos_tax_cents)
        yield _figure(document, store, what, ENTRY_GST, side, posting.pos_tax_cents)
        return
    owing = document.kind in _DEBTOR_KINDS and not document.is_takings and table in _SALE_TABLES
    if owing and document.draft and table == "tenders":
        return  # money that went the other way: on a draft, all that was taken at once is left to a person
    if amount not in FOLLOWING:
        yield _figure(document, store, what, posting.account, side, posting.cents)
    if owing:
        yield _figure(document, store, DEBTORS, RECEIVABLE, side, -posting.cents)


def _figure(document: Document, store: str, what: str, account: str, side: str, cents: int) -> Figure:
    return Figure(store, document.key.business_date, document.key.stream, what, account, side, cents)
