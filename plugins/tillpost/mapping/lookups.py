"""Why a code maps to what it maps to: the row that holds for a store on a date, and the rows that could have and do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tillpost.mapping.patterns import is_pattern, literals, matches
from tillpost.mapping.tables import ACCOUNT_KINDS, AccountRow, Mapping


@dataclass(frozen=True, slots=True)
class Lookup:
    """One code of a kind: the row that holds as the store sees it, or None, and the rows that lost, each with the reason."""

    kind: str
    code: str
    row: AccountRow | None
    lost: tuple[tuple[AccountRow, str], ...] = ()


def lookups(mapping: Mapping, store: str, on: date, code: str = "") -> list[Lookup]:
    """What every code of the file (or this one, under each kind that has a row for it) maps to at a store on a date."""
    keys = dict.fromkeys((row.kind, code or row.code) for row in mapping.accounts if not code or matches(row.code, code))
    ordered = sorted(keys, key=lambda key: ACCOUNT_KINDS.index(key[0]))
    return [_lookup(mapping, store, on, kind, own) for kind, own in ordered]


def _lookup(mapping: Mapping, store: str, on: date, kind: str, code: str) -> Lookup:
    spans = mapping.for_store(store).spans(kind, code)
    winner = next((row for start, end, row in spans if start <= on < end), None)
    others = [row for row in mapping.accounts if row.kind == kind and matches(row.code, code) and (not winner or row.line != winner.line)]
    return Lookup(kind, code, winner, tuple(_lost(others, winner, store, on)))


def _lost(rows: Sequence[AccountRow], winner: AccountRow | None, store: str, on: date) -> list[tuple[AccountRow, str]]:
    return [(row, _why(row, winner, store, on)) for row in rows]


def _why(row: AccountRow, winner: AccountRow | None, store: str, on: date) -> str:
    """The first reason, in the order of precedence, why a row does not hold."""
    if row.store not in ("", store):
        return f"is for the store {row.store} only"
    if winner is None or (row.valid_from is not None and row.valid_from > on):
        return f"begins on {row.valid_from}"
    if (is_pattern(row.code), literals(row.code)) != (is_pattern(winner.code), literals(winner.code)):
        return f"{winner.place} names the code more exactly"
    if winner.store and not row.store:
        return f"{winner.place} is the store's own row"
    if row.code != winner.code:
        return f"{winner.place} names as much of the code and comes first by alphabet"
    return f"{winner.place} has replaced it" + (f" since {winner.valid_from}" if winner.valid_from else "")
