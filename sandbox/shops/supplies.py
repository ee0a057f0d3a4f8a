"""Supplier invoices at the demo sites: by purchase category, with freight and admin fees, credits, and what was entered days late.

The invoice date is what the paper says and starts the supplier's terms; the process date is when the shop finished entering it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sandbox.shops.database import Book
from sandbox.shops.dates import DATES, LAST
from sandbox.shops.shop import Shop, padded

PURCHASE_CATEGORIES = {1: "Food", 2: "Packaging", 3: "Liquor", 4: "Giftware"}
FOOD, PACKAGING, LIQUOR, GIFTWARE = PURCHASE_CATEGORIES


@dataclass(frozen=True, slots=True)
class Goods:
    """One line of a supplier invoice, in cents with GST."""

    category: int
    description: str
    cents: int
    tax_label: str = "GST"
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Purchase:
    """One supplier invoice, or a credit (``doc_type`` C), positive in both cases; it was processed ``days_late`` after its date."""

    supplier: str
    number: str
    invoice_date: date
    goods: tuple[Goods, ...]
    freight_cents: int = 0
    admin_fee_cents: int = 0
    days_late: int = 0
    doc_type: str = "I"
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a supplier brings every week: the weekday, the lines with an average amount in cents, and the freight."""

    supplier: str
    weekday: int
    prefix: str
    lines: tuple[Goods, ...]
    freight_cents: int = 0
    admin_fee_cents: int = 0


def weekly(rng: Random, delivery: Delivery) -> list[Purchase]:
    """The weekly deliveries of the demo, each a little larger or smaller than the last; some are entered a day or two late."""
    days = [d for d in DATES if d.weekday() == delivery.weekday]
    return [
        Purchase(
            delivery.supplier, f"{delivery.prefix}{7100 + 37 * week}", when, tuple(_varied(rng, goods) for goods in delivery.lines),
            delivery.freight_cents, delivery.admin_fee_cents, days_late=rng.choice((0, 0, 0, 1, 2)),
        )
        for week, when in enumerate(days)
    ]  # fmt: skip


def enter_purchases(book: Book, shop: Shop, purchases: Sequence[Purchase], closed: Sequence[date] = ()) -> None:
    """Enter a site's purchases; nobody processes any on a date on which the shop is closed."""
    for purchase in purchases:
        processed = min(purchase.invoice_date + timedelta(days=purchase.days_late), LAST)
        while processed in closed:
            processed += timedelta(days=1)
        _enter(book, shop, purchase, processed)


def _varied(rng: Random, goods: Goods) -> Goods:
    return Goods(goods.category, goods.description, goods.cents * rng.randint(80, 120) // 100, goods.tax_label, goods.quantity)


def _enter(book: Book, shop: Shop, purchase: Purchase, processed: date) -> None:
    taxes = [shop.tax_cents(g.tax_label, g.cents) for g in purchase.goods]
    freight_tax = shop.tax_cents("GST", purchase.freight_cents)
    fee_tax = shop.tax_cents("GST", purchase.admin_fee_cents)
    terms = timedelta(days=shop.supplier_terms[purchase.supplier])
    keys = {"SupplierCode": padded(purchase.supplier), "InvoiceNo": purchase.number}
    book.add(
        "StockPurchases", **keys, SiteCode=shop.site, DocType=purchase.doc_type, InvoiceDate=purchase.invoice_date.isoformat(),
        ProcessDate=processed.isoformat(), DueDate=(purchase.invoice_date + terms).isoformat() if purchase.doc_type == "I" else None,
        Freight=purchase.freight_cents, FreightTax=freight_tax, AdminFee=purchase.admin_fee_cents, AdminFeeTax=fee_tax,
        Total=sum(g.cents for g in purchase.goods) + purchase.freight_cents + purchase.admin_fee_cents,
        TotalTax=sum(taxes) + freight_tax + fee_tax, Paid=int(purchase.paid),
    )  # fmt: skip
    for number, (goods, tax) in enumerate(zip(purchase.goods, taxes, strict=True), start=1):
        book.add(
            "StockPurchaseLines", **keys, LineNumber=number, Description=goods.description, CategoryNo=goods.category,
            Quantity=str(goods.quantity), LineTotal=goods.cents, TaxLabel=goods.tax_label, Tax=tax,
        )  # fmt: skip
