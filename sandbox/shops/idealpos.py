"""Puts together the databases of the demo chains that work as Idealpos does: what all sites share, then 28 dates of trade per site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sandbox.shops import bottleshop, cafe, ponsonby
from sandbox.shops.database import Book
from sandbox.shops.dates import DATES, GRAND_FINAL_FRIDAY
from sandbox.shops.deliveries import purchases_of
from sandbox.shops.goods import CATEGORIES, DEPARTMENTS
from sandbox.shops.happenings import FUNCTIONS, seeded
from sandbox.shops.receipts import MEDIA
from sandbox.shops.shop import Shop, padded
from sandbox.shops.supplies import PURCHASE_CATEGORIES, enter_purchases
from sandbox.shops.till import Till
from sandbox.shops.trading_day import Trade, trade_date

Site = tuple[Shop, Trade]
HARBOUR_CUSTOMERS = {
    "C100": ("Dockside Architects", "accounts@dockside.example", 7, 0),
    "C101": ("Pier Street Legal", "office@pierstreet.example", 7, 0),
    "C102": ("Harbour Rowing Club", "club@rowing.example", 7, 1),
    "C200": ("A. Nguyen", None, None, 0),
    "C201": ("Bayview Events", "orders@bayview.example", 14, 0),
    "C202": ("M. Rossi", None, None, 0),
    "C203": ("J. O'Brien", None, None, 0),
}
KAURI_CUSTOMERS = {
    "C300": ("Rimu Studio", "hello@rimustudio.example", 7, 0),
    "C301": ("Kowhai & Daughters", "accounts@kowhai.example", 14, 0),
    "C302": ("Karangahape Quiz League", None, 7, 1),
}
HARBOUR_SUPPLIERS = {
    "FRESH": ("Fresh Foods Wholesale", 1, 14),
    "PAPERCO": ("Paper and Packaging Co", 1, 14),
    "VINTNERS": ("Yarra Vintners", 1, 30),
    "BREWHUB": ("Brew Hub Distribution", 1, 21),
    "CASHMKT": ("Cash Market", 0, 0),
}
KAURI_SUPPLIERS = {
    "HARVEST": ("Harvest & Hearth Wholesale", 1, 20),
    "TUIPAPER": ("Tui Paper Supplies", 1, 20),
    "STALL": ("Saturday Market Stall", 0, 0),
}


def harbour_book(seed: int) -> Book:
    """All rows of Harbour Group's cafe and bottle shop."""
    return _book(seed, [(cafe.SHOP, cafe.TRADE), (bottleshop.SHOP, bottleshop.TRADE)], HARBOUR_CUSTOMERS, HARBOUR_SUPPLIERS)


def kauri_book(seed: int) -> Book:
    """All rows of Kauri Trading's shop in Ponsonby."""
    return _book(seed, [(ponsonby.SHOP, ponsonby.TRADE)], KAURI_CUSTOMERS, KAURI_SUPPLIERS)


def _book(
    seed: int,
    sites: Sequence[Site],
    customers: Mapping[str, tuple[str, str | None, int | None, int]],
    suppliers: Mapping[str, tuple[str, int, int]],
) -> Book:
    book = Book()
    _enter_lists(book)
    _enter_stock(book, sites)
    for code, (name, email, days, tab) in customers.items():
        book.add("Customers", CustomerCode=padded(code), CustomerName=name, Email=email, AccountDays=days, BarTab=tab)
    for code, (name, accounting, terms) in suppliers.items():
        book.add("Suppliers", SupplierCode=padded(code), SupplierName=name, Accounting=accounting, PaymentDays=terms)
    for shop, trade in sites:
        till = Till(book, shop)
        for business_date in DATES:
            trade_date(till, trade, business_date, seeded(seed, shop.site, business_date))
        closed = (GRAND_FINAL_FRIDAY,) if shop.site == "bottleshop" else ()
        enter_purchases(book, shop, purchases_of(shop.site, seeded(seed, shop.site, "purchases")), closed)
    return book


def _enter_lists(book: Book) -> None:
    for code, name in CATEGORIES.items():
        book.add("SalesCategories", CategoryCode=code, Description=name)
    for number, (name, category) in DEPARTMENTS.items():
        book.add("Departments", DepartmentNo=number, Description=name, CategoryCode=category)
    for media, description in MEDIA.items():
        book.add("Media", MediaNo=media, Description=description)
    for function, description in FUNCTIONS.items():
        book.add("FunctionDescriptors", FunctionNo=function, Description=description)
    for group, description in PURCHASE_CATEGORIES.items():
        book.add("PurchaseCategories", CategoryNo=group, Description=description)


def _enter_stock(book: Book, sites: Sequence[Site]) -> None:
    for item in (item for shop, _ in sites for item in shop.items):
        book.add(
            "StockItems", PLU=padded(item.plu), Description=item.description, DepartmentNo=item.department, Price=item.price_cents,
            TaxLabel=item.tax_label, Cost=item.cost_cents,
        )  # fmt: skip
