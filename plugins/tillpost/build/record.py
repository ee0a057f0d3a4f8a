"""What is on record of earlier runs, as far as building needs it: handed in by the flow, so that building itself asks no database.

Its look-ups leave out the dates that are built in this run: those are made anew from their facts. What was sent of them stays in Xero
as it is, whatever is built now: a second record (``BuildContext.sent``) has that alone, of any date, and goes before what is built.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from tillpost.model.documents import Contact, Document, Posting

StoreSale = tuple[str, str]
StoreLayby = tuple[str, str]


class Record(Protocol):
    """Documents that were built before. Each look-up answers with what counts: nothing superseded or voided."""

    def document(self, natural_key: str) -> Document | None:
        """The newest version of a document."""

    def carrier(self, store: str, sale_id: str, on: date | None) -> Document | None:
        """The invoice or credit note that carries a sale, its own or that of its date; ``on`` is the sale's date where it is known."""

    def deposits(self, sales: Collection[StoreSale]) -> Mapping[StoreSale, Sequence[Document]]:
        """Overpayments and credit notes of money that was paid for these contracts without settling anything yet."""

    def overpayments(self, store: str, contact: Contact, until: date) -> Sequence[Document]:
        """The overpayments of a store's contact up to a business date, used or not."""

    def settlements(self, natural_key: str) -> Sequence[Document]:
        """The payments and allocations that settle a document, or take from it."""

    def layby_postings(self, laybys: Collection[StoreLayby]) -> Mapping[StoreLayby, Sequence[tuple[date, Posting]]]:
        """The postings of these lay-bys, each with its business date."""

    def is_settled(self, store: str, on: date) -> bool:
        """Whether the sales of a date were built and nothing holds them: what they have no document of books nothing."""

    def is_billed(self, store: str, receipt_id: str) -> bool:
        """Whether a bill or supplier credit names that receipt of goods."""


class NothingOnRecord:
    """The record of an organisation that begins."""

    def document(self, natural_key: str) -> Document | None:
        """None."""
        return None

    def carrier(self, store: str, sale_id: str, on: date | None) -> Document | None:
        """None."""
        return None

    def deposits(self, sales: Collection[StoreSale]) -> Mapping[StoreSale, Sequence[Document]]:
        """None."""
        return {}

    def overpayments(self, store: str, contact: Contact, until: date) -> Sequence[Document]:
        """None."""
        return ()

    def settlements(self, natural_key: str) -> Sequence[Document]:
        """None."""
        return ()

    def layby_postings(self, laybys: Collection[StoreLayby]) -> Mapping[StoreLayby, Sequence[tuple[date, Posting]]]:
        """None."""
        return {}

    def is_settled(self, store: str, on: date) -> bool:
        """Never."""
        return False

    def is_billed(self, store: str, receipt_id: str) -> bool:
        """Never."""
        return False
