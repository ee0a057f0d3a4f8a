"""A shop that keeps an opensourcepos: what it sells, and each basket as the till records it, with what the maker knows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.pos_systems.opensourcepos.arithmetic import INCLUDED, Line, Payment, Tax, in_cents, receipt_taxes, receipt_total

COMPANY = "Corner Store Pty Ltd"
FIRST_DATE, LAST_DATE = date(2026, 3, 2), date(2026, 3, 7)
CUT_OVER = timedelta(hours=4)
COMPLETED, SUSPENDED, CANCELLED = 0, 1, 2
RECEIPT, INVOICE, WORK_ORDER, QUOTE, RETURN = 0, 1, 2, 3, 4
PLUMBER, ANA, CONSULATE = 501, 502, 503
GREENS, BOXES = 601, 602
GST, FREE = Tax("GST", Decimal(10), INCLUDED), Tax("GST Free", Decimal(0), INCLUDED)

# What a name of a payment is: its code and type. A number behind a colon is the gift card's.
NAMES = {
    "Cash": ("CASH", "cash"), "Bar": ("CASH", "cash"), "Debit Card": ("CARD", "card"), "Credit Card": ("CARD", "card"),
    "Kreditkarte": ("CARD", "card"), "Check": ("CHEQUE", "other"), "Due": ("DUE", "account"), "Gift Card": ("GIFT_CARD", "gift_card"),
    "Gutschein": ("GIFT_CARD", "gift_card"), "Reward Points": ("REWARD_POINTS", "loyalty"), "Bank Transfer": ("BANK_TRANSFER", "other"),
    "Carte de Crédit": ("CARD", "card"), "Cash Deposit": ("CASH_DEPOSIT", "cash"), "Store Token": ("STORE_TOKEN", "other"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """An article."""

    item_id: int
    name: str
    category: str
    price: Decimal
    taxes: tuple[Tax, ...] = (GST,)
    deleted: bool = False


ITEMS = {
    item.item_id: item
    for item in (
        Item(1, "Bread", "Groceries", Decimal("3.30"), (FREE,)),
        Item(2, "Apples, kg", "Groceries", Decimal("4.99"), ()),
        Item(3, "Coffee beans", "Groceries", Decimal("12.95")),
        Item(4, "Lemonade", "Drinks", Decimal("2.75")),
        Item(5, "Cider", "Drinks", Decimal("6.65")),
        Item(6, "Novel", "Books", Decimal("24.90")),
        Item(7, "Atlas", "Books", Decimal("59.00"), deleted=True),
        Item(8, "Gift card", "Gift Cards", Decimal("50.00"), ()),
        Item(9, "Cheese, kg", "Groceries", Decimal("31.47")),
        Item(10, "Carrier bag", "Groceries", Decimal("0.15")),
    )
}


def line(item: int, quantity: str = "1", price: str | None = None, **other: Any) -> Line:
    """A line of an article at its price and taxes, unless told otherwise."""
    known = ITEMS[item]
    return Line(item, Decimal(quantity), known.price if price is None else Decimal(price), other.pop("taxes", known.taxes), **other)


@dataclass(frozen=True, slots=True)
class Later:
    """A debt that was paid after its sale: the payment, and when."""

    when: datetime
    payment: Payment


@dataclass(frozen=True, slots=True)
class Basket:
    """A basket with what the maker knows of it. ``later`` are payments of other dates; Due holds what is open still."""

    sale_id: int
    when: datetime
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...]
    status: int = COMPLETED
    kind: int = RECEIPT
    customer: int | None = None
    invoice_number: str | None = None
    later: tuple[Later, ...] = ()

    @property
    def day(self) -> date:
        """The business date."""
        return business_date(self.when)

    @property
    def gross_cents(self) -> int:
        """What the till asked for, to the cent."""
        return in_cents(receipt_total(self.lines))

    @property
    def tax_cents(self) -> int:
        """The tax on the receipt."""
        return sum(in_cents(amount) for _, amount in receipt_taxes(self.lines).values())

    @property
    def unrecorded_cents(self) -> int:
        """What its lines, each to the cent, are short of its gross."""
        return self.gross_cents - sum(own.gross_cents for own in self.lines)

    @property
    def rounding_cents(self) -> int:
        """What was paid, or is due, beyond the gross: every basket that is completed is settled."""
        return sum(self.tenders.values()) - self.gross_cents

    @property
    def tenders(self) -> Counter[str]:
        """Cents by code on the date of the sale; what came later was due on that date."""
        taken: Counter[str] = Counter()
        for payment in self.payments:
            if not payment.adjustment:
                taken[code_of(payment.kind)] += payment.net_cents
        for later in self.later:
            taken["DUE"] += later.payment.net_cents
        return taken


@dataclass(slots=True)
class Shop:
    """All that happened, and the rows that the till's tables hold of it."""

    baskets: list[Basket] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **values: Any) -> None:
        """One row of a table."""
        self.rows.setdefault(f"ospos_{table}", []).append(values)

    def sell(self, basket: Basket) -> None:
        """Record a basket as the till does."""
        self.baskets.append(basket)
        for table, row in basket_rows(basket):
            self.add(table, **row)

    def completed(self, until: date = LAST_DATE) -> list[Basket]:
        """The baskets that are sales, up to and with a date."""
        return [b for b in self.baskets if b.status == COMPLETED and b.day <= until]


