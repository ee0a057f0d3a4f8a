"""Days of trade in short, built with the mapping of the demo shops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from tests.golden.given import DAY, STORE, facts_of_case
from tillpost.build.context import BuildContext
from tillpost.build.documents import build_documents
from tillpost.mapping.tables import load_mapping
from tillpost.model.documents import Document
from tillpost.model.facts import TABLES
from tillpost.model.period import TradingClock
from tillpost.organisations import Organisation, Store
from tillpost.pos.facts import facts_of_rows, open_facts, write_facts

MAPPINGS = Path(__file__).resolve().parents[3] / "include" / "mappings" / "harbour"
MAPPING = load_mapping(MAPPINGS, "AU")

Build = Callable[..., list[Document]]


def build_day(
    folder: Path, given: Mapping[str, Any], *, known: Mapping[str, Document] | None = None, backwards: bool = False, **policies: Any
) -> list[Document]:
    """The documents of a day given in the words of the golden cases."""
    facts = facts_of_case(given, "AU", MAPPING)
    tables = {name: rows[::-1] if backwards else rows for name, rows in facts.tables.items()}
    write_facts(folder, {name: facts_of_rows(TABLES[name], STORE, rows) for name, rows in tables.items()})
    clock = TradingClock("Australia/Melbourne", time(4))
    store = Store(STORE, "Shop", "none", "none", STORE, clock, policies.pop("starts_on", date(2026, 1, 1)), **policies)
    organisation = Organisation("org", "Org", "AU", "AUD", clock.zone, "none", time(6), {STORE: store})
    days = tuple((STORE, day) for day in sorted(facts.dates() | {DAY}))
    found = build_documents(
        open_facts([folder]), BuildContext(organisation, MAPPING, days, frozenset(), lambda key: (known or {}).get(key))
    )
    return [document for documents in found.values() for document in documents]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """``build(given, **policies)``: the documents of that day."""
    return lambda given, **policies: build_day(tmp_path / "facts", given, **policies)
