"""What happens behind the till: goods received, expenses, gift cards, and the drawer counted, with what the maker knows of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.pos_systems.opensourcepos.arithmetic import PERCENT, in_cents
from tests.pos_systems.opensourcepos.shop import BOXES, FIRST_DATE, GREENS, ITEMS, Shop, business_date, code_of, wall

FLOAT_CENTS = 20000
CLEANING, POSTAGE, REPAIRS = 1, 2, 3
CATEGORIES = {CLEANING: "Cleaning", POSTAGE: "Postage", REPAIRS: "Repairs"}


@dataclass(frozen=True, slots=True)
class Received:
    """One article received: packs, how many are in a pack, what one cost, and a discount in percent or of the whole line."""

    item: int
    packs: str
    in_pack: str
    price: str
    discount: str = "0"
    is_fixed: bool = False

    @property
    def cents(self) -> int:
        """What the line cost; a pack of 0 is a pack of 1."""
        whole = Decimal(self.packs) * (Decimal(self.in_pack) or 1) * Decimal(self.price)
        return in_cents(whole - (Decimal(self.discount) if self.is_fixed else whole * Decimal(self.discount) / 100))


@dataclass(frozen=True, slots=True)
class Receiving:
    """Goods that came from a supplier, or went back."""

    number: int
    day: int
    supplier: int | None
    reference: str | None
    lines: tuple[Received, ...]
    payment: str | None = "Due"
    hour: int = 9

    @property
    def when(self) -> datetime:
        """On the shop's clock."""
        return datetime.combine(FIRST_DATE, datetime.min.time()) + timedelta(days=self.day, hours=self.hour)

    @property
    def cents(self) -> int:
        """What it cost."""
        return sum(own.cents for own in self.lines)


@dataclass(frozen=True, slots=True)
class Expense:
    """Money that was spent, tax inside."""

    number: int
    day: int
    amount: str
    tax: str | None
    payment: str
    category: int
    supplier: int | None = None
    deleted: bool = False

    @property
    def when(self) -> datetime:
        """On the shop's clock."""
        return datetime.combine(FIRST_DATE, datetime.min.time()) + timedelta(days=self.day, hours=16)


@dataclass(frozen=True, slots=True)
class CashUp:
    """One count of the drawer: what was put in (or taken out), and what was over or short, in cents."""

    number: int
    day: int
    transfer: int = 0
    cash_over: int = 0
    card_over: int = 0


RECEIVINGS = (
    Receiving(1, 0, GREENS, "VG-1001", (Received(1, "10", "12", "1.10", "5.00"), Received(4, "5", "1", "4.03", "2.00", is_fixed=True))),
    Receiving(2, 1, GREENS, "VG-1002", (Received(4, "-3", "1", "4.03"),)),
    Receiving(3, 2, None, "MARKET", (Received(2, "7.5", "1", "2.20"),), "Cash"),
    Receiving(4, 3, BOXES, None, (Received(10, "2", "500", "0.03"),)),
    Receiving(5, 4, None, None, (Received(6, "4", "1", "12.45"), Received(6, "-4", "1", "12.45")), None),
    Receiving(6, 5, BOXES, "BB-77", (Received(10, "100", "0", "0.07"),), "Bank Transfer", hour=26),
)
REQUISITION = 5
EXPENSES = (
    Expense(1, 0, "22.00", "2.00", "Cash", CLEANING),
    Expense(2, 1, "9.50", None, "Efectivo", POSTAGE),
    Expense(3, 2, "55.00", "5.00", "Debit Card", CLEANING),
    Expense(4, 4, "110.00", "10.00", "Due", REPAIRS, GREENS),
    Expense(5, 1, "70.00", "7.00", "Cash", CLEANING, deleted=True),
)
# Nobody counted on the fifth date. What was over on the second is the money for the gift card that was sold without a sale, on the third
# the deposit for the work order: the till keeps neither as a sale.
CASH_UPS = (CashUp(1, 0), CashUp(2, 1, -10000, 3000), CashUp(3, 2, 0, 1000), CashUp(4, 3, 2500, -150), CashUp(5, 5, 0, 0, 40))
GIFT_CARDS = ((7001, 0, "30.00"), (7002, 1, "18.00"))
SOLD_WITHOUT_SALE_CENTS = 3000


