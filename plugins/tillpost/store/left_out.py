"""What waits for a document that was taken back for good: it stays out as well, so that its date can be finished."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, and_, delete, or_, select, update

from tillpost.model.documents import document_of_dict
from tillpost.store import audit
from tillpost.store.changes import REDATED
from tillpost.store.schema import document, finding
from tillpost.store.versions import GONE, UNSENT, DocumentRow, name_of, parts


def leave_out(tx: Connection, organisation: str, stream_id: int, who: str, why: str, now: datetime) -> None:
    """Leave out what was not sent and settles what a person left void: of a stream, or on a document of it.

    It becomes ``voided`` as that is, so that no later run makes it anew. Each is in the audit trail.
    """
    waiting = _waiting(tx, organisation, stream_id)
    void = _void_for_good(tx, organisation, sorted({key for row in waiting for key in (row.settles, row.credit) if key}))
    for row in waiting:
        lost = void.get(row.settles) or void.get(row.credit)
        if lost is None:
            continue
        mine = and_(document.c.id == row.id, document.c.state.in_(UNSENT))
        values = {"state": "voided", "held_why": "", "held_rule": "", "message": "", "updated_at": now}
        tx.execute(update(document).where(mine).values(**values))
        tx.execute(delete(finding).where(finding.c.document_id == row.id, finding.c.rule == REDATED))
        said = {"document": row.number or row.natural_key, "with": name_of(lost)}
        audit.record(tx, organisation, str(document_of_dict(row.payload).key), "leave out", now=now, who=who, why=why, details=said)


def _waiting(tx: Connection, organisation: str, stream_id: int) -> list[DocumentRow]:
    """What was not sent, of a stream or on a document of it that is void."""
    void = select(document.c.natural_key).where(document.c.stream_id == stream_id, document.c.state == "voided").scalar_subquery()
    here = or_(document.c.stream_id == stream_id, document.c.settles.in_(void), document.c.credit.in_(void))
    query = select(document).where(document.c.organisation == organisation, document.c.state.in_(UNSENT), here)
    return list(tx.execute(query.order_by(document.c.id)).all())


def _void_for_good(tx: Connection, organisation: str, natural_keys: list[str]) -> dict[str, DocumentRow]:
    """Those of these documents of which nothing is in Xero or will be, and a person has left it so: the voided version of each."""
    rows: dict[str, list[DocumentRow]] = defaultdict(list)
    for part in parts(natural_keys):
        query = select(document).where(document.c.organisation == organisation, document.c.natural_key.in_(part))
        for row in tx.execute(query.order_by(document.c.version)):
            rows[row.natural_key].append(row)
    gone = [versions for versions in rows.values() if all(row.state in GONE for row in versions)]
    void = [[row for row in versions if row.state == "voided"] for versions in gone]
    return {versions[-1].natural_key: versions[-1] for versions in void if versions and not any(row.held_why for row in versions)}
