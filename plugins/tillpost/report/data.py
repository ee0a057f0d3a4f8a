"""What the report of one organisation and business date is made from: handed over by the flow, frozen, nothing computed yet.

Amounts are integer cents; ``expected_cents`` is None where the POS tells no expectation, ``counted_cents`` where nobody counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tillpost.model.documents import Document
from tillpost.model.findings import Finding, StreamKey
from tillpost.model.late import LateChangeTold


@dataclass(frozen=True, slots=True)
class TenderRow:
    """One tender of a store's day: what the sales say was taken, what the POS expected in the drawer, what was counted (cents)."""

    tender_code: str
    account: str
    taken_cents: int
    expected_cents: int | None
    counted_cents: int | None


@dataclass(frozen=True, slots=True)
class StreamReport:
    """One stream of the date.

    ``cut_over`` is the store's hour as ``04:00`` in ``zone``, empty for the document of all stores; ``read_at`` is aware; ``facts``
    names what was read. ``late`` is what changed in the POS after the date had been read for the first time, in the order it was seen.
    """

    key: StreamKey
    store_name: str
    zone: str
    cut_over: str
    state: str
    reasons: tuple[str, ...]
    findings: tuple[Finding, ...]
    documents: tuple[Document, ...]
    tenders: tuple[TenderRow, ...]
    read_at: datetime | None
    facts: str
    late: tuple[LateChangeTold, ...] = ()


@dataclass(frozen=True, slots=True)
class CarriedAccount:
    """One account on our record (cents, debit positive): its balance before a date, moved on it, and what of both is not in Xero yet."""

    account: str
    before_cents: int
    moved_cents: int
    unsent_cents: int


@dataclass(frozen=True, slots=True)
class CarriedForward:
    """A store's accounts that are carried from date to date. ``starts_on`` is None for what is booked for no single store.

    ``prepaid`` are those for money taken before the supply without GST.
    """

    store: str
    starts_on: date | None
    accounts: tuple[CarriedAccount, ...]
    prepaid: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DayReport:
    """Everything of one organisation and business date. ``account_names`` by account code; ``generated_at`` is aware UTC and an input."""

    organisation_key: str
    organisation_name: str
    country: str
    currency: str
    business_date: date
    run: str
    mapping_digest: str
    account_names: Mapping[str, str]
    generated_at: datetime
    streams: tuple[StreamReport, ...]
    carried: tuple[CarriedForward, ...] = ()
