"""The accounts that are carried forward from date to date, as a table: what customers are owed, and what waits in suspense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tillpost.report.balance import account_name
from tillpost.report.data import CarriedAccount, CarriedForward


@dataclass(frozen=True, slots=True)
class CarriedRow:
    """One account (cents, debit positive). ``unsent_cents`` is what of the balance after the date is not in Xero yet."""

    account: str
    name: str
    before_cents: int
    moved_cents: int
    unsent_cents: int
    remark: str

    @property
    def after_cents(self) -> int:
        """The balance at the end of the date."""
        return self.before_cents + self.moved_cents


@dataclass(frozen=True, slots=True)
class CarriedTable:
    """A store's accounts. ``starts_on`` is the date of its first documents, empty for what is booked for no single store."""

    starts_on: str
    rows: tuple[CarriedRow, ...]


def carried_table(carried: CarriedForward | None, names: Mapping[str, str], day: date, *, tax: str) -> CarriedTable:
    """The table of a store on that date; without rows where nothing of it ever moved."""
    if carried is None:
        return CarriedTable("", ())
    remark = (
        f"taken before the supply and still open at the end of the month, so that {tax} may fall due on receipt."
        if is_month_end(day)
        else ""
    )
    rows = (_row(account, names, remark if account.account in carried.prepaid else "") for account in carried.accounts)
    return CarriedTable(carried.starts_on.isoformat() if carried.starts_on else "", tuple(rows))


def is_month_end(day: date) -> bool:
    """Whether a date is the last one of its month, with which tax periods end.

    >>> is_month_end(date(2028, 2, 28)), is_month_end(date(2028, 2, 29))
    (False, True)
    """
    return (day + timedelta(days=1)).day == 1


def _row(account: CarriedAccount, names: Mapping[str, str], remark: str) -> CarriedRow:
    is_open = account.before_cents + account.moved_cents != 0
    name = account_name(names, account.account)
    return CarriedRow(account.account, name, account.before_cents, account.moved_cents, account.unsent_cents, remark if is_open else "")
