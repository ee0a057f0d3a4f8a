"""Tillpost's own tables: streams and their findings, the outbox, claims, leases, audit. ``schema_xero`` has those about Xero.

The meaning of the states is in docs/posting.md. ``migrations/versions`` creates what is described here; a test proves that both
agree. Amounts are integer cents, times aware UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip

from tillpost.store.columns import UtcDateTime

STREAM_STATES = ("open", "held", "released", "nothing_to_send")
DOCUMENT_STATES = ("held", "ready", "sending", "posted", "refused", "unknown", "voided", "superseded")
CHUNK_STATES = ("sending", "answered", "unknown", "settled")
# Bills and supplier credits carry the supplier's number, allocations none: those cannot be unique in our books.
NUMBERED = text("kind NOT IN ('bill', 'supplier_credit', 'allocation')")
VOIDING = text("voiding <> ''")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The SQL of a check that a column has one of these values."""
    return f"{column} IN ({', '.join(repr(v) for v in values)})"


def id_column() -> Column[int]:
    """The number of a row."""
    # SQLite numbers rows by itself only where the key is an INTEGER.
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def text_column(name: str) -> Column[str]:
    """A text that is empty rather than missing."""
    return Column(name, Text, nullable=False, server_default="")


def cents_column(name: str) -> Column[int]:
    """An amount in integer cents."""
    return Column(name, BigInteger, nullable=False, server_default="0")


stream = Table(
    "stream",
    metadata,
    id_column(),
    Column("organisation", String(40), nullable=False),
    Column("store", String(40), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("stream", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    text_column("reason"),
    text_column("held_by"),
    text_column("held_why"),
    text_column("approved_by"),
    text_column("approved_digest"),
    text_column("accepted_digest"),
    Column("approval_required", Boolean, nullable=False, server_default=text("false")),
    Column("figures", JSON, nullable=False),
    text_column("facts_digest"),
    text_column("books_digest"),
    Column("read_at", UtcDateTime),
    text_column("extraction"),
    text_column("run"),
    # The store's mode and the form of its takings when its documents were built.
    Column("mode", String(20), nullable=False, server_default=""),
    Column("takings", String(20), nullable=False, server_default=""),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint(one_of("state", STREAM_STATES), name="state"),
    UniqueConstraint("organisation", "store", "business_date", "stream"),
)

document = Table(
    "document",
    metadata,
    id_column(),
    Column("stream_id", ForeignKey("stream.id"), nullable=False, index=True),
    Column("organisation", String(40), nullable=False),
    Column("natural_key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    text_column("books_digest"),
    text_column("facts_digest"),
    cents_column("total_cents"),
    text_column("contact_key"),
    text_column("settles"),
    text_column("credit"),
    text_column("pos_id"),
    text_column("held_why"),
    # What held it: empty for its stream; else the poster's doubt, which pre-flight lifts itself.
    Column("held_rule", String(20), nullable=False, server_default=""),
    # When its supplier's number was looked for, and the ids in Xero of what a person had typed under it by then.
    Column("number_checked_at", UtcDateTime),
    Column("seen_ids", JSON, nullable=False, server_default=text("'[]'")),
    Column("max_chunk", Integer, nullable=False),
    Column("refusals", Integer, nullable=False, server_default="0"),
    # How often it was sent and then not found in Xero; the date written into Xero where that is not the document's own.
    Column("sends", Integer, nullable=False, server_default="0"),
    Column("sent_date", Date),
    Column("chunk_id", ForeignKey("chunk.id"), index=True),
    Column("position", Integer),
    Column("xero_id", String(64), nullable=False, server_default=""),
    Column("xero_total_cents", BigInteger),
    Column("xero_tax_cents", BigInteger),
    text_column("message"),
    # A person wants it taken back, and Xero has not confirmed that yet: 'void', or 'again' where a new version is to follow.
    Column("voiding", String(20), nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("posted_at", UtcDateTime),
    CheckConstraint(one_of("state", DOCUMENT_STATES), name="state"),
    # The only way to become posted is an id in Xero.
    CheckConstraint("state <> 'posted' OR xero_id <> ''", name="posted_has_id"),
    UniqueConstraint("organisation", "natural_key", "version"),
    Index("uq_document_number", "organisation", "kind", "number", unique=True, sqlite_where=NUMBERED, postgresql_where=NUMBERED),
    Index("ix_document_queue", "organisation", "state", "kind", "business_date"),
    Index("ix_document_xero_id", "organisation", "xero_id"),
    Index("ix_document_settles", "organisation", "settles"),
    Index("ix_document_credit", "organisation", "credit"),
    Index("ix_document_voiding", "organisation", sqlite_where=VOIDING, postgresql_where=VOIDING),
)

finding = Table(
    "finding",
    metadata,
    id_column(),
    Column("stream_id", ForeignKey("stream.id"), nullable=False, index=True),
    # A finding of the poster is about one document and stays when the stream is checked again.
    Column("document_id", ForeignKey("document.id"), index=True),
    Column("rule", Text, nullable=False),
    Column("severity", String(20), nullable=False),
    text_column("message"),
    Column("count", Integer, nullable=False, server_default="0"),
    Column("amount_cents", BigInteger),
    Column("examples", JSON, nullable=False),
    text_column("remedy"),
    Column("crashed", Boolean, nullable=False, server_default=text("false")),
)

posting = Table(
    "posting",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("document.id"), nullable=False, index=True),
    Column("account", Text, nullable=False),
    Column("tax_type", Text, nullable=False),
    Column("rate_bp", Integer, nullable=False, server_default="0"),
    text_column("tracking"),
    cents_column("cents"),
    cents_column("pos_tax_cents"),
    Column("roundings", Integer, nullable=False, server_default="0"),
    text_column("description"),
    text_column("quantity"),
    Column("source_table", String(40), nullable=False),
    Column("source_where", JSON, nullable=False),
    Column("source_rows", Integer, nullable=False),
    text_column("mapped_by"),
)

chunk = Table(
    "chunk",
    metadata,
    id_column(),
    Column("organisation", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("lease_number", Integer, nullable=False),
    Column("body_digest", String(64), nullable=False),
    Column("idempotency_key", String(128), nullable=False),
    # [document id, books digest] in the order of the request.
    Column("documents", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    text_column("outcome"),
    Column("claimed_at", UtcDateTime, nullable=False),
    Column("unknown_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    CheckConstraint(one_of("state", CHUNK_STATES), name="state"),
    Index("ix_chunk_queue", "organisation", "state"),
)

lease = Table(
    "lease",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("number", Integer, nullable=False),
    text_column("holder"),
    Column("expires_at", UtcDateTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    id_column(),
    Column("at", UtcDateTime, nullable=False),
    Column("organisation", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("action", String(40), nullable=False),
    text_column("who"),
    text_column("why"),
    Column("details", JSON, nullable=False),
    Index("ix_audit_subject", "organisation", "subject"),
)
