"""Extraction of a group of stores: a store that fails is a result that says why; the others go on."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime
from typing import TypedDict

from tillpost.config import Site
from tillpost.errors import ConfigError, SourceError
from tillpost.flows.planning import Group, stretches
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation, Store
from tillpost.pos.extract import extract_store
from tillpost.pos.queries import Queries, load_queries


class Extracted(TypedDict):
    """What became of one stretch of dates of one store: a folder of facts, or an error to read."""

    store: str
    dates: list[str]
    folder: str
    error: str


def extract_group(site: Site, organisation: str, group: Group, run: str) -> list[Extracted]:
    """Extract every store of a group; raises nothing for a store that cannot be read."""
    org = site.organisation(organisation)
    try:
        queries = load_queries(site.settings.include, group["pos"])
    except ConfigError as problem:
        return [_failed(store, days, problem) for store, days in group["stores"].items()]
    results = []
    for key, days in group["stores"].items():
        for stretch in stretches([date.fromisoformat(day) for day in days]):
            results.append(_extract(site, org, org.store(key), queries, stretch, run))
    return results


def _extract(site: Site, org: Organisation, store: Store, queries: Queries, days: DateRange, run: str) -> Extracted:
    dates = [day.isoformat() for day in days]
    folder = site.settings.data / "facts" / org.key / f"{_plain(run)}-{uuid.uuid4().hex[:8]}" / f"{store.key}-{days.start}"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        extract_store(store, queries, site.connections(store.connection), days, folder, datetime.now(UTC))
    except (SourceError, ConfigError) as problem:
        return _failed(store.key, dates, problem)
    except OSError as problem:
        return _failed(
            store.key, dates, SourceError(f"facts cannot be written under {site.settings.data} (TILLPOST_DATA): {problem.strerror}.")
        )
    return {"store": store.key, "dates": dates, "folder": str(folder), "error": ""}


def _failed(store: str, dates: list[str], problem: Exception) -> Extracted:
    return {"store": store, "dates": dates, "folder": "", "error": str(problem)}


def _plain(run: str) -> str:
    """A run's id as a folder name."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", run)[:80] or "run"
