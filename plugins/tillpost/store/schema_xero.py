"""Tillpost's own tables about Xero: the connection and its tokens, the budget of calls, contacts, payment status, what was read back.

The meaning of the states is in docs/posting.md. Amounts are integer cents, times aware UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from tillpost.store.columns import UtcDateTime
from tillpost.store.schema import cents_column, id_column, metadata, one_of, text_column

CONNECTION_STATES = ("unknown", "working", "refused")
EVIDENCE_STATES = ("wanted", "sending", "done", "failed")

tenant = Table(
    "tenant",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("tenant_id", String(64), nullable=False, unique=True),
    Column("bound_at", UtcDateTime, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("contact_key", Text, primary_key=True),
    text_column("name"),
    text_column("number"),
    Column("contact_id", String(64), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

payment_status = Table(
    "payment_status",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("xero_id", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("number", Text, nullable=False),
    Column("status", Text, nullable=False),
    text_column("contact_name"),
    Column("date", Date),
    cents_column("total_cents"),
    cents_column("due_cents"),
    cents_column("paid_cents"),
    cents_column("credited_cents"),
    Column("paid_on", Date),
    Column("changed_at", UtcDateTime),
    Column("pulled_at", UtcDateTime, nullable=False),
    Column("digest", String(64), nullable=False),
    text_column("written_digest"),
    Column("written_at", UtcDateTime),
)

watermark = Table(
    "watermark",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("value", UtcDateTime, nullable=False),
)

quota = Table(
    "quota",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("blocked_until", UtcDateTime),
    text_column("problem"),
    Column("minute_left", Integer),
    Column("day_left", Integer),
    Column("app_minute_left", Integer),
    # When the call left whose answer said what is left.
    Column("observed_at", UtcDateTime),
    # The limits as Xero's answers prove them; how many calls at once it took when it refused one more, and how long that is believed.
    Column("minute_limit", Integer),
    Column("day_limit", Integer),
    Column("at_once", Integer),
    Column("at_once_until", UtcDateTime),
)

api_call = Table(
    "api_call",
    metadata,
    id_column(),
    Column("organisation", String(40), nullable=False),
    # The app's client id: its own limit counts the calls to all organisations.
    Column("app", String(80), nullable=False, server_default=""),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_api_call_window", "organisation", "at"),
    Index("ix_api_call_app", "app", "at"),
)

connection = Table(
    "connection",
    metadata,
    # Airflow's connection id. Tokens are encrypted; of a custom connection only its state is kept here.
    Column("conn_id", String(100), primary_key=True),
    Column("grant", String(20), nullable=False),
    Column("state", String(20), nullable=False, server_default="unknown"),
    text_column("message"),
    Column("told_at", UtcDateTime),
    # Whether posting met the refusal: then work that only reads does not prove that it is mended.
    Column("posting_refused", Boolean, nullable=False, server_default=text("false")),
    # Digest of the connection as it is configured: other credentials lift a refusal.
    Column("credentials_digest", String(64), nullable=False, server_default=""),
    text_column("tenant_id"),
    text_column("tenant_name"),
    text_column("scopes"),
    text_column("access_token"),
    Column("access_expires_at", UtcDateTime),
    text_column("refresh_token"),
    Column("refresh_expires_at", UtcDateTime),
    # Who refreshes now, and until when nobody else does.
    text_column("refreshing"),
    Column("refreshing_until", UtcDateTime),
    Column("generation", Integer, nullable=False, server_default="0"),
    text_column("connected_by"),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint(one_of("state", CONNECTION_STATES), name="state"),
)

call_slot = Table(
    "call_slot",
    metadata,
    id_column(),
    Column("organisation", String(40), nullable=False, index=True),
    # When its call left.
    Column("at", UtcDateTime, nullable=False),
    # A dead process's slot is free again from here on.
    Column("expires_at", UtcDateTime, nullable=False),
)

xero_contact = Table(
    "xero_contact",
    metadata,
    # The contacts of the organisation as Xero holds them, kept up to date by what changed since.
    Column("organisation", String(40), primary_key=True),
    Column("contact_id", String(64), primary_key=True),
    text_column("name"),
    text_column("folded_name"),
    text_column("number"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    text_column("merged_to"),
    Index("ix_xero_contact_name", "organisation", "folded_name"),
    Index("ix_xero_contact_number", "organisation", "number"),
)

recovered = Table(
    "recovered",
    metadata,
    # Documents of ours that were read back from Xero and that no document on record stands for yet.
    Column("organisation", String(40), primary_key=True),
    Column("xero_id", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("number", Text, nullable=False),
    Column("status", Text, nullable=False),
    text_column("contact_id"),
    Column("date", Date),
    cents_column("total_cents"),
    # Its lines above zero; missing where they were not shown.
    Column("worth_cents", BigInteger),
    Column("read_at", UtcDateTime, nullable=False),
    Index("ix_recovered_number", "organisation", "kind", "number"),
)

evidence = Table(
    "evidence",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("document.id"), nullable=False),
    Column("organisation", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    text_column("message"),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint(one_of("state", EVIDENCE_STATES), name="state"),
    UniqueConstraint("document_id", "kind"),
    Index("ix_evidence_queue", "organisation", "state"),
)
