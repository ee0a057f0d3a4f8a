"""The rows of accounts.csv against Xero's chart: what is not there, archived, Xero's own, or on the wrong side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from tillpost.checks.mapping_matters import Matter, PlacedRow
from tillpost.mapping.drafting import GUESS, NO_TAX, TO_DECIDE
from tillpost.mapping.tables import ACCOUNT_WORDS, Mapping
from tillpost.model.acceptance import FORBIDDEN_SYSTEM
from tillpost.model.findings import Severity
from tillpost.model.reference import ReferenceData, XeroAccount

# Classes of accounts that a kind of code does not usually belong to.
_UNUSUAL = {
    "sales_category": ("EXPENSE", "ASSET", "LIABILITY", "EQUITY"),
    "tender": ("REVENUE", "EQUITY"),
    "purchase_category": ("REVENUE", "LIABILITY", "EQUITY"),
    "purchase_other": ("REVENUE", "LIABILITY", "EQUITY"),
}
# The sides of the books that a kind's tax code can stand for; where both are possible the documents decide.
_SALES_KINDS = ("sales_category", "line_kind", "tender")
_PURCHASE_KINDS = ("purchase_category", "purchase_other")


def account_matters(rows: Iterable[PlacedRow], reference: ReferenceData) -> Iterator[Matter]:
    """What there is to say of each row's account."""
    for placed in rows:
        if placed.row.note.startswith(GUESS):
            what = f"{placed.what}: {placed.row.note}"
            remedy = "Confirm it by writing the note anew: it is the description of the lines in Xero."
            yield Matter(Severity.WARNING, "guess", placed.row.place, what, remedy)
        if placed.row.account == TO_DECIDE:
            yield from undecided_matters((placed,))
        elif placed.row.account in ACCOUNT_WORDS:
            yield from _word(placed)
        elif not placed.is_account:
            continue  # the class of each entry makes its own
        elif (account := reference.accounts.get(placed.row.account)) is None:
            yield _unknown(placed, reference)
        else:
            yield from _account(placed, account)


def undecided_matters(rows: Iterable[PlacedRow]) -> Iterator[Matter]:
    """The rows whose account nobody has decided yet."""
    for placed in rows:
        if placed.row.account == TO_DECIDE:
            note = f" ({placed.row.note})" if placed.row.note else ""
            what = f"{placed.what}: nobody has decided yet{note}"
            yield Matter(Severity.BLOCKER, "to_decide", placed.row.place, what, "Write an account code of Xero, or a word such as ignore.")


def row_tax_matters(rows: Iterable[PlacedRow], mapping: Mapping, reference: ReferenceData, since: date) -> Iterator[Matter]:
    """Tax codes that rows name, on the class of account that they name."""
    for placed in rows:
        row, account = placed.row, reference.accounts.get(placed.row.account)
        if not row.tax_code or not placed.is_account:
            continue
        tax = mapping.tax(row.tax_code, max(since, row.valid_from or since))
        if tax is None:
            what = f"{placed.what}: its tax code {row.tax_code} has no row of {mapping.country}"
            yield Matter(Severity.BLOCKER, "tax_code_of_another_country", row.place, what, "Add it to taxes.csv, or name another tax code.")
        elif account is not None:
            sides = (row.kind not in _PURCHASE_KINDS, row.kind not in _SALES_KINDS)
            types = [name for name, used in zip((tax.sale_tax_type, tax.purchase_tax_type), sides, strict=True) if used]
            if not any(_applies(reference, name, account) for name in types):
                what = f"{placed.what}: tax type {' or '.join(dict.fromkeys(types))} may not be used on {told(account)}"
                remedy = "Income takes the tax types of sales, expenses those of purchases: correct the account or the tax code."
                yield Matter(Severity.BLOCKER, "tax_type_not_for_account", row.place, what, remedy)


