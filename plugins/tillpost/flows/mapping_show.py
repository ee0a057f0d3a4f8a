"""``tillpost mapping show``: what each code of a store maps to on a date, from which line, and which rows lost. Asks nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tillpost.build.coding import NO_TAX
from tillpost.config import Site
from tillpost.flows.mappings import mapping_of_site
from tillpost.flows.reference import last_reference_data
from tillpost.mapping.lookups import Lookup, lookups
from tillpost.mapping.tables import ACCOUNT_WORDS, AccountRow, Mapping
from tillpost.model.reference import ReferenceData


@dataclass(frozen=True, slots=True)
class ShownCode:
    """One code in words; a row that lost has ``lost`` as the reason."""

    kind: str
    code: str
    account: str
    tax: str
    tracking: str
    place: str
    lost: str = ""


@dataclass(frozen=True, slots=True)
class ShownMapping:
    """The codes of a store on a date, and a sentence where names are not known."""

    store: str
    codes: tuple[ShownCode, ...]
    remark: str = ""


def show_mapping(site: Site, organisation: str, store: str, on: date, code: str = "") -> ShownMapping:
    """What every code (or this one) maps to; names of accounts and tax types are of Xero's last answer on record."""
    org = site.organisation(organisation)
    mapping, own = mapping_of_site(site, org), org.store(store)
    reference = last_reference_data(site, org)
    codes = [shown for found in lookups(mapping, own.key, on, code) for shown in _shown(found, mapping, on, reference)]
    remark = "" if reference else "No answer of Xero is on record: names are missing. tillpost mapping check asks Xero."
    return ShownMapping(own.name, tuple(codes), remark)


def _shown(found: Lookup, mapping: Mapping, on: date, reference: ReferenceData | None) -> list[ShownCode]:
    if found.row is None:
        rows = [ShownCode(found.kind, found.code, "(nothing)", "", "", "", "no row holds on this date: it would be held")]
    else:
        place = found.row.place if found.row.code == found.code else f"{found.row.place} ({found.row.code})"
        rows = [ShownCode(found.kind, found.code, *_words(found.row, mapping, on, reference), place)]
    return rows + [ShownCode(found.kind, row.code, *_words(row, mapping, on, reference), row.place, why) for row, why in found.lost]


def _words(row: AccountRow, mapping: Mapping, on: date, reference: ReferenceData | None) -> tuple[str, str, str]:
    """Account, tax and tracking of a row, with names."""
    if row.account in ACCOUNT_WORDS:
        return row.account, "", ""
    account = reference.accounts.get(row.account) if reference else None
    return f"{row.account} {account.name}" if account else row.account, _tax(row, mapping, on, reference), row.tracking


def _tax(row: AccountRow, mapping: Mapping, on: date, reference: ReferenceData | None) -> str:
    if not row.tax_code and row.kind in ("tender", "other"):
        return _tax_types(NO_TAX, mapping, on, reference)
    return _tax_types(row.tax_code, mapping, on, reference) if row.tax_code else "as the POS says"


def _tax_types(code: str, mapping: Mapping, on: date, reference: ReferenceData | None) -> str:
    tax = mapping.tax(code, on)
    if tax is None:
        return f"{code}: no row of {mapping.country} in taxes.csv on this date"
    names = {name: rate.name for name, rate in reference.tax_rates.items()} if reference else {}
    types = dict.fromkeys((tax.sale_tax_type, tax.purchase_tax_type))
    return f"{code} ({tax.file}:{tax.line}): " + " / ".join(f"{one} {names.get(one, '')}".strip() for one in types)
