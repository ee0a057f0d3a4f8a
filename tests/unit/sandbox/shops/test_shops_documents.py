"""What is written about the demo shops agrees with what they are."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from shops_facts import SQL, STORES

from sandbox.shops import hire_schema, idealpos_schema

DOCUMENT = SQL.parents[1] / "docs" / "demo_shops.md"
SCHEMAS = {"demo_idealpos": idealpos_schema.SCHEMA, "demo_pointofrental": hire_schema.SCHEMA}


def schema_columns(pos: str) -> dict[str, set[str]]:
    """The tables of a demo POS and their columns."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMAS[pos])
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} for table in tables}


def documented_columns(pos: str) -> dict[str, set[str]]:
    """The tables of the README's reference schema and the words in their rows."""
    text = (SQL / pos / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (.+) \|$", text, re.MULTILINE)
    return {table: set(re.findall(r"\w+", columns)) for table, columns in rows if table != "table"}


@pytest.mark.parametrize("pos", SCHEMAS)
def test_the_reference_schema_names_every_table_that_a_file_reads(pos: str) -> None:
    """And no table that the demo databases lack."""
    sql = "\n".join(file.read_text(encoding="utf-8") for file in (SQL / pos).glob("*.sql"))
    used = {table for table in schema_columns(pos) if re.search(rf"\b(?:FROM|JOIN|INTO) {table}\b", sql)}
    assert set(documented_columns(pos)) == used


@pytest.mark.parametrize("pos", SCHEMAS)
def test_the_files_run_on_the_documented_columns_alone(pos: str) -> None:
    """A site that creates the documented columns has all that the files ask for."""
    real = schema_columns(pos)
    documented = {table: columns & real[table] for table, columns in documented_columns(pos).items()}
    keys = {"LedgerStatus": ", PRIMARY KEY ({}, DocumentKind, DocumentKey)".format("SiteCode" if pos == "demo_idealpos" else "StoreCode")}
    with closing(sqlite3.connect(":memory:")) as connection:
        for table, columns in documented.items():
            connection.execute(f"CREATE TABLE {table} ({', '.join(sorted(columns))}{keys.get(table, '')})")
        for file in sorted((SQL / pos).glob("*.sql")):
            sql = file.read_text(encoding="utf-8")
            connection.execute(sql, dict.fromkeys(re.findall(r"(?<![:\w]):([a-z_]+)", sql), ""))


def test_the_page_names_the_stores_databases_and_both_faults() -> None:
    """With the rule under which each is reported."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for store in STORES:
        assert f"`{store.key}`" in text and f"`{store.database}`" in text
    assert "`unmapped_category`" in text and "`tenders_do_not_match_sales`" in text
