"""Every T-SQL file of the templates passes the gate, and the gate lets nothing else through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.pos_systems.sqlserver.gate import complaints, reserved_words
from tests.pos_systems.sqlserver.reference import SQL, TEMPLATES, reference_types
from tillpost.pos.queries import PERIOD_BINDS, WRITE_BINDS, WRITE_FILE, load_queries, read_query

FILES = [file for pos in TEMPLATES for file in sorted((SQL / pos).glob("*.sql"))]
BY_FILE = pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
SCRIPTS = [file for pos in TEMPLATES for file in sorted((SQL / pos / "reference").glob("*.sql"))]


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@BY_FILE
def test_a_template_is_portable_t_sql_over_the_reference_schema(file: Path) -> None:
    assert complaints(text_of(file), reference_types(file.parent.name)) == []


@BY_FILE
def test_a_template_is_one_statement_but_for_the_one_that_writes(file: Path) -> None:
    kinds = [type(tree).__name__ for tree in sqlglot.parse(text_of(file), read="tsql")]
    assert kinds in ([["Update", "Insert"]] if file.stem == WRITE_FILE else [["Select"], ["Union"]])


@BY_FILE
def test_its_binds_are_the_projects_and_are_all_found(file: Path) -> None:
    """What SQLAlchemy binds is what the parser takes for a bind: no colon in a string or comment is one."""
    query = read_query(file, WRITE_BINDS if file.stem == WRITE_FILE else PERIOD_BINDS)
    found = {bind.name for tree in sqlglot.parse(text_of(file), read="tsql") if tree for bind in tree.find_all(exp.Placeholder)}
    assert set(query.binds) == found == set(query.statement().compile().params)


@BY_FILE
def test_it_says_what_it_selects_and_what_a_site_changes(file: Path) -> None:
    assert text_of(file).startswith("-- ") and "\n-- A site changes: " in text_of(file)


@BY_FILE
def test_the_demos_file_names_the_same_columns(file: Path) -> None:
    """Amounts in dollars here, in cents there."""
    if file.stem == WRITE_FILE:
        return
    demo = sqlglot.parse_one(text_of(SQL / f"demo_{file.parent.name}" / file.name), read="sqlite")
    template = sqlglot.parse_one(text_of(file), read="tsql")
    assert isinstance(template, exp.Query) and isinstance(demo, exp.Query)
    assert template.named_selects == [re.sub("_cents$", "", name) for name in demo.named_selects]


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_the_scripts_for_a_person_are_t_sql_too(file: Path) -> None:
    """The reference schema, the procedure and its call; load_queries does not take them for contract tables."""
    trees = sqlglot.parse(text_of(file), read="tsql")
    assert trees and not any(tree.find(exp.Command) for tree in trees if tree)
    assert [word for tree in trees if tree for word in reserved_words(tree)] == []
    assert file.stem not in load_queries(SQL.parent, file.parent.parent.name).tables


@pytest.mark.parametrize("pos", TEMPLATES)
def test_no_amount_of_the_reference_schemas_is_a_float(pos: str) -> None:
    kinds = {kind.sql("tsql") for columns in reference_types(pos).values() for kind in columns.values()}
    assert not kinds & {"FLOAT", "REAL"} and kinds & {"NUMERIC(19, 4)", "MONEY"}


WRONG = {
    "SELECT Nett FROM": "no T-SQL",
    "SELECT s.LineNo FROM Sites AS s": "reserved word as a name: LineNo",
    "SELECT x.Nett FROM Receipts AS x": "no table of the reference schema: Receipts",
    "SELECT t.Net FROM Transactions AS t": "no column of the reference schema",
    "SELECT FORMAT(t.TrxTime, 'yyyy') FROM Transactions AS t": "not portable",
    "SELECT TRIM(t.CustomerCode) FROM Transactions AS t": "not portable",
    "SELECT STRING_AGG(t.TrxNo, ',') FROM Transactions AS t": "not portable",
    "SELECT t.TrxTime AT TIME ZONE 'AUS Eastern Standard Time' FROM Transactions AS t": "not portable",
    "SELECT CONVERT(varchar(10), t.TrxTime, 103) FROM Transactions AS t": "not portable",
    "SELECT GETDATE() FROM Transactions AS t": "not portable",
    "SELECT t.TrxNo FROM Transactions AS t WHERE t.TrxTime >= :from_local": "the bind :from_local is not cast to datetime2",
    "SELECT t.TrxNo FROM Transactions AS t WHERE t.TrxTime >= CAST(:from_date AS datetime)": "the bind :from_date is not cast to date",
    "SELECT NULL AS a FROM Transactions AS t": "a NULL without a type",
    "UPDATE LedgerStatus SET Paid = 1": "no column of the reference schema: Paid",
    "INSERT INTO LedgerStatus (SiteCode, Paid) SELECT 'a', 1": "no column of the reference schema: Paid",
    "DBCC CHECKDB": "not understood",
}


@pytest.mark.parametrize("sql", WRONG, ids=range(len(WRONG)))
def test_the_gate_refuses(sql: str) -> None:
    found = complaints(sql, reference_types("idealpos"))
    assert any(complaint.startswith(WRONG[sql]) for complaint in found), found
