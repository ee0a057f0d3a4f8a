"""The chart of accounts: types and their classes, the accounts every organisation has, and reading them.

Types: https://developer.xero.com/documentation/api/accounting/types#accounts
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.xero.store import Store
from sandbox.xero.taxes import default_tax_type
from sandbox.xero.wire import Json, compact, ms_moment

CLASS_OF = {
    **dict.fromkeys(("BANK", "CURRENT", "FIXED", "INVENTORY", "NONCURRENT", "PREPAYMENT"), "ASSET"),
    **dict.fromkeys(("CURRLIAB", "LIABILITY", "TERMLIAB", "PAYG"), "LIABILITY"),
    **dict.fromkeys(("DEPRECIATN", "DIRECTCOSTS", "EXPENSE", "OVERHEADS"), "EXPENSE"),
    **dict.fromkeys(("OTHERINCOME", "REVENUE", "SALES"), "REVENUE"),
    "EQUITY": "EQUITY",
}
# System account, usual code, name, type: an organisation of Xero always has these.
ALWAYS = (
    ("DEBTORS", "610", "Accounts Receivable", "CURRENT"),
    ("CREDITORS", "800", "Accounts Payable", "CURRLIAB"),
    ("GST", "820", "GST", "CURRLIAB"),
    ("HISTORICAL", "840", "Historical Adjustment", "CURRLIAB"),
    ("ROUNDING", "860", "Rounding", "CURRLIAB"),
    ("TRACKINGTRANSFERS", "877", "Tracking Transfers", "CURRLIAB"),
    ("RETAINEDEARNINGS", "960", "Retained Earnings", "EQUITY"),
)
SYSTEM = tuple(row[0] for row in ALWAYS)


@dataclass(frozen=True, slots=True)
class Account:
    """One account of one organisation."""

    id: str
    code: str
    name: str
    type: str
    account_class: str
    status: str
    enable_payments: bool
    system: str
    tax_type: str
    updated_ms: int

    @property
    def takes_payments(self) -> bool:
        """Payments go to bank accounts and to accounts that have payments enabled."""
        return self.type == "BANK" or self.enable_payments


class Chart:
    """All accounts of one organisation, by id, code and system name."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self.accounts = tuple(accounts)
        self._by_id = {account.id: account for account in self.accounts}
        self._by_code = {account.code.lower(): account for account in self.accounts if account.code}
        self._by_system = {account.system: account for account in self.accounts if account.system}

    def find(self, code: object = None, account_id: object = None) -> Account | None:
        """The account of an id or, without one, of a code; None if there is none."""
        if account_id:
            return self._by_id.get(str(account_id).lower())
        return self._by_code.get(str(code).lower()) if code else None

    def by_id(self, account_id: str) -> Account:
        """The account of an id that is known to exist."""
        return self._by_id[account_id]

    def system(self, name: str) -> Account:
        """A system account, such as DEBTORS."""
        return self._by_system[name]


def load(store: Store, org: str) -> Chart:
    """The chart of one organisation, archived accounts included."""
    return Chart(_account(row) for row in store.rows("SELECT * FROM accounts WHERE org = ? ORDER BY code, name", (org,)))


def _account(row: sqlite3.Row) -> Account:
    return Account(
        row["id"],
        row["code"] or "",
        row["name"],
        row["type"],
        row["class"],
        row["status"],
        bool(row["enable_payments"]),
        row["system"],
        row["tax_type"],
        row["updated_ms"],
    )


def rows_to_create(rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Rows of code, name, type, enable_payments and system, checked and completed with the accounts every organisation has.

    ValueError names the row that is wrong.
    """
    checked = [_checked(row) for row in rows]
    codes = [row["code"].lower() for row in checked if row["code"]]
    for repeated in sorted({code for code in codes if codes.count(code) > 1}):
        raise ValueError(f"account code {repeated} is there twice")
    present = {row["system"] for row in checked}
    for system, code, name, kind in ALWAYS:
        if system not in present:
            free = "" if code in codes else code
            checked.append({"code": free, "name": name, "type": kind, "enable_payments": "no", "system": system})
    return checked


def _checked(row: Mapping[str, str]) -> dict[str, str]:
    found = {name: str(row.get(name) or "").strip() for name in ("code", "name", "type", "enable_payments", "system")}
    if not found["name"] or len(found["name"]) > 150:
        raise ValueError(f"account {found['code']!r} needs a name of 1 to 150 characters")
    if len(found["code"]) > 10:
        raise ValueError(f"account code {found['code']!r} is longer than 10 characters")
    if found["type"] not in CLASS_OF:
        raise ValueError(f"account {found['code']} has type {found['type']!r}; allowed: {', '.join(CLASS_OF)}")
    if not found["code"] and found["type"] != "BANK":
        raise ValueError(f"account {found['name']!r} needs a code; only a BANK account may lack one")
    if found["enable_payments"].lower() not in ("", "yes", "no", "true", "false"):
        raise ValueError(f"account {found['code']} has enable_payments {found['enable_payments']!r}; allowed: yes, no")
    if found["system"] not in ("", *SYSTEM):
        raise ValueError(f"account {found['code']} has system {found['system']!r}; allowed: {', '.join(SYSTEM)}")
    return found


def create(store: Store, org: str, country: str, rows: Iterable[Mapping[str, str]], now_ms: int) -> None:
    """Write checked rows as accounts."""
    for row in rows:
        kind = row["type"]
        tax_type = default_tax_type(country, kind, CLASS_OF[kind])
        enabled = row["enable_payments"].lower() in ("yes", "true")
        values = (
            str(uuid.uuid4()),
            org,
            row["code"],
            row["name"],
            kind,
            CLASS_OF[kind],
            "ACTIVE",
            enabled,
            row["system"],
            tax_type,
            now_ms,
        )
        store.run("INSERT INTO accounts VALUES (?,?,?,?,?,?,?,?,?,?,?)", values)


def as_json(account: Account) -> Json:
    """An account as GET /Accounts shows it."""
    return compact(
        {
            "AccountID": account.id,
            "Code": account.code or None,
            "Name": account.name,
            "Status": account.status,
            "Type": account.type,
            "TaxType": account.tax_type,
            "Class": account.account_class,
            "SystemAccount": account.system or None,
            "BankAccountType": "BANK" if account.type == "BANK" else None,
            "EnablePaymentsToAccount": account.enable_payments,
            "ShowInExpenseClaims": False,
            "AddToWatchlist": False,
            "HasAttachments": False,
            "UpdatedDateUTC": ms_moment(account.updated_ms),
        }
    )
