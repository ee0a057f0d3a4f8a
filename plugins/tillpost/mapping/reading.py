"""From the cells of a mapping file to its rows; every mistake names file and line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from tillpost.errors import ConfigError
from tillpost.mapping.files import CsvRow
from tillpost.mapping.patterns import CLASS, is_account_code, is_pattern, of_store
from tillpost.mapping.rows import (
    ACCOUNT_KINDS,
    ACCOUNT_WORDS,
    CONTACT_KINDS,
    FIXED_KINDS,
    OTHER_CODES,
    AccountRow,
    ContactRow,
    StoreTags,
    TaxRow,
)  # fmt: skip
from tillpost.model.facts import LINE_KINDS, PURCHASE_LINE_KINDS
from tillpost.model.money import basis_points
from tillpost.model.tracking import tracking_of, tracking_text

# What a tag may become, so that a cell with tags is judged by its other characters until the store is known.
_EXAMPLE = StoreTags("", "1", "S")
LONGEST_NAME = 255


def account_row(row: CsvRow) -> AccountRow:
    """A row of accounts.csv; raises ConfigError."""
    kind, code, account = row.needed("kind"), row.needed("code"), row.needed("account")
    if kind not in ACCOUNT_KINDS:
        raise row.error(f"kind {kind!r} is not known.", "kind", ACCOUNT_KINDS)
    _check_code_of_kind(row, kind, code)
    if account in ACCOUNT_WORDS and kind not in ACCOUNT_WORDS[account]:
        raise row.error(f"the word {account!r} has no meaning for the kind {kind!r}.", "account", tuple(ACCOUNT_WORDS[account]))
    cells = row.cells
    read = AccountRow(
        kind, code, account, cells["tax_code"], cells["tracking"], _valid_from(row), cells["note"], row.file.name, row.line, cells["store"]
    )
    _check_tags(row, read)
    # One way to write it, so that lines of the same tracking are one line.
    return replace(read, tracking=tracking_text(tracking_of(read.tracking)))


def _check_tags(row: CsvRow, read: AccountRow) -> None:
    """Account and tracking with any store's tags put in."""
    if read.kind != "gl_account" and CLASS in read.account + read.tracking:
        raise row.error(f"{CLASS} is the class of a ledger entry, which the kind {read.kind!r} has not.", "account", ("gl_account",))
    filled = of_store(read, _EXAMPLE, "")
    if read.account not in ACCOUNT_WORDS and not is_account_code(filled.account.replace(CLASS, "C")):
        message = f"account {read.account!r} is not a Xero account code (at most 10 letters, digits, . / _ -)."
        raise row.error(message, "account", tuple(ACCOUNT_WORDS))
    try:
        tracking_of(filled.tracking)
    except ValueError:
        message = f"tracking {read.tracking!r} is not Category=Option, at most two categories with ; between."
        raise row.error(message, "tracking") from None


def _check_code_of_kind(row: CsvRow, kind: str, code: str) -> None:
    fixed = {"other": OTHER_CODES, "line_kind": LINE_KINDS, "purchase_other": PURCHASE_LINE_KINDS}
    if kind in FIXED_KINDS and code not in fixed[kind]:
        never = " Patterns stand for a POS's own codes only." if is_pattern(code) else ""
        raise row.error(f"code {code!r} is not one of the kind {kind!r}.{never}", "code", fixed[kind])


def tax_row(row: CsvRow) -> TaxRow:
    """A row of taxes.csv; raises ConfigError."""
    try:
        rate_bp = basis_points(row.needed("rate_percent"))
    except (ValueError, ArithmeticError):
        raise row.error(f"rate_percent {row.cells['rate_percent']!r} is not a rate such as 10 or 17.5.", "rate_percent") from None
    country, code = row.needed("country"), row.needed("pos_tax_code")
    sale_type, purchase_type = row.needed("sale_tax_type"), row.needed("purchase_tax_type")
    return TaxRow(country, code, rate_bp, sale_type, purchase_type, _valid_from(row), row.file.name, row.line)


def contact_row(row: CsvRow) -> ContactRow:
    """A row of contacts.csv; raises ConfigError."""
    kind, terms, flag = row.needed("kind"), row.cells["terms_days"], row.cells["for_accounting"] or "yes"
    if kind not in CONTACT_KINDS:
        raise row.error(f"kind {kind!r} is not known.", "kind", CONTACT_KINDS)
    if terms and not terms.isdecimal():
        raise row.error(f"terms_days {terms!r} is not a whole number of days.", "terms_days")
    if flag not in ("yes", "no"):
        raise row.error(f"for_accounting is {flag!r}.", "for_accounting", ("yes", "no"))
    name = row.needed("contact_name")
    if len(name) > LONGEST_NAME:
        raise row.error("contact_name is longer than the 255 characters that Xero takes.", "contact_name")
    cells = row.cells
    days = int(terms) if terms else None
    return ContactRow(
        kind, row.needed("code"), name, cells["account_number"], days, flag == "yes", cells["tax_code"], row.file.name, row.line,
        cells["store"],
    )  # fmt: skip


def check_store_rows(folder: Path, rows: Iterable[AccountRow | ContactRow], stores: Sequence[StoreTags], store_tracking: str) -> None:
    """Rows of single stores name one that is there, and tags make what Xero takes, for each store; raises ConfigError otherwise."""
    known = [tags.key for tags in stores]
    for row in rows if stores else ():
        if row.store and row.store not in known:
            message = f"store {row.store!r} is not in tillpost.yml."
            raise ConfigError(message, file=folder / row.file, line=row.line, value=row.store, allowed=known)
        if isinstance(row, AccountRow):
            for tags in stores:
                if row.store in ("", tags.key):
                    _check_filled(folder, row, tags, store_tracking)


def _check_filled(folder: Path, row: AccountRow, tags: StoreTags, store_tracking: str) -> None:
    if "#" in row.account + row.tracking and not tags.number:
        message = f"the store {tags.key!r} has no number for the tag #: give it one in tillpost.yml."
        raise ConfigError(message, file=folder / row.file, line=row.line, value=row.account)
    filled = of_store(row, tags, store_tracking)
    if row.account not in ACCOUNT_WORDS and not is_account_code(filled.account.replace(CLASS, "C")):
        message = f"for the store {tags.key!r} the account {row.account!r} becomes {filled.account!r}, which is no Xero account code"
        wanted = "at most 10 letters, digits, . / _ -; `number` and `tag` in tillpost.yml fill it"
        raise ConfigError(f"{message} ({wanted}).", file=folder / row.file, line=row.line, value=filled.account)
    try:
        tracking_of(filled.tracking)
    except ValueError:
        message = f"for the store {tags.key!r} the tracking becomes {filled.tracking!r}, which is not Category=Option, at most two of them."
        raise ConfigError(message, file=folder / row.file, line=row.line, value=filled.tracking) from None


def _valid_from(row: CsvRow) -> date | None:
    text = row.cells["valid_from"]
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise row.error(f"valid_from {text!r} is not a date such as 2026-10-31.", "valid_from") from None
