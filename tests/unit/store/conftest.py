"""The database fixtures for this folder."""

from __future__ import annotations

from tests.unit.store.databases import db, db_url, template, watch

__all__ = ["db", "db_url", "template", "watch"]
