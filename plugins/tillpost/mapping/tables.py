"""The three mapping tables of an organisation: what a POS code posts to, which tax type a tax code is, whom a document is for.

Which row of accounts.csv holds for a code: the one that names it exactly before a pattern, the pattern that names more characters
before the other, the store's own row before the one for all stores, of two patterns that are still equal the first by alphabet, and of
these the latest that has begun. A row that has not begun yet leaves the code to the next one. No pattern stands for a missing code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import groupby, pairwise
from pathlib import Path
from typing import TypeVar

from tillpost.errors import ConfigError
from tillpost.mapping import patterns
from tillpost.mapping.files import read_rows
from tillpost.mapping.reading import account_row, check_store_rows, contact_row, tax_row
from tillpost.mapping.rows import (
    ACCOUNT_COLUMNS,
    ACCOUNT_KINDS,
    ACCOUNT_WORDS,
    CONTACT_COLUMNS,
    CONTACT_KINDS,
    GST,
    IGNORE,
    OTHER_CODES,
    RECEIVABLE,
    STORE_COLUMN,
    TAX_COLUMNS,
    AccountRow,
    ContactRow,
    StoreTags,
    TaxRow,
)  # fmt: skip

__all__ = [
    "ACCOUNT_COLUMNS", "ACCOUNT_KINDS", "ACCOUNT_WORDS", "CONTACT_COLUMNS", "CONTACT_KINDS", "GST", "IGNORE", "OTHER_CODES", "RECEIVABLE",
    "STORE_COLUMN", "TAX_COLUMNS", "AccountRow", "ContactRow", "Mapping", "StoreTags", "TaxRow", "load_mapping",
]  # fmt: skip

_BEGINNING, _END = date.min, date(9999, 12, 31)

Row = TypeVar("Row")
Key = TypeVar("Key")
Dated = TypeVar("Dated", "AccountRow", "TaxRow")


@dataclass(frozen=True)
class Mapping:
    """All mapping of one organisation, or of one store as it sees it (``for_store``); look-ups are by code and business date.

    ``stores`` are the stores whose tags are known, ``store_tracking`` the tracking category in which each store has an option, ``store``
    is the key of the store that sees it (empty: none, for whom the rows of single stores do not hold).
    """

    country: str
    accounts: tuple[AccountRow, ...]
    taxes: tuple[TaxRow, ...]
    contacts: tuple[ContactRow, ...]
    stores: tuple[StoreTags, ...] = ()
    store_tracking: str = ""
    store: str = ""
    _seen: dict[str, Mapping] = field(default_factory=dict, init=False, repr=False, compare=False)
    _found: dict[tuple[str, str, date], AccountRow | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def for_store(self, key: str) -> Mapping:
        """The mapping as a store sees it: its own rows and those for all, with the store's tags put in."""
        if key not in self._seen:
            tags = next((tags for tags in self.stores if tags.key == key), StoreTags(key))
            rows = (row for row in self.accounts if row.store in ("", key))
            accounts = tuple(patterns.of_store(row, tags, self.store_tracking) for row in rows)
            self._seen[key] = replace(self, accounts=accounts, contacts=tuple(_contacts_of(self.contacts, key)), store=key)
        return self._seen[key]

    def account(self, kind: str, code: str, on: date, class_: str = "") -> AccountRow | None:
        """The row that holds for a code on a business date, or None. ``class_``: the class of a ledger entry, for the tag ``{Class}``."""
        place = (kind, code, on)
        if place not in self._found:
            ranks = (_latest(rows, on) for rows in self._ranks(kind, code))
            self._found[place] = next((row for row in ranks if row is not None), None)
        row = self._found[place]
        return patterns.of_class(row, class_) if row is not None else None

    def spans(self, kind: str, code: str) -> Iterator[tuple[date, date, AccountRow]]:
        """The stretches of dates (half-open) in which one row holds for a code, whatever the class."""
        ranks = list(self._ranks(kind, code))
        starts = sorted({row.valid_from or _BEGINNING for rows in ranks for row in rows})
        for start, end in pairwise([*starts, _END]):
            row = next((row for row in (_latest(rows, start) for rows in ranks) if row is not None), None)
            if row is not None:
                yield start, end, row

    def tax(self, code: str, on: date) -> TaxRow | None:
        """The organisation's country's row of that POS tax code on that date, or None."""
        return _latest(self._taxes.get(code, ()), on)

    def contact(self, kind: str, code: str) -> ContactRow | None:
        """The row of that contact, else the row ``*`` of its kind, else None."""
        return self._contacts.get((kind, code)) or self._contacts.get((kind, "*"))

    def _ranks(self, kind: str, code: str) -> Iterator[Sequence[AccountRow]]:
        """Rows that may hold for a code, those of one rank together, the first rank first; none for a code that is missing."""
        if not code:
            return
        named = (key for key in self._patterns.get(kind, ()) if patterns.matches(key, code))
        for names in ([code], *(list(alike) for _, alike in groupby(named, patterns.literals))):
            for store in dict.fromkeys((self.store, "")):
                for name in names:
                    rank = [row for row in self._accounts.get((kind, name), ()) if row.store == store]
                    if rank:
                        yield rank

    @cached_property
    def _accounts(self) -> dict[tuple[str, str], list[AccountRow]]:
        return _grouped(self.accounts, lambda row: (row.kind, row.code))

    @cached_property
    def _patterns(self) -> dict[str, list[str]]:
        rows = _grouped((row for row in self.accounts if patterns.is_pattern(row.code)), lambda row: row.kind)
        return {kind: sorted({row.code for row in own}, key=lambda code: (-patterns.literals(code), code)) for kind, own in rows.items()}

    @cached_property
    def _taxes(self) -> dict[str, list[TaxRow]]:
        return _grouped((row for row in self.taxes if row.country == self.country), lambda row: row.pos_tax_code)

    @cached_property
    def _contacts(self) -> dict[tuple[str, str], ContactRow]:
        return {(row.kind, row.code): row for row in self.contacts if row.store in ("", self.store)}


