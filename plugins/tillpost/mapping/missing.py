"""The accounts that a mapping names and a chart lacks, as rows that Xero imports behind the chart itself.

Xero archives what an imported file leaves out, so that the whole chart goes with them; balances do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tillpost.mapping.chart import CHART_COLUMNS, LONGEST_NAME, OPTIONAL_COLUMNS
from tillpost.mapping.drafting import GUESS, wanted_classes
from tillpost.mapping.files import read_rows
from tillpost.mapping.tables import AccountRow
from tillpost.mapping.tax_types import NO_TAX_TYPES, STANDARD_RATES

_TYPES = {"ASSET": "Current Asset", "EXPENSE": "Expense", "LIABILITY": "Current Liability", "REVENUE": "Revenue"}
_KEPT = tuple(name for name in OPTIONAL_COLUMNS if name != "balance")


def import_rows(chart: Path, rows: Iterable[AccountRow], country: str) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of the file to import: the chart's own, then one row for each account of ``rows`` that it lacks, by code."""
    own = list(read_rows(chart, CHART_COLUMNS, OPTIONAL_COLUMNS))
    columns = [*CHART_COLUMNS, *(name for name in _KEPT if name == "enable payments" or any(row.cells[name] for row in own))]
    names = {row.cells["*name"].casefold() for row in own}
    known = {row.cells["*code"] for row in own}
    lacking: dict[str, list[AccountRow]] = {}
    for row in rows:
        if row.account not in known:
            lacking.setdefault(row.account, []).append(row)
    added = []
    for _, same in sorted(lacking.items()):
        cells = _cells(same, names, country)
        names.add(cells["*name"].casefold())
        added.append([cells.get(name, "") for name in columns])
    return [_title(name) for name in columns], [[row.cells[name] for name in columns] for row in own] + added


def _cells(rows: Sequence[AccountRow], names: set[str], country: str) -> dict[str, str]:
    """One account that these rows name: of what kind it is, all but a tender tell better."""
    row = next((row for row in rows if row.kind != "tender"), rows[0])
    account_class = wanted_classes(row.kind, row.code)[0]
    told = row.note if row.note and not row.note.startswith(GUESS) else f"{row.kind} {row.code}".replace("_", " ")
    name = told[:LONGEST_NAME]
    if name.casefold() in names:
        name = f"{name[: LONGEST_NAME - 11]} {row.account}"
    pays = "Yes" if any(row.kind == "tender" for row in rows) else "No"
    type_name = "Direct Costs" if row.kind == "purchase_category" else _TYPES[account_class]
    cells = (row.account, name, type_name, _tax_name(account_class, country))
    return {**dict(zip(CHART_COLUMNS, cells, strict=True)), "dashboard": "No", "expense claims": "No", "enable payments": pays}


def _tax_name(account_class: str, country: str) -> str:
    rates = STANDARD_RATES[country]
    if account_class not in ("REVENUE", "EXPENSE"):
        return rates[NO_TAX_TYPES[country]].name
    return next(rate.name for rate in rates.values() if account_class in rate.applies_to)


def _title(column: str) -> str:
    """The column as Xero writes it: ``*Tax Code``."""
    return " ".join(word.title() for word in column.split())
