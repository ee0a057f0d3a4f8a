"""Alembic without an ini file: the migrations of the package applied inside a transaction that the caller opened.

Two processes may do it at once: on SQLite the writing transaction is the lock, on PostgreSQL an advisory lock that ends with it.
The version stands in a table of our own name, so that the database may be shared with another application that uses Alembic.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from tillpost.errors import StoreError

FOLDER = Path(__file__).parent / "migrations"
VERSION_TABLE = "tillpost_version"
# Any number that only Tillpost's migrations use.
ADVISORY_LOCK = 0x7111_9057


def is_current(tx: Connection) -> bool:
    """Whether the schema is that of this Tillpost; StoreError if it is that of a newer one."""
    with _quiet():
        version = MigrationContext.configure(tx, opts={"version_table": VERSION_TABLE}).get_current_revision()
    script = ScriptDirectory.from_config(_config())
    known = {revision.revision for revision in script.walk_revisions()}
    if version is not None and version not in known:
        raise StoreError(
            f"Tillpost's own database has schema {version}, which this Tillpost does not know: it was written by a newer one. "
            "Nothing was changed. Install that version or a later one."
        )
    return version == script.get_current_head()


def upgrade(tx: Connection) -> None:
    """Bring the schema up to date within the caller's transaction."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
    config = _config()
    config.attributes["connection"] = tx
    with _quiet():
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    # ConfigParser reads % as the start of a reference.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


@contextmanager
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("alembic")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
