"""The things that do not happen every day, each as an action for the script of a site.

An action that is given a name with ``remember`` can be referred to later: an account sale that a payment settles, a sale of which
something comes back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from random import Random

from sandbox.shops.cents import cash_due
from sandbox.shops.everyday import paid_by, paid_in_cash
from sandbox.shops.receipts import ACCOUNT, CASH, CREDIT_NOTE, EFTPOS, LAYBY, Line, Media, Receipt
from sandbox.shops.shop import padded
from sandbox.shops.till import Till
from sandbox.shops.trading_day import Action

FUNCTIONS = {
    "RA1": "Gift Voucher",
    "RA2": "Pre-Paid Tab",
    "RA3": "Paid In",
    "PO1": "Petty Cash",
    "PO2": "Tips",
    "PO3": "Pay Supplier",
}


def lines_of(till: Till, plus: str) -> tuple[Line, ...]:
    """Lines from text such as ``1005 1031x2 1011x-1``."""
    parts = (word.partition("x") for word in plus.split())
    return tuple(Line(till.shop.item(plu), 1000 * int(count or "1")) for plu, _, count in parts)


def sell(plus: str, *media: int, customer: str | None = None, remember: str = "") -> Action:
    """A sale paid by media given as number, cents, number, cents; with no media, in cash."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        lines = lines_of(till, plus)
        receipt = paid_by(lines, *media) if media else paid_in_cash(till.shop, lines)
        key = till.ring(terminal, when, replace(receipt, customer=customer))
        till.remembered[remember or f"{terminal}-{when}"] = key

    return action


def sell_by_eftpos(plus: str, *, cash_out_cents: int = 0, tip_cents: int = 0) -> Action:
    """A sale by EFTPOS with cash handed out, or with a tip, inside the EFTPOS amount."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        lines = lines_of(till, plus)
        total = sum(line.nett_cents for line in lines) + cash_out_cents + tip_cents
        till.ring(terminal, when, Receipt(lines, (Media(EFTPOS, total, 0, cash_out_cents, tip_cents),)))

    return action


def sell_on_account(plus: str, customer: str, remember: str, cash_cents: int = 0) -> Action:
    """A sale on a customer's account, some of it paid in cash at once if so given."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        lines = lines_of(till, plus)
        rest = Media(ACCOUNT, sum(line.nett_cents for line in lines) - cash_cents)
        media = (Media(CASH, cash_cents), rest) if cash_cents else (rest,)
        till.remembered[remember] = till.ring(terminal, when, Receipt(lines, media, customer=customer))

    return action


def pay_account(customer: str, media: int, **cents_by_name: int) -> Action:
    """A customer pays remembered account sales, in cents each."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        till.pay_account(terminal, when, customer, media, {till.remembered[name]: cents for name, cents in cents_by_name.items()})

    return action


def refund(plus: str, media: int, remembered: str = "") -> Action:
    """Goods come back (counts are negative) and are paid out by one medium; a credit note is a medium too."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        receipt = paid_by(lines := lines_of(till, plus), media, sum(line.nett_cents for line in lines))
        till.ring(terminal, when, replace(receipt, trx_type="REFUND", original=till.remembered.get(remembered)))

    return action


def exchange(plus: str) -> Action:
    """Goods come back and others of the same value go out: no money moves."""
    return lambda till, terminal, when: till.ring(terminal, when, Receipt(lines_of(till, plus), trx_type="EXCH"))


