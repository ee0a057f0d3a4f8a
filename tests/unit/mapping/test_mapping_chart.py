"""A chart of accounts as Xero exports it: what it becomes, and what every mistake in it is told as."""

from __future__ import annotations

from pathlib import Path

import pytest

from tillpost.errors import ConfigError
from tillpost.mapping.chart import ChartAccount, read_chart, reference_of_chart
from tillpost.mapping.tax_types import tax_type_of_name
from tillpost.model.reference import XeroAccount, XeroOrganisation

HEADER = "*Code,*Name,*Type,*Tax Code,Description,Dashboard,Expense Claims,Enable Payments,Balance\n"
CHART = (
    HEADER
    + '090,Business account,Bank,BAS Excluded,,Yes,No,No,"1,204.50"\n'
    + "101,Undeposited funds,Current Asset,BAS Excluded,Cash of the tills,No,No,Yes,\n"
    + "201,Sales - Food,Revenue,GST on Income,,No,No,No,\n"
    + "610,Accounts Receivable,Accounts Receivable,BAS Excluded,,No,No,No,\n"
    + "730,Rental equipment,fixed asset,GST on Capital,,No,No,No,\n"
)


def write(folder: Path, text: str) -> Path:
    file = folder / "chart.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_chart_is_read_with_tax_types_and_lines(tmp_path: Path) -> None:
    assert read_chart(write(tmp_path, CHART), "AU") == (
        ChartAccount("090", "Business account", "Bank", "BAS Excluded", "BASEXCLUDED", False, 2),
        ChartAccount("101", "Undeposited funds", "Current Asset", "BAS Excluded", "BASEXCLUDED", True, 3),
        ChartAccount("201", "Sales - Food", "Revenue", "GST on Income", "OUTPUT", False, 4),
        ChartAccount("610", "Accounts Receivable", "Accounts Receivable", "BAS Excluded", "BASEXCLUDED", False, 5),
        ChartAccount("730", "Rental equipment", "fixed asset", "GST on Capital", "CAPEXINPUT", False, 6),
    )


def test_a_chart_stands_in_for_xeros_answer(tmp_path: Path) -> None:
    file = write(tmp_path, CHART)
    reference = reference_of_chart(file, "AU", read_chart(file, "AU"))
    assert reference.organisation == XeroOrganisation("", "the chart chart.csv", "AU", "")
    assert reference.accounts == {
        "090": XeroAccount("090", "Business account", "BANK", True, False, "", "ASSET"),
        "101": XeroAccount("101", "Undeposited funds", "CURRENT", True, True, "", "ASSET"),
        "201": XeroAccount("201", "Sales - Food", "REVENUE", True, False, "", "REVENUE"),
        "610": XeroAccount("610", "Accounts Receivable", "CURRENT", True, False, "DEBTORS", "ASSET"),
        "730": XeroAccount("730", "Rental equipment", "FIXED", True, False, "", "ASSET"),
    }
    assert {name: rate.rate_bp for name, rate in reference.tax_rates.items() if rate.rate_bp} == {
        "OUTPUT": 1000, "INPUT": 1000, "CAPEXINPUT": 1000,
    }  # fmt: skip


def test_what_may_be_wrong_is_remarked(tmp_path: Path) -> None:
    chart = CHART + "90,Petty cash,Current Asset,Our own rate (8.5%),,No,No,No,\n"
    assert [one.remark for one in read_chart(write(tmp_path, chart), "AU") if one.remark] == [
        "the code is shorter than the usual 3 digits: did a spreadsheet drop a leading zero?; "
        "a tax rate of the organisation's own: ask Xero for its tax type"
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("101,Cash,Current Asset,BAS Excluded", "chart.csv:7: the code '101' stands here a second time (first in line 3)."),
        ("102,sales - FOOD,Revenue,GST on Income", "chart.csv:7: the name 'sales - FOOD' stands here a second time (first in line 4)."),
        ("12345678901,Cash,Current Asset,BAS Excluded", "chart.csv:7: the code '12345678901' has 11 characters; Xero takes at most 10."),
        ("#1,Cash,Current Asset,BAS Excluded", "chart.csv:7: the code '#1' begins with a symbol; Xero wants a letter or a digit there."),
        (",Cash,Current Asset,BAS Excluded", "chart.csv:7: column '*code' is empty."),
        (f"102,{'n' * 151},Revenue,GST on Income", "chart.csv:7: the name has 151 characters; Xero takes at most 150."),
        ("102,,Revenue,GST on Income", "chart.csv:7: column '*name' is empty."),
        ("611,Debtors,Accounts Receivable,BAS Excluded", "chart.csv:7: a second account of the type 'Accounts Receivable' (first in line 5); Xero has one."),
        ("102,Cash,Current Asset,BAS Excluded,,,,perhaps", "chart.csv:7: 'enable payments' is 'perhaps'. Allowed: Yes, No."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ConfigError) as problem:
        read_chart(write(tmp_path, CHART + line + "\n"), "AU")
    assert str(problem.value).replace(f"{tmp_path}/", "") == message


def test_a_type_that_xero_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"chart\.csv:7: the type 'Money' is none of Xero's\. Allowed: Bank, Current Asset, "):
        read_chart(write(tmp_path, CHART + "102,Cash,Money,BAS Excluded\n"), "AU")


def test_a_chart_without_an_account(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"chart\.csv: the chart holds no account\."):
        read_chart(write(tmp_path, HEADER), "AU")


def test_a_bank_account_may_have_no_code(tmp_path: Path) -> None:
    file = write(tmp_path, CHART + ",Visa,Bank,BAS Excluded\n,Saver,Bank,BAS Excluded\n")
    accounts = read_chart(file, "AU")
    assert [one.name for one in accounts if not one.code] == ["Visa", "Saver"]
    assert "" not in reference_of_chart(file, "AU", accounts).accounts


@pytest.mark.parametrize(
    ("name", "country", "tax_type"),
    [
        ("GST on Income", "AU", "OUTPUT"), ("gst  on income (10%)", "AU", "OUTPUT"), ("BAS Excluded", "AU", "BASEXCLUDED"),
        ("GST Free Expenses", "AU", "EXEMPTEXPENSES"), ("15% GST on Income", "NZ", "OUTPUT2"), ("GST on Expenses", "NZ", "INPUT2"),
        ("20% (VAT on Income)", "GB", "OUTPUT2"), ("5% (VAT on Income)", "GB", "RROUTPUT"), ("5% (VAT on Income)", "AU", ""),
    ],
)  # fmt: skip
def test_names_of_tax_rates_mean_tax_types_by_country(name: str, country: str, tax_type: str) -> None:
    assert tax_type_of_name(name, country) == tax_type
