"""What was extracted, as facts to settle: which store-dates were read whole and are ready, and why the others are not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from tillpost.errors import SourceError
from tillpost.flows.extracting import Extracted
from tillpost.flows.readiness import Readiness
from tillpost.flows.runs import FactsRead, Run, StoreDate
from tillpost.model.period import DateRange
from tillpost.pos.extraction import Extraction, read_extraction
from tillpost.pos.facts import open_facts


def facts_read(run: Run, wanted: set[StoreDate], extracted: Sequence[Extracted]) -> tuple[FactsRead, dict[StoreDate, str]]:
    """The facts of the store-dates that are ready, and why the other wanted ones are not."""
    missing = _missing(wanted, extracted)
    extractions, damaged = _read_extractions(extracted)
    missing |= damaged
    facts = open_facts([extraction.folder for extraction in extractions])
    readiness = Readiness(facts, {e.store: e.as_of for e in extractions if e.as_of is not None}, run.now)
    missing |= _not_ready(run, readiness, extractions)
    read = {(e.store, day) for e in extractions for day in e.days if (e.store, day) in wanted}
    emptied = [(key, day) for key, day in sorted(read & set(missing)) if readiness.is_emptied(run.org.store(key), day)]
    folders = [extraction.folder for extraction in extractions]
    ready = tuple(sorted(read - set(missing)))
    counts = {"dust": _counts(extractions, "dust"), "outside": _counts(extractions, "outside")}
    return FactsRead(
        facts, ready, _read_at(extractions), periods=_periods(extractions), folders=folders, emptied=emptied, **counts
    ), missing


def _missing(wanted: set[StoreDate], extracted: Sequence[Extracted]) -> dict[StoreDate, str]:
    """Store-dates without facts, each with the reason."""
    failed = {(one["store"], date.fromisoformat(day)): one["error"] for one in extracted if one["error"] for day in one["dates"]}
    read = {(one["store"], date.fromisoformat(day)) for one in extracted if not one["error"] for day in one["dates"]}
    silent = dict.fromkeys(wanted - read - set(failed), "The extraction did not finish; its task's log tells why. Run the date again.")
    return {**silent, **failed}


def _read_extractions(extracted: Sequence[Extracted]) -> tuple[list[Extraction], dict[StoreDate, str]]:
    """The extractions that are whole, and why the others are not: a damaged folder is a missing one, and nobody else's trouble."""
    whole: list[Extraction] = []
    damaged: dict[StoreDate, str] = {}
    for one in extracted:
        if one["folder"]:
            try:
                whole.append(read_extraction(Path(one["folder"])))
            except SourceError as problem:
                damaged |= {(one["store"], date.fromisoformat(day)): str(problem) for day in one["dates"]}
    return whole, damaged


def _not_ready(run: Run, readiness: Readiness, extractions: Sequence[Extraction]) -> dict[StoreDate, str]:
    reasons = {(e.store, day): readiness.why_not(run.org.store(e.store), day) for e in extractions for day in e.days}
    outside = {e.store: sum(e.outside.values()) for e in extractions if e.outside}
    return {key: f"{why}{_about_outside(outside.get(key[0], 0))}" for key, why in reasons.items() if why}


def _about_outside(rows: int) -> str:
    """What a date without trade may lack, for no rule is asked of a date that is not ready."""
    if not rows:
        return ""
    return f" {rows} rows of dates that nobody asked for were delivered and left out: run tillpost source check, and look at WHERE."


def _read_at(extractions: Sequence[Extraction]) -> dict[StoreDate, datetime]:
    return {(e.store, day): e.read_at for e in extractions for day in e.days}


def _counts(extractions: Sequence[Extraction], what: Literal["dust", "outside"]) -> dict[str, dict[str, int]]:
    """What was counted while reading, per store and table."""
    counts: dict[str, dict[str, int]] = {}
    for extraction in extractions:
        own = counts.setdefault(extraction.store, {})
        for place, count in (extraction.dust if what == "dust" else extraction.outside).items():
            table = place.split(".")[0]
            own[table] = own.get(table, 0) + count
    return counts


def _periods(extractions: Sequence[Extraction]) -> dict[str, DateRange]:
    """From the first to the last date extracted of each store."""
    found: dict[str, DateRange] = {}
    for e in extractions:
        before = found.get(e.store, e.days)
        found[e.store] = DateRange(min(before.start, e.days.start), max(before.end, e.days.end))
    return found
