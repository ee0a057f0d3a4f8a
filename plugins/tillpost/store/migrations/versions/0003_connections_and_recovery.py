"""Connections with their tokens, slots for calls, the contacts of Xero, what was read back, evidence; and indexes of what settles what.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tillpost.store.columns import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Five tables, some columns and indexes."""
    _columns()
    _connections()
    _calls()
    _contacts()
    _recovered()
    _evidence()


def _columns() -> None:
    op.add_column("document", sa.Column("held_rule", sa.String(20), nullable=False, server_default=""))
    op.add_column("document", sa.Column("sends", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("document", sa.Column("sent_date", sa.Date()))
    op.add_column("document", sa.Column("seen_ids", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    # What was seen of suppliers' numbers so far was not kept: they are looked for once more.
    op.execute("UPDATE document SET number_checked_at = NULL WHERE state IN ('held', 'ready', 'refused')")
    op.add_column("document", sa.Column("voiding", sa.String(20), nullable=False, server_default=""))
    under_way = sa.text("voiding <> ''")
    op.create_index("ix_document_voiding", "document", ["organisation"], sqlite_where=under_way, postgresql_where=under_way)
    op.create_index("ix_document_settles", "document", ["organisation", "settles"])
    op.create_index("ix_document_credit", "document", ["organisation", "credit"])
    for name in ("app_minute_left", "minute_limit", "day_limit", "at_once"):
        op.add_column("quota", sa.Column(name, sa.Integer()))
    op.add_column("quota", sa.Column("at_once_until", UtcDateTime()))
    op.add_column("api_call", sa.Column("app", sa.String(80), nullable=False, server_default=""))
    op.create_index("ix_api_call_app", "api_call", ["app", "at"])


def _connections() -> None:
    op.create_table(
        "connection",
        sa.Column("conn_id", sa.String(100), primary_key=True),
        sa.Column("grant", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False, server_default="unknown"),
        _text("message"),
        sa.Column("told_at", UtcDateTime()),
        sa.Column("posting_refused", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("credentials_digest", sa.String(64), nullable=False, server_default=""),
        _text("tenant_id"),
        _text("tenant_name"),
        _text("scopes"),
        _text("access_token"),
        sa.Column("access_expires_at", UtcDateTime()),
        _text("refresh_token"),
        sa.Column("refresh_expires_at", UtcDateTime()),
        _text("refreshing"),
        sa.Column("refreshing_until", UtcDateTime()),
        sa.Column("generation", sa.Integer(), nullable=False, server_default="0"),
        _text("connected_by"),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('unknown', 'working', 'refused')", name="ck_connection_state"),
    )


def _calls() -> None:
    op.create_table(
        "call_slot",
        _id(),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_call_slot_organisation", "call_slot", ["organisation"])


def _contacts() -> None:
    op.create_table(
        "xero_contact",
        sa.Column("organisation", sa.String(40), primary_key=True),
        sa.Column("contact_id", sa.String(64), primary_key=True),
        _text("name"),
        _text("folded_name"),
        _text("number"),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        _text("merged_to"),
    )
    op.create_index("ix_xero_contact_name", "xero_contact", ["organisation", "folded_name"])
    op.create_index("ix_xero_contact_number", "xero_contact", ["organisation", "number"])


def _recovered() -> None:
    op.create_table(
        "recovered",
        sa.Column("organisation", sa.String(40), primary_key=True),
        sa.Column("xero_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        _text("contact_id"),
        sa.Column("date", sa.Date()),
        sa.Column("total_cents", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("worth_cents", sa.BigInteger()),
        sa.Column("read_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_recovered_number", "recovered", ["organisation", "kind", "number"])


def _evidence() -> None:
    op.create_table(
        "evidence",
        _id(),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.ForeignKey("document.id"), nullable=False),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        _text("message"),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('wanted', 'sending', 'done', 'failed')", name="ck_evidence_state"),
        sa.UniqueConstraint("document_id", "kind"),
    )
    op.create_index("ix_evidence_queue", "evidence", ["organisation", "state"])


def _id() -> sa.Column[int]:
    # SQLite numbers rows by itself only where the key is an INTEGER.
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")
