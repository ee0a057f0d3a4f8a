"""T-SQL into DuckDB's SQL, for statements as the SQL files of a POS hold them; what would mean something else there is refused.

Refused rather than translated: every construct that is not in the list below, and division of decimals (SQL Server has its own
rules for the scale), averages, truncating ROUND, rounding of floats, AT TIME ZONE, PIVOT, WITH TIES, classes in LIKE, weeks, floats
and times as text without a style. Kept as SQL Server has it: whole numbers divided by whole numbers, casts that cut off (to int, to
varchar(n)), ``+`` of texts, comparisons of texts without regard to case and trailing spaces, LEN without trailing spaces.
Not kept: grouping and DISTINCT tell ``A`` from ``A `` with a space (and from ``a`` but in columns made by duck.create_tables), and a
decimal of more than 38 digits is an error here and rounded there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from tests.tds.answers import Params, SqlServerError
from tests.tds.rewriting import refused, rewritten

Schema = Mapping[str, Mapping[str, str]]

_KNOWN = (
    exp.Select, exp.From, exp.Join, exp.Lateral, exp.Subquery, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.LimitOptions,
    exp.Union, exp.Except, exp.Intersect, exp.With, exp.CTE, exp.Table, exp.TableAlias, exp.WithTableHint, exp.Column, exp.Identifier, exp.Alias,
    exp.Star, exp.Literal, exp.National, exp.Null, exp.Parameter, exp.Var, exp.Date, exp.Timestamp, exp.Paren, exp.Tuple, exp.Distinct, exp.Values,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Exists, exp.Is, exp.Like, exp.Boolean,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Abs, exp.Sign, exp.Ceil, exp.Floor, exp.Round,
    exp.Sum, exp.Count, exp.Min, exp.Max, exp.Window, exp.WindowSpec, exp.RowNumber, exp.Rank, exp.DenseRank,
    exp.Cast, exp.TryCast, exp.Convert, exp.DataType, exp.DataTypeParam, exp.Concat, exp.Upper, exp.Lower, exp.Trim, exp.Length, exp.Left, exp.Right,
    exp.Substring, exp.StrPosition, exp.Replace, exp.DateAdd, exp.DateDiff, exp.TimeStrToTime, exp.Year, exp.Month, exp.Day, exp.DateFromParts, exp.TsOrDsToDate, exp.Extract,
    exp.Update, exp.Insert, exp.Delete, exp.Schema, exp.Table,
)  # fmt: skip


def translate(sql: str, params: Params, schema: Schema) -> exp.Expr:
    """A statement for DuckDB; raises SqlServerError where it is not certain to mean the same."""
    return rewritten(annotated(bound(parsed(sql).copy(), params), schema))


@lru_cache(maxsize=256)
def parsed(sql: str) -> exp.Expr:
    """A statement as T-SQL, of known constructs only."""
    try:
        tree = sqlglot.parse_one(sql, read="tsql")
    except sqlglot.errors.ParseError as problem:
        raise SqlServerError(
            102, f"Incorrect syntax: {problem.errors[0]['description'] if problem.errors else problem}.", severity=15
        ) from None
    for node in tree.walk():
        if not isinstance(node, _KNOWN):
            raise refused(f"{type(node).__name__} ({node.sql('tsql')[:60]})")
        if isinstance(node, exp.LimitOptions) and (node.args.get("with_ties") or node.args.get("percent")):
            raise refused("TOP WITH TIES or PERCENT")
    return tree


def bound(tree: exp.Expr, params: Params) -> exp.Expr:
    """The statement with its parameters' values in their places."""
    for node in list(tree.find_all(exp.Parameter)):
        name = f"@{node.name}"
        if name not in params:
            raise SqlServerError(137, f'Must declare the scalar variable "{name}".', severity=15)
        node.replace(_literal(params[name]))
    return tree


def _literal(value: Any) -> exp.Expr:
    if isinstance(value, datetime | date | time):
        kind = "datetime2" if isinstance(value, datetime) else "date" if isinstance(value, date) else "time"
        return exp.cast(exp.Literal.string(value.isoformat()), kind, dialect="tsql")
    if isinstance(value, Decimal):
        return exp.Literal.number(str(value)) if value >= 0 else exp.Neg(this=exp.Literal.number(str(-value)))
    return exp.convert(value)


def annotated(tree: exp.Expr, schema: Schema) -> exp.Expr:
    """The statement with the type of each expression, as the tables declare them."""
    for text in list(tree.find_all(exp.National)):
        text.replace(exp.Literal.string(text.name))
    for table in tree.find_all(exp.Table):
        if table.db and table.db.lower() != "dbo":
            raise SqlServerError(208, f"Invalid object name '{table.sql('tsql')}'.")
        table.set("db", None)
        table.set("hints", None)
        if not isinstance(tree, exp.Insert) and table.name.lower() not in {*schema, *_named_inside(tree)}:
            raise SqlServerError(208, f"Invalid object name '{table.name}'.")
    try:
        if isinstance(tree, exp.Query):
            tree = qualify(tree, schema=dict(schema), dialect="tsql", quote_identifiers=False)
    except sqlglot.errors.OptimizeError as problem:
        raise SqlServerError(207, f"Invalid column name: {' '.join(str(problem).split())}.") from None
    tree = annotate_types(tree, schema=dict(schema), dialect="tsql")
    if isinstance(tree, exp.Update | exp.Delete):
        columns = schema[tree.this.name.lower()]
        for column in tree.find_all(exp.Column):
            column.type = exp.DataType.build(columns[column.name.lower()], dialect="tsql")
    return tree


def _named_inside(tree: exp.Expr) -> set[str]:
    return {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
