"""The reference schemas in T-SQL, and the demo shops' rows put into tables of their types: amounts in dollars, codes padded, real times."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from tests.tds.duck import DuckAnswers, Procedure, create_tables
from tests.tds.server import Stub, serve
from tillpost.config import PROJECT
from tillpost.connection import Connection
from tillpost.organisations import Store, load_organisations

SQL = PROJECT / "include" / "sql"
TEMPLATES = ("idealpos", "pointofrental")
Types = Mapping[str, Mapping[str, exp.DataType]]
Kind = exp.DataType.Type


@cache
def reference_types(pos: str) -> Types:
    """Tables, columns and types of a template's reference schema, as they are written there."""
    trees = sqlglot.parse((SQL / pos / "reference" / "schema.sql").read_text(encoding="utf-8"), read="tsql")
    tables = (tree.this for tree in trees if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema))
    return {schema.this.name: {c.name: c.args["kind"] for c in schema.find_all(exp.ColumnDef)} for schema in tables}


def demo_stores() -> dict[str, Store]:
    """The stores of the demo, by their keys."""
    organisations = load_organisations(PROJECT / "include" / "tillpost.yml").values()
    return {store.key: store for organisation in organisations for store in organisation.stores.values()}


def on_sql_server(store: Store) -> Store:
    """The store as a site with that system runs it: by the template."""
    return replace(store, pos=store.pos.removeprefix("demo_"))


@contextmanager
def served(database: Path, pos: str, procedures: Mapping[str, Procedure] | None = None) -> Iterator[tuple[Connection, Stub]]:
    """The rows of a demo database behind the stub server, in the reference schema of a template."""
    with duckdb.connect(":memory:") as duck:
        schema = create_tables(duck, (SQL / pos / "reference" / "schema.sql").read_text(encoding="utf-8"))
        load_rows(duck, database, reference_types(pos))
        with serve(DuckAnswers(duck, schema, procedures or {})) as stub:
            yield Connection("pos", "mssql", stub.host, stub.port, stub.login, stub.password, stub.database), stub


def load_rows(duck: duckdb.DuckDBPyConnection, database: Path, types: Types) -> None:
    """Copy all rows of a demo database into tables of the reference schema's types."""
    with closing(sqlite3.connect(database)) as sqlite:
        for table, columns in types.items():
            rows = sqlite.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            if not rows:
                continue
            values = [
                [None if v is None else read(v) for v in column]
                for read, column in zip(map(reader, columns.values()), zip(*rows, strict=True), strict=True)
            ]
            duck.register("loaded", pa.table({name: pa.array(v) for name, v in zip(columns, values, strict=True)}))
            duck.execute(f"INSERT INTO {table} SELECT * FROM loaded")
            duck.unregister("loaded")


def reader(kind: exp.DataType) -> Callable[[Any], Any]:
    """How a value of the demo becomes one of a column of this type: its amounts are cents, its times text, its codes not padded on the right."""
    if kind.this is Kind.MONEY or (kind.this is Kind.DECIMAL and kind.sql("tsql").endswith("(19, 4)")):
        return lambda value: Decimal(value).scaleb(-2)
    if kind.this is Kind.DECIMAL:
        return lambda value: Decimal(str(value))
    if kind.this in (Kind.DATETIME, Kind.DATETIME2):
        return lambda value: datetime.fromisoformat(value.removesuffix("Z"))
    if kind.this is Kind.DATE:
        return date.fromisoformat
    if kind.this is Kind.BIT:
        return bool
    if kind.this is Kind.CHAR:
        return lambda value: value.ljust(int(kind.expressions[0].name))
    return lambda value: value
