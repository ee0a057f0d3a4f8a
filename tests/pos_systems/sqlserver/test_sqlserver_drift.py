"""The demo and the templates cannot drift apart: the same tables and columns, the same contract tables, the same facts to the last cell."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq
import pytest

from sandbox.shops import hire_schema, idealpos_schema
from tests.pos_systems.sqlserver.conftest import DATABASES, Pair
from tests.pos_systems.sqlserver.reference import SQL, TEMPLATES, reference_types
from tillpost.pos.extraction import RECORD

DEMO_SCHEMAS = {"idealpos": idealpos_schema.SCHEMA, "pointofrental": hire_schema.SCHEMA}


def demo_columns(pos: str) -> dict[str, list[str]]:
    """Tables and columns of the demo's schema."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(DEMO_SCHEMAS[pos])
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: [row[1] for row in database.execute(f"PRAGMA table_info({table})")] for table in tables}


@pytest.mark.parametrize("pos", TEMPLATES)
def test_the_demo_has_the_reference_schemas_tables_and_columns(pos: str) -> None:
    """In the same order, so that one can be read beside the other."""
    assert {table: list(columns) for table, columns in reference_types(pos).items()} == demo_columns(pos)


@pytest.mark.parametrize("pos", TEMPLATES)
def test_the_demo_has_the_templates_files(pos: str) -> None:
    assert sorted(f.name for f in (SQL / pos).glob("*.sql")) == sorted(f.name for f in (SQL / f"demo_{pos}").glob("*.sql"))


@pytest.mark.parametrize("key", DATABASES)
def test_the_demo_by_the_template_gives_the_same_facts(demo_facts: Callable[[str], Pair], key: str) -> None:
    """All 28 dates through a driver of SQL Server, every table and cell."""
    _assert_equal(demo_facts(key))


@pytest.mark.parametrize("key", ["cafe", "hire"])
def test_what_the_demo_leaves_out_gives_the_same_facts_too(fuller_facts: Callable[[str], Pair], key: str) -> None:
    """No table of theirs is empty then, so that no query is compared with nothing."""
    folders = fuller_facts(key)
    assert 0 not in json.loads((folders[0] / RECORD).read_text(encoding="utf-8"))["rows"].values()
    _assert_equal(folders)


def _assert_equal(folders: Pair) -> None:
    records = [json.loads((folder / RECORD).read_text(encoding="utf-8")) for folder in folders]
    for name in ("rows", "dust", "outside", "as_of", "extra_columns"):
        assert records[0][name] == records[1][name], name
    for table in records[0]["rows"]:
        demo, template = (_rows(folder / f"{table}.parquet") for folder in folders)
        assert template == demo, table


def _rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a table in an order that does not hang on the server's."""
    table = pq.read_table(file)
    return cast(list[dict[str, Any]], table.sort_by([(name, "ascending") for name in table.column_names]).to_pylist())
