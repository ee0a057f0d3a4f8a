"""Sending again what Xero refused, once a person has mended what it complained of."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, and_, or_, select, update

from tillpost.errors import TillpostError
from tillpost.model.findings import Stream, StreamKey
from tillpost.store import audit
from tillpost.store.database import Database
from tillpost.store.outbox import FULL_CHUNK
from tillpost.store.schema import document, stream
from tillpost.store.versions import name_of


def retry(
    db: Database,
    organisation: str,
    who: str,
    why: str,
    now: datetime,
    *,
    store: str = "",
    day: date | None = None,
    of: Stream | None = None,
    name: str = "",
) -> list[str]:
    """Make refused documents of released streams ready again; their names. Each is in the audit trail.

    All of them, or those of a store, a business date, a stream, or the one of that number or natural key. Raises TillpostError where a
    document that is named is not refused, or its stream is held.
    """
    chosen = [document.c.organisation == organisation, document.c.state == "refused", stream.c.state == "released"]
    chosen += [stream.c.store == store] if store else []
    chosen += [stream.c.business_date == day] if day else []
    chosen += [stream.c.stream == of.value] if of else []
    chosen += [or_(document.c.number == name, document.c.natural_key == name)] if name else []
    columns = stream.c.store, stream.c.business_date.label("day"), stream.c.stream
    query = select(document, *columns).join(stream, document.c.stream_id == stream.c.id).where(*chosen).order_by(document.c.id)
    with db.write() as tx:
        rows = tx.execute(query).all()
        if name and not rows:
            raise TillpostError(_why_not(tx, organisation, name))
        for row in rows:
            mine = and_(document.c.id == row.id, document.c.state == "refused")
            tx.execute(update(document).where(mine).values(state="ready", message="", max_chunk=FULL_CHUNK, updated_at=now))
            key = StreamKey(organisation, row.store, row.day, Stream(row.stream))
            said = {"document": row.number or row.natural_key, "refused": row.message}
            audit.record(tx, organisation, str(key), "retry", now=now, who=who, why=why, details=said)
    return [name_of(row) for row in rows]


def _why_not(tx: Connection, organisation: str, name: str) -> str:
    """Why a document that is named cannot be sent again."""
    named = and_(document.c.organisation == organisation, or_(document.c.number == name, document.c.natural_key == name))
    joined = select(document, stream.c.state.label("stream_state")).join(stream, document.c.stream_id == stream.c.id)
    row = tx.execute(joined.where(named).order_by(document.c.version.desc())).first()
    if row is None:
        return f"No document of {organisation} has the number or key {name!r}. `tillpost status` and the report name them."
    if row.state == "refused":
        return f"The {name_of(row)} is refused, and its stream is {row.stream_state}: release the stream first."
    return f"The {name_of(row)} is {row.state}, not refused: there is nothing to send again."
