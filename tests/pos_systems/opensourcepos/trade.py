"""Six dates of trade: what must occur for certain, and chance (seeded) around it, until each date has its baskets."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tests.pos_systems.opensourcepos.arithmetic import FIXED, ON_TOP, Line, Payment, Tax, receipt_total, settle
from tests.pos_systems.opensourcepos.backroom import keep_backroom
from tests.pos_systems.opensourcepos.shop import (
    ANA,
    CANCELLED,
    COMPANY,
    CONSULATE,
    CUT_OVER,
    FIRST_DATE,
    GST,
    INVOICE,
    ITEMS,
    LAST_DATE,
    PLUMBER,
    QUOTE,
    RETURN,
    SUSPENDED,
    WORK_ORDER,
    Basket,
    Later,
    Shop,
    line,
)  # fmt: skip

BASKETS_A_DAY = 25
FIRST_SALE_ID = 1001
CITY, STATE = Tax("City", Decimal(4), ON_TOP), Tax("State", Decimal(6), ON_TOP)
WHOLE = (("Cash", None),)
CARD = (("Credit Card", None),)

Offers = tuple[tuple[str, str | None], ...]


def days() -> list[date]:
    """The business dates."""
    return [FIRST_DATE + timedelta(days=n) for n in range((LAST_DATE - FIRST_DATE).days + 1)]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time on the shop's clock; an hour from 24 on is after midnight of that evening."""
    return datetime.combine(days()[day], time()) + timedelta(hours=hour, minutes=minute)


@dataclass(frozen=True, slots=True)
class Certain:
    """A basket that must occur: when, its lines, what was handed over (empty: nothing), and what else is told of it."""

    when: datetime
    lines: tuple[Line, ...]
    offers: Offers
    told: dict[str, Any]


def _certain(day: int, hour: int, lines: tuple[Line, ...], offers: Offers = WHOLE, **told: Any) -> Certain:
    return Certain(at(day, hour, 7), lines, offers, told)


def on_top(own: Line) -> Line:
    """The same line with its taxes on top of the price, as trade customers have it."""
    return replace(own, taxes=tuple(replace(tax, kind=ON_TOP) for tax in own.taxes))


CERTAIN = (
    _certain(0, 9, (line(1, "2"), line(4, "3", discount=Decimal("0.25"), discount_type=FIXED))),
    _certain(0, 10, (line(5, "0.5"),), CARD),  # 3.325: half a cent, given back as a whole one
    _certain(0, 11, (line(9, "0.333"), line(9, "0.334")), CARD),  # 10.4795 and 10.5109: the change is less than half a cent
    _certain(0, 12, (line(6),), (("Cash", "5.00"), ("Debit Card", None))),
    _certain(0, 13, (line(9, "0.217"), line(4)), (("Cash", "5.00"), ("Kreditkarte", None))),  # an adjustment that counts for nothing
    _certain(0, 14, (line(8),), CARD),  # gift card 7001, sold as an article
    _certain(0, 15, (line(3),), (), status=SUSPENDED),
    _certain(0, 24, (line(5, "4"),)),  # after midnight
    _certain(1, 8, (line(9, "0.150"), line(2, "0.514"))),  # 7.2853: a cent more than its lines
    _certain(1, 9, (line(6, "-1"),), kind=RETURN),
    _certain(1, 10, (line(3, "4"), line(4, "6")), (("Due", None),), customer=PLUMBER),
    _certain(1, 11, (line(7),), CARD),  # an article that was deleted since
    _certain(1, 12, (line(6, "3"),), (), status=SUSPENDED, kind=QUOTE),
    _certain(1, 13, (line(6),), CARD, customer=CONSULATE),
    _certain(2, 9, (line(4, "2"), line(6)), (("Gift Card:7001", "20.00"), ("Cash", "20.00"))),
    _certain(2, 10, (line(6, "2"), line(5)), (("Cash", "20.00"), ("Due", None)), customer=ANA),
    _certain(2, 11, (line(3, "2"),), (("Cash Deposit", "10.00"),), status=SUSPENDED, kind=WORK_ORDER),
    _certain(2, 12, (line(6, "-1"), line(7)), CARD),
    _certain(2, 13, (line(4, "-2"),), (("Credit Card", None),), kind=RETURN),
    _certain(3, 9, (line(3, "2"),), (("Gutschein:7002", "12.00"), ("Bar", None))),
    _certain(3, 10, (line(3),), CARD, status=CANCELLED),
    _certain(3, 11, (line(6, "2"),), (), status=CANCELLED, kind=QUOTE),
    _certain(3, 12, (line(3, "3", taxes=(CITY, STATE)), line(4, taxes=(STATE, CITY))), CARD),
    _certain(3, 13, (on_top(line(3, "7", discount=Decimal("12.50"))), on_top(line(4, "5")), line(2, "1.455"))),
    _certain(4, 9, (on_top(line(6, "3")), line(1)), CARD, kind=INVOICE, customer=PLUMBER, invoice_number="INV-2026-1"),
    _certain(4, 10, (line(10), line(6)), (("Carte de Crédit", None),)),
    _certain(4, 11, (line(4, price="0.00"), line(1))),
    _certain(4, 12, (line(9, "0.154"), line(2, "0.150")), CARD),  # 5.5948: a cent less than its lines
    _certain(5, 9, (line(3, "4"),), (("Credit Card", "60.00"),)),  # paid too much by card, the change in cash
    _certain(5, 10, (line(6),), (("Bank Transfer", None),)),
    _certain(5, 11, (line(6),), (("Reward Points", "10.00"), ("Check", None)), customer=ANA),
    _certain(5, 12, (line(5), line(10)), (("Cash", "10.00"),)),
    _certain(5, 13, (line(5, "0.5", price="6.67"),)),  # 3.335: its gross and its adjustment are both rounded up, 3.35 is paid
    _certain(5, 27, (line(5, "2"),)),  # the last hour before the date ends
)


