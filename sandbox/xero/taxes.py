"""The tax rates of a new organisation per country, and the tax of a line: per line, half up, halves away from zero.

Codes: https://developer.xero.com/documentation/api/accounting/types#taxtypes
Rounding: https://developer.xero.com/documentation/guides/how-to-guides/rounding-in-xero
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sandbox.xero.wire import Json, half_up_cents

Side = Literal["sales", "purchases", "both", "liabilities"]
AmountType = Literal["Exclusive", "Inclusive", "NoTax"]
AMOUNT_TYPES: tuple[AmountType, ...] = ("Exclusive", "Inclusive", "NoTax")


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax rate; `side` says to which accounts it applies."""

    tax_type: str
    name: str
    percent: Decimal
    side: Side
    status: str = "ACTIVE"

    def applies_to(self, account_class: str) -> bool:
        """Whether a line on an account of this class may carry this rate."""
        if self.side == "liabilities":
            return account_class == "LIABILITY"
        refused = {"sales": "EXPENSE", "purchases": "REVENUE", "both": ""}[self.side]
        return account_class != refused


def _rates(*rows: tuple[str, str, str, Side]) -> dict[str, TaxRate]:
    return {code: TaxRate(code, name, Decimal(percent), side) for code, name, percent, side in rows}


RATES: dict[str, dict[str, TaxRate]] = {
    "AU": _rates(
        ("OUTPUT", "GST on Income", "10", "sales"),
        ("INPUT", "GST on Expenses", "10", "purchases"),
        ("CAPEXINPUT", "GST on Capital", "10", "purchases"),
        ("EXEMPTOUTPUT", "GST Free Income", "0", "sales"),
        ("EXEMPTEXPENSES", "GST Free Expenses", "0", "purchases"),
        ("EXEMPTCAPITAL", "GST Free Capital", "0", "purchases"),
        ("EXEMPTEXPORT", "GST Free Exports", "0", "sales"),
        ("INPUTTAXED", "Input Taxed", "0", "both"),
        ("BASEXCLUDED", "BAS Excluded", "0", "both"),
        ("GSTONIMPORTS", "GST on Imports", "0", "liabilities"),
        ("GSTONCAPIMPORTS", "GST on Capital Imports", "0", "liabilities"),
    ),
    "NZ": _rates(
        ("OUTPUT2", "15% GST on Income", "15", "sales"),
        ("INPUT2", "15% GST on Expenses", "15", "purchases"),
        ("ZERORATED", "Zero Rated", "0", "both"),
        ("NONE", "No GST", "0", "both"),
        ("GSTONIMPORTS", "GST on Imports", "0", "liabilities"),
    )
    | {
        "OUTPUT": TaxRate("OUTPUT", "12.5% GST on Income", Decimal("12.5"), "sales", "DELETED"),
        "INPUT": TaxRate("INPUT", "12.5% GST on Expenses", Decimal("12.5"), "purchases", "DELETED"),
    },
    "GB": _rates(
        ("OUTPUT2", "20% (VAT on Income)", "20", "sales"),
        ("INPUT2", "20% (VAT on Expenses)", "20", "purchases"),
        ("RROUTPUT", "5% (VAT on Income)", "5", "sales"),
        ("RRINPUT", "5% (VAT on Expenses)", "5", "purchases"),
        ("ZERORATEDOUTPUT", "Zero Rated Income", "0", "sales"),
        ("ZERORATEDINPUT", "Zero Rated Expenses", "0", "purchases"),
        ("EXEMPTOUTPUT", "Exempt Income", "0", "sales"),
        ("EXEMPTINPUT", "Exempt Expenses", "0", "purchases"),
        ("CAPEXINPUT2", "20% (VAT on Capital Purchases)", "20", "purchases"),
        ("NONE", "No VAT", "0", "both"),
    ),
}
COUNTRIES = tuple(RATES)
# Codes that are not among the values that ReportTaxType can have; what Xero shows for them is not known.
_WITHOUT_REPORT_TYPE = ("ZERORATED", "RROUTPUT", "RRINPUT", "CAPEXINPUT2")


def no_tax_type(country: str) -> str:
    """The tax type of a line without tax: BASEXCLUDED in Australia, NONE elsewhere."""
    return "BASEXCLUDED" if country == "AU" else "NONE"


def default_tax_type(country: str, account_type: str, account_class: str) -> str:
    """The tax type that a new account of this type starts with."""
    if account_class == "REVENUE":
        return "OUTPUT" if country == "AU" else "OUTPUT2"
    if account_type == "FIXED" and country == "AU":
        return "CAPEXINPUT"
    if account_class == "EXPENSE" or account_type == "FIXED":
        return "INPUT" if country == "AU" else "INPUT2"
    return no_tax_type(country)


def tax_cents(amount_cents: int, rate: TaxRate, amount_type: AmountType) -> int:
    """The tax in a line of `amount_cents`: on top of it (Exclusive), inside it (Inclusive) or none (NoTax)."""
    if amount_type == "NoTax" or not rate.percent:
        return 0
    base = Decimal(amount_cents).scaleb(-2) * rate.percent
    return half_up_cents(base / 100 if amount_type == "Exclusive" else base / (100 + rate.percent))


def as_json(rate: TaxRate) -> Json:
    """A tax rate as GET /TaxRates shows it."""
    return {
        "Name": rate.name,
        "TaxType": rate.tax_type,
        **({} if rate.tax_type in _WITHOUT_REPORT_TYPE else {"ReportTaxType": rate.tax_type}),
        "CanApplyToAssets": rate.applies_to("ASSET"),
        "CanApplyToEquity": rate.applies_to("EQUITY"),
        "CanApplyToExpenses": rate.applies_to("EXPENSE"),
        "CanApplyToLiabilities": rate.applies_to("LIABILITY"),
        "CanApplyToRevenue": rate.applies_to("REVENUE"),
        "DisplayTaxRate": rate.percent.quantize(Decimal("1.0000")),
        "EffectiveRate": rate.percent.quantize(Decimal("1.0000")),
        "Status": rate.status,
        "TaxComponents": [
            {"Name": rate.name, "Rate": rate.percent.quantize(Decimal("1.0000")), "IsCompound": False, "IsNonRecoverable": False}
        ],
    }
