"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_missing(tx: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with its keys is there; tells whether it was inserted."""
    return tx.execute(_insert(tx, table).values(**values).on_conflict_do_nothing()).rowcount == 1


def upsert(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]], changes: Sequence[str]) -> None:
    """Insert rows; where the primary key is taken, set these columns to the new values instead."""
    if not rows:
        return
    statement = _insert(tx, table)
    new = {name: statement.excluded[name] for name in changes}
    keys = [column.name for column in table.primary_key.columns]
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), [dict(row) for row in rows])


def _insert(tx: Connection, table: Table) -> Any:
    return sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)