def liability_matters(rows: Iterable[PlacedRow], reference: ReferenceData) -> Iterator[Matter]:
    """A function that takes money and a tender that redeems it, on one liability account with different tax codes."""
    by_account: dict[str, list[PlacedRow]] = {}
    for placed in rows:
        account = reference.accounts.get(placed.row.account)
        if account is not None and account.account_class == "LIABILITY" and placed.row.kind in ("function", "tender", "line_kind"):
            by_account.setdefault(account.code, []).append(placed)
    for code, own in sorted(by_account.items()):
        for tender in (placed for placed in own if placed.row.kind == "tender"):
            others = [one for one in own if one.row.kind != "tender" and _tax_code(one) != _tax_code(tender)]
            if others:
                listed = ", ".join(f"{one.what} ({one.row.place}) has {_tax_code(one)}" for one in others)
                what = f"{tender.what}: tax code {_tax_code(tender)} on account {code}; {listed}"
                remedy = "GST that falls due when the money is taken has to be undone when it is redeemed: give all one tax code."
                yield Matter(Severity.WARNING, "liability_taxed_one_way", tender.row.place, what, remedy)


def future_matters(rows: Iterable[PlacedRow], today: date) -> Iterator[Matter]:
    """Rows that do not hold yet."""
    for placed in rows:
        if placed.row.valid_from is not None and placed.row.valid_from > today:
            what = f"{placed.what}: holds from {placed.row.valid_from}, not yet"
            yield Matter(
                Severity.INFO, "begins_later", placed.row.place, what, "Nothing; until then the row before it holds, if there is one."
            )


def told(account: XeroAccount) -> str:
    """An account with its name and class."""
    return f"account {account.code} {account.name} ({account.account_class.lower() or account.type.lower()})"


def _tax_code(placed: PlacedRow) -> str:
    return placed.row.tax_code or NO_TAX


def _word(placed: PlacedRow) -> Iterator[Matter]:
    row = placed.row
    if row.tax_code or row.tracking:
        what = f"{placed.what}: tax_code and tracking mean nothing beside the word {row.account}"
        yield Matter(Severity.INFO, "unused_cell", row.place, what, "Empty the cells, or name an account.")


def _unknown(placed: PlacedRow, reference: ReferenceData) -> Matter:
    code = placed.row.account
    alike = [other for other in reference.accounts.values() if other.code.lstrip("0") == code.lstrip("0")]
    dropped = f"; Xero has {alike[0].code} {alike[0].name}: did a spreadsheet drop a leading zero?" if alike else ""
    what = f"{placed.what}: account {code} is not in {reference.organisation.name}{dropped}"
    return Matter(Severity.BLOCKER, "account_unknown", placed.row.place, what, "Correct the code, or create the account in Xero.")


def _account(placed: PlacedRow, account: XeroAccount) -> Iterator[Matter]:
    row = placed.row
    if not account.active:
        what = f"{placed.what}: {told(account)} is archived in Xero"
        yield Matter(Severity.BLOCKER, "account_archived", row.place, what, "Restore it in Xero, or name another account.")
    if account.system in FORBIDDEN_SYSTEM:
        word = " Write receivable for what goes to a customer's invoice." if account.system == "DEBTORS" and row.kind == "tender" else ""
        what = f"{placed.what}: only Xero itself moves {told(account)}"
        yield Matter(Severity.BLOCKER, "account_is_system", row.place, what, f"Name another account.{word}")
    elif account.type == "BANK" and row.kind == "tender":
        what = f"{placed.what}: {told(account)} is a bank account: payments of invoices may go there, a day's takings may not"
        yield Matter(Severity.INFO, "bank_account_of_tender", row.place, what, "Name a clearing account, if takings come by this tender.")
    elif account.type == "BANK":
        what = f"{placed.what}: {told(account)} is a bank account, which journals and invoices may not name"
        remedy = "Name a clearing account, and move the money from there with a bank transfer in Xero."
        yield Matter(Severity.BLOCKER, "bank_account", row.place, what, remedy)
    elif account.account_class in _UNUSUAL.get(row.kind, ()):
        what = f"{placed.what}: {told(account)} is no usual account of a {row.kind.replace('_', ' ')}"
        yield Matter(Severity.WARNING, "wrong_side", row.place, what, "Correct the account, unless your accountant wants it so.")


def _applies(reference: ReferenceData, tax_type: str, account: XeroAccount) -> bool:
    """Whether a tax type may be used on an account; one that Xero does not have is told elsewhere."""
    rate = reference.tax_rates.get(tax_type)
    return rate is None or not account.account_class or account.account_class in rate.applies_to
