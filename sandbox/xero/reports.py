"""Reports/TrialBalance in Xero's report shape: a section per class, the account's id in each cell's attributes.

https://developer.xero.com/documentation/api/accounting/reports#trialbalance
"""

from __future__ import annotations

from datetime import date

from sandbox.xero import ledger
from sandbox.xero.chart import Account
from sandbox.xero.context import Context
from sandbox.xero.wire import Json, amount

SECTIONS = (("REVENUE", "Revenue"), ("EXPENSE", "Expenses"), ("ASSET", "Assets"), ("LIABILITY", "Liabilities"), ("EQUITY", "Equity"))
_COLUMNS = ("Account", "Debit", "Credit", "YTD Debit", "YTD Credit")


def trial_balance(context: Context, day: date) -> Json:
    """The trial balance at the end of a date: what moved in its month in Debit and Credit, what stands in the YTD columns."""
    total = ledger.trial_balance(context.store, context.org, context.chart, context.organisation.year_start(day), day)
    month = ledger.balances(context.store, context.org, day, day.replace(day=1))
    rows: list[Json] = [{"RowType": "Header", "Cells": [{"Value": name} for name in _COLUMNS]}]
    for name, title in SECTIONS:
        accounts = [account for account in context.chart.accounts if account.account_class == name and account.id in total]
        if accounts:
            rows.append(
                {
                    "RowType": "Section",
                    "Title": title,
                    "Rows": [_row(account, month.get(account.id, 0), total[account.id]) for account in accounts],
                }
            )
    rows.append({"RowType": "Section", "Title": "", "Rows": [_totals(month, total)]})
    shown = f"{day.day} {day:%B %Y}"
    return {
        "ReportID": "TrialBalance",
        "ReportName": "Trial Balance",
        "ReportType": "TrialBalance",
        "ReportTitles": ["Trial Balance", context.organisation.name, f"As at {shown}"],
        "ReportDate": shown,
        "UpdatedDateUTC": f"/Date({context.now_ms})/",
        "Fields": [],
        "Rows": rows,
    }


def _sides(cents: int) -> tuple[str, str]:
    return (str(amount(cents)), "") if cents >= 0 else ("", str(amount(-cents)))


def _row(account: Account, month: int, total: int) -> Json:
    name = f"{account.name} ({account.code})" if account.code else account.name
    attributes = [{"Value": account.id, "Id": "account"}]
    return {"RowType": "Row", "Cells": [{"Value": value, "Attributes": attributes} for value in (name, *_sides(month), *_sides(total))]}


def _totals(month: dict[str, int], total: dict[str, int]) -> Json:
    cells = ["Total"]
    for figures in (month, total):
        debits = sum(cents for cents in figures.values() if cents > 0)
        credits = -sum(cents for cents in figures.values() if cents < 0)
        cells += [str(amount(debits)), str(amount(credits))]
    return {"RowType": "SummaryRow", "Cells": [{"Value": value} for value in cells]}
