"""Which rules of the source checks can be asked of what was read: one that looks at a table nobody could read says nothing true."""

from __future__ import annotations

import re
from functools import cache

from tillpost.checks import hints, relations, summaries
from tillpost.checks.rule import Rule
from tillpost.model.facts import TABLES

# What is on record of earlier dates; an inspection opens no outbox.
ON_RECORD = frozenset({"known_sales"})
# What the mapping files tell: relations, and the columns of the checks' views that come from them.
OF_MAPPING = frozenset(
    {"account_spans", "tax_spans", "tax_rows", "contact_rows", "account", "overruling_code", "rate_bp", "supplier_tax_code"}
)
# Every key of every table, each row of it about one table only: one that was not read is missing there and misleads nobody.
_EACH_FOR_ITSELF = "keyed_rows"
_CREATED = re.compile(r"\s*CREATE TEMP (?:TABLE|VIEW) (\w+) AS")
_TEXT = re.compile(r"'(?:[^']|'')*'")


def tables_of(rule: Rule) -> frozenset[str]:
    """The contract's tables that a rule holds against each other, also through the views and summaries of the checks."""
    found, waiting = set[str](), {*names_of(rule)}
    if _EACH_FOR_ITSELF in waiting:
        return frozenset()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= _relations().get(name, frozenset())
    return frozenset(found & set(TABLES))


def names_of(rule: Rule) -> frozenset[str]:
    """The relations and columns that a rule's own query names."""
    return _words(rule.sql)


@cache
def _relations() -> dict[str, frozenset[str]]:
    """What each relation of the checks is made of: every statement there that makes one."""
    statements = [*relations.VIEWS, *(text for module in (summaries, hints) for text in vars(module).values() if isinstance(text, str))]
    made = ((match, text) for text in statements if (match := _CREATED.match(text)))
    return {match[1]: _words(text[match.end() :]) for match, text in made}


def _words(sql: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", _TEXT.sub("", sql)))
