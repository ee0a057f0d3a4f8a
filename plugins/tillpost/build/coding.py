"""From a POS code to an account and a tax type, by the mapping rows that hold on the business date.

The tax code of the mapping row overrules the line's own; without either it is ``NONE``. Till lines take the sale's tax type;
money paid out and purchases take the purchase's. A code without a row gives None: the checks have held the stream for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tillpost.mapping.tables import IGNORE, AccountRow, Mapping, TaxRow
from tillpost.model.documents import FactSelection, Posting

NO_TAX = "NONE"


@dataclass(frozen=True, slots=True)
class Coding:
    """An account with its tax type, rate (basis points) and tracking option, and the mapping row that says so."""

    account: str
    tax_type: str
    rate_bp: int
    tracking: str
    place: str
    note: str


def code_of(mapping: Mapping, kind: str, code: str, on: date, tax_code: str | None = None, *, purchase: bool = False) -> Coding | None:
    """The coding of a POS code on a business date, or None where a row of accounts.csv or taxes.csv is missing or says ignore."""
    row = mapping.account(kind, code, on)
    return coding_of_row(mapping, row, on, tax_code, purchase=purchase) if row is not None else None


def coding_of_row(mapping: Mapping, row: AccountRow, on: date, tax_code: str | None = None, *, purchase: bool = False) -> Coding | None:
    """The coding of a mapping row, or None where it says ignore or its tax code has no row in taxes.csv."""
    if row.account == IGNORE:
        return None
    tax = mapping.tax(row.tax_code or tax_code or NO_TAX, on)
    if tax is None:
        return None
    return Coding(row.account, tax_type_of(tax, purchase), tax.rate_bp, row.tracking, row.place, row.note)


def tax_type_of(tax: TaxRow, purchase: bool) -> str:
    """The tax type of Xero for this side of the books."""
    return tax.purchase_tax_type if purchase else tax.sale_tax_type


def post(
    document: str,
    coding: Coding,
    cents: int,
    source: FactSelection,
    *,
    description: str = "",
    pos_tax_cents: int = 0,
    roundings: int = 0,
    quantity: str = "",
) -> Posting:
    """A posting of ``cents`` (debit positive, tax inside) on the account of a coding."""
    return Posting(
        document=document,
        account=coding.account,
        tax_type=coding.tax_type,
        rate_bp=coding.rate_bp,
        tracking=coding.tracking,
        cents=cents,
        pos_tax_cents=pos_tax_cents,
        roundings=roundings,
        description=description or coding.note,
        source=source,
        mapped_by=coding.place,
        quantity=quantity,
    )
