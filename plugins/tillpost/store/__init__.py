"""Tillpost's own database: streams, findings, outbox, chunks, payment status. SQLAlchemy 2; SQLite or PostgreSQL."""
