"""Everyday trade: what customers put on the counter and how they pay, drawn from a seeded generator."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from sandbox.shops.cents import cash_due, spread
from sandbox.shops.receipts import AMEX, CASH, EFTPOS, MASTERCARD, Item, Line, Media, Receipt
from sandbox.shops.shop import Shop

NOTES = (500, 1000, 2000, 5000, 10000)


def everyday_receipt(rng: Random, shop: Shop) -> Receipt:
    """One basket as it comes: mostly a sale, now and then a refund."""
    if rng.random() < 0.02:
        return _refund(rng, shop)
    lines = _discounted(rng, _basket(rng, shop))
    return paid_everyday(rng, shop, lines)


def paid_everyday(rng: Random, shop: Shop, lines: tuple[Line, ...]) -> Receipt:
    """The lines with some everyday way of paying them."""
    gross = sum(line.nett_cents for line in lines)
    chance = rng.random()
    if chance < 0.04 and gross > 2500:
        return Receipt(lines, _split(rng, gross))
    if chance < 0.04 + shop.cash_share:
        return paid_in_cash(shop, lines, rng)
    return Receipt(lines, (_card(rng, shop, gross),))


def paid_in_cash(shop: Shop, lines: tuple[Line, ...], rng: Random | None = None) -> Receipt:
    """The lines paid in cash, rounded to the smallest coin; with a generator, from a note that leaves change."""
    gross = sum(line.nett_cents for line in lines)
    due = cash_due(gross, shop.coin_cents)
    handed = _handed_over(rng, due) if rng else due
    return Receipt(lines, (Media(CASH, handed, handed - due),), rounding_cents=due - gross)


def paid_by(lines: tuple[Line, ...], *numbers_and_cents: int) -> Receipt:
    """The lines paid by media given as number, cents, number, cents."""
    pairs = zip(numbers_and_cents[::2], numbers_and_cents[1::2], strict=True)
    return Receipt(lines, tuple(Media(number, cents) for number, cents in pairs))


def _basket(rng: Random, shop: Shop) -> tuple[Line, ...]:
    count = rng.randint(1, shop.largest_basket)
    items = rng.choices(shop.items, [item.often for item in shop.items], k=count)
    return tuple(Line(item, _quantity(rng, item)) for item in dict.fromkeys(items))


def _quantity(rng: Random, item: Item) -> int:
    if item.weighed:
        return rng.randrange(120, 900)
    return 1000 * rng.choices((1, 2, 3), (8, 2, 1))[0]


def _discounted(rng: Random, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Now and then 10 % off one line, or some dollars off the whole basket, spread over its lines."""
    chance = rng.random()
    if chance < 0.05:
        return (replace(lines[0], discount_cents=lines[0].full_cents // 10), *lines[1:])
    full = [line.full_cents for line in lines]
    if chance < 0.08 and sum(full) > 2000:
        return tuple(replace(line, discount_cents=cents) for line, cents in zip(lines, spread(500, full), strict=True))
    return lines


def _refund(rng: Random, shop: Shop) -> Receipt:
    """One piece comes back and is paid out the way that it was paid."""
    item = rng.choices(shop.items, [item.often * (not item.weighed) for item in shop.items])[0]
    lines = (Line(item, -1000),)
    if rng.random() < 0.5:
        return replace(paid_in_cash(shop, lines), trx_type="REFUND")
    return Receipt(lines, (Media(EFTPOS, -item.price_cents),), trx_type="REFUND")


def _split(rng: Random, gross: int) -> tuple[Media, ...]:
    """Some of it in whole notes, the rest by card: nothing to round."""
    cash = rng.choice((500, 1000, 2000))
    return (Media(CASH, cash), Media(EFTPOS, gross - cash))


def _card(rng: Random, shop: Shop, gross: int) -> Media:
    number = rng.choices((EFTPOS, MASTERCARD, AMEX), (7, 2, 1))[0]
    reference = f"{rng.randrange(10**6):06d}"
    if number != EFTPOS:
        return Media(number, gross, reference=reference)
    if rng.random() < shop.tips:
        tip = rng.choice((200, 300, 500, 1000))
        return Media(EFTPOS, gross + tip, tip_cents=tip, reference=reference)
    if rng.random() < 0.04:
        out = rng.choice((2000, 5000))
        return Media(EFTPOS, gross + out, cash_out_cents=out, reference=reference)
    return Media(EFTPOS, gross, reference=reference)


def _handed_over(rng: Random, due: int) -> int:
    """Exact money, or the next note or multiple of fifty dollars."""
    if rng.random() < 0.3:
        return due
    return next((note for note in NOTES if note >= due), -(-due // 5000) * 5000)
