"""Expressions of T-SQL made DuckDB's where both have the same meaning or can be brought to it; what cannot is refused (see translate.py)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from tests.tds.answers import SqlServerError

Kind = exp.DataType.Type

_STYLES = {"23": "%Y-%m-%d", "106": "%d %b %Y", "108": "%H:%M:%S", "112": "%Y%m%d", "120": "%Y-%m-%d %H:%M:%S", "126": "%Y-%m-%dT%H:%M:%S"}
_READ_STYLES = {"103": "%d/%m/%Y", "105": "%d-%m-%Y", "106": "%d %b %Y", "113": "%d %b %Y %H:%M:%S"}
_WHOLE, _TEXT = set(exp.DataType.INTEGER_TYPES), set(exp.DataType.TEXT_TYPES)
_TEMPORAL, _FLOATS = set(exp.DataType.TEMPORAL_TYPES) | {Kind.DATETIME2, Kind.SMALLDATETIME}, {Kind.FLOAT, Kind.DOUBLE}
_FIXED = {Kind.DECIMAL, Kind.MONEY, Kind.SMALLMONEY}
_BASIC_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(.*)", re.DOTALL)
_UNITS = ("DAY", "MONTH", "YEAR", "HOUR", "MINUTE", "SECOND")
_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
DUCK_TYPES = {
    Kind.MONEY: "DECIMAL(19, 4)", Kind.SMALLMONEY: "DECIMAL(10, 4)", Kind.BIT: "BOOLEAN", Kind.DATETIME: "TIMESTAMP", Kind.DATETIME2: "TIMESTAMP",
    Kind.SMALLDATETIME: "TIMESTAMP", Kind.UUID: "UUID", Kind.FLOAT: "DOUBLE", Kind.TIMESTAMPTZ: "TIMESTAMPTZ",
}  # fmt: skip


def refused(what: str) -> SqlServerError:
    """The error for a statement that the stub does not answer; no number of SQL Server's own."""
    return SqlServerError(50001, f"the stub refuses to translate {what}: its meaning on SQL Server would be lost")


def rewritten(tree: exp.Expr) -> exp.Expr:
    """The statement in DuckDB's terms, from the leaves up, as a rewriting looks at the types of what it holds."""
    for node in reversed(list(tree.walk())):
        parent, place, index = node.parent, node.arg_key, node.index
        new = _rewritten(node)
        if new is node:
            continue
        new.type = new.type or node.type
        if parent is None:
            return new
        parent.set(place or "", new, index)
    return tree


def _rewritten(node: exp.Expr) -> exp.Expr:
    for kind, rewrite in _REWRITES.items():
        if isinstance(node, kind):
            return rewrite(node)
    return node


def _is(node: exp.Expr | None, kinds: set[Any]) -> bool:
    return node is not None and node.type is not None and node.type.this in kinds


def _compared(node: exp.Expr) -> exp.Expr:
    if isinstance(node.parent, exp.Update) and node.arg_key == "expressions":
        return node  # SET a = b
    left, right = node.this, node.expression
    if _is(left, _TEMPORAL) or _is(right, _TEMPORAL):
        node.set("this", _moment(left))
        node.set("expression", _moment(right))
    elif _is(left, _TEXT) and _is(right, _TEXT):
        node.set("this", _comparable(left))
        node.set("expression", _comparable(right))
    return node


def _comparable(text: exp.Expr) -> exp.Expr:
    """Text as SQL Server compares it: without regard to case and trailing spaces."""
    return exp.Lower(this=exp.Anonymous(this="rtrim", expressions=[text]))


def _among(node: exp.Expr) -> exp.Expr:
    if _is(node.this, _TEXT) and node.expressions:
        node.set("this", _comparable(node.this))
        node.set("expressions", [_comparable(e) for e in node.expressions])
    return node


def _moment(node: exp.Expr) -> exp.Expr:
    """A text that stands for a date or time made one; anything else as it is."""
    return exp.cast(_iso(node), "TIMESTAMP") if isinstance(node, exp.Literal) else node


def _iso(node: exp.Expr) -> exp.Expr:
    """A written date or time in a form that DuckDB reads: SQL Server takes 20261003 too."""
    match = _BASIC_DATE.fullmatch(node.name.strip()) if isinstance(node, exp.Literal) else None
    return exp.Literal.string(f"{match[1]}-{match[2]}-{match[3]}{match[4]}") if match else node


def _between(node: exp.Expr) -> exp.Expr:
    if _is(node.this, _TEMPORAL):
        node.set("low", _moment(node.args["low"]))
        node.set("high", _moment(node.args["high"]))
    return node


def _add(node: exp.Expr) -> exp.Expr:
    texts = [_is(side, _TEXT) for side in (node.this, node.expression)]
    if all(texts):
        return exp.DPipe(this=node.this, expression=node.expression)
    if any(texts):
        raise refused(f"text + number ({node.sql('tsql')[:60]})")
    return node


def _div(node: exp.Expr) -> exp.Expr:
    if _is(node.this, _WHOLE) and _is(node.expression, _WHOLE):
        return exp.IntDiv(this=node.this, expression=node.expression)
    raise refused(f"a division of decimals ({node.sql('tsql')[:60]})")


