"""Points of sale, payment methods and types of cash transfer."""

from __future__ import annotations

from proteus import Model

from tests.pos_systems.tryton.shop.books import Shop

# Name, and whether its prices carry the tax. The first two stand in one shop.
POINTS = (("Front counter", True), ("Garden till", True), ("Trade desk", False))
METHODS = (
    ("Cash", "111", True),
    ("EFTPOS", "112", False),
    ("AMEX", "113", False),
    ("On account", "610", False),
    ("Rounding", "860", False),
)
TRANSFERS = (("Safe drop", "117"), ("Float from the safe", "117"), ("Till short", "450"))


def set_up(shop: Shop) -> None:
    """Create them; from now on the shop can trade."""
    (journal,) = Model.get("account.journal").find([("type", "=", "revenue")], limit=1)
    (cash_journal,) = Model.get("account.journal").find([("type", "=", "cash")], limit=1)
    locations = {location.code: location for location in Model.get("stock.location").find([("code", "in", ["STO", "CUS"])])}
    (numbers,) = Model.get("ir.sequence.type").find([("name", "=", "POS")], limit=1)
    for name, tax_included in POINTS:
        point = Model.get("sale.point")(name=name, journal=journal, tax_included=tax_included)
        point.sequence = Model.get("ir.sequence.strict")(name=name, company=shop.company, sequence_type=numbers, prefix=f"{name[0]}-")
        point.sequence.save()
        point.storage_location = point.return_location = locations["STO"]
        point.customer_location = locations["CUS"]
        point.save()
        shop.points[name] = point
    for name, account, is_cash in METHODS:
        method = Model.get("sale.point.payment.method")(name=name, cash=is_cash, account=shop.accounts[account])
        method.save()
        shop.methods[name] = method
    for name, account in TRANSFERS:
        kind = Model.get("sale.point.cash.transfer.type")(name=name, journal=cash_journal, account=shop.accounts[account])
        kind.save()
        shop.transfers[name] = kind
