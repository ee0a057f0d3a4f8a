"""What Xero booked, written to our document, and compared with what we sent. A difference is a finding, never a second send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from tillpost.model.documents import Document
from tillpost.model.findings import Severity
from tillpost.model.money import format_cents, tax_inside
from tillpost.model.results import ElementResult
from tillpost.store.schema import document, finding


@dataclass(frozen=True, slots=True)
class SentDocument:
    """A document as it was sent: the row's id, the digest of what it booked then, and its content."""

    id: int
    books_digest: str
    document: Document


def booked(tx: Connection, chunk_id: int, sent: SentDocument, result: ElementResult, now: datetime) -> None:
    """Write that Xero holds a document: the only way to become posted.

    Also for a late answer, when the document has been given back meanwhile; if Xero holds it twice, that is a finding.
    """
    under_way = and_(document.c.chunk_id == chunk_id, document.c.state.in_(("sending", "unknown")))
    given_back = and_(document.c.chunk_id.is_(None), document.c.state.in_(("ready", "held", "refused", "superseded")))
    values = {
        "state": "posted", "chunk_id": chunk_id, "xero_id": result.xero_id, "xero_total_cents": result.total_cents,
        "xero_tax_cents": result.tax_cents, "message": "; ".join(result.messages), "posted_at": now, "updated_at": now,
    }  # fmt: skip
    mine = and_(document.c.id == sent.id, or_(under_way, given_back))
    won = tx.execute(update(document).where(mine).values(**values)).rowcount == 1
    row = _row(tx, sent.id)
    if not won:
        _report_second(tx, row, result)
        return
    differences = _differences(sent.document, result)
    if row.books_digest != sent.books_digest:
        differences.append("the figures changed after it had been sent")
    if differences:
        report(tx, row, "booked_differently", f"Xero booked it differently: {'; '.join(differences)}.", _remedy(result))


def report_copies(tx: Connection, document_id: int, xero_ids: list[str]) -> None:
    """Xero holds a document more than once: a finding for a person, who voids those that are not on record."""
    row = _row(tx, document_id)
    others = ", ".join(xero_id for xero_id in xero_ids if xero_id != row.xero_id)
    report(tx, row, "booked_twice", f"Xero holds it more than once, also as {others}.", f"Void {others} in Xero.")


def _row(tx: Connection, document_id: int) -> Any:
    """What findings name of a document, without its content."""
    d = document.c
    columns = d.id, d.stream_id, d.kind, d.number, d.natural_key, d.state, d.xero_id, d.books_digest, d.total_cents
    return tx.execute(select(*columns).where(d.id == document_id)).one()


def _report_second(tx: Connection, row: Row[Any], result: ElementResult) -> None:
    if row.state == "posted" and row.xero_id == result.xero_id:
        return  # the same answer twice
    known = f"as {row.xero_id}" if row.xero_id else f"and it is {row.state} again"
    said = f"Xero confirmed late that it holds it as {result.xero_id}, {known}."
    report(tx, row, "booked_twice", said, f"Keep one of them in Xero and void the other; {result.xero_id} is not on record.")


def _differences(sent: Document, result: ElementResult) -> list[str]:
    """What Xero says it booked and we did not send."""
    said = []
    if result.total_cents is not None and result.total_cents != sent.total_cents:
        said.append(f"total {format_cents(result.total_cents)} instead of {format_cents(sent.total_cents)}")
    tax = sum(tax_inside(line.cents, line.rate_bp) for line in sent.lines)
    if result.tax_cents is not None and result.tax_cents != tax:
        said.append(f"tax {format_cents(result.tax_cents)} instead of {format_cents(tax)}")
    lost = sorted({line.account for line in sent.lines} - set(result.accounts))
    if result.accounts and lost:
        said.append(f"without the account {', '.join(lost)}")
    return said


def _remedy(result: ElementResult) -> str:
    said = f" Xero said: {'; '.join(result.messages)}" if result.messages else ""
    return f"Compare it with the report and correct it in Xero; it is not sent again.{said}"


def report(tx: Connection, row: Row[Any], rule: str, message: str, remedy: str) -> None:
    """Add a finding about one document that was sent; it stays when its stream is checked again."""
    name = f"{row.kind.replace('_', ' ').capitalize()} {row.number or row.natural_key}"
    values = {
        "stream_id": row.stream_id, "document_id": row.id, "rule": rule, "severity": Severity.WARNING.value,
        "message": f"{name}: {message}", "count": 1, "amount_cents": row.total_cents, "examples": [row.natural_key], "remedy": remedy,
    }  # fmt: skip
    tx.execute(insert(finding).values(**values))
