"""What became of a run, for whoever reads its log: counts, and a sentence for each matter that somebody must act on."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

from tillpost.errors import RunIncomplete
from tillpost.flows.runs import Outcome, Run, StoreDate
from tillpost.model.findings import StreamKey
from tillpost.model.period import DateRange
from tillpost.store.states import StreamState, stream_states

_log = logging.getLogger("tillpost.late")


class Summary(TypedDict):
    """What became of a run: counts of streams, the held and open ones by name, the reports written, and sentences for whoever must act.

    ``late`` tells the streams of past dates that have changed in the POS since they were first read, as this run has found.
    """

    released: int
    unchanged: int
    nothing_to_send: int
    held: list[str]
    open: list[str]
    reports: list[str]
    late: list[str]
    problems: list[str]


def summary_of(run: Run, missing: Mapping[StoreDate, str], outcome: Outcome, reports: Sequence[Path], late: Sequence[str]) -> Summary:
    """The summary of a run: ``missing`` are the store-dates that could not be read, with the reasons, ``late`` a sentence per stream."""
    for sentence in late:
        _log.info("%s: %s", run.org.key, sentence)
    standing = _standing(run, outcome)
    held = [key for key, state in outcome.states.items() if state == "held"]
    posted = [key for key, state in outcome.states.items() if state == "released" and standing[key].state == "posted"]
    waiting = [key for key, state in outcome.states.items() if state == "open"]
    problems = [f"{run.org.store_name(store)}, {day}: open. {why}" for (store, day), why in sorted(missing.items())]
    problems += [_sentence(run, standing[key]) for key in (*held, *waiting)]
    counts = list(outcome.states.values())
    return {
        "released": counts.count("released") - len(posted),
        "unchanged": len(posted),
        "nothing_to_send": counts.count("nothing_to_send"),
        "held": [str(key) for key in held],
        "open": [f"{run.org.key}/{store}/{day}" for store, day in sorted(missing)] + [str(key) for key in waiting],
        "reports": [str(path) for path in reports],
        "late": list(late),
        "problems": problems,
    }


def _standing(run: Run, outcome: Outcome) -> Mapping[StreamKey, StreamState]:
    """How the streams of a run stand on record: what is in Xero already, and every reason of what is held."""
    if not outcome.states:
        return {}
    days = [key.business_date for key in outcome.states]
    period = DateRange(min(days), max(days) + timedelta(days=1))
    return {state.key: state for state in stream_states(run.db, run.org.key, period)}


def _sentence(run: Run, state: StreamState) -> str:
    key = state.key
    return f"{run.org.store_name(key.store)}, {key.business_date}, {key.stream}: {state.state}. {' '.join(state.reasons)}"


def report_problems(summary: Summary) -> None:
    """Raise RunIncomplete with every sentence where something is missing or held, so that the run is seen to be red."""
    if summary["problems"]:
        lines = "\n".join(f"  * {problem}" for problem in summary["problems"])
        raise RunIncomplete(f"{len(summary['problems'])} to look at; everything else was released.\n{lines}")
