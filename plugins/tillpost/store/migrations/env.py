"""Alembic's entry: it is always handed the connection, whose transaction belongs to the caller."""

from __future__ import annotations

from alembic import context

from tillpost.store import schema_late, schema_xero  # noqa: F401  (they add their tables)
from tillpost.store.migrating import VERSION_TABLE
from tillpost.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
