"""Writes the databases of all demo shops: the same seed gives the same rows, whatever was there before."""

from __future__ import annotations

from pathlib import Path

from sandbox.shops import hire_schema, idealpos_schema
from sandbox.shops.database import write_database
from sandbox.shops.hire import hire_book
from sandbox.shops.idealpos import harbour_book, kauri_book

DEFAULT_SEED = 20260914


def create_shops(into: Path, seed: int = DEFAULT_SEED) -> None:
    """Write harbour_idealpos.sqlite, harbour_hire.sqlite and kauri_idealpos.sqlite into a folder, replacing what is there."""
    into.mkdir(parents=True, exist_ok=True)
    write_database(into / "harbour_idealpos.sqlite", idealpos_schema.SCHEMA, harbour_book(seed))
    write_database(into / "harbour_hire.sqlite", hire_schema.SCHEMA, hire_book(seed))
    write_database(into / "kauri_idealpos.sqlite", idealpos_schema.SCHEMA, kauri_book(seed))
