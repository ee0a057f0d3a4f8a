"""The source suite: every rule over the facts of the streams in question, judged and told as findings."""

from __future__ import annotations

import duckdb

from tillpost.checks.context import CheckContext
from tillpost.checks.measuring import measure_source
from tillpost.model.findings import Finding, StreamKey


def check_source(facts: duckdb.DuckDBPyConnection, context: CheckContext) -> list[Finding]:
    """The findings of all rules over the facts; a blocker among them holds its stream."""
    from tillpost.checks.runner import judge

    measured = measure_source(facts, context)
    keys = [
        StreamKey(context.organisation.key, store, day, stream)
        for store, day in sorted(set(context.store_dates))
        for stream in sorted({m.rule.stream for m in measured})
    ]
    return judge("source", measured, keys, context.store_name)
