"""What changed in Xero since the last look: payment status of invoices and bills, and what became of credit notes.

The watermark is the latest UpdatedDateUTC seen, Xero's own clock, never ours; each look begins a little before it, because a
change may be stamped before it shows in a list, and because the two lists are read one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tillpost.model.results import HeldDocument
from tillpost.xero import held
from tillpost.xero.lists import Reader, entries, latest, modified_since
from tillpost.xero.wire import Json

OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Changes:
    """Documents that changed (some seen before, by the overlap), and the watermark for the next look (aware UTC)."""

    documents: tuple[HeldDocument, ...]
    watermark: datetime


def pull_changes(reader: Reader, since: datetime, overlap: timedelta = OVERLAP) -> Changes:
    """Invoices, bills, credit notes and supplier credits that changed since a watermark; raises XeroErrors of reading."""
    start = modified_since(since - overlap)
    found = [document for entry in _changed(reader, "get_invoices", "Invoices", "InvoiceID", start) for document in held.invoice(entry)]
    notes = _changed(reader, "get_credit_notes", "CreditNotes", "CreditNoteID", start)
    found += [document for entry in notes for document in held.credit_note(entry)]
    documents = tuple(latest(document for document in found if document.xero_id))
    moments = [document.changed_at for document in documents if document.changed_at is not None]
    return Changes(documents, max([since, *moments]))


def _changed(reader: Reader, operation: str, field: str, id_field: str, since: str) -> list[Json]:
    return list(entries(reader, operation, field, id_field, if_modified_since=since))
