"""What each stream held when it was last read, and what has changed since: late changes. Streams read before this have none yet.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tillpost.store.columns import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = "late_change is append-only"


def upgrade() -> None:
    """Two tables, one of them append-only."""
    op.create_table(
        "last_reading",
        sa.Column("organisation", sa.String(40), primary_key=True),
        sa.Column("store", sa.String(40), primary_key=True),
        sa.Column("business_date", sa.Date(), primary_key=True),
        sa.Column("stream", sa.String(20), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("records", sa.LargeBinary(), nullable=False),
        sa.Column("first_read_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "late_change",
        # SQLite numbers rows by itself only where the key is an INTEGER.
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("store", sa.String(40), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("stream", sa.String(20), nullable=False),
        sa.Column("record_table", sa.String(40), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("change", sa.String(20), nullable=False),
        sa.Column("before_cents", sa.BigInteger()),
        sa.Column("after_cents", sa.BigInteger()),
        sa.Column("first_read_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint("change IN ('added', 'changed', 'deleted')", name="ck_late_change_change"),
    )
    op.create_index("ix_late_change_stream", "late_change", ["organisation", "business_date", "store"])
    _append_only()


def _append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            body = f"SELECT RAISE(ABORT, '{APPEND_ONLY}')"
            op.execute(f"CREATE TRIGGER late_change_no_{verb.lower()} BEFORE {verb} ON late_change BEGIN {body}; END")
        return
    op.execute(f"CREATE FUNCTION late_change_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$")
    for name, verbs, level in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER late_change_no_{name} BEFORE {verbs} ON late_change FOR EACH {level} EXECUTE FUNCTION late_change_refuse()"
        )
