"""Supplier invoices and credits, entered and posted on their dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from proteus import Model

from tests.pos_systems.tryton.shop.books import Shop
from tests.pos_systems.tryton.shop.clock import today


@dataclass(frozen=True)
class Bill:
    """A supplier's invoice, or with negative quantities a credit. ``on`` is the date of entry, ``dated`` what the paper carries."""

    on: date
    number: str
    supplier: str
    dated: date
    lines: tuple[tuple[str, str, str, str, bool], ...]
    posted: bool = True


def receive(shop: Shop, bills: Iterable[Bill]) -> None:
    """Enter the bills; one that is not posted stays a draft."""
    suppliers: dict[str, Any] = {}
    for bill in bills:
        if bill.supplier not in suppliers:
            suppliers[bill.supplier] = Model.get("party.party")(name=bill.supplier)
            suppliers[bill.supplier].save()
        with today(bill.on):
            _enter(shop, bill, suppliers[bill.supplier])


def _enter(shop: Shop, bill: Bill, supplier: Any) -> None:
    invoice = Model.get("account.invoice")(type="in", party=supplier, invoice_date=bill.dated, reference=bill.number)
    invoice.accounting_date = bill.on
    for what, account, quantity, price, taxed in bill.lines:
        line = invoice.lines.new()
        line.description, line.account = what, shop.accounts[account]
        line.quantity, line.unit_price = float(quantity), Decimal(price)
        if taxed:
            line.taxes.append(Model.get("account.tax")(shop.taxes["GST paid"].id))
    invoice.save()
    if bill.posted:
        invoice.click("post")
