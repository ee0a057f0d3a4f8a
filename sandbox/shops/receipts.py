"""What is rung up at a demo till: items, lines, media and the whole receipt. Values only; till.py records them."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.shops.cents import half_up

CASH, MASTERCARD, AMEX, EFTPOS, ACCOUNT, LAYBY, GIFT_VOUCHER, CREDIT_NOTE, PREPAID, POINTS = 1, 3, 4, 6, 7, 8, 9, 10, 11, 12
MEDIA = {
    CASH: "Cash",
    MASTERCARD: "MasterCard",
    AMEX: "Amex",
    EFTPOS: "EFTPOS",
    ACCOUNT: "Account",
    LAYBY: "Lay-By",
    GIFT_VOUCHER: "Gift Voucher",
    CREDIT_NOTE: "Credit Note",
    PREPAID: "Pre-Paid",
    POINTS: "Points",
}
COUNTED_MEDIA = (CASH, MASTERCARD, AMEX, EFTPOS)


@dataclass(frozen=True, slots=True)
class Item:
    """A stock item: price and cost in cents for one piece (or kilogram, where ``weighed``); ``often`` weighs the everyday choice."""

    plu: str
    description: str
    department: int
    price_cents: int
    cost_cents: int
    tax_label: str = "GST"
    often: int = 4
    weighed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a quantity in thousandths (negative when returned) and a discount in cents that is already off the nett."""

    item: Item
    thousandths: int = 1000
    discount_cents: int = 0

    @property
    def full_cents(self) -> int:
        """Price times quantity in cents, before the discount."""
        return half_up(self.item.price_cents * self.thousandths, 1000)

    @property
    def nett_cents(self) -> int:
        """What the line adds to the receipt in cents, GST included."""
        return self.full_cents - self.discount_cents


@dataclass(frozen=True, slots=True)
class Media:
    """One tender: what was handed over and given back, in cents; cash-out and tip are inside what was handed over."""

    number: int
    tendered_cents: int
    change_cents: int = 0
    cash_out_cents: int = 0
    tip_cents: int = 0
    reference: str | None = None

    @property
    def amount_cents(self) -> int:
        """The tender net of change, in cents."""
        return self.tendered_cents - self.change_cents


@dataclass(frozen=True, slots=True)
class TrxKey:
    """Where a receipt is found again; a receipt number alone comes back after 9999."""

    terminal: int
    shift: int
    trx: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """One basket. ``state``: C completed, V void, O open tab, S suspended, T training."""

    lines: tuple[Line, ...]
    media: tuple[Media, ...] = ()
    trx_type: str = "SALE"
    state: str = "C"
    rounding_cents: int = 0
    customer: str | None = None
    layby: int | None = None
    original: TrxKey | None = None

    @property
    def nett_cents(self) -> int:
        """The receipt's total in cents, GST included, before cash rounding."""
        return sum(line.nett_cents for line in self.lines)
