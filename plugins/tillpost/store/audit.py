"""Who did what, when and why. Rows are only ever added: there is no function that changes one, and the database refuses it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from tillpost.store.database import Database
from tillpost.store.schema import audit

SYSTEM = "tillpost"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act. ``subject`` is what it was done to: a stream, a document, the organisation."""

    at: datetime
    organisation: str
    subject: str
    action: str
    who: str
    why: str
    details: Mapping[str, object]


def record(
    tx: Connection,
    organisation: str,
    subject: str,
    action: str,
    *,
    now: datetime,
    who: str = SYSTEM,
    why: str = "",
    details: Mapping[str, object] | None = None,
) -> None:
    """Add one entry in the transaction of the act itself."""
    values = {"at": now, "organisation": organisation, "subject": subject, "action": action, "who": who, "why": why}
    tx.execute(insert(audit).values(**values, details=dict(details or {})))


def record_all(
    tx: Connection, organisation: str, action: str, entries: Sequence[tuple[str, str, Mapping[str, object]]], *, now: datetime
) -> None:
    """Add an entry of one action of ours for each subject: subject, why, details."""
    common = {"at": now, "organisation": organisation, "action": action, "who": SYSTEM}
    tx.execute(insert(audit), [{**common, "subject": subject, "why": why, "details": dict(details)} for subject, why, details in entries])


def audit_trail(db: Database, organisation: str, subject: str | None = None) -> list[AuditEntry]:
    """The entries of an organisation, or of one of its streams or documents, oldest first."""
    query = select(audit).where(audit.c.organisation == organisation).order_by(audit.c.id)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    with db.read() as tx:
        return [AuditEntry(r.at, r.organisation, r.subject, r.action, r.who, r.why, r.details) for r in tx.execute(query)]
