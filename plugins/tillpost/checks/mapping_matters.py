"""A matter: one thing about the mapping files that a person should mend, decide or know, with the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from datetime import date

from tillpost.mapping.drafting import TO_DECIDE
from tillpost.mapping.patterns import CLASS
from tillpost.mapping.tables import ACCOUNT_WORDS, AccountRow, Mapping
from tillpost.model.findings import Severity

_SEVERITIES = tuple(Severity)
_PLACE = re.compile(r"(.*?):?(\d*)$")


@dataclass(frozen=True, slots=True)
class Matter:
    """``severity`` blocker: dates would be held or refused for it. ``place`` is ``accounts.csv:12``, or a file where no row is to blame."""

    severity: Severity
    name: str
    place: str
    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row of accounts.csv as some stores see it (tags replaced); ``whose`` names them, and is empty where it is all of them."""

    row: AccountRow
    whose: str = ""

    @property
    def what(self) -> str:
        """Kind and code, and the stores where it is not all of them."""
        return f"{self.row.kind} {self.row.code}" + (f" ({self.whose})" if self.whose else "")

    @property
    def is_account(self) -> bool:
        """Whether the row names an account that Xero should have: not one of our words, decided, and no class of an entry left out."""
        return self.row.account not in (*ACCOUNT_WORDS, TO_DECIDE) and CLASS not in self.row.account


def placed_rows(mapping: Mapping, stores: Map[str, str], since: date) -> list[PlacedRow]:
    """The rows that hold on or after a date as stores see them, once for each different meaning; ``stores`` are keys and names.

    The option that a store has in the organisation's own tracking category is left out: it says nothing of the row.
    """
    plain = replace(mapping, store_tracking="")
    seen_by: dict[AccountRow, list[str]] = {}
    for store in stores:
        for row in _alive(plain.for_store(store).accounts, since):
            seen_by.setdefault(row, []).append(store)
    ordered = sorted(seen_by, key=lambda row: (row.line, row.account, row.tracking))
    return [PlacedRow(row, "" if len(seen_by[row]) == len(stores) else told_names(stores, seen_by[row])) for row in ordered]


def written_rows(rows: Sequence[AccountRow], stores: Map[str, str], since: date) -> list[PlacedRow]:
    """The rows that hold on or after a date as they are written, tags and all."""
    return [PlacedRow(row, stores.get(row.store, row.store)) for row in _alive(rows, since)]


def told_names(stores: Map[str, str], keys: Iterable[str]) -> str:
    """The names of stores, in order."""
    return ", ".join(sorted(stores.get(key, key) for key in set(keys)))


def in_order(matters: Iterable[Matter]) -> list[Matter]:
    """Each matter once: blockers first, then by file and line."""
    return sorted(set(matters), key=lambda m: (_SEVERITIES.index(m.severity), *_file_and_line(m.place), m.name, m.what))


def _file_and_line(place: str) -> tuple[str, int]:
    found = _PLACE.match(place)
    return (found[1], int(found[2] or 0)) if found else (place, 0)


def _alive(rows: Sequence[AccountRow], since: date) -> list[AccountRow]:
    """Rows that no other row of the same code has replaced by that date."""
    current: dict[tuple[str, str, str], date] = {}
    for row in rows:
        if _begins(row) <= since:
            current[_key(row)] = max(_begins(row), current.get(_key(row), date.min))
    return [row for row in rows if _begins(row) >= current.get(_key(row), date.min)]


def _key(row: AccountRow) -> tuple[str, str, str]:
    return row.kind, row.code, row.store


def _begins(row: AccountRow) -> date:
    return row.valid_from or date.min
