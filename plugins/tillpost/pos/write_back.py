"""The payment status of documents, back into the POS: an SQL file of the site's own, run once per document, all in one transaction.

The statement must find its row by key and set it (never add to it), so that running it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from tillpost.connection import Connection
from tillpost.organisations import Store
from tillpost.pos.queries import WRITE_BINDS, read_query
from tillpost.pos.source import bind_values, open_source, source_failure


def write_payment_status(store: Store, file: Path, connection: Connection, rows: Sequence[Mapping[str, object]]) -> int:
    """Write the rows' status through the SQL file, all or none; returns their number.

    A row holds ``kind, pos_id, number, status, amount_due_cents, amount_paid_cents, paid_on`` (date or None) and ``changed_at`` (aware
    UTC); ``store`` is the POS's own name of the store. Raises ConfigError, SourceUnreachable or ContractError.
    """
    query = read_query(file, WRITE_BINDS)
    if not rows:
        return 0
    try:
        with open_source(connection, write=True) as database:
            dialect = database.dialect.name
            database.execute(query.statement(), [bind_values(query.binds, {**row, "store": store.pos_store}, dialect) for row in rows])
    except SQLAlchemyError as problem:
        raise source_failure(problem, connection, query.label, write=True) from None
    return len(rows)
