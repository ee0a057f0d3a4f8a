"""Late changes on record: each reading of a stream is compared with the one before, and what differs is written down once, for good.

What was last read is kept in one row per stream, its records as compressed JSON. The first reading is what the later ones are held
against and tells nothing; one that was made before the one on record changes nothing.
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from tillpost.model.findings import Stream, StreamKey
from tillpost.model.late import Change, LateChange, LateChangeTold, Record, Records, late_changes, plain_name
from tillpost.model.period import DateRange
from tillpost.store.database import Database
from tillpost.store.schema_late import last_reading, late_change
from tillpost.store.upserts import insert_missing

# Hexadecimal digits kept of a digest: 64 bits are plenty to tell a record from its own earlier self.
KEPT_DIGITS = 16


def record_reading(db: Database, key: StreamKey, records: Records, read_at: datetime, run: str) -> int:
    """As ``compare_reading``, in a transaction of its own."""
    with db.write() as tx:
        return compare_reading(tx, key, records, read_at, run)


def compare_reading(tx: Connection, key: StreamKey, records: Records, read_at: datetime, run: str) -> int:
    """Put a complete reading of a stream on record, and each difference to the one before; returns their number.

    ``read_at`` is aware UTC. The row is ours from the first statement on: two runs at once tell a
    difference once.
    """
    kept = sorted(_shortened(record) for record in records.rows)
    values = {"version": records.version, "records": _packed(kept), "first_read_at": read_at, "read_at": read_at}
    if insert_missing(tx, last_reading, {**_names(key), **values}):
        return 0
    tx.execute(update(last_reading).where(_is(key)).values(organisation=key.organisation))
    row = tx.execute(select(last_reading).where(_is(key))).one()
    if read_at < row.read_at:
        return 0
    changes = late_changes(_unpacked(row.records), kept) if row.version == records.version else []
    values = {"read_at": read_at} if not changes and row.version == records.version else {**values, "first_read_at": row.first_read_at}
    tx.execute(update(last_reading).where(_is(key)).values(**values))
    _tell(tx, key, changes, row.first_read_at, read_at, run)
    return len(changes)


def has_reading(db: Database, key: StreamKey) -> bool:
    """Whether a stream has been read completely before."""
    with db.read() as tx:
        return tx.execute(select(last_reading.c.version).where(_is(key))).first() is not None


def late_changes_of(
    db: Database, organisation: str, days: DateRange, run: str | None = None
) -> dict[StreamKey, tuple[LateChangeTold, ...]]:
    """The late changes of these business dates per stream, in the order in which they were seen; of all runs or of one."""
    wanted = and_(
        late_change.c.organisation == organisation, late_change.c.business_date >= days.start, late_change.c.business_date < days.end
    )
    query = select(late_change).where(wanted if run is None else and_(wanted, late_change.c.run == run)).order_by(late_change.c.id)
    with db.read() as tx:
        rows = tx.execute(query).all()
    found: dict[StreamKey, list[LateChangeTold]] = defaultdict(list)
    for row in rows:
        told = _told(row)
        found[told.key].append(told)
    return {key: tuple(changes) for key, changes in sorted(found.items())}


def _tell(tx: Connection, key: StreamKey, changes: Sequence[LateChange], first_read_at: datetime, seen_at: datetime, run: str) -> None:
    rows = [
        {
            **_names(key), "record_table": c.table, "record_key": plain_name(c.key), "name": plain_name(c.name), "change": c.change.value,
            "before_cents": c.before_cents, "after_cents": c.after_cents, "first_read_at": first_read_at, "seen_at": seen_at, "run": run,
        }
        for c in changes
    ]  # fmt: skip
    if rows:
        tx.execute(insert(late_change), rows)


def _told(row: Row[Any]) -> LateChangeTold:
    key = StreamKey(row.organisation, row.store, row.business_date, Stream(row.stream))
    change = LateChange(row.record_table, row.record_key, row.name, Change(row.change), row.before_cents, row.after_cents)
    return LateChangeTold(key, change, row.first_read_at, row.seen_at, row.run)


def _shortened(record: Record) -> Record:
    return Record(record.table, record.key, record.name, record.gross_cents, record.digest[:KEPT_DIGITS])


def _packed(records: Sequence[Record]) -> bytes:
    rows = [[r.table, r.key, r.name, r.gross_cents, r.digest] for r in records]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode())


def _unpacked(packed: bytes) -> list[Record]:
    return [Record(*row) for row in json.loads(zlib.decompress(packed))]


def _names(key: StreamKey) -> dict[str, Any]:
    return {"organisation": key.organisation, "store": key.store, "business_date": key.business_date, "stream": key.stream.value}


def _is(key: StreamKey) -> Any:
    return and_(*(last_reading.c[name] == value for name, value in _names(key).items()))
