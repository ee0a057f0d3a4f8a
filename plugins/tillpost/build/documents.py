"""From facts and mapping to the documents of each stream: the one entry to building. Pure: the same facts give the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from tillpost.build.accounts import account_documents
from tillpost.build.bills import purchase_documents
from tillpost.build.context import BuildContext
from tillpost.build.facts import Selection
from tillpost.build.gl_entries import gl_postings
from tillpost.build.invoices import invoices
from tillpost.build.journals import journal
from tillpost.build.movements import document_of_movement, movement_postings
from tillpost.build.sales import count_postings, document_of_sale, sale_postings, sales_key
from tillpost.build.selection import select_facts
from tillpost.model.documents import Document, Posting
from tillpost.model.findings import StreamKey


def build_documents(facts: duckdb.DuckDBPyConnection, context: BuildContext) -> dict[StreamKey, tuple[Document, ...]]:
    """The documents of every stream of the context's store-dates that has any, in the order in which they may be sent."""
    selection = select_facts(facts, context)
    postings = _by_document(
        [
            *sale_postings(selection, context),
            *movement_postings(selection, context),
            *gl_postings(selection, context),
            *count_postings(selection, context),
        ]
    )
    documents: dict[StreamKey, list[Document]] = {}
    for document in (
        *_journals(selection, context, postings),
        *invoices(selection, context, postings),
        *account_documents(selection, context),
        *purchase_documents(selection, context),
    ):
        documents.setdefault(document.key, []).append(document)
    return {key: tuple(built) for key, built in documents.items()}


def _by_document(postings: Sequence[Posting]) -> dict[str, list[Posting]]:
    groups: dict[str, list[Posting]] = {}
    for posting in postings:
        groups.setdefault(posting.document, []).append(posting)
    return groups


def _journals(selection: Selection, context: BuildContext, postings: Mapping[str, Sequence[Posting]]) -> Iterator[Document]:
    """The day's journal of each store and date, and the journals of real-time events."""
    for store, day in context.store_dates:
        key, what = sales_key(context, store, day), day.isoformat()
        natural = document_of_sale(context, store, day, "journal", "")
        built = journal(context, key, natural, "journal", what, postings.get(natural, ()), "Sales")
        if built is not None:
            yield built
    for natural, key, kind, what in _events(selection, context):
        built = journal(context, key, natural, kind, what, postings.get(natural, ()), f"{kind.title()} {what}")
        if built is not None:
            yield built


def _events(selection: Selection, context: BuildContext) -> Iterator[tuple[str, StreamKey, str, str]]:
    for sale in selection.sales:
        if sale.becomes == "event":
            natural = document_of_sale(context, sale.store, sale.business_date, "event", sale.sale_id)
            yield natural, sales_key(context, sale.store, sale.business_date), "sale", sale.sale_id
    for movement in selection.movements:
        if context.store(movement.store).mode_on(movement.business_date) == "real_time":
            key = sales_key(context, movement.store, movement.business_date)
            yield document_of_movement(context, movement), key, "movement", movement.movement_id
