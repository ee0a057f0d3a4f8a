"""Writing the demo shops: deterministic, at once, again and again."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.shops import create_shops, hire_schema
from sandbox.shops.database import Book, write_database

FILES = ["harbour_hire.sqlite", "harbour_idealpos.sqlite", "kauri_idealpos.sqlite"]


def dump(folder: Path, file: str) -> list[str]:
    """Schema and rows of a database as SQL."""
    with closing(sqlite3.connect(folder / file)) as connection:
        return list(connection.iterdump())


def test_the_same_seed_gives_the_same_rows_also_over_what_is_there(shops: Path, tmp_path: Path) -> None:
    """Created again over another seed's shops, nothing of those is left."""
    create_shops(tmp_path, seed=1)
    other = [dump(tmp_path, file) for file in FILES]
    create_shops(tmp_path)
    again = [dump(tmp_path, file) for file in FILES]
    assert again == [dump(shops, file) for file in FILES]
    assert all(one != two for one, two in zip(other, again, strict=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    """A reader sees the old shop or the new one."""
    file = tmp_path / "shop.sqlite"
    file.write_bytes(b"the old one")
    book = Book()
    book.add("StoreFile", StoreCode="x", StoreName=None, Currency="AUD", LastSyncUtc="2026-10-12T01:00:00Z")
    with pytest.raises(sqlite3.IntegrityError):
        write_database(file, hire_schema.SCHEMA, book)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"shop.sqlite": b"the old one"}


def test_the_command_writes_and_names_the_files(shops: Path, tmp_path: Path) -> None:
    """``python -m sandbox.shops --into DIR --seed N`` makes the folder."""
    into = tmp_path / "new" / "folder"
    command = [sys.executable, "-m", "sandbox.shops", "--into", str(into), "--seed", "20260914"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[4], check=True)
    assert result.stdout.splitlines() == [str(into / file) for file in FILES]
    assert dump(into, FILES[0]) == dump(shops, FILES[0])


def test_references_between_tables_hold(shops: Path) -> None:
    """A database without dangling keys."""
    for file in FILES:
        with closing(sqlite3.connect(shops / file)) as connection:
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
