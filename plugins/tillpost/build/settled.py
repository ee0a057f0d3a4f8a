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
        self._taken: dict[str, dict[str, Document]] = {}
        self._recorded: dict[str, Sequence[Document]] = {}
        for document in built:
            self.add(document)

    def add(self, document: Document) -> None:
        """Count a document that was just built; only payments and allocations take anything."""
        for natural_key in (document.settles, document.credit) if document.kind in (DocumentKind.PAYMENT, DocumentKind.ALLOCATION) else ():
            self._taken.setdefault(natural_key, {})[document.natural_key] = document

    def left(self, document: Document, until: date | None = None) -> int:
        """What of an invoice is due, or of a credit is unused, in cents: on a business date, or by all that is known."""
        key = document.natural_key
        if key not in self._recorded:
            self._recorded[key] = self._record.settlements(key)
        known = self._taken.get(key, {}) | {d.natural_key: d for d in self._recorded[key]}
        counted = [d for d in known.values() if until is None or d.key.business_date <= until]
        return document.total_cents - sum(d.total_cents for d in counted)
