"""A chart of accounts as Xero exports and imports it (a CSV): checked line by line, and usable in the place of Xero's own answer.

Xero's rules: a code has at most 10 characters and begins with a letter or digit, a name has at most 150, both are unique, and the
type is one of a fixed list (https://support.cloudscape.ae/portal/en/kb/articles/setting-up-chart-of-accounts-in-xero-via-a-csv).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tillpost.errors import ConfigError
from tillpost.mapping.files import CsvRow, read_rows
from tillpost.mapping.tax_types import STANDARD_RATES, tax_type_of_name
from tillpost.model.reference import ReferenceData, XeroAccount, XeroOrganisation

CHART_COLUMNS = ("*code", "*name", "*type", "*tax code")
OPTIONAL_COLUMNS = ("description", "dashboard", "expense claims", "enable payments", "balance", "reporting name", "report code")
LONGEST_CODE, LONGEST_NAME = 10, 150
_CODE = re.compile(r"[0-9A-Za-z]")

# Xero's words for the types, our reader's words (the API's), the class, and the system account that a type stands for.
_TYPES: tuple[tuple[str, str, str, str], ...] = (
    ("Bank", "BANK", "ASSET", ""),
    ("Current Asset", "CURRENT", "ASSET", ""),
    ("Fixed Asset", "FIXED", "ASSET", ""),
    ("Inventory", "INVENTORY", "ASSET", ""),
    ("Non-current Asset", "NONCURRENT", "ASSET", ""),
    ("Prepayment", "PREPAYMENT", "ASSET", ""),
    ("Equity", "EQUITY", "EQUITY", ""),
    ("Depreciation", "DEPRECIATN", "EXPENSE", ""),
    ("Direct Costs", "DIRECTCOSTS", "EXPENSE", ""),
    ("Expense", "EXPENSE", "EXPENSE", ""),
    ("Overhead", "OVERHEADS", "EXPENSE", ""),
    ("Current Liability", "CURRLIAB", "LIABILITY", ""),
    ("Liability", "LIABILITY", "LIABILITY", ""),
    ("Non-current Liability", "TERMLIAB", "LIABILITY", ""),
    ("Other Income", "OTHERINCOME", "REVENUE", ""),
    ("Revenue", "REVENUE", "REVENUE", ""),
    ("Sales", "SALES", "REVENUE", ""),
    ("Accounts Receivable", "CURRENT", "ASSET", "DEBTORS"),
    ("Accounts Payable", "CURRLIAB", "LIABILITY", "CREDITORS"),
    ("GST", "CURRLIAB", "LIABILITY", "GST"),
    ("VAT", "CURRLIAB", "LIABILITY", "GST"),
    ("Historical", "CURRLIAB", "LIABILITY", "HISTORICAL"),
    ("Rounding", "CURRLIAB", "LIABILITY", "ROUNDING"),
    ("Tracking", "CURRLIAB", "LIABILITY", "TRACKINGTRANSFERS"),
    ("Unpaid Expense Claims", "CURRLIAB", "LIABILITY", "UNPAIDEXPCLM"),
    ("Wages Payable", "CURRLIAB", "LIABILITY", "WAGEPAYABLES"),
    ("Retained Earnings", "EQUITY", "EQUITY", "RETAINEDEARNINGS"),
)
TYPE_NAMES = tuple(name for name, *_ in _TYPES)
_BY_NAME = {name.casefold(): (kind, class_name, system) for name, kind, class_name, system in _TYPES}


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """One account of a chart file. ``tax_type`` is empty where ``tax_name`` is none that every organisation of the country has.

    ``remark`` says what may be wrong with it and need not be.
    """

    code: str
    name: str
    type_name: str
    tax_name: str
    tax_type: str
    enable_payments: bool
    line: int
    remark: str = ""

    def as_xero(self) -> XeroAccount:
        """The account as Xero would answer it."""
        kind, class_name, system = _BY_NAME[self.type_name.casefold()]
        return XeroAccount(self.code, self.name, kind, True, self.enable_payments, system, class_name)


def read_chart(file: Path, country: str) -> tuple[ChartAccount, ...]:
    """The accounts of a chart file; raises ConfigError with file and line for what Xero itself would not take."""
    rows = list(read_rows(file, CHART_COLUMNS, OPTIONAL_COLUMNS))
    if not rows:
        raise ConfigError("the chart holds no account.", file=file)
    for column in ("*code", "*name"):
        _refuse_twice(rows, column)
    _refuse_second_control(rows)
    usual = _usual_length(rows)
    return tuple(_account(row, country, usual) for row in rows)


def reference_of_chart(file: Path, country: str, accounts: Sequence[ChartAccount]) -> ReferenceData:
    """The chart in the place of Xero's answer: with the tax types that the country always has, and without tracking."""
    organisation = XeroOrganisation("", f"the chart {file.name}", country, "")
    return ReferenceData(organisation, {one.code: one.as_xero() for one in accounts if one.code}, STANDARD_RATES[country])


