"""The postings behind each document: which rows of the POS an amount sums, and which mapping row chose its account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from tillpost.model.documents import Document, FactSelection, Posting
from tillpost.store.schema import posting


def write_postings(tx: Connection, documents: Sequence[tuple[int, Document]]) -> None:
    """Write the postings of documents, each with the id of its row."""
    rows = [
        {
            "document_id": document_id, "account": p.account, "tax_type": p.tax_type, "rate_bp": p.rate_bp, "tracking": p.tracking,
            "cents": p.cents, "pos_tax_cents": p.pos_tax_cents, "roundings": p.roundings, "description": p.description,
            "quantity": p.quantity, "mapped_by": p.mapped_by, "source_table": p.source.table,
            "source_where": [list(pair) for pair in p.source.where], "source_rows": p.source.rows,
        }
        for document_id, wanted in documents
        for p in wanted.postings
    ]  # fmt: skip
    if rows:
        tx.execute(insert(posting), rows)


def postings_of(tx: Connection, documents: Iterable[tuple[int, Document]]) -> dict[int, tuple[Posting, ...]]:
    """The postings of a few documents, each by the id of its row."""
    names = {document_id: built.natural_key for document_id, built in documents}
    found: dict[int, list[Posting]] = defaultdict(list)
    for row in tx.execute(select(posting).where(posting.c.document_id.in_(names)).order_by(posting.c.id)):
        found[row.document_id].append(posting_of(row, names[row.document_id]))
    return {document_id: tuple(postings) for document_id, postings in found.items()}


def posting_of(row: Row[Any], natural_key: str) -> Posting:
    """A posting on record; ``natural_key`` is its document's."""
    return Posting(
        document=natural_key,
        account=row.account,
        tax_type=row.tax_type,
        rate_bp=row.rate_bp,
        tracking=row.tracking,
        cents=row.cents,
        pos_tax_cents=row.pos_tax_cents,
        roundings=row.roundings,
        description=row.description,
        source=FactSelection(row.source_table, tuple((name, value) for name, value in row.source_where), row.source_rows),
        mapped_by=row.mapped_by,
        quantity=row.quantity,
    )
