"""What a settling run works with, and what it finds out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

import duckdb

from tillpost.config import Site
from tillpost.mapping.tables import Mapping as Mappings
from tillpost.model.findings import Finding, StreamKey
from tillpost.model.period import DateRange
from tillpost.model.reference import ReferenceData
from tillpost.organisations import Organisation
from tillpost.store.database import Database

StoreDate = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Run:
    """What a settling run works with."""

    site: Site
    org: Organisation
    mapping: Mappings
    reference: ReferenceData
    db: Database
    name: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each stream, and what was found in it."""

    states: Mapping[StreamKey, str]
    findings: Mapping[StreamKey, tuple[Finding, ...]]


@dataclass(frozen=True)
class FactsRead:
    """Facts to settle: views over them, the store-dates that are ready, when each was read (aware UTC).

    ``dust`` counts amounts with a true third decimal per store and table, ``outside`` rows of dates that nobody asked for, which are not in
    the facts; ``periods`` are the dates extracted per store. ``folders`` are
    those of the facts. ``emptied`` are the dates that are over, were read whole and hold neither shift nor trade.
    """

    facts: duckdb.DuckDBPyConnection
    store_dates: Sequence[StoreDate]
    read_at: Mapping[StoreDate, datetime]
    dust: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    outside: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    periods: Mapping[str, DateRange] = field(default_factory=dict)
    folders: Sequence[Path] = ()
    emptied: Sequence[StoreDate] = ()

    @cached_property
    def read_dates(self) -> frozenset[StoreDate]:
        """The store-dates, to ask for one."""
        return frozenset(self.store_dates)
