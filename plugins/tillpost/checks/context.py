"""What the checks are handed beside the facts: the organisation, its mapping, and which store-dates are looked at."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from tillpost.model.period import DateRange
from tillpost.organisations import Organisation


class AccountLike(Protocol):
    """A row of accounts.csv."""

    @property
    def kind(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def tax_code(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...


class TaxLike(Protocol):
    """A row of taxes.csv."""

    @property
    def country(self) -> str: ...
    @property
    def pos_tax_code(self) -> str: ...
    @property
    def rate_bp(self) -> int: ...
    @property
    def valid_from(self) -> date | None: ...


class ContactLike(Protocol):
    """A row of contacts.csv."""

    @property
    def kind(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def contact_name(self) -> str: ...
    @property
    def for_accounting(self) -> bool: ...
    @property
    def tax_code(self) -> str: ...


class MappingLike(Protocol):
    """All rows of an organisation's mapping; the queries look up what holds on a date themselves."""

    @property
    def accounts(self) -> Sequence[AccountLike]: ...
    @property
    def taxes(self) -> Sequence[TaxLike]: ...
    @property
    def contacts(self) -> Sequence[ContactLike]: ...


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What is looked at, and by what measure.

    ``store_dates`` are the streams in question: facts of other dates are read but raise no finding. ``known_bills`` are supplier bills on
    record: supplier id, supplier's number, purchase id. ``periods`` tells which business dates were extracted of a store (default: from the
    first to the last of its store-dates). ``dust`` counts, per store and table, amounts that were not whole cents when they were read.
    ``tenant_id`` is the Xero tenant that the organisation is bound to, where it is known.
    """

    organisation: Organisation
    mapping: MappingLike
    store_dates: tuple[tuple[str, date], ...]
    known_bills: tuple[tuple[str, str, str], ...] = ()
    periods: Map[str, DateRange] = field(default_factory=dict)
    dust: Map[str, Map[str, int]] = field(default_factory=dict)
    tenant_id: str = ""

    def store_name(self, key: str) -> str:
        """The store's name for a reader, or its key where it is not configured."""
        store = self.organisation.stores.get(key)
        return store.name if store else key

    def period(self, store: str) -> DateRange | None:
        """The business dates that were extracted of a store."""
        if store in self.periods:
            return self.periods[store]
        days = [day for key, day in self.store_dates if key == store]
        return DateRange(min(days), DateRange.of_day(max(days)).end) if days else None
