"""The worked example of a stored procedure is the template in another form, and what the guide shows runs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
import sqlglot
from sqlglot import exp

from tests.pos_systems.sqlserver.conftest import ALL_DAYS, READ_AT, Pair
from tests.pos_systems.sqlserver.reference import SQL, demo_stores, on_sql_server, served
from tests.tds.duck import DuckAnswers, Procedure, create_tables
from tests.tds.server import serve
from tillpost.connection import Connection
from tillpost.pos.extract import extract_store
from tillpost.pos.queries import load_queries
from tillpost.pos.source import open_source

REFERENCE = SQL / "idealpos" / "reference"


@pytest.fixture(scope="module")
def procedure() -> exp.Create:
    """The script of the worked example."""
    (tree,) = sqlglot.parse((REFERENCE / "procedure_sales.sql").read_text(encoding="utf-8"), read="tsql")
    assert isinstance(tree, exp.Create)
    return tree


def _body(procedure: exp.Create) -> exp.Select:
    select = procedure.find(exp.Select)
    assert isinstance(select, exp.Select)
    return select


def test_the_procedure_holds_the_templates_statement(procedure: exp.Create) -> None:
    """Its parameters have the types to which the template casts."""
    template = sqlglot.parse_one((SQL / "idealpos" / "sales.sql").read_text(encoding="utf-8"), read="tsql")
    for bind in list(template.find_all(exp.Placeholder)):
        cast = bind.parent if isinstance(bind.parent, exp.Cast) else bind
        cast.replace(exp.Parameter(this=exp.Var(this=bind.name)))
    assert _body(procedure).sql("tsql", comments=False) == template.sql("tsql", comments=False)
    text = (REFERENCE / "procedure_sales.sql").read_text(encoding="utf-8")
    assert "@store varchar(12), @from_date date, @to_date date" in text and "SET NOCOUNT ON" in text


def test_sales_by_the_procedure_are_sales_by_the_statement(
    procedure: exp.Create, shops: Path, demo_facts: Callable[[str], Pair], tmp_path: Path
) -> None:
    """The site's sales.sql is then one line; the other files stay as they are."""
    include = tmp_path / "include"
    shutil.copytree(SQL / "idealpos", include / "sql" / "idealpos")
    shutil.copy(REFERENCE / "procedure_call.sql", include / "sql" / "idealpos" / "sales.sql")
    store = on_sql_server(demo_stores()["ponsonby"])
    calls = {"Tillpost_sales": Procedure(("store", "from_date", "to_date"), _body(procedure).sql("tsql", comments=False))}
    with served(shops / "kauri_idealpos.sqlite", "idealpos", calls) as (connection, stub):
        extract_store(store, load_queries(include, "idealpos"), connection, ALL_DAYS, tmp_path / "facts", READ_AT)
        assert [sql for sql in stub.log if "Tillpost_sales" in sql]
    tables = [pq.read_table(folder / "sales.parquet") for folder in (tmp_path / "facts", demo_facts("ponsonby")[1])]
    assert tables[0].num_rows > 900 and tables[0].equals(tables[1])


def test_text_dates_of_the_guide_are_selected_by_time_and_not_as_text() -> None:
    """As the page shows it: 3 Oct 21:00 is in, though as text it stands before 23 Aug."""
    (example,) = re.findall(r"```sql\n(.*?)```", (SQL / "idealpos" / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    with duckdb.connect(":memory:") as duck:
        schema = create_tables(duck, "CREATE TABLE TextTimes (TrxNo int NOT NULL, TrxTime varchar(24) NOT NULL)")
        duck.execute("INSERT INTO TextTimes VALUES (1, '23 Aug 2026 06:18:39'), (2, '03 Oct 2026 21:00:00'), (3, '04 Oct 2026 04:00:00')")
        with serve(DuckAnswers(duck, schema)) as stub:
            connection = Connection("pos", "mssql", stub.host, stub.port, stub.login, stub.password, stub.database)
            with open_source(connection) as database:
                values = {"from_local": "2026-10-03 04:00:00", "to_local": "2026-10-04 04:00:00"}
                assert [tuple(row) for row in database.execute(sa.text(example), values)] == [(2, "03 Oct 2026 21:00:00")]