def _round(node: exp.Expr) -> exp.Expr:
    if node.args.get("truncate") is not None:
        raise refused("ROUND that truncates")
    if not _is(node.this, _FIXED | _WHOLE):
        raise refused(f"ROUND of what is no decimal ({node.sql('tsql')[:60]})")
    return node


def _like(node: exp.Expr) -> exp.Expr:
    if not isinstance(node.expression, exp.Literal) or "[" in node.expression.name:
        raise refused(f"LIKE with a class or a computed pattern ({node.sql('tsql')[:60]})")
    return exp.ILike(this=node.this, expression=node.expression)


def _converted(node: exp.Expr) -> exp.Expr:
    style = node.args.get("style")
    return _cast_to(node.expression, node.this, style.name if style is not None else "", safe=bool(node.args.get("safe")))


def _cast(node: exp.Expr) -> exp.Expr:
    return _cast_to(node.this, node.args["to"], "", safe=isinstance(node, exp.TryCast))


def _cast_to(value: exp.Expr, kind: exp.DataType, style: str, *, safe: bool) -> exp.Expr:
    target: Callable[..., exp.Expr] = exp.TryCast if safe else exp.Cast
    if kind.this in _TEXT:
        return _as_text(value, kind, style)
    if kind.this in _TEMPORAL and _is(value, _TEXT):
        value = _read_moment(value, style)
    elif style:
        raise refused(f"CONVERT to {kind.sql('tsql')} with style {style}")
    if kind.this in _WHOLE and _is(value, _TEXT):
        raise refused("a text made a whole number")
    if kind.this in _WHOLE and not _is(value, _WHOLE):
        value = exp.Anonymous(this="trunc", expressions=[value])
    return target(this=value, to=duck_type(kind))


def _read_moment(value: exp.Expr, style: str) -> exp.Expr:
    if style in _READ_STYLES:
        return exp.Anonymous(this="strptime", expressions=[value, exp.Literal.string(_READ_STYLES[style])])
    if style and style not in _STYLES:
        raise refused(f"a time read with style {style}")
    return _iso(value)


def _as_text(value: exp.Expr, kind: exp.DataType, style: str) -> exp.Expr:
    if _is(value, _TEMPORAL):
        if style not in _STYLES:
            raise refused(f"a time as text with style {style or 'none'}")
        value = exp.Anonymous(this="strftime", expressions=[value, exp.Literal.string(_STYLES[style])])
    elif style or not (isinstance(value, exp.Null) or _is(value, _TEXT | _WHOLE | _FIXED | {Kind.UUID})):
        raise refused(f"{value.sql('tsql')[:60]} as text")
    text: exp.Expr = exp.cast(value, "VARCHAR")
    size = kind.expressions[0].name if kind.expressions else "30"
    if size.upper() == "MAX":
        return text
    text = exp.Left(this=text, expression=exp.Literal.number(size))
    if kind.this in (Kind.CHAR, Kind.NCHAR):
        return exp.Anonymous(this="rpad", expressions=[text, exp.Literal.number(size), exp.Literal.string(" ")])
    return text


def duck_type(kind: exp.DataType) -> exp.DataType:
    """DuckDB's type for one of SQL Server's."""
    if kind.this in _TEXT:
        return exp.DataType.build("VARCHAR", dialect="duckdb")
    if kind.this is Kind.DECIMAL and not kind.expressions:
        return exp.DataType.build("DECIMAL(18, 0)", dialect="duckdb")
    name = DUCK_TYPES.get(kind.this)
    return exp.DataType.build(name, dialect="duckdb") if name else kind


def _date_add(node: exp.Expr) -> exp.Expr:
    """DATEADD gives the type that it was given."""
    moment = node.this
    was_date = _is(moment, {Kind.DATE})
    node.set("this", _moment(moment))
    return exp.cast(node, "DATE") if was_date else node


def _date_diff(node: exp.Expr) -> exp.Expr:
    if node.args["unit"].name.upper() not in _UNITS:
        raise refused(f"DATEDIFF by {node.args['unit'].name}")
    return node


def _extract(node: exp.Expr) -> exp.Expr:
    if node.name.upper() not in _UNITS:
        raise refused(f"DATEPART of {node.name}")
    return node


def _apply(node: exp.Expr) -> exp.Expr:
    lateral = node.this
    if isinstance(lateral, exp.Lateral):
        crossed = lateral.args.pop("cross_apply", None)
        node.set("kind", "CROSS" if crossed else None)
        if not crossed:
            node.set("side", "LEFT")
            node.set("on", exp.true())
    return node


def _length(node: exp.Expr) -> exp.Expr:
    return exp.Length(this=exp.Anonymous(this="rtrim", expressions=[node.this]))


_REWRITES: dict[Any, Callable[[exp.Expr], exp.Expr]] = {
    _COMPARED: _compared, exp.In: _among, exp.Between: _between, exp.Add: _add, exp.Div: _div, exp.Round: _round, exp.Like: _like,
    exp.Convert: _converted, exp.Cast: _cast, exp.DateAdd: _date_add, exp.DateDiff: _date_diff, exp.Join: _apply,
    exp.Extract: _extract, exp.TsOrDsToDate: lambda node: exp.cast(_moment(node.this), "DATE"), exp.Length: _length,
    exp.TimeStrToTime: lambda node: exp.cast(_moment(node.this), "TIMESTAMP"),
}  # fmt: skip
