"""The mapping against what the POS systems show: codes without a row, rows without a code, what is ignored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from datetime import date

from tillpost.checks.mapping_matters import Matter, PlacedRow, told_names, written_rows
from tillpost.mapping.patterns import CLASS, matches
from tillpost.mapping.tables import IGNORE, AccountRow, Mapping
from tillpost.mapping.uses import CodeUse, row_of_use
from tillpost.model.findings import Severity
from tillpost.model.money import format_cents

Key = tuple[str, str]


def code_matters(uses: Sequence[CodeUse], mapping: Mapping, stores: Map[str, str], days: tuple[date, date]) -> Iterator[Matter]:
    """What there is to say of the codes shown from the first to the last of ``days``; ``stores`` (keys and names) were all read."""
    rows = [(use, row_of_use(mapping, use)) for use in uses]
    yield from _missing([use for use, row in rows if row is None and use.needed], mapping, stores)
    yield from _missing_tax_codes(rows, mapping, stores)
    yield from _ignored([(use, row) for use, row in rows if row is not None and row.account == IGNORE], stores)
    shown = {(row.file, row.line) for _, row in rows if row is not None}
    yield from (_dead(placed, days) for placed in written_rows(mapping.accounts, stores, days[0]) if _is_dead(placed.row, shown, days[1]))


def rows_of_classes(uses: Iterable[CodeUse], mapping: Mapping) -> list[PlacedRow]:
    """The rows that name the class of an entry, with each class that was shown put in."""
    named = {row.line for row in mapping.accounts if CLASS in row.account}
    rows = (row_of_use(mapping, use) for use in uses if use.class_name)
    return [PlacedRow(row, row.account) for row in dict.fromkeys(rows) if row is not None and row.line in named]


def told_uses(uses: Iterable[CodeUse], stores: Map[str, str]) -> str:
    """Amount, dates and stores of uses, in words."""
    own = list(uses)
    first, last = min(use.on for use in own), max(use.on for use in own)
    count = sum(use.count for use in own)
    amounts = f"{count} amount{'' if count == 1 else 's'}"
    dates = f"on {first}" if first == last else f"from {first} to {last}"
    return f"{format_cents(sum(use.cents for use in own))} in {amounts} {dates}, {told_names(stores, (use.store for use in own))}"


def _missing(uses: Sequence[CodeUse], mapping: Mapping, stores: Map[str, str]) -> Iterator[Matter]:
    for (kind, code), own in _grouped(uses, lambda use: use.named).items():
        why = _why_none(next((row for row in mapping.accounts if row.kind == kind and matches(row.code, code)), None), own[0])
        what = f"{kind} {code or '(no code)'}: the POS shows {told_uses(own, stores)}, and no row holds{why}"
        remedy = f"Add a row {kind},{code},<account>, or with the account ignore." if code else "Let the store's SQL file deliver the code."
        yield Matter(Severity.BLOCKER, "missing", "accounts.csv", what, remedy)


def _why_none(row: AccountRow | None, use: CodeUse) -> str:
    """Why a row that names the code does not hold, where there is one."""
    if row is None:
        return ""
    if row.store not in ("", use.store):
        return f"; the row in {row.place} is for the store {row.store} only"
    if row.valid_from is not None and row.valid_from > use.on:
        return f"; the row in {row.place} begins on {row.valid_from}"
    return f"; {row.account} in {row.place} makes no account code with the class {use.class_name or '(none)'}"


def _missing_tax_codes(rows: Sequence[tuple[CodeUse, AccountRow | None]], mapping: Mapping, stores: Map[str, str]) -> Iterator[Matter]:
    lacking = [use for use, row in rows if use.tax_code and (row is None or not row.tax_code) and mapping.tax(use.tax_code, use.on) is None]
    for (code, _), own in _grouped(lacking, lambda use: (use.tax_code, "")).items():
        what = f"tax code {code}: the POS shows {told_uses(own, stores)}, and no row of the country holds"
        yield Matter(Severity.BLOCKER, "missing_tax_code", "taxes.csv", what, "Add the tax code with its rate and Xero's tax types.")


def _ignored(rows: Sequence[tuple[CodeUse, AccountRow]], stores: Map[str, str]) -> Iterator[Matter]:
    by_place: dict[str, list[CodeUse]] = {}
    for use, row in rows:
        by_place.setdefault(row.place, []).append(use)
    for place, own in by_place.items():
        kind, code = own[0].named
        yield Matter(
            Severity.INFO, "ignored", place, f"{kind} {code}: {told_uses(own, stores)} is not booked", "As long as that is what you want."
        )


def _is_dead(row: AccountRow, shown: set[tuple[str, int]], last: date) -> bool:
    return (row.file, row.line) not in shown and (row.valid_from or date.min) <= last


def _dead(placed: PlacedRow, days: tuple[date, date]) -> Matter:
    word = f"the word {placed.row.account} serves nothing: " if not placed.is_account and placed.row.account.islower() else ""
    what = f"{placed.what}: {word}no POS showed it from {days[0]} to {days[1]}"
    return Matter(Severity.INFO, "not_shown", placed.row.place, what, "Nothing, where it is rare; look for a mistyped code otherwise.")


def _grouped(uses: Iterable[CodeUse], key: Callable[[CodeUse], Key]) -> dict[Key, list[CodeUse]]:
    groups: dict[Key, list[CodeUse]] = {}
    for use in uses:
        groups.setdefault(key(use), []).append(use)
    return dict(sorted(groups.items()))
