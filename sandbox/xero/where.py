"""The documented subset of Xero's `where` and `order`, compiled to SQL with bound values.

https://developer.xero.com/documentation/api/accounting/requests-and-responses : comparisons, AND, OR, brackets, DateTime(y,m,d),
Guid("..."), text, numbers, true, false, null, and Contains, StartsWith, EndsWith on text. Text is compared without case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.xero.errors import query_error
from sandbox.xero.wire import half_up_cents

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<op>==|!=|<>|>=|<=|&&|\|\||[=<>(),!])|(?P<name>[A-Za-z_][\w.]*))"""
)
_OPERATORS = {"==": "=", "=": "=", "!=": "<>", "<>": "<>", ">=": ">=", "<=": "<=", ">": ">", "<": "<"}
_MATCHES = {"contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A field that can be filtered: its SQL expression and what its values are."""

    sql: str
    kind: str = "text"


def to_sql(text: str, columns: Mapping[str, Column], resource: str) -> tuple[str, list[Any]]:
    """A filter as an SQL condition with its bound values; 400 with ErrorNumber 16 if it cannot be read."""
    parser = _Parser(_tokens(text), columns, resource)
    sql = parser.any_of()
    if parser.tokens:
        raise query_error(f"Syntax error near '{parser.tokens[0][1]}'")
    return sql, parser.values


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position, text = 0, text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise query_error(f"Syntax error (at index {position})")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        position = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], columns: Mapping[str, Column], resource: str) -> None:
        self.tokens = tokens
        self.columns = {name.lower(): column for name, column in columns.items()}
        self.resource = resource
        self.values: list[Any] = []
        self.depth = 0

    def any_of(self) -> str:
        return self._joined(self._all_of, ("||", "or"), " OR ")

    def _all_of(self) -> str:
        return self._joined(self._term, ("&&", "and"), " AND ")

    def _joined(self, part: Callable[[], str], words: tuple[str, str], joiner: str) -> str:
        parts = [part()]
        while self.tokens and self.tokens[0][1].lower() in words and self.tokens[0][0] != "text":
            self.tokens.pop(0)
            parts.append(part())
        return f"({joiner.join(parts)})"

    def _next(self) -> tuple[str, str]:
        if not self.tokens:
            raise query_error("Expression expected")
        return self.tokens.pop(0)

    def _expect(self, symbol: str) -> None:
        if self._next()[1] != symbol:
            raise query_error(f"'{symbol}' expected")

    def _term(self) -> str:
        kind, word = self._next()
        if word == "(" and kind == "op":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise query_error("The expression is nested too deeply")
            inner = self.any_of()
            self._expect(")")
            self.depth -= 1
            return inner
        if kind != "name":
            raise query_error(f"Expression expected, not '{word}'")
        field, _, method = word.rpartition(".")
        if method.lower() in _MATCHES and self.tokens and self.tokens[0][1] == "(":
            return self._match(field, method.lower())
        return self._comparison(word)

    def _column(self, field: str) -> Column:
        column = self.columns.get(field.lower())
        if column is None:
            raise query_error(f"No property or field '{field}' exists in type '{self.resource}'")
        return column

    def _match(self, field: str, method: str) -> str:
        column = self._column(field)
        self._expect("(")
        value = str(self._value(column)).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        self._expect(")")
        if self.tokens[:2] == [("op", "=="), ("name", "true")]:
            del self.tokens[:2]
        self.values.append(_MATCHES[method].format(value))
        return f"IFNULL({column.sql} LIKE ? ESCAPE '\\', 0)"

    def _comparison(self, field: str) -> str:
        column = self._column(field)
        if column.kind == "flag" and (not self.tokens or self.tokens[0][1] not in _OPERATORS):
            return f"{column.sql}"
        operator = _OPERATORS.get(self._next()[1])
        if operator is None:
            raise query_error("Operator expected")
        value = self._value(column)
        if value is None:
            return f"{column.sql} IS {'' if operator == '=' else 'NOT '}NULL"
        self.values.append(value)
        return f"{column.sql} {operator} ?"

    def _value(self, column: Column) -> Any:
        kind, word = self._next()
        if kind == "text":
            return self._typed(column, re.sub(r"\\(.)", r"\1", word[1:-1]))
        if kind == "number":
            return half_up_cents(Decimal(word)) if column.kind == "money" else word
        if word.lower() in ("true", "false"):
            return int(word.lower() == "true")
        if word.lower() == "null":
            return None
        if word.lower() in ("datetime", "guid", "datetime.parse", "guid.parse"):
            return self._call(word.lower(), column)
        raise query_error(f"Value expected, not '{word}'")

    def _call(self, name: str, column: Column) -> Any:
        self._expect("(")
        arguments = []
        while True:
            kind, word = self._next()
            if kind not in ("text", "number"):
                raise query_error(f"Value expected, not '{word}'")
            arguments.append(word.strip('"'))
            if self._next()[1] == ")":
                break
        if not name.startswith("datetime"):
            return arguments[0].lower()
        return self._moment(arguments, column)

    def _moment(self, arguments: list[str], column: Column) -> Any:
        try:
            parts = [
                int(part) for part in (arguments if len(arguments) > 1 else re.split(r"[-T:]", arguments[0].rstrip("Z").split(".")[0]))
            ]
            return _as_column(parts, column)
        except (ValueError, OverflowError, TypeError):
            raise query_error("A date expected, such as DateTime(2026, 3, 31)") from None

    @staticmethod
    def _typed(column: Column, value: str) -> Any:
        return value.lower() if column.kind == "id" else value


def _as_column(parts: list[int], column: Column) -> Any:
    day = date(parts[0], parts[1], parts[2])
    if column.kind != "moment":
        return day.isoformat()
    hours, minutes, seconds = [*parts[3:6], 0, 0, 0][:3]
    return ((day.toordinal() - date(1970, 1, 1).toordinal()) * 86400 + hours * 3600 + minutes * 60 + seconds) * 1000


def order_sql(text: str, columns: Mapping[str, Column], resource: str, last: str) -> str:
    """An ORDER BY list; `last` makes the order total, so that pages never overlap."""
    lowered = {name.lower(): column for name, column in columns.items()}
    parts = []
    for item in text.split(","):
        words = item.split()
        if not words or len(words) > 2 or (len(words) == 2 and words[1].upper() not in ("ASC", "DESC")):
            raise query_error(f"Syntax error in order '{item.strip()}'")
        if words[0].lower() not in lowered:
            raise query_error(f"No property or field '{words[0]}' exists in type '{resource}'")
        parts.append(f"{lowered[words[0].lower()].sql} {words[1].upper() if len(words) == 2 else 'ASC'}")
    return ", ".join([*parts, last])