def leave(plus: str, state: str) -> Action:
    """A basket that is no sale: V void, O open tab, S suspended, T training."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        receipt = Receipt(lines_of(till, plus), state=state)
        till.ring(terminal, when, replace(paid_in_cash(till.shop, receipt.lines), state=state) if state == "T" else receipt)

    return action


def short_tendered(plus: str, cash_cents: int) -> Action:
    """A deliberate fault: the tender does not add up to the sale."""
    return lambda till, terminal, when: till.ring(terminal, when, Receipt(lines_of(till, plus), (Media(CASH, cash_cents),)))


def move(kind: str, cents: int, function: str | None = None, *, media: int = CASH, tax: str | None = None, note: str = "") -> Action:
    """A drawer movement, in cents."""
    return lambda till, terminal, when: till.move(terminal, when, kind, cents, function=function, media=media, tax_label=tax, note=note)


def take_tab_money(cents: int, customer: str) -> Action:
    """A customer pays for a bar tab beforehand, by EFTPOS."""
    return lambda till, terminal, when: till.move(terminal, when, "RA", cents, function="RA2", media=EFTPOS, customer=customer)


def sell_voucher(cents: int, number: str, left_cents: int) -> Action:
    """A gift voucher is sold through a Received function; ``left_cents`` is what is left on it when the demo ends."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        move_no = till.move(terminal, when, "RA", cents, function="RA1", note=f"Voucher {number}")
        till.book.add("GiftVouchers", VoucherNo=number, SiteCode=till.shop.site, MoveNo=move_no, Amount=cents, Balance=left_cents)

    return action


def change_float(cents: int) -> Action:
    """Move money from the takings into the standing float, or back (negative)."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        till.move(terminal, when, "FO" if cents > 0 else "FI", abs(cents), note="Standing float changed")
        till.float_cents += cents

    return action


def open_layby(number: int, plus: str, customer: str, deposit_cents: int, ends_as: str) -> Action:
    """A lay-by is opened and its deposit taken in cash; ``ends_as`` is its state when the demo ends."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        lines = lines_of(till, plus)
        total = sum(line.nett_cents for line in lines)
        till.book.add("Laybys", SiteCode=till.shop.site, LaybyNo=number, CustomerCode=padded(customer), Total=total, LaybyState=ends_as)
        till.ring(terminal, when, Receipt(lines, (Media(LAYBY, total),), "LBNEW", customer=customer, layby=number))
        till.layby_entry(terminal, when, number, "PAY", deposit_cents, media=CASH)

    return action


def pay_layby(number: int, cents: int, media: int = EFTPOS) -> Action:
    """A payment on a lay-by, in cents."""
    return lambda till, terminal, when: till.layby_entry(terminal, when, number, "PAY", cents, media=media)


def adjust_layby(number: int, cents: int) -> Action:
    """A credit adjustment on a lay-by: the customer owes less."""
    return lambda till, terminal, when: till.layby_entry(terminal, when, number, "ADJ", cents, media=None)


def complete_layby(number: int, plus: str, customer: str, last_cents: int) -> Action:
    """The last payment, in cash, and the goods handed over."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        till.layby_entry(terminal, when, number, "PAY", last_cents, media=CASH)
        lines = lines_of(till, plus)
        total = sum(line.nett_cents for line in lines)
        till.ring(terminal, when, Receipt(lines, (Media(LAYBY, total),), "LBDONE", customer=customer, layby=number))

    return action


def cancel_layby(number: int, returned_cents: int, fee_cents: int = 0) -> Action:
    """A lay-by is given up: money goes back in cash, a fee may stay."""
    return lambda till, terminal, when: till.layby_entry(terminal, when, number, "CAN", returned_cents, media=CASH, fee_cents=fee_cents)


def credit_note_sale(plus: str, credit_cents: int) -> Action:
    """A sale paid with a credit note, the rest in cash."""

    def action(till: Till, terminal: int, when: datetime) -> None:
        lines = lines_of(till, plus)
        rest = sum(line.nett_cents for line in lines) - credit_cents
        due = cash_due(rest, till.shop.coin_cents)
        till.ring(terminal, when, Receipt(lines, (Media(CREDIT_NOTE, credit_cents), Media(CASH, due)), rounding_cents=due - rest))

    return action


def seeded(seed: int, *parts: object) -> Random:
    """A generator of its own for each part of the demo, so that a change in one shop leaves the others as they were."""
    return Random("/".join(str(part) for part in (seed, *parts)))
