"""The tables of late changes: what each stream held when it was last read, and every difference to the reading before that."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Integer, LargeBinary, String, Table, Text

from tillpost.store.columns import UtcDateTime
from tillpost.store.schema import id_column, metadata, one_of, text_column

CHANGES = ("added", "changed", "deleted")

# One row per stream: 500 sales take some 12 kB, a year of ten such stores some 45 MB.
last_reading = Table(
    "last_reading",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("store", String(40), primary_key=True),
    Column("business_date", Date, primary_key=True),
    Column("stream", String(20), primary_key=True),
    # The form of ``records``, and of the digests in it: those of two versions are not compared.
    Column("version", Integer, nullable=False),
    Column("records", LargeBinary, nullable=False),
    Column("first_read_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
)

# Rows are only ever added; the database refuses anything else.
late_change = Table(
    "late_change",
    metadata,
    id_column(),
    Column("organisation", String(40), nullable=False),
    Column("store", String(40), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("stream", String(20), nullable=False),
    Column("record_table", String(40), nullable=False),
    Column("record_key", Text, nullable=False),
    text_column("name"),
    Column("change", String(20), nullable=False),
    Column("before_cents", BigInteger),
    Column("after_cents", BigInteger),
    Column("first_read_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    text_column("run"),
    CheckConstraint(one_of("change", CHANGES), name="change"),
    Index("ix_late_change_stream", "organisation", "business_date", "store"),
)
