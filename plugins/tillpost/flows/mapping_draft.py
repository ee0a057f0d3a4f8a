"""``tillpost mapping init``: a first draft of the three mapping files from the POS's codes and Xero's chart and tax rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tillpost.checks.context import CheckContext
from tillpost.checks.relations import open_cursor
from tillpost.config import Site
from tillpost.errors import ConfigError, TillpostError
from tillpost.flows.mapping_check import Asked, reference_for
from tillpost.flows.mapping_codes import PosReading, code_uses, dates_of_interest, read_pos
from tillpost.mapping.drafting import DraftRow, draft_accounts
from tillpost.mapping.drafting_taxes import DraftTax, TaxUse, draft_taxes
from tillpost.mapping.tables import ACCOUNT_COLUMNS, CONTACT_COLUMNS, TAX_COLUMNS, Mapping
from tillpost.mapping.writing import write_rows
from tillpost.model.reference import ReferenceData
from tillpost.organisations import Organisation

_TAXES = """
SELECT tax_code, sum(abs(gross_cents))::BIGINT, sum(abs(tax_cents))::BIGINT FROM (
    SELECT tax_code, gross_cents, tax_cents FROM revenue_lines WHERE tax_cents IS NOT NULL
    UNION ALL SELECT tax_code, gross_cents, tax_cents FROM purchase_lines WHERE tax_cents IS NOT NULL
    UNION ALL SELECT tax_code, amount_cents, tax_cents FROM movements WHERE tax_cents IS NOT NULL
) WHERE tax_code <> '' GROUP BY tax_code ORDER BY tax_code
"""
_SUPPLIERS = """
SELECT DISTINCT ON (id) id, name, coalesce(account_number, ''), terms_days, coalesce(for_accounting, TRUE) FROM suppliers
ORDER BY id, store, name
"""


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """What was written where, and what is left to a person; ``problems`` tell what could not be read."""

    folder: Path
    accounts: tuple[DraftRow, ...]
    taxes: tuple[DraftTax, ...]
    contacts: int
    problems: tuple[str, ...]


def draft_mapping(site: Site, organisation: str, folder: Path, asked: Asked, now: datetime) -> MappingDraft:
    """Write accounts.csv, taxes.csv and contacts.csv into a folder; ``now`` is aware.

    Raises ConfigError where one of them is there already, and TillpostError where Xero gives neither answer nor chart.
    """
    org = site.organisation(organisation)
    files = {name: folder / f"{name}.csv" for name in ("accounts", "taxes", "contacts")}
    _refuse_existing(files.values())
    reference, problem = reference_for(site, org, asked)
    if reference is None:
        raise TillpostError(f"There is no chart to draft from. {problem}")
    with read_pos(site, org, dates_of_interest(org, asked.first, asked.last, now)) as reading:
        accounts, taxes, contacts = _drafts(org, reading, reference)
    _make_folder(folder)
    write_rows(files["taxes"], TAX_COLUMNS, [_tax_cells(org.country, row) for row in taxes], overwrite=False)
    write_rows(files["accounts"], ACCOUNT_COLUMNS, [_account_cells(row) for row in accounts], overwrite=False)
    write_rows(files["contacts"], CONTACT_COLUMNS, contacts, overwrite=False)
    problems = [problem] if problem else []
    problems += [f"{org.store(key).name}: not read. {why}" for key, why in sorted(reading.unread.items())]
    return MappingDraft(folder, tuple(accounts), tuple(taxes), len(contacts), tuple(problems))


def _drafts(org: Organisation, reading: PosReading, reference: ReferenceData) -> tuple[list[DraftRow], list[DraftTax], list[list[str]]]:
    empty = Mapping(org.country, (), (), ())
    accounts = draft_accounts(code_uses(reading, org, empty), list(reference.accounts.values()))
    cursor = open_cursor(reading.facts, CheckContext(org, empty, reading.store_dates))
    taxes = draft_taxes((TaxUse(*row) for row in cursor.execute(_TAXES).fetchall()), org.country, reference.tax_rates)
    return accounts, taxes, _contacts(reading)


def _contacts(reading: PosReading) -> list[list[str]]:
    """One debtor and one cash customer for all, and every supplier that was seen. Customers need no row: the POS names them."""
    suppliers = [
        ["supplier", key, name, number, "" if days is None else str(days), "yes" if wanted else "no", ""]
        for key, name, number, days, wanted in reading.facts.execute(_SUPPLIERS).fetchall()
    ]
    return [["debtor", "*", "POS Debtor", "", "", "yes", ""], ["cash_customer", "*", "Cash Customer", "", "0", "yes", ""], *suppliers]


def _account_cells(row: DraftRow) -> Sequence[str]:
    return [row.kind, row.code, row.account, row.tax_code, "", "", row.note]


def _tax_cells(country: str, row: DraftTax) -> Sequence[str]:
    whole, rest = divmod(row.rate_bp, 100)
    return [country, row.code, f"{whole}.{rest:02d}" if rest else str(whole), row.sale_tax_type, row.purchase_tax_type, ""]


def _refuse_existing(files: Iterable[Path]) -> None:
    for file in files:
        if file.exists():
            raise ConfigError("this file is there already and is never overwritten; name another folder with --to.", file=file)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise TillpostError(f"{folder} cannot be made: {problem.strerror or problem}.") from problem
