"""The shop's books in Tryton: company, chart, fiscal year, taxes. Accounts carry the codes that they have in Xero."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from proteus import Model
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.modules.currency.tests.tools import get_currency

# Code, name, and which account of the chart it is made like.
ACCOUNTS = (
    ("111", "Cash takings", "cash"),
    ("112", "EFTPOS clearing", "cash"),
    ("113", "American Express clearing", "cash"),
    ("117", "Shop safe", "cash"),
    ("220", "Sales - Groceries", "revenue"),
    ("221", "Sales - General", "revenue"),
    ("222", "Sales - Liquor", "revenue"),
    ("223", "Sales - Export", "revenue"),
    ("224", "Sales - Clearance", "revenue"),
    ("310", "Purchases - Goods", "expense"),
    ("311", "Purchases - Fresh food", "expense"),
    ("450", "Cash over and short", "expense"),
    ("610", "Account customers", "receivable"),
    ("860", "Cash rounding", "expense"),
)
# Two taxes that together are the rate of one: Xero has one rate with two components for such goods.
TAXES = (("GST", "0.10"), ("Export", "0"), ("Liquor duty", "0.06"), ("Liquor levy", "0.04"), ("GST paid", "0.10"))


@dataclass
class Shop:
    """What the other steps name: Tryton's records by the shop's own words."""

    company: Any
    accounts: dict[str, Any] = field(default_factory=dict)
    taxes: dict[str, Any] = field(default_factory=dict)
    products: dict[str, Any] = field(default_factory=dict)
    points: dict[str, Any] = field(default_factory=dict)
    methods: dict[str, Any] = field(default_factory=dict)
    transfers: dict[str, Any] = field(default_factory=dict)


def open_books(first: date) -> Shop:
    """A company with a chart, a fiscal year around the date, accounts and taxes."""
    owner = Model.get("party.party")(name="Harbourside General Store")
    owner.save()
    create_company(party=owner, currency=get_currency("AUD"))
    shop = Shop(get_company())
    create_chart(shop.company)
    set_fiscalyear_invoice_sequences(create_fiscalyear(shop.company, today=first)).click("create_period")
    for name, rate in TAXES:
        tax = create_tax(Decimal(rate), shop.company)
        tax.name = tax.description = name
        tax.save()
        shop.taxes[name] = tax
    _make_accounts(shop)
    return shop


def _make_accounts(shop: Shop) -> None:
    chart = get_accounts(shop.company)
    for code, kind in (("800", "payable"), ("820", "tax")):
        chart[kind].code = code
        chart[kind].save()
    for code, name, kind in ACCOUNTS:
        (account,) = chart[kind].duplicate(default={"name": name, "code": code, "party_required": False})
        shop.accounts[code] = account
    shop.accounts["841"] = _gift_card_account(chart)


def _gift_card_account(chart: dict[str, Any]) -> Any:
    """A liability of the type that Tryton wants for gift cards, and a sequence for their numbers."""
    (kind,) = chart["payable"].type.duplicate({"gift_card": True})
    account = Model.get("account.account")(name="Gift cards", code="841", type=kind, deferral=True)
    account.save()
    settings = Model.get("account.configuration")(1)
    settings.gift_card_account_revenue = account
    settings.save()
    sequence = Model.get("ir.sequence")(name="Gift Card")
    (sequence.sequence_type,) = Model.get("ir.sequence.type").find([("name", "=", "Gift Card")])
    sequence.save()
    sales = Model.get("sale.configuration")(1)
    sales.gift_card_sequence = sequence
    sales.save()
    return account
