"""What came back: Xero's word on each document sent, and what Xero holds of it later."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from tillpost.model.documents import DocumentKind


@dataclass(frozen=True, slots=True)
class ElementResult:
    """Xero's answer to one element of a batch, by position. ``accepted``: OK or WARNING with an id, so it is saved.

    ``total_cents`` and ``tax_cents`` are what Xero says it booked (None where its answer does not tell), to compare with ours.
    """

    accepted: bool
    xero_id: str = ""
    status: str = ""
    total_cents: int | None = None
    tax_cents: int | None = None
    accounts: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A document as Xero holds it: found by number in a list, or pulled because it changed. Amounts in cents, ``changed_at`` aware UTC.

    ``number`` is ours as written at sending (a journal's token, a payment's reference). ``paid_on`` is Xero's FullyPaidOnDate.
    ``worth_cents`` sums the lines above zero, for takings that are an invoice total zero; None where the entry shows no lines.
    """

    kind: DocumentKind
    xero_id: str
    number: str
    status: str
    contact_id: str = ""
    contact_name: str = ""
    date: datetime.date | None = None
    total_cents: int = 0
    due_cents: int = 0
    paid_cents: int = 0
    credited_cents: int = 0
    paid_on: datetime.date | None = None
    changed_at: datetime.datetime | None = None
    worth_cents: int | None = None


@dataclass(frozen=True, slots=True)
class XeroContact:
    """A contact as Xero holds it. ``number`` is its ContactNumber, ``merged_to`` the ContactID of the one that took its place; empty: none.

    ``changed_at`` is Xero's UpdatedDateUTC (aware UTC).
    """

    contact_id: str
    name: str
    number: str = ""
    active: bool = True
    merged_to: str = ""
    changed_at: datetime.datetime | None = None
