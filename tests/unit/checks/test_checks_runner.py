"""Great Expectations judges the measures: findings as an accountant reads them, and a rule that crashed told apart from one that failed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from checks_facts import DAY, context, facts, facts_of_stores, line, sale, store, tender
from source_cases import day

from tillpost.checks import runner
from tillpost.checks.measuring import measure_source
from tillpost.checks.rule import Measure, Measured, Rule
from tillpost.checks.rules import SOURCE_RULES
from tillpost.checks.source import check_source
from tillpost.model.findings import Finding, Severity, Stream, StreamKey

KEY = StreamKey("harbour", "cafe", DAY, Stream.SALES)
TENDERS = next(rule for rule in SOURCE_RULES if rule.name == "tenders_do_not_match_sales")
VARIANCE = next(rule for rule in SOURCE_RULES if rule.name == "variance_large")
BILLS = next(rule for rule in SOURCE_RULES if rule.name == "purchase_marked_paid")
SHORT = Measure("cafe", DAY, 1, -100, ("sale s1: tenders 49.00, sale 50.00",))


def _name(key: str) -> str:
    return f"Harbour {key.title()}"


def test_what_is_found_reads_as_a_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    connection = facts(tmp_path, day(sale(receipt_no="55"), tenders=[tender(4900)]))
    assert check_source(connection, context()) == [
        Finding(
            key=KEY,
            rule="tenders_do_not_match_sales",
            severity=Severity.BLOCKER,
            message="Harbour Cafe: The tenders of a sale do not add up to its gross, tip and rounding (1 sale, -1.00 apart).",
            count=1,
            amount_cents=-100,
            examples=("sale s1 (receipt 55): tenders 49.00, sale 50.00",),
            remedy="Look at the sale in the POS: a tender, a tip or a rounding is missing or told twice.",
        ),
        Finding(
            key=KEY,
            rule="no_control_totals",
            severity=Severity.INFO,
            message="Harbour Cafe: The POS gives no control totals, so that completeness is proved by nothing outside the sales themselves "
            "(1 date).",
            count=1,
            remedy="Add control_totals.sql to the POS's folder if it prints totals at the end of a shift or day.",
        ),
    ]
    assert capfd.readouterr() == ("", "")


def test_one_store_is_held_and_the_other_is_not(tmp_path: Path) -> None:
    connection = facts_of_stores(tmp_path, {"bar": day(), "cafe": day(lines=[line(category="VAPES")])})
    blockers = [f for f in check_source(connection, context(store("bar"), store("cafe"))) if f.blocks]
    assert [(f.key, f.rule) for f in blockers] == [(KEY, "unmapped_category")]


def test_a_stream_without_findings_has_none() -> None:
    assert runner.judge("source", [Measured(TENDERS)], [KEY], _name) == []


def test_nothing_looked_at_is_nothing_found() -> None:
    assert runner.judge("source", [Measured(TENDERS, (SHORT,))], [], _name) == []


def test_a_finding_belongs_to_the_stream_of_its_rule() -> None:
    purchases = replace(KEY, stream=Stream.PURCHASES)
    measured = [Measured(TENDERS, (SHORT,)), Measured(BILLS, (Measure("cafe", DAY, 2, 22000, ("Fresh Foods, bill INV-77: 110.00",)),))]
    found = runner.judge("source", measured, [purchases, KEY], _name)
    assert [(f.key.stream, f.rule) for f in found] == [
        (Stream.PURCHASES, "purchase_marked_paid"),
        (Stream.SALES, "tenders_do_not_match_sales"),
    ]


def test_a_crashed_query_is_told_apart_and_holds_every_date_that_it_was_to_look_at(tmp_path: Path) -> None:
    broken = replace(TENDERS, sql="SELECT store FROM read_parquet('/srv/secret/sales.parquet')", hints=())
    next_day = replace(KEY, business_date=date(2026, 3, 4))
    measured = measure_source(facts(tmp_path, day()), context(), [broken, VARIANCE])
    assert measured == (Measured(broken, crash="the query failed (IOException)"), Measured(VARIANCE))
    crash = Finding(
        key=KEY,
        rule="tenders_do_not_match_sales",
        severity=Severity.BLOCKER,
        message='Harbour Cafe: the rule "The tenders of a sale do not add up to its gross, tip and rounding" could not be evaluated, '
        "so that nobody knows whether it holds.",
        remedy="This is a fault of the check or of the facts, not of the sales: tell the data team; the log has the details.",
        crashed=True,
    )
    assert runner.judge("source", measured, [KEY, next_day], _name) == [crash, replace(crash, key=next_day)]


def test_a_crashed_rule_of_low_severity_blocks_too() -> None:
    (finding,) = runner.judge("source", [Measured(VARIANCE, crash="the query failed")], [KEY], _name)
    assert (finding.rule, finding.blocks, finding.crashed) == ("variance_large", True, True)


def test_an_expectation_that_raises_has_crashed_and_the_others_have_not() -> None:
    frame = runner.measure_frame([Measured(TENDERS, (SHORT,))], [("cafe", DAY)])
    assert runner.validate("source", [TENDERS, VARIANCE], frame) == ({TENDERS.key: {"cafe 2026-03-03"}}, {VARIANCE.key})


def test_a_validation_that_fails_as_a_whole_has_evaluated_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Any:
        raise RuntimeError("/srv/airflow/lib is full")

    monkeypatch.setattr(runner, "_results", fail)
    found = runner.judge("source", [Measured(TENDERS, (SHORT,)), Measured(VARIANCE)], [KEY], _name)
    assert [(f.rule, f.crashed, "/srv" in f.message) for f in found] == [
        ("tenders_do_not_match_sales", True, False),
        ("variance_large", True, False),
    ]


@pytest.mark.parametrize(
    ("info", "raised"),
    [
        (None, False),
        ({}, False),
        ({"raised_exception": False, "exception_traceback": None, "exception_message": None}, False),
        ({"raised_exception": True, "exception_traceback": "…", "exception_message": "…"}, True),
        ({"metric a": {"exception_traceback": "…", "exception_message": "…"}}, True),
        ({"metric a": {"raised_exception": False}}, False),
    ],
)
def test_great_expectations_tells_a_crash_in_two_forms(info: dict[str, Any] | None, raised: bool) -> None:
    assert runner.has_raised(info) is raised


def test_severities_reach_great_expectations() -> None:
    rules = [TENDERS, VARIANCE, Rule("quiet", Severity.INFO, "Quiet", "Nothing.", ("row", "rows"))]
    measured = [Measured(rule, (Measure("cafe", DAY, 1),)) for rule in rules]
    results = runner._results("source", rules, runner.measure_frame(measured, [("cafe", DAY)]))
    told = {r.expectation_config.meta["rule"]: (r.expectation_config.severity.value, r.success) for r in results}
    assert told == {
        "tenders_do_not_match_sales/sales": ("critical", False),
        "variance_large/sales": ("warning", False),
        "quiet/sales": ("info", False),
    }


def test_great_expectations_is_not_imported_until_it_judges() -> None:
    code = (
        "import sys, tillpost.checks.runner, tillpost.checks.source, tillpost.checks.documents, tillpost.checks.catalogue;"
        "print([name for name in ('great_expectations', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)})
    assert done.stdout.strip() == "[]"
