"""All versions of a document on record, and whether together they book what is wanted now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, select

from tillpost.model.documents import Document, document_of_dict
from tillpost.store.adjustments import booked
from tillpost.store.schema import document

UNSENT = ("held", "ready", "refused")
UNDER_WAY = ("sending", "unknown")
GONE = ("superseded", "voided")

DocumentRow = Row[Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The versions of one document, oldest first. Only the newest one may be unsent."""

    rows: tuple[DocumentRow, ...]

    @property
    def latest(self) -> DocumentRow:
        """The newest version."""
        return self.rows[-1]

    @property
    def pending(self) -> DocumentRow | None:
        """The newest version where it has not been sent."""
        return self.latest if self.latest.state in UNSENT else None

    @property
    def is_sent(self) -> bool:
        """Whether any version is in Xero, was voided there, or is on its way."""
        return any(row.state not in (*UNSENT, "superseded") for row in self.rows)

    @property
    def under_way(self) -> tuple[DocumentRow, ...]:
        """The versions whose outcome is not known, or whose voiding is not."""
        return tuple(row for row in self.rows if row.state in UNDER_WAY or row.voiding)

    @property
    def confirmed(self) -> tuple[DocumentRow, ...]:
        """The versions that are in Xero."""
        return tuple(row for row in self.rows if row.state == "posted")

    @property
    def is_voided(self) -> bool:
        """Whether a person took any version back in Xero."""
        return any(row.state == "voided" for row in self.rows)

    @property
    def is_again(self) -> bool:
        """Whether the newest version is to be sent anew, after all that were sent before it were taken back."""
        earlier = [row for row in self.rows[:-1] if row.state != "superseded"]
        unsent = self.latest.state in (*UNSENT, "superseded")
        return unsent and bool(earlier) and all(row.state == "voided" for row in earlier)

    def in_xero(self) -> Document:
        """What all versions that were sent come to."""
        sent = [row for row in self.rows if row.state in ("posted", *UNDER_WAY)]
        return booked([document_of_dict(row.payload) for row in sent or self.rows[-1:]])

    def books(self, wanted: Document | None) -> bool:
        """Whether what was sent books what is wanted now (None: nothing)."""
        sent = [row for row in self.rows if row.state not in (*UNSENT, "superseded")]
        if len(sent) == 1:
            return wanted is not None and bool(sent[0].books_digest == wanted.books_digest)
        return _amounts(self.in_xero()) == (_amounts(wanted) if wanted else [])


def versions_of(tx: Connection, organisation: str, stream_id: int, natural_keys: Sequence[str]) -> dict[str, OnRecord]:
    """All versions of these documents and of every other one on record for the stream."""
    rows: dict[str, dict[int, DocumentRow]] = defaultdict(dict)
    mine: list[ColumnElement[bool]] = [document.c.stream_id == stream_id]
    for where in mine + [document.c.natural_key.in_(part) for part in parts(natural_keys)]:
        query = select(document).where(document.c.organisation == organisation, where).order_by(document.c.version)
        for row in tx.execute(query):
            rows[row.natural_key][row.version] = row
    return {natural_key: OnRecord(tuple(found[version] for version in sorted(found))) for natural_key, found in rows.items()}


def name_of(one: DocumentRow | Document) -> str:
    """A document in words: its kind, and its number if it has one."""
    return f"{one.kind.replace('_', ' ')} {one.number or one.natural_key}"


def renumbered(wanted: Document, version: int, number: str) -> Document:
    """A document as another version of itself; the number in its narration changes with it."""
    narration = wanted.narration.replace(f"[{wanted.number}]", f"[{number}]")
    return replace(wanted, version=version, number=number, narration=narration)


def parts(values: Sequence[T], size: int = 400) -> list[Sequence[T]]:
    """Slices that stay below the databases' limits on bound values."""
    return [values[i : i + size] for i in range(0, len(values), size)]


def _amounts(document: Document) -> list[tuple[str, str, str, int]]:
    return sorted((line.account, line.tax_type, line.tracking, line.cents) for line in document.lines)
