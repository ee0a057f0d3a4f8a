"""The trial balance of documents: what each account will move by once Xero has booked them, and where every amount comes from.

What Xero moves by itself (tax, receivable, payable) has rows of its own at the end, so that debits equal credits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tillpost.model.documents import Document
from tillpost.report import wording
from tillpost.report.ledger import Control, Movement, movements

UNKNOWN_NAME = "name not known"
# What a mapping may say in place of an account code.
ACCOUNT_WORDS = {"receivable": "Customer invoice", "ignore": "Not booked", "gst": "Tax of the entry"}
_CONTROL_ORDER = tuple(Control)


@dataclass(frozen=True, slots=True)
class Origin:
    """One amount behind a row (cents, tax included, debit positive): which rows of which table, and which mapping row chose the account."""

    store: str
    document: str
    description: str
    cents: int
    source: str = ""
    rows: int = 0
    mapped_by: str = ""


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One account and tax type (cents, debit positive). ``net_cents`` is what the account moves by; ``control``: Xero moves it itself."""

    account: str
    name: str
    tax_type: str
    tracking: str
    gross_cents: int
    tax_cents: int
    net_cents: int
    control: str = ""
    origins: tuple[Origin, ...] = ()

    @property
    def debit_cents(self) -> int | None:
        """The net amount where it is a debit."""
        return self.net_cents if self.net_cents > 0 else None

    @property
    def credit_cents(self) -> int | None:
        """The net amount, positive, where it is a credit."""
        return -self.net_cents if self.net_cents < 0 else None

    @property
    def untold_cents(self) -> int:
        """What the origins do not account for; anything but 0 is shown."""
        return self.gross_cents - sum(origin.cents for origin in self.origins)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Rows by account, Xero's own last, and their totals. ``out_of_balance_cents`` is debits less credits: 0, or something is wrong."""

    rows: tuple[BalanceRow, ...]
    debit_cents: int
    credit_cents: int
    tax_cents: int
    out_of_balance_cents: int
    drafts: int = 0
    foreign: tuple[str, ...] = ()


def trial_balance(
    documents: Iterable[Document], names: Mapping[str, str], *, currency: str, tax: str = "GST", stores: Mapping[str, str] | None = None
) -> TrialBalance:
    """The trial balance of these documents, what Xero moves itself included. Documents in another currency are left out and named."""
    every = tuple(documents)
    home = [document for document in every if document.currency == currency]
    rows = _balance_rows(home, names, tax, stores or {})
    debit, credit = sum(row.debit_cents or 0 for row in rows), sum(row.credit_cents or 0 for row in rows)
    return TrialBalance(
        rows=rows,
        debit_cents=debit,
        credit_cents=credit,
        tax_cents=sum(row.tax_cents for row in rows),
        out_of_balance_cents=debit - credit,
        drafts=sum(document.draft for document in home),
        foreign=tuple(f"{d.number} ({d.currency})" for d in every if d.currency != currency),
    )


def _balance_rows(documents: Sequence[Document], names: Mapping[str, str], tax: str, stores: Mapping[str, str]) -> tuple[BalanceRow, ...]:
    groups: dict[tuple[int, str, str, str], list[Movement]] = {}
    for moved in movements(documents):
        key = (_CONTROL_ORDER.index(moved.control), moved.account, moved.tax_type, moved.tracking)
        groups.setdefault(key, []).append(moved)
    rows = (_balance_row(group, names, tax, stores) for _, group in sorted(groups.items()))
    return tuple(row for row in rows if row.net_cents or row.origins)


def _balance_row(group: Sequence[Movement], names: Mapping[str, str], tax: str, stores: Mapping[str, str]) -> BalanceRow:
    first = group[0]
    return BalanceRow(
        account=first.account,
        name=_control_name(first.control, tax) or account_name(names, first.account),
        tax_type=first.tax_type,
        tracking=first.tracking,
        gross_cents=sum(m.gross_cents for m in group),
        tax_cents=sum(m.tax_cents for m in group),
        net_cents=sum(m.net_cents for m in group),
        control=first.control,
        origins=tuple(origin for moved in group for origin in _origins(moved, stores.get(moved.document.key.store, ""))),
    )


def _control_name(control: Control, tax: str) -> str:
    what = {Control.TAX: tax, Control.RECEIVABLE: "Accounts receivable", Control.PAYABLE: "Accounts payable"}.get(control)
    return f"{what} (moved by Xero)" if what else ""


def account_name(names: Mapping[str, str], account: str) -> str:
    """The name of an account; the words that a mapping may have in its place are told as what they mean."""
    return ACCOUNT_WORDS.get(account) or names.get(account, UNKNOWN_NAME)


def _origins(moved: Movement, store: str) -> Iterable[Origin]:
    number = moved.document.number
    if not moved.postings:
        return (Origin(store, number, moved.description, moved.gross_cents),) if moved.gross_cents else ()
    return tuple(
        Origin(store, number, p.description, p.cents, wording.selection(p.source), p.source.rows, p.mapped_by) for p in moved.postings
    )
