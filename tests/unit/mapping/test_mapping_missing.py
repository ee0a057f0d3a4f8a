"""The chart that is given to Xero's import: everything that was in it, and behind it what the mapping names."""

from __future__ import annotations

from pathlib import Path

from tillpost.mapping.chart import read_chart
from tillpost.mapping.missing import import_rows
from tillpost.mapping.tables import AccountRow

CHART = """*Code,*Name,*Type,*Tax Code,Description,Enable Payments,Balance
090,Business account,Bank,BAS Excluded,,No,12.00
201,Sales - Food,Revenue,GST on Income,Eaten here,No,
"""


def row(kind: str, code: str, account: str, note: str = "") -> AccountRow:
    return AccountRow(kind, code, account, "", "", None, note, "accounts.csv", 2)


def test_the_chart_and_what_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "chart.csv"
    file.write_text(CHART, encoding="utf-8")
    rows = [
        row("sales_category", "FOOD", "201"), row("tender", "CASH", "101", "Undeposited funds"), row("tender", "CHEQUE", "101", "Cheques"),
        row("sales_category", "WINE", "203", "Sales - Food"), row("purchase_category", "FOOD", "301", "guess: Purchases is like it"),
        row("tender", "LAYBY", "805"), row("other", "layby", "805"), row("tender", "CREDIT_NOTE", "807"), row("purchase_other", "freight", "0425"),
    ]  # fmt: skip
    columns, written = import_rows(file, rows, "AU")
    assert columns == ["*Code", "*Name", "*Type", "*Tax Code", "Description", "Enable Payments"]
    assert written == [
        ["090", "Business account", "Bank", "BAS Excluded", "", "No"],
        ["201", "Sales - Food", "Revenue", "GST on Income", "Eaten here", "No"],
        ["0425", "purchase other freight", "Expense", "GST on Expenses", "", "No"],
        ["101", "Undeposited funds", "Current Asset", "BAS Excluded", "", "Yes"],
        ["203", "Sales - Food 203", "Revenue", "GST on Income", "", "No"],
        ["301", "purchase category FOOD", "Direct Costs", "GST on Expenses", "", "No"],
        ["805", "other layby", "Current Liability", "BAS Excluded", "", "Yes"],
        ["807", "tender CREDIT NOTE", "Current Liability", "BAS Excluded", "", "Yes"],
    ]
    file.write_text("\n".join(",".join(cells) for cells in (columns, *written)), encoding="utf-8")
    assert [account.remark for account in read_chart(file, "AU") if account.remark] == []
    assert import_rows(file, rows, "AU")[1] == written
