"""The three mapping tables of an organisation: what a POS code posts to, which tax type a tax code is, whom a document is for.

A row may begin to hold on a date (``valid_from``); the latest one that has begun by a business date counts on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from tillpost.errors import ConfigError
from tillpost.mapping.files import CsvRow, read_rows
from tillpost.model.facts import LINE_KINDS, PURCHASE_LINE_KINDS
from tillpost.model.money import basis_points

ACCOUNT_COLUMNS = ("kind", "code", "account", "tax_code", "tracking", "valid_from", "note")
TAX_COLUMNS = ("country", "pos_tax_code", "rate_percent", "sale_tax_type", "purchase_tax_type", "valid_from")
CONTACT_COLUMNS = ("kind", "code", "contact_name", "account_number", "terms_days", "for_accounting", "tax_code")

ACCOUNT_KINDS = ("sales_category", "line_kind", "tender", "function", "other", "purchase_category", "purchase_other", "gl_account")
CONTACT_KINDS = ("debtor", "customer", "cash_customer", "supplier")
OTHER_CODES = (
    "variance", "rounding", "tips", "float", "layby", "layby_adjustment", "layby_fee", "payment_fee", "account_adjustment",
    "bank_deposit", "safe_drop", "income_suspense", "inventory_suspense",
)  # fmt: skip
# Words in the column account that are no account code.
RECEIVABLE, GST, IGNORE = "receivable", "gst", "ignore"
ACCOUNT_WORDS = {RECEIVABLE: ("tender",), GST: ("gl_account",), IGNORE: ACCOUNT_KINDS}
_ACCOUNT_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,9}\Z")
_BEGINNING = date.min

Row = TypeVar("Row")
Key = TypeVar("Key")
Dated = TypeVar("Dated", "AccountRow", "TaxRow")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What a POS code of a kind posts to. ``account`` is a Xero code or one of the words receivable, gst, ignore."""

    kind: str
    code: str
    account: str
    tax_code: str
    tracking: str
    valid_from: date | None
    note: str
    file: str
    line: int

    @property
    def place(self) -> str:
        """Where the row stands, as ``accounts.csv:12``."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A POS tax code of a country: its rate in basis points, and Xero's tax types for sales and purchases."""

    country: str
    pos_tax_code: str
    rate_bp: int
    sale_tax_type: str
    purchase_tax_type: str
    valid_from: date | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ContactRow:
    """Whom a document is for; ``code`` ``*`` stands for everyone of that kind. ``tax_code``: for bills whose POS records no tax."""

    kind: str
    code: str
    contact_name: str
    account_number: str
    terms_days: int | None
    for_accounting: bool
    tax_code: str
    file: str
    line: int


@dataclass(frozen=True)
class Mapping:
    """All mapping of one organisation; look-ups are by code and business date."""

    country: str
    accounts: tuple[AccountRow, ...]
    taxes: tuple[TaxRow, ...]
    contacts: tuple[ContactRow, ...]

    def account(self, kind: str, code: str, on: date) -> AccountRow | None:
        """The row of that code on that business date, or None."""
        return _latest(self._accounts.get((kind, code), ()), on)

    def tax(self, code: str, on: date) -> TaxRow | None:
        """The organisation's country's row of that POS tax code on that date, or None."""
        return _latest(self._taxes.get(code, ()), on)

    def contact(self, kind: str, code: str) -> ContactRow | None:
        """The row of that contact, else the row ``*`` of its kind, else None."""
        return self._contacts.get((kind, code)) or self._contacts.get((kind, "*"))

    @cached_property
    def _accounts(self) -> dict[tuple[str, str], list[AccountRow]]:
        return _grouped(self.accounts, lambda row: (row.kind, row.code))

    @cached_property
    def _taxes(self) -> dict[str, list[TaxRow]]:
        return _grouped((row for row in self.taxes if row.country == self.country), lambda row: row.pos_tax_code)

    @cached_property
    def _contacts(self) -> dict[tuple[str, str], ContactRow]:
        return {(row.kind, row.code): row for row in self.contacts}