def load_mapping(folder: Path, country: str, stores: Sequence[StoreTags] = (), store_tracking: str = "") -> Mapping:
    """Read accounts.csv, taxes.csv and contacts.csv of a folder; raises ConfigError with file and line.

    With ``stores`` the rows of single stores and the tags are checked as well.
    """
    accounts = tuple(account_row(row) for row in read_rows(folder / "accounts.csv", ACCOUNT_COLUMNS, STORE_COLUMN))
    taxes = tuple(tax_row(row) for row in read_rows(folder / "taxes.csv", TAX_COLUMNS))
    contacts = tuple(contact_row(row) for row in read_rows(folder / "contacts.csv", CONTACT_COLUMNS, STORE_COLUMN))
    _refuse_twins(folder / "accounts.csv", accounts, lambda r: (r.kind, r.code, r.store or None, r.valid_from), lambda r: r.line)
    _refuse_twins(folder / "taxes.csv", taxes, lambda r: (r.country, r.pos_tax_code, r.valid_from), lambda r: r.line)
    _refuse_twins(folder / "contacts.csv", contacts, lambda r: (r.kind, r.code, r.store or None), lambda r: r.line)
    mapping = Mapping(country, accounts, taxes, contacts, tuple(stores), store_tracking)
    _refuse_unknown_tax_codes(folder, mapping)
    check_store_rows(folder, (*accounts, *contacts), stores, store_tracking)
    return mapping


def _contacts_of(rows: Iterable[ContactRow], store: str) -> Iterator[ContactRow]:
    """The rows of a store, and those for all that it has none of its own for."""
    seen = [row for row in rows if row.store in ("", store)]
    own = {(row.kind, row.code) for row in seen if row.store}
    return (row for row in seen if row.store or (row.kind, row.code) not in own)


def _refuse_twins(file: Path, rows: Iterable[Row], key: Callable[[Row], tuple[object, ...]], line: Callable[[Row], int]) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for row in rows:
        first = seen.setdefault(key(row), line(row))
        if first != line(row):
            what = " / ".join(str(part) for part in key(row) if part is not None)
            raise ConfigError(
                f"{what} stands here a second time (first in line {first}): keep one row.", file=file, line=line(row), value=what
            )


def _refuse_unknown_tax_codes(folder: Path, mapping: Mapping) -> None:
    known = {row.pos_tax_code for row in mapping.taxes if row.country == mapping.country}
    if not known:
        raise ConfigError(f"there is no row for the country {mapping.country}.", file=folder / "taxes.csv", value=mapping.country)
    everywhere = {row.pos_tax_code for row in mapping.taxes}
    named = [(row.file, row.line, row.tax_code) for row in mapping.accounts] + [
        (row.file, row.line, row.tax_code) for row in mapping.contacts
    ]
    for file, line, tax_code in named:
        if tax_code and tax_code not in everywhere:
            message = f"tax_code {tax_code!r} is not in taxes.csv."
            raise ConfigError(message, file=folder / file, line=line, value=tax_code, allowed=sorted(known))


def _latest(rows: Iterable[Dated], on: date) -> Dated | None:
    """The row that began last among those that have begun."""
    begun = [row for row in rows if (row.valid_from or _BEGINNING) <= on]
    return max(begun, key=lambda row: row.valid_from or _BEGINNING, default=None)


def _grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
