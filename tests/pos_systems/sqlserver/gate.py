"""What a T-SQL file of a template must be, as far as it can be read from its text: complaints, none if it is well.

Portable T-SQL of SQL Server 2016 and later, in which nothing hangs on a login's language, a server's zone or the order of a UNION's branches.
reserved_words.txt: Microsoft, "Reserved Keywords (Transact-SQL)".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from tests.pos_systems.sqlserver.reference import Types

# Functions that SQL Server 2016 has and that mean the same whatever the settings; TRIM, STRING_AGG and CONCAT_WS came with 2017.
FUNCTIONS = (
    exp.Concat, exp.Right, exp.Trim, exp.Upper, exp.Replace, exp.Coalesce, exp.Sum, exp.Min, exp.Cast, exp.Case, exp.If, exp.Exists,
    exp.And, exp.Or, exp.DateAdd,
)  # fmt: skip
DATE_BINDS = {"from_date": "DATE", "to_date": "DATE", "paid_on": "DATE"}
TIME_BINDS = dict.fromkeys(("from_local", "to_local", "from_utc", "to_utc", "changed_at"), "DATETIME2")

RESERVED = frozenset(Path(__file__).with_name("reserved_words.txt").read_text(encoding="utf-8").split())


def complaints(sql: str, types: Types) -> list[str]:
    """What is wrong with the statements of a file that reads or writes the tables of a reference schema."""
    try:
        trees = [tree for tree in sqlglot.parse(sql, read="tsql") if tree is not None]
    except sqlglot.errors.ParseError as problem:
        return [f"no T-SQL: {str(problem).splitlines()[0]}"]
    return [complaint for tree in trees for complaint in _of_statement(tree, types)]


def _of_statement(tree: exp.Expr, types: Types) -> Iterator[str]:
    yield from reserved_words(tree)
    if tree.find(exp.Command) or not isinstance(tree, exp.Query | exp.Update | exp.Insert | exp.Execute):
        yield f"not understood: {tree.sql('tsql')[:60]}"
    elif not isinstance(tree, exp.Execute):
        yield from _of_query(tree, types)


def _of_query(tree: exp.Expr, types: Types) -> Iterator[str]:
    yield from _functions(tree)
    yield from _binds(tree)
    yield from _untyped_nulls(tree)
    yield from _names(tree, types)


def reserved_words(tree: exp.Expr) -> Iterator[str]:
    """Names that SQL Server takes for a word of its language."""
    for name in tree.find_all(exp.Identifier):
        if not name.quoted and name.name.upper() in RESERVED:
            yield f"reserved word as a name: {name.name}"


def _functions(tree: exp.Expr) -> Iterator[str]:
    for node in tree.find_all(exp.Func, exp.DPipe, exp.Limit, exp.AtTimeZone):
        if isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast) and type(node) is exp.Cast:
            continue
        if not isinstance(node, FUNCTIONS) or (isinstance(node, exp.Trim) and not node.args.get("position")):
            yield f"not portable: {node.sql('tsql')[:60]}"


def _binds(tree: exp.Expr) -> Iterator[str]:
    """A driver may send a date as text, which SQL Server reads by the login's language unless it becomes a date or datetime2."""
    for bind in tree.find_all(exp.Placeholder):
        name = bind.name
        wanted = DATE_BINDS.get(name) or TIME_BINDS.get(name)
        cast = bind.parent
        if wanted and not (isinstance(cast, exp.Cast) and cast.to.this.value == wanted):
            yield f"the bind :{name} is not cast to {wanted.lower()}"


def _untyped_nulls(tree: exp.Expr) -> Iterator[str]:
    """A NULL without a type is a number to SQL Server, and a UNION then fails on the text of another branch."""
    for select in tree.find_all(exp.Select):
        if any(isinstance(column.unalias(), exp.Null) for column in select.selects):
            yield f"a NULL without a type in: {select.sql('tsql')[:60]}"


def _names(tree: exp.Expr, types: Types) -> Iterator[str]:
    tables = {table.name for table in tree.find_all(exp.Table)}
    unknown = sorted(tables - set(types))
    yield from (f"no table of the reference schema: {name}" for name in unknown)
    if unknown:
        return
    if isinstance(tree, exp.Query):
        try:
            qualify(tree.copy(), schema={t: {c: k.sql("tsql") for c, k in columns.items()} for t, columns in types.items()}, dialect="tsql")
        except sqlglot.errors.OptimizeError as problem:
            yield f"no column of the reference schema: {str(problem).splitlines()[0]}"
        return
    (table,) = tables
    written = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
    for name in [*(column.name for column in tree.find_all(exp.Column)), *(identifier.name for identifier in written)]:
        if name not in types[table]:
            yield f"no column of the reference schema: {name}"