def wall(text: str) -> datetime:
    """A time on the shop's clock."""
    return datetime.fromisoformat(text)


def business_date(when: datetime) -> date:
    """The trading day of a time on the shop's clock."""
    return (when - CUT_OVER).date()


def code_of(name: str) -> str:
    """The code of a payment by its name."""
    return NAMES[name.split(":")[0]][0]


def basket_rows(basket: Basket) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of a basket, table by table."""
    yield "sales", {
        "sale_id": basket.sale_id, "sale_time": basket.when, "customer_id": basket.customer, "invoice_number": basket.invoice_number,
        "quote_number": f"Q{basket.sale_id}" if basket.kind == QUOTE else None,
        "work_order_number": f"W{basket.sale_id}" if basket.kind == WORK_ORDER else None,
        "sale_status": basket.status, "sale_type": basket.kind,
    }  # fmt: skip
    for number, own in enumerate(basket.lines, 1):
        place = {"sale_id": basket.sale_id, "item_id": own.item, "line": number}
        yield "sales_items", {
            **place, "quantity_purchased": own.quantity, "item_cost_price": (own.price / 2).quantize(Decimal("0.01")),
            "item_unit_price": own.price, "discount": own.discount, "discount_type": own.discount_type, "item_location": 1,
        }  # fmt: skip
        for tax in own.taxes:
            amount = own.tax_amount(tax)
            yield "sales_items_taxes", {**place, "name": tax.name, "percent": tax.percent, "tax_type": tax.kind, "item_tax_amount": amount}
    for number, (tax, (base, amount)) in enumerate(receipt_taxes(basket.lines).items()):
        yield "sales_taxes", {
            "sale_id": basket.sale_id, "tax_type": tax.kind, "tax_group": f"{tax.percent}% {tax.name}", "sale_tax_basis": base,
            "sale_tax_amount": amount, "print_sequence": number, "name": tax.name, "tax_rate": tax.percent,
        }  # fmt: skip
    for payment in basket.payments:
        yield "sales_payments", payment_row(basket, payment, basket.when)
    for later in basket.later:
        yield "sales_payments", payment_row(basket, later.payment, later.when)


def payment_row(basket: Basket, payment: Payment, when: datetime) -> dict[str, Any]:
    """The row of a payment."""
    return {
        "sale_id": basket.sale_id, "payment_type": payment.kind, "payment_amount": payment.amount, "cash_refund": payment.refund,
        "cash_adjustment": int(payment.adjustment), "payment_time": when, "reference_code": payment.reference,
    }  # fmt: skip
