"""What the shop sells: accounting categories with accounts and taxes, and articles with prices that carry their tax."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from proteus import Model

from tests.pos_systems.tryton.shop.books import Shop

# Name, account, taxes on sales, taxes on purchases, and for a category below another the one above: it takes that one's taxes.
CATEGORIES = (
    ("Groceries", "220", (), (), None),
    ("General", "221", ("GST",), ("GST paid",), None),
    ("Liquor", "222", ("Liquor duty", "Liquor levy"), ("GST paid",), None),
    ("Export", "223", ("Export",), (), None),
    ("Clearance", "224", (), (), "General"),
)
ARTICLES = (
    ("Bread", "Groceries", "Unit", "4.25"),
    ("Milk", "Groceries", "Unit", "3.10"),
    ("Tomatoes", "Groceries", "Kilogram", "6.70"),
    ("Torch", "General", "Unit", "19.95"),
    ("Batteries", "General", "Unit", "7.49"),
    ("Sticker", "General", "Unit", "0.35"),
    ("Nails", "General", "Kilogram", "11.10"),
    ("Cooler", "General", "Unit", "89.00"),
    ("Shiraz", "Liquor", "Unit", "24.99"),
    ("Cider", "Liquor", "Unit", "17.50"),
    ("Chart folio", "Export", "Unit", "33.30"),
    ("Old lamp", "Clearance", "Unit", "12.37"),
)


def stock(shop: Shop) -> None:
    """Create all categories and articles, and the gift card."""
    categories: dict[str, Any] = {}
    for name, account, sales, purchases, above in CATEGORIES:
        category = Model.get("product.category")(name=name, accounting=True)
        category.account_revenue, category.account_expense = shop.accounts[account], shop.accounts["310"]
        if above:
            category.parent, category.taxes_parent = categories[above], True
        for tax in sales:
            category.customer_taxes.append(Model.get("account.tax")(shop.taxes[tax].id))
        for tax in purchases:
            category.supplier_taxes.append(Model.get("account.tax")(shop.taxes[tax].id))
        category.save()
        categories[name] = category
    units = {unit.name: unit for unit in Model.get("product.uom").find([("name", "in", ["Unit", "Kilogram"])])}
    for name, category_name, unit, price in ARTICLES:
        article = Model.get("product.template")(name=name, code=name.upper().replace(" ", "-"), type="goods", default_uom=units[unit])
        article.salable, article.account_category = True, categories[category_name]
        article.gross_price = Decimal(price)
        article.save()
        (shop.products[name],) = article.products
    card = Model.get("product.template")(name="Gift card", type="service", default_uom=units["Unit"])
    card.salable = card.gift_card = True
    card.list_price = Decimal(50)
    card.save()
    (shop.products[card.name],) = card.products
