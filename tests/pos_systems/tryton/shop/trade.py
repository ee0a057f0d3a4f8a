"""A ticket from its lines to the ledger, and the drawer from its opening to its closing, by the methods behind the till's buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from trytond.pool import Pool

from tests.pos_systems.tryton.shop.books import Shop

COIN = Decimal("0.05")
FLOAT = Decimal(100)


@dataclass(frozen=True)
class Ticket:
    """One ticket: quantities of articles, payments (without an amount: what is still to be paid), and the state in which it is left.

    ``rounded``: what the total has beyond 5 cents is let off. ``redeems``: a gift card that was sold before pays a part.
    """

    point: str
    lines: tuple[tuple[str, str], ...]
    payments: tuple[tuple[str, str | None], ...]
    state: str = "posted"
    rounded: bool = False
    redeems: bool = False


def ring(shop: Shop, day: date, ticket: Ticket) -> Any:
    """Enter a ticket and take its money; posting comes at the end of the day."""
    sales = Pool().get("sale.point.sale")
    sale = sales(company=shop.company.id, point=shop.points[ticket.point].id, date=day)
    sale.lines = tuple(_line(shop, sale, article, quantity) for article, quantity in ticket.lines)
    if ticket.redeems:
        sale.gift_cards = Pool().get("sale.gift_card").search([("spent_on", "=", None)], limit=1)
    sale.save()
    if ticket.state == "cancelled":
        sales.cancel([sale])
    elif ticket.state != "open":
        _pay(shop, sale, ticket)
        sales.process([sale])
    assert sale.state == {"posted": "done"}.get(ticket.state, ticket.state), (day, ticket, sale.state, sale.amount_to_pay)
    return sale


def _line(shop: Shop, sale: Any, article: str, quantity: str) -> Any:
    """A line with the prices that Tryton gives it when the article is entered."""
    line = Pool().get("sale.point.sale.line")(sale=sale, company=sale.company, product=shop.products[article].id, quantity=float(quantity))
    line.on_change_product()
    return line


def _pay(shop: Shop, sale: Any, ticket: Ticket) -> None:
    rounding = (("Rounding", str(sale.total % COIN)),) if ticket.rounded and sale.total % COIN else ()
    for method, amount in (*rounding, *ticket.payments):
        paid = sale.amount_to_pay if amount is None else Decimal(amount)
        Pool().get("sale.point.payment")(sale=sale, method=shop.methods[method].id, amount=paid).save()
        sale = type(sale)(sale.id)


def post(tickets: list[Any]) -> None:
    """Post tickets to Tryton's ledger, all at once."""
    Pool().get("sale.point.sale").post(tickets)


def transfer(shop: Shop, day: date, point: int, kind: str, amount: Decimal) -> None:
    """Money into the drawer or, negative, out of it."""
    transfers = Pool().get("sale.point.cash.transfer")
    moved = transfers(point=point, type=shop.transfers[kind].id, date=day, amount=amount)
    moved.save()
    transfers.post([moved])


def close_drawers(shop: Shop, day: date) -> None:
    """Bring what is more than the float to the safe, and close every open session with what it must hold."""
    sessions = Pool().get("sale.point.cash.session")
    for session in sessions.search([("state", "=", "open")]):
        held = session.start_amount + session.balance
        if held > FLOAT:
            transfer(shop, day, session.point.id, "Safe drop", FLOAT - held)
            session = sessions(session.id)
        session.end_amount = session.start_amount + session.balance
        session.save()
        sessions.close([session])