def keep_backroom(shop: Shop) -> None:
    """All of it into the till's tables."""
    shop.add("suppliers", person_id=GREENS, company_name="Valley Greens", account_number="VG", deleted=0)
    shop.add("suppliers", person_id=BOXES, company_name="Box and Bag Supply", account_number=None, deleted=1)
    for receiving in RECEIVINGS:
        receive(shop, receiving)
    for category, name in CATEGORIES.items():
        shop.add("expense_categories", expense_category_id=category, category_name=name)
    for each in EXPENSES:
        shop.add(
            "expenses", expense_id=each.number, date=each.when, amount=each.amount, tax_amount=each.tax, payment_type=each.payment,
            expense_category_id=each.category, description="", supplier_id=each.supplier, deleted=int(each.deleted),
        )  # fmt: skip
    for number, day, left in GIFT_CARDS:
        shop.add("giftcards", record_time=wall("2026-03-02 14:00") + timedelta(days=day), giftcard_number=str(number), value=left)
    for cash_up in CASH_UPS:
        _count(shop, cash_up)
    _add_cash_up(shop, 90, wall("2026-03-02 08:00"), deleted=1)


def receive(shop: Shop, receiving: Receiving) -> None:
    """Record a receiving as the till does."""
    shop.add(
        "receivings", receiving_id=receiving.number, receiving_time=receiving.when, supplier_id=receiving.supplier,
        reference=receiving.reference, payment_type=receiving.payment,
    )  # fmt: skip
    for number, own in enumerate(receiving.lines, 1):
        shop.add(
            "receivings_items", receiving_id=receiving.number, item_id=own.item, line=number, quantity_purchased=own.packs,
            item_cost_price=ITEMS[own.item].price, item_unit_price=own.price, discount=own.discount,
            discount_type=int(own.is_fixed) or PERCENT, item_location=number, receiving_quantity=own.in_pack,
        )  # fmt: skip


def takings(shop: Shop, day: date) -> Counter[str]:
    """Cents by code that sales, debts and cash expenses of a date bring, without what was put in or taken out."""
    taken: Counter[str] = Counter()
    for basket in shop.completed():
        if basket.day == day:
            taken.update(basket.tenders)
        for later in basket.later:
            if business_date(later.when) == day:
                taken[code_of(later.payment.kind)] += later.payment.net_cents
    for each in EXPENSES:
        if business_date(each.when) == day and each.payment in ("Cash", "Efectivo") and not each.deleted:
            taken["CASH"] -= in_cents(Decimal(each.amount))
    return taken


def _count(shop: Shop, cash_up: CashUp) -> None:
    opened = wall("2026-03-02 08:00") + timedelta(days=cash_up.day)
    taken = takings(shop, business_date(opened))
    cash = FLOAT_CENTS + cash_up.transfer + taken["CASH"] + cash_up.cash_over
    _add_cash_up(shop, cash_up.number, opened, cash, taken["CARD"] + cash_up.card_over, taken["CHEQUE"], cash_up.transfer)


def _add_cash_up(
    shop: Shop, number: int, opened: datetime, cash: int = 0, card: int = 0, cheque: int = 0, transfer: int = 0, deleted: int = 0
) -> None:
    shop.add(
        "cash_up", cashup_id=number, open_date=opened, close_date=opened + timedelta(hours=19, minutes=30), deleted=deleted,
        open_amount_cash=_money(FLOAT_CENTS), transfer_amount_cash=_money(transfer), closed_amount_cash=_money(cash),
        closed_amount_card=_money(card), closed_amount_check=_money(cheque), closed_amount_due=_money(0),
        closed_amount_total=_money(cash - FLOAT_CENTS - transfer + card + cheque),
    )  # fmt: skip


def _money(cents: int) -> Decimal:
    return Decimal(cents) / 100
