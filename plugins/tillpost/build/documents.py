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
from tillpost.build.movements import document_of_movement, is_event, movement_postings
from tillpost.build.sales import count_postings, document_of_sale, sale_postings, sales_key
from tillpost.build.selection import select_facts
from tillpost.build.takings import takings_documents
from tillpost.model.documents import Document, Posting
from tillpost.model.findings import StreamKey


def build_documents(facts: duckdb.DuckDBPyConnection, context: BuildContext) -> dict[StreamKey, tuple[Document, ...]]:
    """The documents of every stream of the context's store-dates that has any, in the order in which they may be sent."""
    return that_book(build_all(facts, context))


def that_book(documents: Mapping[StreamKey, Sequence[Document]]) -> dict[StreamKey, tuple[Document, ...]]:
    """The documents without those whose postings net to nothing."""
    booked = {key: tuple(document for document in built if not document.books_nothing) for key, built in documents.items()}
    return {key: built for key, built in booked.items() if built}


def build_all(facts: duckdb.DuckDBPyConnection, context: BuildContext) -> dict[StreamKey, tuple[Document, ...]]:
    """As ``build_documents``, with the documents that net to nothing: they are not sent, and prove that nothing was forgotten."""
    selection = select_facts(facts, context)
    postings = _by_document(
        [
            *sale_postings(selection, context),
            *movement_postings(selection, context),
            *gl_postings(selection, context),
            *count_postings(selection, context),
        ]
    )
    invoiced = tuple(invoices(selection, context, postings))
    documents: dict[StreamKey, list[Document]] = {}
    for document in (
        *takings_documents(context, postings),
        *_events(selection, context, postings),
        *invoiced,
        *account_documents(selection, context, invoiced),
        *purchase_documents(selection, context),
    ):
        documents.setdefault(document.key, []).append(document)
    return {key: tuple(built) for key, built in documents.items()}


def _by_document(postings: Sequence[Posting]) -> dict[str, list[Posting]]:
    groups: dict[str, list[Posting]] = {}
    for posting in postings:
        groups.setdefault(posting.document, []).append(posting)
    return groups


def _events(selection: Selection, context: BuildContext, postings: Mapping[str, Sequence[Posting]]) -> Iterator[Document]:
    """The journals of real-time events."""
    for natural, key, kind, what in _named_events(selection, context):
        built = journal(context, key, natural, kind, what, postings.get(natural, ()), f"{kind.title()} {what}")
        if built is not None:
            yield built


def _named_events(selection: Selection, context: BuildContext) -> Iterator[tuple[str, StreamKey, str, str]]:
    for sale in selection.sales:
        if sale.becomes == "event":
            natural = document_of_sale(context, sale.store, sale.business_date, "event", sale.sale_id)
            yield natural, sales_key(context, sale.store, sale.business_date), "sale", sale.sale_id
    for movement in selection.movements:
        if is_event(context, movement):
            key = sales_key(context, movement.store, movement.business_date)
            yield document_of_movement(context, movement), key, "movement", movement.movement_id
