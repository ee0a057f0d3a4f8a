"""Which document carries a sale that went on account: what a later payment, credit note or overpayment settles, and whose it is.

A sale has an invoice of its own, or is in the invoice of its date and contact (setting ``debtor_grain``). What is sent or on record wins
over the settings of today: a store may have changed its mode or its debtor since, and Xero settles a document with its own contact's
money only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from tillpost.build.contacts import Party, account_party
from tillpost.build.context import BuildContext
from tillpost.build.facts import Allocation, Movement, Selection
from tillpost.build.numbering import joined, natural_key
from tillpost.build.sales import sales_key
from tillpost.model.documents import Contact, Document, DocumentKind

DAILY = "account-sales"


def is_daily(context: BuildContext, store: str, day: date) -> bool:
    """Whether the account sales of a date are one invoice per contact: batch mode only, for the other modes send each sale."""
    policies = context.store(store)
    return policies.debtor_grain == "per_date" and policies.mode_on(day) == "batch"


def daily_name(context: BuildContext, store: str, day: date, contact: Contact | None) -> str:
    """What tells the daily invoice of a contact: the date, and the contact unless all go to the one POS debtor."""
    if contact is None or context.store(store).debtor_on(day) == "pos_debtor":
        return day.isoformat()
    return joined(day.isoformat(), contact.number or contact.name)


class Carriers:
    """The invoices and credit notes of this run, and of earlier ones, by the sale that they carry."""

    def __init__(self, context: BuildContext, built: Sequence[Document]) -> None:
        self._context = context
        self._built = {(document.key.store, sale): document for document in built for sale in _sales_of(document)}
        self._known: dict[tuple[str, str, date | None], Document | None] = {}

    def of(self, store: str, sale_id: str, on: date | None = None) -> Document | None:
        """The document that carries a sale, or None; ``on`` is the sale's date where it is known."""
        if not sale_id:
            return None
        built = self._built.get((store, sale_id))
        if built is None:
            return self._context.record.carrier(store, sale_id, on) or self._sent(store, sale_id, on)
        return self._sent(store, sale_id, built.key.business_date) or built

    def _sent(self, store: str, sale_id: str, on: date | None) -> Document | None:
        """What carries the sale in Xero or on its way there; it stays as it is, whatever this run makes of its date."""
        place = (store, sale_id, on)
        if place not in self._known:
            self._known[place] = self._context.sent.carrier(*place)
        return self._known[place]

    def is_without(self, paid: Allocation) -> bool:
        """Whether the account sales of a date came to nothing: a daily invoice that its date, built in this run or settled, lacks."""
        day = paid.sale_date
        if day is None or not is_daily(self._context, paid.store, day) or self.of(paid.store, paid.sale_id) is not None:
            return False  # its invoice may be of another business date than the POS says
        return (paid.store, day) in self._context.store_dates or self._context.record.is_settled(paid.store, day)

    def settled_key(self, selection: Selection, movement: Movement, paid: Allocation) -> str:
        """The natural key of the document that an allocation settles; empty where nobody can tell the date of its sale."""
        carrier = self.of(paid.store, paid.sale_id, paid.sale_date)
        if carrier is not None:
            return carrier.natural_key
        context = self._context
        if context.store(paid.store).debtor_grain != "per_date":
            return natural_key(sales_key(context, paid.store, movement.business_date), "invoice", paid.sale_id)
        if paid.sale_date is None:
            return ""
        key = sales_key(context, paid.store, paid.sale_date)
        if not is_daily(context, paid.store, paid.sale_date):
            return natural_key(key, "invoice", paid.sale_id)
        party = account_party(context, selection, paid.store, movement.customer_id, paid.sale_date)
        return natural_key(key, DAILY, daily_name(context, paid.store, paid.sale_date, party.contact if party else None))

    def party(self, selection: Selection, movement: Movement, paid: Sequence[Allocation]) -> Party | None:
        """Whose money a movement moves: the contact of the first document that it settles or is meant for, else as the store has it."""
        usual = account_party(self._context, selection, movement.store, movement.customer_id, movement.business_date)
        meant = [(a.sale_id, a.sale_date) for a in paid] or [(movement.sale_id, None)]
        carrier = self.of(movement.store, *meant[0])
        if carrier is None or carrier.contact is None or carrier.key.business_date > movement.business_date:
            return usual  # what comes later must not change whom the money was from
        if usual is not None and usual.contact == carrier.contact:
            return usual
        return Party(carrier.contact, None, self._context.invoice_terms)


def _sales_of(document: Document) -> Iterator[str]:
    if document.kind not in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE):
        return
    yield document.pos_id
    for posting in document.postings:
        yield dict(posting.source.where).get("sale_id", document.pos_id)
