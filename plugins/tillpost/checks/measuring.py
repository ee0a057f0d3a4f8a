"""Asks the facts what each rule finds: per store and business date the count, the amount and the first examples. No row leaves DuckDB."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import duckdb

from tillpost.checks.context import CheckContext
from tillpost.checks.hints import hints_seen
from tillpost.checks.relations import open_cursor
from tillpost.checks.rule import Measure, Measured, Rule
from tillpost.checks.rules import SOURCE_RULES
from tillpost.checks.summaries import summarise

log = logging.getLogger(__name__)

EXAMPLES = 5

# A row whose date cannot be told stands for every date that is looked at; rows of other dates are somebody else's.
_PER_STORE_DATE = """
    SELECT d.store, d.business_date, sum(f.n)::BIGINT, sum(f.amount_cents)::BIGINT, min(f.example, {examples})
    FROM ({sql}) AS f
    JOIN store_dates AS d ON d.store = f.store AND (f.business_date IS NULL OR f.business_date = d.business_date)
    GROUP BY d.store, d.business_date ORDER BY d.store, d.business_date"""


def measure_source(facts: duckdb.DuckDBPyConnection, context: CheckContext, rules: Sequence[Rule] = SOURCE_RULES) -> tuple[Measured, ...]:
    """What each rule finds in the facts of the context's store-dates. A rule whose query fails says so; the others go on."""
    cursor = open_cursor(facts, context)
    try:
        seen = _summarised(cursor)
        return tuple(_measure(cursor, rule) if seen is None or rule.may_be_broken(seen) else Measured(rule) for rule in rules)
    finally:
        cursor.close()


def _summarised(cursor: duckdb.DuckDBPyConnection) -> frozenset[str] | None:
    """The hints that are seen in the facts; None where they cannot be told, so that every rule is asked."""
    try:
        summarise(cursor)
        return hints_seen(cursor)
    except duckdb.Error:
        log.exception("the facts could not be summarised")
        return None


def _measure(cursor: duckdb.DuckDBPyConnection, rule: Rule) -> Measured:
    try:
        rows = cursor.execute(_PER_STORE_DATE.format(sql=rule.sql, examples=EXAMPLES)).fetchall()
    except duckdb.Error as problem:
        # The text of the problem may hold paths of the server: it is for the log, not for the finding.
        log.exception("the query of the rule %s failed", rule.key)
        return Measured(rule, crash=f"the query failed ({type(problem).__name__})")
    return Measured(rule, tuple(Measure(s, day, n, cents if rule.amount else None, tuple(e or ())) for s, day, n, cents, e in rows))
