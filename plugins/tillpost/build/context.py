"""What building needs beside the facts: the organisation's policies, its mapping, and what Xero says of its accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from tillpost.mapping.tables import Mapping
from tillpost.model.documents import Document
from tillpost.organisations import Organisation, Store


@dataclass(frozen=True, slots=True)
class BuildContext:
    """Handed to every builder. ``bank_accounts``: codes of type BANK, which take overpayments and no journals.

    ``known_document`` finds a document built earlier by its natural key (a goods receipt that a bill reverses).
    """

    organisation: Organisation
    mapping: Mapping
    store_dates: tuple[tuple[str, date], ...]
    bank_accounts: frozenset[str] = frozenset()
    known_document: Callable[[str], Document | None] = field(default=lambda natural_key: None)

    def mapping_of(self, store: str) -> Mapping:
        """The mapping as that store sees it."""
        return self.mapping

    def store(self, key: str) -> Store:
        """The store of that key."""
        return self.organisation.store(key)
