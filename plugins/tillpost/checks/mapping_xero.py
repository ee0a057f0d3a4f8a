"""The rest of the mapping against Xero: tax types and rates, tracking, and contacts that Xero would mix up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from tillpost.checks.document_rules import percent
from tillpost.checks.mapping_matters import Matter, PlacedRow
from tillpost.mapping.patterns import CLASS
from tillpost.mapping.tables import ContactRow, TaxRow
from tillpost.model.findings import Severity
from tillpost.model.folding import folded_name
from tillpost.model.reference import ReferenceData
from tillpost.model.tracking import tracking_of


def tax_matters(rows: Sequence[TaxRow], country: str, reference: ReferenceData, since: date, *, standard_only: bool) -> Iterator[Matter]:
    """The country's rows of taxes.csv that hold on or after a date.

    ``standard_only``: tax types that an organisation added itself are not known.
    """
    for row in rows:
        if row.country != country or _is_replaced(row, rows, since):
            continue
        for side, tax_type, usual in (("sale", row.sale_tax_type, "REVENUE"), ("purchase", row.purchase_tax_type, "EXPENSE")):
            yield from _tax_type(row, side, tax_type, usual, reference, standard_only)


def tracking_matters(rows: Iterable[PlacedRow], reference: ReferenceData) -> Iterator[Matter]:
    """Tracking that Xero does not have: categories by name, options in them."""
    for placed in rows:
        for category, option in tracking_of(placed.row.tracking) if CLASS not in placed.row.tracking else ():
            yield from _tracking(placed.what, placed.row.place, category, option, reference)


def store_tracking_matters(category: str, tags: Iterable[str], reference: ReferenceData) -> Iterator[Matter]:
    """The option of each store in the category that tillpost.yml names."""
    if category and category not in reference.tracking:
        yield from _tracking("store_tracking", "tillpost.yml", category, "", reference)
        return
    for tag in tags if category else ():
        yield from _tracking(f"store_tracking of {tag}", "tillpost.yml", category, tag, reference)


def contact_matters(rows: Sequence[ContactRow]) -> Iterator[Matter]:
    """Rows that Xero would take for one contact, or for two: names are unique in it, and so are account numbers."""
    names: dict[str, ContactRow] = {}
    numbers: dict[str, ContactRow] = {}
    for row in rows:
        first = names.setdefault(folded_name(row.contact_name), row)
        if first is not row and first.account_number and row.account_number and first.account_number != row.account_number:
            what = (
                f"{row.kind} {row.code}: the name {row.contact_name!r} has account number {row.account_number}, "
                f"in line {first.line} {first.account_number}"
            )
            remedy = "Names are unique in Xero: give one of them another name, or both one account number."
            yield Matter(Severity.BLOCKER, "contact_name_twice", _place(row), what, remedy)
        elif first.contact_name != row.contact_name:
            told = f"the name {row.contact_name!r} is {first.contact_name!r} in line {first.line}; Xero takes both for one"
            what = f"{row.kind} {row.code}: {told}"
            yield Matter(Severity.WARNING, "contact_name_alike", _place(row), what, "Write the name one way, or make two names of it.")
        owner = numbers.setdefault(row.account_number, row) if row.account_number else row
        if owner is not row and folded_name(owner.contact_name) != folded_name(row.contact_name):
            what = (
                f"{row.kind} {row.code}: account number {row.account_number} is {row.contact_name!r} here, "
                f"and {owner.contact_name!r} in line {owner.line}"
            )
            remedy = "Xero finds a contact by this number first: both would be one contact."
            yield Matter(Severity.BLOCKER, "contact_number_twice", _place(row), what, remedy)


def _tax_type(row: TaxRow, side: str, tax_type: str, usual: str, reference: ReferenceData, standard_only: bool) -> Iterator[Matter]:
    what, rate = f"{row.pos_tax_code} ({side}): tax type {tax_type}", reference.tax_rates.get(tax_type)
    if rate is None and standard_only:
        remedy = "Nothing, where the organisation added this tax rate itself; ask Xero to be sure."
        yield Matter(Severity.WARNING, "tax_type_not_standard", _place(row), f"{what}: no usual one of {row.country}", remedy)
    elif rate is None or not rate.active:
        lack = "is not in" if rate is None else "is not in use any more in"
        yield Matter(
            Severity.BLOCKER, "tax_type_unknown", _place(row), f"{what}: {lack} {reference.organisation.name}", "Correct the tax type."
        )
    elif rate.rate_bp != row.rate_bp:
        told = f"{what}: {percent(row.rate_bp)} in this file, {percent(rate.rate_bp)} in Xero ({rate.name})"
        yield Matter(Severity.BLOCKER, "tax_rate_not_xeros", _place(row), told, "Correct rate_percent or the tax type.")
    elif usual not in rate.applies_to:
        told = f"{what}: {rate.name} may not be used on {usual.lower()} accounts"
        remedy = "Are the tax types of sales and purchases the right way round?"
        yield Matter(Severity.WARNING, "tax_type_wrong_side", _place(row), told, remedy)


def _tracking(what: str, place: str, category: str, option: str, reference: ReferenceData) -> Iterator[Matter]:
    options = reference.tracking.get(category)
    if options is None:
        known = ", ".join(sorted(reference.tracking)) or "none"
        remedy = f"Create it in Xero, or correct the name. Categories in use there: {known}."
        yield Matter(Severity.BLOCKER, "tracking_category_unknown", place, f"{what}: tracking category {category} is not in Xero", remedy)
    elif option not in options:
        remedy = f"Create it in Xero, or correct the name. Options in use there: {', '.join(sorted(options)) or 'none'}."
        told = f"{what}: option {option} is not in the tracking category {category}"
        yield Matter(Severity.BLOCKER, "tracking_option_unknown", place, told, remedy)


def _is_replaced(row: TaxRow, rows: Sequence[TaxRow], since: date) -> bool:
    begins = row.valid_from or date.min
    return any(
        (other.country, other.pos_tax_code) == (row.country, row.pos_tax_code) and begins < (other.valid_from or date.min) <= since
        for other in rows
    )


def _place(row: TaxRow | ContactRow) -> str:
    return f"{row.file}:{row.line}"
