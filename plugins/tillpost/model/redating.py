"""A document of a locked period with another date: what it books stays the same, and its text names its own date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tillpost.model.documents import Document, DocumentKind

# Xero takes 255 characters of a reference and 4,000 of a line's text; the note must not be what is cut off.
LONGEST_REFERENCE, LONGEST_LINE = 255, 4_000


def redated(document: Document, day: date | None) -> Document:
    """The document as it is sent with ``day`` as its date (None: its own); its due date is never before that day.

    A journal and an overpayment name the document's own date before the number in their text, a sales invoice and credit note in
    their reference, a bill and supplier credit in their first line. A payment's and an allocation's texts have no room beside the number.
    """
    if day is None or day == document.date:
        return document
    due = document.due_date and max(document.due_date, day)
    return _with_note(replace(document, date=day, due_date=due), f"(dated {document.date.isoformat()})")


def _with_note(document: Document, note: str) -> Document:
    match document.kind:
        case DocumentKind.JOURNAL:
            return replace(document, narration=_before_number(document.narration, note, document.number))
        case DocumentKind.OVERPAYMENT:
            said = document.narration or next((line.description for line in document.lines if line.description), "") or "Overpayment"
            return replace(document, narration=_before_number(said, note, document.number))
        case DocumentKind.INVOICE | DocumentKind.CREDIT_NOTE:
            return replace(document, reference=_ended(document.reference, note, LONGEST_REFERENCE))
        case DocumentKind.BILL | DocumentKind.SUPPLIER_CREDIT if document.lines:
            first = document.lines[0]
            text = _ended(first.description or f"Account {first.account}", note, LONGEST_LINE)
            return replace(document, lines=(replace(first, description=text), *document.lines[1:]))
    return document


def _before_number(text: str, note: str, number: str) -> str:
    token = f"[{number}]"
    said = text.removesuffix(token).rstrip()
    return " ".join(part for part in (said, note, token if text.endswith(token) else "") if part)


def _ended(text: str, note: str, longest: int) -> str:
    return f"{text[: longest - len(note) - 1].rstrip()} {note}".lstrip()
