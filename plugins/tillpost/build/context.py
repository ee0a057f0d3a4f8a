"""What building needs beside the facts: the organisation's policies, its mapping, and what Xero says of its accounts."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date

from tillpost.build.record import NothingOnRecord, Record
from tillpost.mapping.tables import Mapping
from tillpost.model.documents import Document
from tillpost.model.reference import PaymentTerm
from tillpost.organisations import Organisation, Store


@dataclass(frozen=True, slots=True)
class BuildContext:
    """Handed to every builder. ``bank_accounts``: codes of type BANK, which take overpayments and no journals.

    ``known_document`` finds a document built earlier by its natural key (a goods receipt that a bill reverses), ``record`` what else
    is on record of dates that this run does not build, ``sent`` what is in Xero or on its way there, of any date: it stays as it is.
    ``invoice_terms`` and ``bill_terms`` are Xero's own default due dates.
    ``takings`` tells, per store and date that is in Xero already, which form the takings have there (``build.takings``).
    """

    organisation: Organisation
    mapping: Mapping
    store_dates: tuple[tuple[str, date], ...]
    bank_accounts: frozenset[str] = frozenset()
    known_document: Callable[[str], Document | None] = field(default=lambda natural_key: None)
    record: Record = field(default_factory=NothingOnRecord)
    invoice_terms: PaymentTerm | None = None
    bill_terms: PaymentTerm | None = None
    takings: Map[tuple[str, date], str] = field(default_factory=dict)
    sent: Record = field(default_factory=NothingOnRecord)

    def mapping_of(self, store: str) -> Mapping:
        """The mapping as that store sees it."""
        return self.mapping.for_store(store)

    def store(self, key: str) -> Store:
        """The store of that key."""
        return self.organisation.store(key)