def trade(seed: int = 1) -> Shop:
    """The shop after its six dates."""
    shop, chance = Shop(), random.Random(seed)
    furnish(shop)
    number = FIRST_SALE_ID
    for day in days():
        certain = [c for c in CERTAIN if (c.when - CUT_OVER).date() == day]
        baskets = [*certain, *(_by_chance(chance, day) for _ in range(BASKETS_A_DAY - len(certain)))]
        for each in sorted(baskets, key=lambda c: c.when):
            shop.sell(_basket(number, each))
            number += 1
    keep_backroom(shop)
    return shop


def _basket(number: int, given: Certain) -> Basket:
    lines = given.lines
    if given.told.get("customer") == CONSULATE:
        lines = tuple(replace(own, taxes=()) for own in lines)  # a customer who is not taxable
    cash = "Bar" if any(kind == "Bar" for kind, _ in given.offers) else "Cash"
    basket = Basket(number, given.when, lines, settle(receipt_total(lines), given.offers, cash), **given.told)
    return _paid_later(basket)


def _paid_later(basket: Basket) -> Basket:
    """Debts that are paid on another date: the plumber's whole, by card; of Ana's 15.00 by cheque, while the rest stays open."""
    due = next((p for p in basket.payments if p.kind == "Due"), None)
    if due is None:
        return basket
    others = tuple(p for p in basket.payments if p is not due)
    if basket.customer == PLUMBER:
        later = Later(at(3, 10, 30), Payment("Debit Card", due.amount, reference="T4711"))
        return replace(basket, payments=others, later=(later,))
    paid = Payment("Check", Decimal("15.00"))
    return replace(basket, payments=(*others, replace(due, amount=due.amount - paid.amount)), later=(Later(at(4, 25), paid),))


def _by_chance(chance: random.Random, day: date) -> Certain:
    start = datetime.combine(day, time(9))
    when = start + timedelta(minutes=chance.randrange(18 * 60))  # until 03:00 of the morning after
    lines = tuple(_lines_by_chance(chance))
    if chance.random() < 0.15:
        lines = tuple(on_top(own) for own in lines)
    return Certain(when, lines, _offers_by_chance(chance, receipt_total(lines)), {})


def _lines_by_chance(chance: random.Random) -> Iterator[Line]:
    for item in chance.sample([1, 2, 3, 4, 5, 6, 9, 10], chance.randint(1, 4)):
        quantity = f"0.{chance.randrange(150, 999)}" if item in (2, 9) else str(chance.randint(1, 3))
        kind = chance.random()
        if kind < 0.15:
            yield line(item, quantity, discount=Decimal(chance.choice(("5.00", "10.00", "12.50"))))
        elif kind < 0.25 and item != 10:
            yield line(item, quantity, discount=Decimal("0.25"), discount_type=FIXED)
        else:
            yield line(item, quantity)


def _offers_by_chance(chance: random.Random, total: Decimal) -> Offers:
    kind = chance.random()
    if kind < 0.35:
        return WHOLE
    if kind < 0.6:
        return (("Cash", str(int(total / 10 + 1) * 10)),)
    if kind < 0.9:
        return ((chance.choice(("Credit Card", "Debit Card")), None),)
    return (("Credit Card", str((total / 2).quantize(Decimal("0.01")))), ("Cash", None))


def furnish(shop: Shop) -> None:
    """What a till knows before it sells: its settings, articles and people."""
    settings = {
        "company": COMPANY, "currency_code": "AUD", "default_tax_1_name": GST.name, "default_tax_1_rate": "10.000",
        "timezone": "Australia/Melbourne", "tax_included": "1", "cash_rounding_code": "5", "language": "english",
    }  # fmt: skip
    for key, value in settings.items():
        shop.add("app_config", key=key, value=value)
    shop.add("stock_locations", location_id=1, location_name="stock")
    shop.add("stock_locations", location_id=2, location_name="storeroom")
    for item in ITEMS.values():
        cost = (item.price / 2).quantize(Decimal("0.01"))
        shop.add(
            "items", item_id=item.item_id, name=item.name, category=item.category, item_number=f"93{item.item_id:04d}",
            cost_price=cost, unit_price=item.price, deleted=int(item.deleted),
        )  # fmt: skip
    for person, first, last in (
        (PLUMBER, "Jo", "River"),
        (ANA, "Ana", "López"),
        (CONSULATE, "", ""),
        (601, "Kim", "Valley"),
        (602, "", ""),
    ):
        shop.add("people", person_id=person, first_name=first, last_name=last, phone_number="", email=f"{person}@example.com")
    shop.add("customers", person_id=PLUMBER, company_name="River Plumbing", account_number="RIVER", taxable=1)
    shop.add("customers", person_id=ANA, company_name=None, account_number=None, taxable=1)
    shop.add("customers", person_id=CONSULATE, company_name="Consulate", account_number=None, taxable=0)
