"""The week: every trait of a till on a known date, and further tickets from a seeded generator."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from proteus import Model
from trytond.pool import Pool

from tests.pos_systems.tryton.shop.bills import Bill
from tests.pos_systems.tryton.shop.books import Shop
from tests.pos_systems.tryton.shop.clock import today
from tests.pos_systems.tryton.shop.database import Locks
from tests.pos_systems.tryton.shop.trade import FLOAT, Ticket, close_drawers, post, ring, transfer

FIRST = date(2025, 4, 28)
DATES = tuple(FIRST + timedelta(days=n) for n in range(6))
FRONT, GARDEN, TRADE = "Front counter", "Garden till", "Trade desk"
CARD, CASH = (("EFTPOS", None),), (("Cash", None),)

# What each date has for certain. Where a quantity at a price ends in half a cent, half-even and half-up rounding part:
# 0.15 kg at 6.70 is 1.005, at 11.10 is 1.665; 0.35 kg at 6.70 is 2.345.
TRAITS: tuple[tuple[Ticket, ...], ...] = (
    (
        Ticket(FRONT, (("Bread", "2"), ("Torch", "1")), (("Cash", "40.00"), ("Cash", None))),  # change
        Ticket(FRONT, (("Gift card", "1"), ("Milk", "1")), CARD),
        Ticket(FRONT, (("Tomatoes", "0.15"),), CARD),
        Ticket(TRADE, (("Torch", "3"), ("Nails", "1.25")), CARD),
    ),
    (
        Ticket(FRONT, (("Cooler", "1"), ("Shiraz", "2")), (("EFTPOS", "60.00"), ("AMEX", "40.00"), ("Cash", None))),  # split
        Ticket(GARDEN, (("Nails", "0.15"),), CASH),
        Ticket(TRADE, (("Cooler", "2"), ("Nails", "3.35")), (("On account", None),)),
        Ticket(FRONT, (("Chart folio", "1"),), (), state="cancelled"),
    ),
    (
        Ticket(FRONT, (("Torch", "-1"),), CASH),  # refund
        Ticket(FRONT, (("Batteries", "-1"), ("Torch", "1")), CARD),  # exchange for something dearer
        Ticket(FRONT, (("Cooler", "1"), ("Bread", "1")), CARD, redeems=True),
        Ticket(FRONT, (("Milk", "2"), ("Old lamp", "1")), CASH, rounded=True),
        Ticket(GARDEN, (("Sticker", "2"),), (), state="open"),
        Ticket(TRADE, (("Batteries", "12"), ("Chart folio", "2")), CARD),
    ),
    (
        Ticket(FRONT, (("Old lamp", "3"), ("Chart folio", "1")), CASH, rounded=True),
        Ticket(FRONT, (("Tomatoes", "0.35"),), CARD),
        Ticket(TRADE, (("Shiraz", "12"), ("Cider", "6")), (("AMEX", None),)),
        Ticket(TRADE, (("Cider", "-1"),), CASH),  # a refund of two taxes
        Ticket(FRONT, (("Cider", "1"), ("Batteries", "1")), (("EFTPOS", "30.00"), ("Cash", None))),  # cash out of a card
    ),
    (
        Ticket(FRONT, (("Torch", "-1"), ("Torch", "1")), ()),  # comes to nothing
        Ticket(GARDEN, (("Gift card", "2"),), CASH),
        Ticket(TRADE, (("Sticker", "7"), ("Nails", "0.45")), CARD),
        Ticket(FRONT, (("Shiraz", "1"), ("Cooler", "1")), (("On account", "50.00"), ("EFTPOS", None))),
    ),
    (
        Ticket(FRONT, (("Bread", "1"), ("Batteries", "2")), CARD, state="done"),
        Ticket(TRADE, (("Torch", "1"),), CASH, state="done"),
        Ticket(FRONT, (("Cooler", "1"),), CARD, redeems=True),
        Ticket(TRADE, (("Nails", "0.55"),), CARD),
    ),
)
# Date of posting, number, supplier, date on the paper, lines (what, account, quantity, unit price, taxed), and how far it got.
BILLS = (
    Bill(DATES[0], "SP-1001", "Southern Produce", DATES[0], (("Crates of tomatoes", "311", "12", "3.2255", False),)),
    Bill(
        DATES[1],
        "H-77",
        "Bass Strait Hardware",
        DATES[0],
        (("Torches", "310", "10", "8.6650", True), ("Nails", "310", "7", "4.3333", True)),
    ),
    Bill(
        DATES[3],
        "SP-1002",
        "Southern Produce",
        DATES[1],
        (("Tomatoes", "311", "5", "3.0010", False), ("Boxes", "310", "3", "1.1150", True)),
    ),
    Bill(DATES[4], "H-77C", "Bass Strait Hardware", DATES[4], (("Torches sent back", "310", "-2", "8.6650", True),)),
    Bill(DATES[4], "V-5", "Old Vine Wines", DATES[4], (("Shiraz", "310", "24", "11.0500", True),), posted=False),
)


def trade(shop: Shop, database: str) -> None:
    """All dates: floats on the first, tickets, transfers, drawers closed at night, posted but for what is left done."""
    rng, locks = Random(7), Locks()
    for day, traits in zip(DATES, TRAITS, strict=True):
        tickets = [*traits, *(_ordinary(rng) for _ in range(3))]
        with today(day):
            locks.run(database, shop.company.id, partial(_trade_on, shop, day, tickets))


def _trade_on(shop: Shop, day: date, tickets: list[Ticket]) -> None:
    if day == FIRST:
        for point in shop.points.values():
            transfer(shop, day, point.id, "Float from the safe", FLOAT)
    rung = [(ring(shop, day, ticket), ticket) for ticket in tickets]
    if day == DATES[3]:
        transfer(shop, day, shop.points[FRONT].id, "Till short", Decimal("-1.35"))
    close_drawers(shop, day)
    post([sale for sale, ticket in rung if ticket.state == "posted"])


def post_what_is_left(database: str) -> None:
    """Post the tickets that were paid and not posted, days later."""
    (company,) = Model.get("company.company").find()
    with today(DATES[-1] + timedelta(days=3)):
        Locks().run(database, company.id, lambda: post(Pool().get("sale.point.sale").search([("state", "=", "done")])))


def _ordinary(rng: Random) -> Ticket:
    """A ticket of one to four articles, paid by card or in cash."""
    lines = tuple(_line(rng) for _ in range(rng.choice((1, 1, 2, 3, 4))))
    point = rng.choice((FRONT, FRONT, FRONT, GARDEN, TRADE))
    method = rng.choice(("EFTPOS", "EFTPOS", "AMEX", "Cash"))
    return Ticket(point, lines, ((method, None),), rounded=method == "Cash")


def _line(rng: Random) -> tuple[str, str]:
    article = rng.choice(("Bread", "Milk", "Tomatoes", "Torch", "Batteries", "Sticker", "Nails", "Shiraz", "Cider", "Chart folio"))
    weighed = article in ("Tomatoes", "Nails")
    return article, f"{rng.randrange(15, 250) / 100:.2f}" if weighed else str(rng.choice((1, 1, 1, 2, 3, 12)))
