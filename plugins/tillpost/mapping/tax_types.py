"""The tax types that every Xero organisation of a country has, by the names that its chart of accounts shows.

A chart that was exported tells names only; what an organisation added itself is not in here, and Xero has to be asked for it.
Source: https://developer.xero.com/documentation/api/accounting/types#taxtypes
"""

from __future__ import annotations

import re

from tillpost.model.folding import folded_name
from tillpost.model.reference import XeroTaxRate

_SALES = frozenset(("ASSET", "EQUITY", "LIABILITY", "REVENUE"))
_PURCHASES = frozenset(("ASSET", "EQUITY", "EXPENSE", "LIABILITY"))
_BOTH = _SALES | _PURCHASES

# Tax type, name, rate in basis points, classes of accounts.
_ROWS: dict[str, tuple[tuple[str, str, int, frozenset[str]], ...]] = {
    "AU": (
        ("OUTPUT", "GST on Income", 1000, _SALES),
        ("INPUT", "GST on Expenses", 1000, _PURCHASES),
        ("CAPEXINPUT", "GST on Capital", 1000, _PURCHASES),
        ("EXEMPTOUTPUT", "GST Free Income", 0, _SALES),
        ("EXEMPTEXPENSES", "GST Free Expenses", 0, _PURCHASES),
        ("EXEMPTCAPITAL", "GST Free Capital", 0, _PURCHASES),
        ("EXEMPTEXPORT", "GST Free Exports", 0, _SALES),
        ("INPUTTAXED", "Input Taxed", 0, _BOTH),
        ("BASEXCLUDED", "BAS Excluded", 0, _BOTH),
        ("GSTONIMPORTS", "GST on Imports", 0, frozenset(("LIABILITY",))),
    ),
    "NZ": (
        ("OUTPUT2", "15% GST on Income", 1500, _SALES),
        ("INPUT2", "15% GST on Expenses", 1500, _PURCHASES),
        ("ZERORATED", "Zero Rated", 0, _BOTH),
        ("NONE", "No GST", 0, _BOTH),
        ("GSTONIMPORTS", "GST on Imports", 0, frozenset(("LIABILITY",))),
    ),
    "GB": (
        ("OUTPUT2", "20% (VAT on Income)", 2000, _SALES),
        ("INPUT2", "20% (VAT on Expenses)", 2000, _PURCHASES),
        ("CAPEXINPUT2", "20% (VAT on Capital Purchases)", 2000, _PURCHASES),
        ("RROUTPUT", "5% (VAT on Income)", 500, _SALES),
        ("RRINPUT", "5% (VAT on Expenses)", 500, _PURCHASES),
        ("ZERORATEDOUTPUT", "Zero Rated Income", 0, _SALES),
        ("ZERORATEDINPUT", "Zero Rated Expenses", 0, _PURCHASES),
        ("EXEMPTOUTPUT", "Exempt Income", 0, _SALES),
        ("EXEMPTINPUT", "Exempt Expenses", 0, _PURCHASES),
        ("NONE", "No VAT", 0, _BOTH),
    ),
}
STANDARD_RATES = {
    country: {tax_type: XeroTaxRate(tax_type, name, rate_bp, True, classes) for tax_type, name, rate_bp, classes in rows}
    for country, rows in _ROWS.items()
}
# What a line without any tax is called in each country.
NO_TAX_TYPES = {"AU": "BASEXCLUDED", "NZ": "NONE", "GB": "NONE"}
# A rate before the name, or in brackets behind it: "15% GST on Income", "GST on Income (10%)".
_RATE = re.compile(r"^\d+(\.\d+)?%\s+|\s*\(\d+(\.\d+)?%\)$")


def tax_type_of_name(name: str, country: str) -> str:
    """The tax type of a name such as ``GST on Income`` or ``GST on Income (10%)``; empty where the country has no such one."""
    rates = STANDARD_RATES[country].values()
    for fold in (folded_name, _without_rate):
        for rate in rates:
            if fold(rate.name) == fold(name):
                return rate.tax_type
    return ""


def _without_rate(name: str) -> str:
    return _RATE.sub("", folded_name(name))
