"""The first schema: streams and findings, outbox and claims, leases, contacts, quota, payment status, audit.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
NUMBERED = sa.text("kind NOT IN ('bill', 'supplier_credit', 'allocation')")
APPEND_ONLY = "audit is append-only"


def upgrade() -> None:
    """Create everything, parents before children."""
    for create in (_stream, _chunk, _document, _finding, _posting, _lease, _names, _payments, _quota, _audit, _audit_is_append_only):
        create()


def _id() -> sa.Column[int]:
    return sa.Column("id", ROW_ID, primary_key=True, autoincrement=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False, server_default="") for name in names]


def _needed(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _cents(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in names]


def _count(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text("false"))


def _short(name: str, length: int = 20) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _stream() -> None:
    op.create_table(
        "stream",
        _id(),
        _short("organisation", 40),
        _short("store", 40),
        sa.Column("business_date", sa.Date, nullable=False),
        _short("stream"),
        _short("state"),
        *_texts("reason", "held_by", "held_why", "approved_by", "approved_digest", "accepted_digest"),
        _flag("approval_required"),
        sa.Column("figures", sa.JSON, nullable=False),
        *_texts("facts_digest", "books_digest"),
        sa.Column("read_at", TIME),
        *_texts("extraction", "run"),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint("state IN ('open', 'held', 'released', 'nothing_to_send')", name=op.f("ck_stream_state")),
        sa.PrimaryKeyConstraint("id", name="pk_stream"),
        sa.UniqueConstraint("organisation", "store", "business_date", "stream", name="uq_stream_organisation_store_business_date_stream"),
    )


def _chunk() -> None:
    op.create_table(
        "chunk",
        _id(),
        _short("organisation", 40),
        _short("kind"),
        sa.Column("lease_number", sa.Integer, nullable=False),
        _short("body_digest", 64),
        _short("idempotency_key", 128),
        sa.Column("documents", sa.JSON, nullable=False),
        _short("state"),
        *_texts("outcome"),
        sa.Column("claimed_at", TIME, nullable=False),
        sa.Column("unknown_at", TIME),
        sa.Column("finished_at", TIME),
        sa.CheckConstraint("state IN ('sending', 'answered', 'unknown', 'settled')", name=op.f("ck_chunk_state")),
        sa.PrimaryKeyConstraint("id", name="pk_chunk"),
    )
    op.create_index("ix_chunk_queue", "chunk", ["organisation", "state"])


def _document() -> None:
    op.create_table(
        "document",
        _id(),
        sa.Column("stream_id", ROW_ID, sa.ForeignKey("stream.id", name="fk_document_stream_id"), nullable=False),
        _short("organisation", 40),
        *_needed("natural_key"),
        sa.Column("version", sa.Integer, nullable=False),
        *_needed("number"),
        _short("kind"),
        _short("state"),
        sa.Column("business_date", sa.Date, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        _count("revision", "1"),
        *_texts("books_digest", "facts_digest"),
        *_cents("total_cents"),
        *_texts("contact_key", "settles", "credit", "pos_id", "held_why"),
        sa.Column("number_checked_at", TIME),
        sa.Column("max_chunk", sa.Integer, nullable=False),
        _count("refusals"),
        sa.Column("chunk_id", ROW_ID, sa.ForeignKey("chunk.id", name="fk_document_chunk_id")),
        sa.Column("position", sa.Integer),
        sa.Column("xero_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("xero_total_cents", sa.BigInteger),
        sa.Column("xero_tax_cents", sa.BigInteger),
        *_texts("message"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("posted_at", TIME),
        sa.CheckConstraint(
            "state IN ('held', 'ready', 'sending', 'posted', 'refused', 'unknown', 'voided', 'superseded')", name=op.f("ck_document_state")
        ),
        sa.CheckConstraint("state <> 'posted' OR xero_id <> ''", name=op.f("ck_document_posted_has_id")),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("organisation", "natural_key", "version", name="uq_document_organisation_natural_key_version"),
    )
    op.create_index(
        "uq_document_number", "document", ["organisation", "kind", "number"],
        unique=True, sqlite_where=NUMBERED, postgresql_where=NUMBERED,
    )  # fmt: skip
    op.create_index("ix_document_queue", "document", ["organisation", "state", "kind", "business_date"])
    op.create_index("ix_document_xero_id", "document", ["organisation", "xero_id"])
    op.create_index("ix_document_stream_id", "document", ["stream_id"])
    op.create_index("ix_document_chunk_id", "document", ["chunk_id"])


def _finding() -> None:
    op.create_table(
        "finding",
        _id(),
        sa.Column("stream_id", ROW_ID, sa.ForeignKey("stream.id", name="fk_finding_stream_id"), nullable=False),
        sa.Column("document_id", ROW_ID, sa.ForeignKey("document.id", name="fk_finding_document_id")),
        *_needed("rule"),
        _short("severity"),
        *_texts("message"),
        _count("count"),
        sa.Column("amount_cents", sa.BigInteger),
        sa.Column("examples", sa.JSON, nullable=False),
        *_texts("remedy"),
        _flag("crashed"),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
    )
    op.create_index("ix_finding_stream_id", "finding", ["stream_id"])
    op.create_index("ix_finding_document_id", "finding", ["document_id"])


def _posting() -> None:
    op.create_table(
        "posting",
        _id(),
        sa.Column("document_id", ROW_ID, sa.ForeignKey("document.id", name="fk_posting_document_id"), nullable=False),
        *_needed("account", "tax_type"),
        _count("rate_bp"),
        *_texts("tracking"),
        *_cents("cents", "pos_tax_cents"),
        _count("roundings"),
        *_texts("description", "quantity"),
        _short("source_table", 40),
        sa.Column("source_where", sa.JSON, nullable=False),
        sa.Column("source_rows", sa.Integer, nullable=False),
        *_texts("mapped_by"),
        sa.PrimaryKeyConstraint("id", name="pk_posting"),
    )
    op.create_index("ix_posting_document_id", "posting", ["document_id"])


def _lease() -> None:
    op.create_table(
        "lease",
        _short("organisation", 40),
        sa.Column("number", sa.Integer, nullable=False),
        *_texts("holder"),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("organisation", name="pk_lease"),
    )


def _names() -> None:
    op.create_table(
        "contact",
        _short("organisation", 40),
        *_needed("contact_key"),
        *_texts("name", "number"),
        _short("contact_id", 64),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "contact_key", name="pk_contact"),
    )
    op.create_table(
        "tenant",
        _short("organisation", 40),
        _short("tenant_id", 64),
        sa.Column("bound_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("organisation", name="pk_tenant"),
        sa.UniqueConstraint("tenant_id", name="uq_tenant_tenant_id"),
    )
    op.create_table(
        "watermark",
        _short("organisation", 40),
        _short("name", 80),
        sa.Column("value", TIME, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "name", name="pk_watermark"),
    )


def _payments() -> None:
    op.create_table(
        "payment_status",
        _short("organisation", 40),
        _short("xero_id", 64),
        _short("kind"),
        *_needed("number", "status"),
        *_texts("contact_name"),
        sa.Column("date", sa.Date),
        *_cents("total_cents", "due_cents", "paid_cents", "credited_cents"),
        sa.Column("paid_on", sa.Date),
        sa.Column("changed_at", TIME),
        sa.Column("pulled_at", TIME, nullable=False),
        _short("digest", 64),
        *_texts("written_digest"),
        sa.Column("written_at", TIME),
        sa.PrimaryKeyConstraint("organisation", "xero_id", name="pk_payment_status"),
    )


def _quota() -> None:
    op.create_table(
        "quota",
        _short("organisation", 40),
        sa.Column("blocked_until", TIME),
        *_texts("problem"),
        sa.Column("minute_left", sa.Integer),
        sa.Column("day_left", sa.Integer),
        sa.Column("observed_at", TIME),
        sa.PrimaryKeyConstraint("organisation", name="pk_quota"),
    )
    op.create_table(
        "api_call",
        _id(),
        _short("organisation", 40),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_api_call"),
    )
    op.create_index("ix_api_call_window", "api_call", ["organisation", "at"])


def _audit() -> None:
    op.create_table(
        "audit",
        _id(),
        sa.Column("at", TIME, nullable=False),
        _short("organisation", 40),
        *_needed("subject"),
        _short("action", 40),
        *_texts("who", "why"),
        sa.Column("details", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["organisation", "subject"])


def _audit_is_append_only() -> None:
    """The database itself refuses to change or remove a row of the audit trail."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END")
        return
    op.execute(f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$")
    op.execute("CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse()")
    op.execute("CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()")
