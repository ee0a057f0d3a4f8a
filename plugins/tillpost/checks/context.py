"""What the checks are handed beside the facts: the organisation, its mapping, and which store-dates are looked at."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date

from tillpost.mapping.tables import Mapping
from tillpost.model.documents import Document
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What is looked at, and by what measure.

    ``store_dates`` are the streams in question: facts of other dates are read but raise no finding. ``known_bills`` are supplier bills on
    record: supplier id, supplier's number, purchase id. ``periods`` tells which business dates were extracted of a store (default: from the
    first to the last of its store-dates). ``dust`` counts, per store and table, amounts that were not whole cents when they were read,
    ``outside`` rows that were delivered for dates that nobody asked for: they are not in the facts.
    ``tenant_id`` is the Xero tenant that the organisation is bound to, where it is known.

    On record of dates that are not looked at: ``known_sales`` that documents of ours carry (store, sale id), ``known_laybys`` that end
    in these facts (store, date of the end, lay-by, cents of its liability until then, debit positive), ``open_receipts`` of goods that no
    bill has reversed (store, purchase id, date, cents). ``known_document`` finds a document on record by its natural key.
    ``built`` are the natural keys of all documents of this run, also of streams that are held.

    ``unaccrued_receipts`` (store, purchase id) are goods in these facts whose bill came first; ``bank_accounts`` are codes of type BANK.
    """

    organisation: Organisation
    mapping: Mapping
    store_dates: tuple[tuple[str, date], ...]
    known_bills: tuple[tuple[str, str, str], ...] = ()
    periods: Map[str, DateRange] = field(default_factory=dict)
    dust: Map[str, Map[str, int]] = field(default_factory=dict)
    tenant_id: str = ""
    outside: Map[str, Map[str, int]] = field(default_factory=dict)
    known_sales: tuple[tuple[str, str], ...] = ()
    known_laybys: tuple[tuple[str, date, str, int], ...] = ()
    open_receipts: tuple[tuple[str, str, date, int], ...] = ()
    known_document: Callable[[str], Document | None] = field(default=lambda natural_key: None)
    built: frozenset[str] = frozenset()
    unaccrued_receipts: tuple[tuple[str, str], ...] = ()
    bank_accounts: frozenset[str] = frozenset()

    def store_name(self, key: str) -> str:
        """The store's name for a reader, or its key where it is not configured."""
        return self.organisation.store_name(key)

    def period(self, store: str) -> DateRange | None:
        """The business dates that were extracted of a store."""
        if store in self.periods:
            return self.periods[store]
        days = [day for key, day in self.store_dates if key == store]
        return DateRange(min(days), DateRange.of_day(max(days)).end) if days else None
