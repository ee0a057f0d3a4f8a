"""Answers by DuckDB: tables with SQL Server's types, and T-SQL statements over them, translated (see translate.py for what is refused)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from tests.tds import types
from tests.tds.answers import Answer, Column, Params, Row, SqlServerError
from tests.tds.rewriting import duck_type, refused
from tests.tds.translate import Schema, annotated, bound, parsed, translate

BATCH_ROWS = 5000
Kind = exp.DataType.Type

# A column of a table as it was declared; anything computed goes by DuckDB's type.
_DECLARED = {
    Kind.MONEY: types.MONEY, Kind.SMALLMONEY: types.SMALLMONEY, Kind.DATETIME: types.DATETIME, Kind.SMALLDATETIME: types.SMALLDATETIME,
    Kind.UUID: types.UNIQUEIDENTIFIER, Kind.BIT: types.BIT,
}  # fmt: skip
_SIZED = {Kind.CHAR: types.char, Kind.NCHAR: types.nchar, Kind.VARCHAR: types.varchar, Kind.NVARCHAR: types.nvarchar}
_COMPUTED = {
    "BOOLEAN": types.BIT, "TINYINT": types.SMALLINT, "SMALLINT": types.SMALLINT, "INTEGER": types.INT, "BIGINT": types.BIGINT, "HUGEINT": types.BIGINT,
    "FLOAT": types.REAL, "DOUBLE": types.FLOAT, "VARCHAR": types.nvarchar(4000), "DATE": types.DATE, "TIMESTAMP": types.datetime2(),
    "TIME": types.time_(), "UUID": types.UNIQUEIDENTIFIER, "BLOB": types.varbinary(), "TIMESTAMP WITH TIME ZONE": types.datetimeoffset(),
    "INTEGER_LITERAL": types.INT, "STRING_LITERAL": types.nvarchar(4000), '"NULL"': types.INT,
}  # fmt: skip
# A call of a procedure, also below the comment that an SQL file begins with.
_CALL = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*EXEC(?:UTE)?\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure: the names of its parameters, without ``@``, and its one statement in T-SQL."""

    parameters: Sequence[str]
    sql: str


@dataclass(frozen=True, slots=True)
class DuckAnswers:
    """Answers from the tables of a DuckDB connection.

    ``schema`` gives the tables' T-SQL types (create_tables returns it); without it they are taken from DuckDB. Each client has a
    cursor and so transactions of its own.
    """

    connection: duckdb.DuckDBPyConnection
    schema: Schema = field(default_factory=dict)
    procedures: Mapping[str, Procedure] = field(default_factory=dict)

    def session(self) -> DuckSession:
        """What answers one connection."""
        return DuckSession(self.connection.cursor(), self.schema or _schema_of(self.connection), self.procedures)


@dataclass(slots=True)
class DuckSession:
    """One client's cursor."""

    cursor: duckdb.DuckDBPyConnection
    schema: Schema
    procedures: Mapping[str, Procedure]

    def begin(self) -> None:
        """A transaction begins."""
        self.cursor.execute("BEGIN TRANSACTION")

    def commit(self) -> None:
        """It is kept."""
        self.cursor.execute("COMMIT")

    def rollback(self) -> None:
        """It is undone."""
        self.cursor.execute("ROLLBACK")

    def __call__(self, sql: str, params: Params) -> Answer:
        """The answer to one statement or EXEC."""
        if _CALL.match(sql):
            sql, params = self._procedure(sql, params)
        tree = translate(sql, params, self.schema)
        try:
            result = self.cursor.execute(tree.sql(dialect="duckdb"))
        except duckdb.CatalogException as problem:
            raise SqlServerError(208, _first_line(problem)) from None
        except duckdb.Error as problem:
            raise SqlServerError(50002, _first_line(problem)) from None
        if not isinstance(tree, exp.Query):
            return Answer(affected=int((result.fetchone() or (0,))[0]))
        return Answer(_columns(sql, params, self.schema, result), _rows(result))

    def _procedure(self, sql: str, params: Params) -> tuple[str, Params]:
        call = sqlglot.parse_one(sql, read="tsql")
        name = call.this.name if isinstance(call, exp.Execute) else ""
        procedure = {key.lower(): value for key, value in self.procedures.items()}.get(name.lower())
        if procedure is None:
            raise SqlServerError(2812, f"Could not find stored procedure '{name}'.")
        values = {f"@{key}": None for key in procedure.parameters}
        for place, argument in zip(procedure.parameters, call.expressions, strict=False):
            named = isinstance(argument, exp.EQ)
            values[f"@{argument.this.name if named else place}"] = _value(argument.expression if named else argument, params)
        return procedure.sql, values


