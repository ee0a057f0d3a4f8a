"""A document that was read back beside the one that is wanted: whether they agree, what differs, and what is known of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tillpost.model.documents import Document, DocumentKind, DocumentLine
from tillpost.model.money import format_cents
from tillpost.model.results import HeldDocument

READ_BACK = "Read back from Xero."


def agrees(wanted: Document, one: HeldDocument) -> bool:
    """Whether Xero holds the kind and amount wanted; takings that are an invoice total zero and are told by their income."""
    if one.kind is not wanted.kind:
        return False
    if wanted.is_takings and one.worth_cents is not None:
        return one.worth_cents == sum(line.cents for line in wanted.lines if line.cents > 0)
    return one.total_cents == wanted.total_cents


def date_in_xero(wanted: Document, one: HeldDocument) -> date | None:
    """The date that was written into Xero where it is not the document's own; Xero chooses that of an allocation itself."""
    return None if wanted.kind is DocumentKind.ALLOCATION or one.date == wanted.date else one.date


def as_held(built: Document, one: HeldDocument) -> Document:
    """The document as far as it is known of what Xero holds: its kind and its amount."""
    made = replace(built, kind=one.kind, postings=())
    if built.amount_cents:
        return replace(made, amount_cents=one.total_cents)
    worth = one.total_cents if one.worth_cents is None or not built.is_takings else one.worth_cents
    lines = [DocumentLine("", "", worth, READ_BACK)]
    lines += [DocumentLine("", "", one.total_cents - worth, READ_BACK)] if worth != one.total_cents else []
    return replace(made, lines=tuple(lines))


def differences(wanted: Document, one: HeldDocument, sent_date: date | None) -> list[str]:
    """What Xero holds otherwise, to be told; ``sent_date``: another date than its own that it was to be sent with."""
    day = date_in_xero(wanted, one)
    said = []
    if not agrees(wanted, one):
        said.append(f"over {format_cents(one.total_cents)} instead of {format_cents(wanted.total_cents)}")
    if one.kind is not wanted.kind:
        said.append(f"as {one.kind.replace('_', ' ')} instead of {wanted.kind.replace('_', ' ')}")
    if day is not None and day != sent_date:
        said.append(f"with the date {day} instead of {wanted.date}")
    return said
