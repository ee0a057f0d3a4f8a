"""A rule is left unasked only where nothing breaks it: its hints show whatever breaks it alone, and what is not asked finds nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from checks_facts import context, facts, facts_of_stores, line, sale, store, tender
from source_cases import CASES, Case, day

from tillpost.checks import hints
from tillpost.checks.context import CheckContext
from tillpost.checks.hints import HINTS, hints_seen
from tillpost.checks.measuring import measure_source
from tillpost.checks.relations import open_cursor
from tillpost.checks.rules import SOURCE_RULES
from tillpost.checks.summaries import summarise

RULES = {rule.key: rule for rule in SOURCE_RULES}
ALONE = [case for case in CASES if not case.settings]


def _seen(connection: duckdb.DuckDBPyConnection, looked_at: CheckContext) -> frozenset[str]:
    cursor = open_cursor(connection, looked_at)
    summarise(cursor)
    return hints_seen(cursor)


def test_every_rule_has_hints_that_there_are() -> None:
    assert {rule.key: set(rule.hints) - HINTS for rule in SOURCE_RULES if not rule.hints or set(rule.hints) - HINTS} == {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.stream}")
def test_what_breaks_a_rule_shows_in_its_hints(case: Case, tmp_path: Path) -> None:
    seen = _seen(facts(tmp_path, case.breaks), context(case.store, **case.settings))
    assert RULES[f"{case.rule}/{case.stream}"].may_be_broken(seen), seen


@pytest.mark.parametrize("first", range(0, len(ALONE), 10))
def test_a_rule_that_is_not_asked_would_have_found_nothing(first: int, tmp_path: Path) -> None:
    own = {f"store{n}": case for n, case in enumerate(ALONE[first : first + 10])}
    tables = {**{key: case.breaks for key, case in own.items()}, **{f"{key}_kept": case.keeps for key, case in own.items()}}
    connection = facts_of_stores(tmp_path, tables)
    stores = {**{key: case.store for key, case in own.items()}, **{f"{key}_kept": c.keeps_store or c.store for key, c in own.items()}}
    looked_at = context(*(replace(one, key=key) for key, one in stores.items()))
    seen = _seen(connection, looked_at)
    quiet = [replace(rule, hints=()) for rule in SOURCE_RULES if not rule.may_be_broken(seen)]
    assert quiet
    assert {m.rule.key: (m.crash, m.measures) for m in measure_source(connection, looked_at, quiet) if m.crash or m.measures} == {}


def test_a_sound_day_asks_hardly_anything(tmp_path: Path) -> None:
    seen = _seen(facts(tmp_path, day(sale(), lines=[line()], tenders=[tender()])), context())
    assert [rule.key for rule in SOURCE_RULES if rule.may_be_broken(seen)] == ["no_control_totals/sales"]


def test_where_the_hints_cannot_be_told_every_rule_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = facts(tmp_path, day(tenders=[tender(4900)]))
    monkeypatch.setitem(hints._CONDITIONS, "FROM dust", {"dust": "no_such_column"})
    broken = {m.rule.name for m in measure_source(connection, context(store())) if m.measures}
    assert broken == {"tenders_do_not_match_sales", "no_control_totals"}