def _account(row: CsvRow, country: str, usual: int) -> ChartAccount:
    code, name, type_name, tax_name = (row.cells[column] for column in CHART_COLUMNS)
    if type_name.casefold() not in _BY_NAME:
        raise row.error(f"the type {type_name!r} is none of Xero's.", "*type", TYPE_NAMES)
    _check_code(row, code, type_name)
    if not 1 <= len(row.needed("*name")) <= LONGEST_NAME:
        raise row.error(f"the name has {len(name)} characters; Xero takes at most {LONGEST_NAME}.", "*name")
    tax_type = tax_type_of_name(tax_name, country) if tax_name else ""
    enabled = _yes_or_no(row, "enable payments")
    return ChartAccount(code, name, type_name, tax_name, tax_type, enabled, row.line, _remark(code, tax_name, tax_type, usual))


def _check_code(row: CsvRow, code: str, type_name: str) -> None:
    if not code and type_name.casefold() == "bank":
        return
    row.needed("*code")
    if len(code) > LONGEST_CODE:
        raise row.error(f"the code {code!r} has {len(code)} characters; Xero takes at most {LONGEST_CODE}.", "*code")
    if not _CODE.match(code):
        raise row.error(f"the code {code!r} begins with a symbol; Xero wants a letter or a digit there.", "*code")


def _yes_or_no(row: CsvRow, column: str) -> bool:
    value = row.cells[column]
    if value.casefold() not in ("", "yes", "no"):
        raise row.error(f"{column!r} is {value!r}.", column, ("Yes", "No"))
    return value.casefold() == "yes"


def _remark(code: str, tax_name: str, tax_type: str, usual: int) -> str:
    remarks = []
    if code.isdigit() and len(code) < usual:
        remarks.append(f"the code is shorter than the usual {usual} digits: did a spreadsheet drop a leading zero?")
    if tax_name and not tax_type:
        remarks.append("a tax rate of the organisation's own: ask Xero for its tax type")
    return "; ".join(remarks)


def _usual_length(rows: Sequence[CsvRow]) -> int:
    """How many digits most of the codes have that are digits only."""
    lengths = Counter(len(row.cells["*code"]) for row in rows if row.cells["*code"].isdigit())
    return max(lengths, key=lambda length: (lengths[length], length), default=0)


def _refuse_twice(rows: Sequence[CsvRow], column: str) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        value = row.cells[column]
        first = seen.setdefault(value.casefold(), row.line)
        if value and first != row.line:
            raise row.error(f"the {column[1:]} {value!r} stands here a second time (first in line {first}).", column)


def _refuse_second_control(rows: Sequence[CsvRow]) -> None:
    """Xero has one account that holds receivables, and one that holds payables."""
    for type_name in ("Accounts Receivable", "Accounts Payable"):
        own = [row for row in rows if row.cells["*type"].casefold() == type_name.casefold()]
        if len(own) > 1:
            raise own[1].error(f"a second account of the type {type_name!r} (first in line {own[0].line}); Xero has one.", "*type")