def _value(node: exp.Expr, params: Params) -> Any:
    if isinstance(node, exp.Parameter):
        return params[f"@{node.name}"]
    if isinstance(node, exp.Literal | exp.National):
        return node.name if not isinstance(node, exp.Literal) or node.is_string else node.to_py()
    if isinstance(node, exp.Null):
        return None
    raise refused(f"the argument {node.sql('tsql')}")


def create_tables(connection: duckdb.DuckDBPyConnection, ddl: str) -> dict[str, dict[str, str]]:
    """Create the tables of T-SQL DDL (columns and types only; texts compare without regard to case); their types by table and column."""
    schema: dict[str, dict[str, str]] = {}
    batches = re.split(r"^\s*GO\s*$", ddl, flags=re.IGNORECASE | re.MULTILINE)
    for statement in (tree for batch in batches for tree in sqlglot.parse(batch, read="tsql")):
        if isinstance(statement, exp.Command):
            raise refused(statement.sql("tsql")[:80])
        if not isinstance(statement, exp.Create) or not isinstance(statement.this, exp.Schema):
            continue
        table, columns = statement.this.this.name.lower(), {}
        parts = []
        for column in statement.this.find_all(exp.ColumnDef):
            kind = column.args["kind"]
            columns[column.name.lower()] = kind.sql("tsql")
            duck = duck_type(kind).sql("duckdb")
            parts.append(f'"{column.name.lower()}" {duck}{" COLLATE NOCASE" if duck == "TEXT" else ""}')
        connection.execute(f'CREATE TABLE "{table}" ({", ".join(parts)})')
        schema[table] = columns
    return schema


def _schema_of(connection: duckdb.DuckDBPyConnection) -> Schema:
    found: dict[str, dict[str, str]] = {}
    names = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'main'"
    for table, column, kind in connection.cursor().execute(names).fetchall():
        written = exp.DataType.build(kind, dialect="duckdb").sql("tsql")
        found.setdefault(table.lower(), {})[column.lower()] = written
    return found


def _columns(sql: str, params: Params, schema: Schema, result: duckdb.DuckDBPyConnection) -> list[Column]:
    tree = annotated(bound(parsed(sql).copy(), params), schema)
    selects = tree.selects if isinstance(tree, exp.Query) else []
    return [
        Column(name, _declared(select.unalias()) or _computed(str(kind)))
        for select, (name, kind, *_) in zip(selects, result.description or [], strict=True)
    ]


def _declared(node: exp.Expr) -> types.SqlType | None:
    kind = node.type
    if kind is None or not (isinstance(node, exp.Column) or kind.this in (Kind.MONEY, Kind.SMALLMONEY)):
        return None
    size = kind.expressions[0].name if kind.expressions else ""
    if kind.this in _SIZED and size.isdigit():
        return _SIZED[kind.this](int(size))
    return _DECLARED.get(kind.this)


def _computed(kind: str) -> types.SqlType:
    if kind.startswith("DECIMAL("):
        precision, scale = kind[8:-1].split(",")
        return types.decimal(int(precision), int(scale))
    return _COMPUTED[kind]


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    while rows := result.fetchmany(BATCH_ROWS):
        yield from rows


def _first_line(problem: Exception) -> str:
    return str(problem).splitlines()[0]
