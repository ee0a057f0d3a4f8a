"""What is written about the demo shops agrees with what they are."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from shops_facts import SQL, STORES

from sandbox.shops import hire_schema, idealpos_schema

DOCUMENT = SQL.parents[1] / "docs" / "demo_shops.md"
SCHEMAS = {"idealpos": idealpos_schema.SCHEMA, "pointofrental": hire_schema.SCHEMA}
UNREAD = {"idealpos": {"SalesCategories", "GiftVouchers"}, "pointofrental": {"PurchaseOrderLines"}}


def schema_columns(pos: str) -> dict[str, list[str]]:
    """The tables of a demo POS and their columns."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMAS[pos])
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables}


def documented_columns(pos: str) -> dict[str, list[str]]:
    """The tables of the reference schema in the template's README, and the columns in their rows; what is in brackets explains."""
    text = (SQL / pos / "README.md").read_text(encoding="utf-8").partition("## Reference schema")[2]
    rows = re.findall(r"^\| (\w+) \| (.+) \|$", text, re.MULTILINE)
    plain = {table: re.sub(r" \([^)]*\)|:.*$", "", columns) for table, columns in rows if table != "table"}
    return {table: columns.split(", ") for table, columns in plain.items()}


@pytest.mark.parametrize("pos", SCHEMAS)
def test_the_documented_reference_schema_is_the_demos(pos: str) -> None:
    """Every table and column, in order."""
    assert documented_columns(pos) == schema_columns(pos)


@pytest.mark.parametrize("pos", SCHEMAS)
def test_every_table_is_read_but_for_those_that_the_page_names(pos: str) -> None:
    sql = "\n".join(file.read_text(encoding="utf-8") for file in (SQL / f"demo_{pos}").glob("*.sql"))
    unread = {table for table in schema_columns(pos) if not re.search(rf"\b(?:FROM|JOIN|INTO) {table}\b", sql)}
    assert unread == UNREAD[pos]
    last = (SQL / pos / "README.md").read_text(encoding="utf-8").partition("\nNo file reads ")[2]
    assert all(table in last for table in unread)


def test_the_page_names_the_stores_databases_and_both_faults() -> None:
    """With the rule under which each is reported."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for store in STORES:
        assert f"`{store.key}`" in text and f"`{store.database}`" in text
    assert "`unmapped_category`" in text and "`tenders_do_not_match_sales`" in text
