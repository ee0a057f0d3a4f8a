"""What payments, refunds and allocations have taken of invoices and of customers' credits, built in this run or on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tillpost.build.record import Record
from tillpost.model.documents import Document, DocumentKind


class Settled:
    """Grows while documents are built: what one takes, the next one lacks."""

    def __init__(self, record: Record, built: Sequence[Document]) -> None:
        self._record = record
        self._built = [d for d in built if d.kind in (DocumentKind.PAYMENT, DocumentKind.ALLOCATION)]

    def add(self, document: Document) -> None:
        """Count a document that was just built."""
        self._built.append(document)

    def left(self, document: Document, until: date | None = None) -> int:
        """What of an invoice is due, or of a credit is unused, in cents: on a business date, or by all that is known."""
        known = {d.natural_key: d for d in (*self._built, *self._record.settlements(document.natural_key))}
        counted = [d for d in known.values() if until is None or d.key.business_date <= until]
        return document.total_cents - sum(d.total_cents for d in counted if document.natural_key in (d.settles, d.credit))
