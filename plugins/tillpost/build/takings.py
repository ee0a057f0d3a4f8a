"""Where a date's takings go: the store's own journal, an invoice to the POS debtor that totals zero, or one document of all stores.

Postings of a date's takings name the store's journal of that date; which document that really is, is decided here. A date whose
takings are in Xero already keeps the form that they have there: those settings count from the first date that is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from tillpost.build.context import BuildContext
from tillpost.build.journals import grouped_lines, journal
from tillpost.build.numbering import natural_key, number
from tillpost.build.sales import document_of_sale, sales_key
from tillpost.model.documents import TAKINGS, Contact, Document, DocumentKind, Posting
from tillpost.model.findings import ALL_STORES, Stream, StreamKey

JOURNAL, INVOICE, TOGETHER = "journal", "invoice", "together"


def takings_form(context: BuildContext, store: str, day: date) -> str:
    """``journal``, ``invoice`` or ``together``. Outside batch mode what is left for the date's end is always a journal."""
    in_xero = context.takings.get((store, day))
    if in_xero:
        return in_xero
    policies = context.store(store)
    if policies.mode_on(day) != "batch":
        return JOURNAL
    return TOGETHER if context.organisation.sales_document == "per_organisation" else policies.sales_as


def stores_together(context: BuildContext, day: date) -> tuple[str, ...]:
    """The stores that have begun by a business date and whose takings of it belong into the document of all stores, by key."""
    stores = context.organisation.stores
    return tuple(key for key in sorted(stores) if stores[key].starts_on <= day and takings_form(context, key, day) == TOGETHER)


def takings_documents(context: BuildContext, postings: Mapping[str, Sequence[Posting]]) -> Iterator[Document]:
    """The takings of each store and date, and of all stores where they send one document. ``postings`` by natural key."""
    together: dict[date, list[Posting]] = {}
    for store, day in sorted(context.store_dates):
        own = postings.get(document_of_sale(context, store, day, "journal", ""), ())
        form = takings_form(context, store, day)
        if form == TOGETHER:
            together.setdefault(day, []).extend(_of_store(posting, store) for posting in own)
        else:
            yield from _document(context, sales_key(context, store, day), form, own)
    for day, every in together.items():
        yield from _document_of_all(context, day, every)


def _document_of_all(context: BuildContext, day: date, postings: Sequence[Posting]) -> Iterator[Document]:
    """The one document of a date; a draft as long as one of its stores sends drafts."""
    stores = [context.store(key) for key in stores_together(context, day)]
    form = context.takings.get((ALL_STORES, day)) or stores[0].sales_as
    is_draft = any(store.sends_drafts_on(day) for store in stores)
    for built in _document(context, StreamKey(context.organisation.key, ALL_STORES, day, Stream.SALES), form, postings):
        yield replace(built, draft=is_draft, postings=_moved(postings, built.natural_key))


def _document(context: BuildContext, key: StreamKey, form: str, postings: Sequence[Posting]) -> Iterator[Document]:
    what = key.business_date.isoformat()
    if form == INVOICE:
        built = _invoice(context, key, natural_key(key, TAKINGS, what), postings)
    else:
        built = journal(context, key, natural_key(key, "journal", what), "journal", what, postings, "Sales")
    if built is not None:
        yield built


def _invoice(context: BuildContext, key: StreamKey, natural: str, postings: Sequence[Posting]) -> Document | None:
    """Takings as an invoice: income positive, tenders negative, zero in all, so that Xero calls it paid at once."""
    if not postings:
        return None
    lines = grouped_lines(postings, -1)
    stores, day = context.organisation.stores, key.business_date
    mapping = context.mapping_of(key.store) if key.store in stores else context.mapping
    debtor = mapping.contact("debtor", "*")
    return Document(
        key=key,
        natural_key=natural,
        kind=DocumentKind.INVOICE,
        number=number(key, TAKINGS, day.isoformat()),
        date=day,
        currency=context.organisation.currency,
        lines=lines,
        contact=Contact(debtor.contact_name, debtor.account_number) if debtor else None,
        due_date=day,
        reference=f"Sales, {context.organisation.store_name(key.store)}",
        draft=key.store in stores and stores[key.store].sends_drafts_on(day),
        postings=_moved(postings, natural),
    )


def _of_store(posting: Posting, store: str) -> Posting:
    """A posting that tells its store, for the document's own stream does not."""
    return replace(posting, source=replace(posting.source, where=(("store", store), *posting.source.where)))


def _moved(postings: Sequence[Posting], natural: str) -> tuple[Posting, ...]:
    return tuple(replace(posting, document=natural) for posting in postings)