def load_mapping(folder: Path, country: str) -> Mapping:
    """Read accounts.csv, taxes.csv and contacts.csv of a folder; raises ConfigError with file and line."""
    accounts = tuple(_account_row(row) for row in read_rows(folder / "accounts.csv", ACCOUNT_COLUMNS))
    taxes = tuple(_tax_row(row) for row in read_rows(folder / "taxes.csv", TAX_COLUMNS))
    contacts = tuple(_contact_row(row) for row in read_rows(folder / "contacts.csv", CONTACT_COLUMNS))
    _refuse_twins(folder / "accounts.csv", accounts, lambda r: (r.kind, r.code, r.valid_from), lambda r: r.line)
    _refuse_twins(folder / "taxes.csv", taxes, lambda r: (r.country, r.pos_tax_code, r.valid_from), lambda r: r.line)
    _refuse_twins(folder / "contacts.csv", contacts, lambda r: (r.kind, r.code), lambda r: r.line)
    mapping = Mapping(country, accounts, taxes, contacts)
    _refuse_unknown_tax_codes(folder, mapping)
    return mapping


def _account_row(row: CsvRow) -> AccountRow:
    kind, code, account = row.needed("kind"), row.needed("code"), row.needed("account")
    if kind not in ACCOUNT_KINDS:
        raise row.error(f"kind {kind!r} is not known.", "kind", ACCOUNT_KINDS)
    _check_code_of_kind(row, kind, code)
    if account in ACCOUNT_WORDS and kind not in ACCOUNT_WORDS[account]:
        raise row.error(f"the word {account!r} has no meaning for the kind {kind!r}.", "account", tuple(ACCOUNT_WORDS[account]))
    if account not in ACCOUNT_WORDS and not _ACCOUNT_CODE.match(account):
        message = f"account {account!r} is not a Xero account code (at most 10 letters, digits, . / _ -)."
        raise row.error(message, "account", tuple(ACCOUNT_WORDS))
    cells = row.cells
    return AccountRow(kind, code, account, cells["tax_code"], cells["tracking"], _valid_from(row), cells["note"], row.file.name, row.line)


def _check_code_of_kind(row: CsvRow, kind: str, code: str) -> None:
    fixed = {"other": OTHER_CODES, "line_kind": LINE_KINDS, "purchase_other": PURCHASE_LINE_KINDS}.get(kind)
    if fixed and code not in fixed:
        raise row.error(f"code {code!r} is not one of the kind {kind!r}.", "code", fixed)


def _tax_row(row: CsvRow) -> TaxRow:
    try:
        rate_bp = basis_points(row.needed("rate_percent"))
    except (ValueError, ArithmeticError):
        raise row.error(f"rate_percent {row.cells['rate_percent']!r} is not a rate such as 10 or 17.5.", "rate_percent") from None
    country, code = row.needed("country"), row.needed("pos_tax_code")
    sale_type, purchase_type = row.needed("sale_tax_type"), row.needed("purchase_tax_type")
    return TaxRow(country, code, rate_bp, sale_type, purchase_type, _valid_from(row), row.file.name, row.line)


def _contact_row(row: CsvRow) -> ContactRow:
    kind, terms, flag = row.needed("kind"), row.cells["terms_days"], row.cells["for_accounting"] or "yes"
    if kind not in CONTACT_KINDS:
        raise row.error(f"kind {kind!r} is not known.", "kind", CONTACT_KINDS)
    if terms and not terms.isdigit():
        raise row.error(f"terms_days {terms!r} is not a whole number of days.", "terms_days")
    if flag not in ("yes", "no"):
        raise row.error(f"for_accounting is {flag!r}.", "for_accounting", ("yes", "no"))
    name = row.needed("contact_name")
    if len(name) > 255:
        raise row.error("contact_name is longer than the 255 characters that Xero takes.", "contact_name")
    cells = row.cells
    days = int(terms) if terms else None
    return ContactRow(
        kind, row.needed("code"), name, cells["account_number"], days, flag == "yes", cells["tax_code"], row.file.name, row.line
    )


def _valid_from(row: CsvRow) -> date | None:
    text = row.cells["valid_from"]
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise row.error(f"valid_from {text!r} is not a date such as 2026-10-31.", "valid_from") from None


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
