"""Great Expectations judges what was measured; this is the only module that imports it, and only when it is called.

The frame is small: one row per store and business date, one column per rule with how many rows break it. Each rule that something
breaks is one expectation (none at all), with its severity; the rules that nothing breaks are one together, on the sum of their columns,
for an expectation costs 11 ms whatever it looks at (measured). One validation per suite answers for all stores. A rule that could not be
evaluated, be it that its query failed or that its expectation raised, is told apart from one that failed, and holds the streams
that it was to look at.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from tillpost.checks.rule import Measured, Rule
from tillpost.model.findings import Finding, Severity, StreamKey

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

SEVERITIES = {Severity.BLOCKER: "critical", Severity.WARNING: "warning", Severity.INFO: "info"}
_ROW = "store_date"
# The column, and the rule, that stand for all rules that nothing breaks.
_QUIET = Rule("quiet_rules", Severity.BLOCKER, "Nothing breaks any other rule", "", ("row", "rows"))
_ORDER = {Severity.BLOCKER: 0, Severity.WARNING: 1, Severity.INFO: 2}


def judge(suite: str, measured: Sequence[Measured], keys: Sequence[StreamKey], store_name: Callable[[str], str]) -> list[Finding]:
    """The findings of the measured rules in the streams that were looked at: by stream, blockers first."""
    places = sorted({(key.store, key.business_date) for key in keys})
    sound = [m for m in measured if not m.crash]
    failed, crashed = _validated(suite, sound, places) if places else ({}, set())
    crashed |= {m.rule.key for m in measured if m.crash}
    findings = [
        finding
        for m in measured
        for key in keys
        if key.stream is m.rule.stream
        for finding in _findings(m, key, m.rule.key in crashed, failed, store_name)
    ]
    return sorted(findings, key=lambda f: (f.key, _ORDER[f.severity]))


def _validated(suite: str, measured: Sequence[Measured], places: Sequence[tuple[str, date]]) -> tuple[dict[str, set[str]], set[str]]:
    """As ``validate``; a validation that fails as a whole has evaluated none of its rules."""
    rules = [m.rule for m in measured]
    try:
        return validate(suite, rules, measure_frame(measured, places))
    except Exception:
        log.exception("the validation of the suite %r failed", suite)
        return {}, {rule.key for rule in rules}


def _findings(
    measured: Measured, key: StreamKey, crashed: bool, failed: Mapping[str, set[str]], store_name: Callable[[str], str]
) -> list[Finding]:
    rule = measured.rule
    if crashed:
        return [_crash(rule, key, store_name(key.store))]
    if _label(key.store, key.business_date) not in failed.get(rule.key, ()):
        return []
    found = next(m for m in measured.measures if (m.store, m.business_date) == (key.store, key.business_date))
    message = rule.message(store_name(key.store), found.count, found.amount_cents)
    return [Finding(key, rule.name, rule.severity, message, found.count, found.amount_cents, found.examples, rule.remedy)]


def _crash(rule: Rule, key: StreamKey, store: str) -> Finding:
    message = f'{store}: the rule "{rule.title}" could not be evaluated, so that nobody knows whether it holds.'
    remedy = "This is a fault of the check or of the facts, not of the sales: tell the data team; the log has the details."
    return Finding(key, rule.name, Severity.BLOCKER, message, remedy=remedy, crashed=True)


def measure_frame(measured: Sequence[Measured], places: Sequence[tuple[str, date]]) -> pd.DataFrame:
    """One row per store and date, one column per rule: how many rows break it."""
    import pandas as pd

    columns: dict[str, list[str] | list[int]] = {_ROW: [_label(*place) for place in places]}
    for m in measured:
        counts = {(found.store, found.business_date): found.count for found in m.measures}
        columns[m.rule.key] = [counts.get(place, 0) for place in places]
    return pd.DataFrame(columns)


def validate(suite: str, rules: Sequence[Rule], frame: pd.DataFrame) -> tuple[dict[str, set[str]], set[str]]:
    """One validation of the suite: per failed rule the rows of the frame that fail it, and the rules whose expectation raised."""
    quiet = [rule.key for rule in rules if rule.key in frame and not frame[rule.key].any()]
    loud = [rule for rule in rules if rule.key not in quiet]
    summed = frame.assign(**{_QUIET.key: frame[quiet].sum(axis="columns")})
    failed: dict[str, set[str]] = {}
    unanswered = {rule.key for rule in rules}
    for result in _results(suite, [*loud, _QUIET], summed):
        key = result.expectation_config.meta["rule"]
        if has_raised(result.exception_info):
            log.error("the expectation of %s raised: %s", key, result.exception_info)
        elif key == _QUIET.key:
            unanswered -= set(quiet) if result.success else set()
        else:
            unanswered.discard(key)
            if not result.success:
                failed[key] = {row[_ROW] for row in result.result["unexpected_index_list"]}
    return failed, unanswered


def has_raised(info: Mapping[str, Any] | None) -> bool:
    """Whether an expectation raised: Great Expectations tells it as one flat mapping, or as one per metric."""
    if not info:
        return False
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(bool(part.get("raised_exception", True)) for part in info.values() if isinstance(part, Mapping))


@cache
def _measures() -> Any:
    """What a frame is handed to; one for the process, for it costs as much as a validation (measured). It keeps the last frame."""
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("measures").add_dataframe_asset("measures")
    return asset.add_batch_definition_whole_dataframe("measures")


def _results(suite: str, rules: Sequence[Rule], frame: pd.DataFrame) -> Sequence[Any]:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    expectations = [
        gxe.ExpectColumnValuesToBeBetween(
            column=rule.key,
            max_value=0,
            severity=SEVERITIES[rule.severity],
            description=rule.title,
            notes=rule.remedy,
            meta={"rule": rule.key},
        )
        for rule in rules
    ]
    batch = _measures().get_batch({"dataframe": frame})
    result_format = {"result_format": "COMPLETE", "unexpected_index_column_names": [_ROW], "include_unexpected_rows": False}
    return batch.validate(gx.ExpectationSuite(name=suite, expectations=expectations), result_format=result_format).results  # type: ignore[no-any-return]


def _label(store: str, day: date) -> str:
    return f"{store} {day.isoformat()}"
