"""Baskets, lines, taxes and payments of opensourcepos as its SQL files deliver them are what the maker of the trade knows."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.pos_systems.opensourcepos.arithmetic import Payment, in_cents
from tests.pos_systems.opensourcepos.database import extract, facts
from tests.pos_systems.opensourcepos.shop import (
    CANCELLED,
    COMPLETED,
    INVOICE,
    ITEMS,
    NAMES,
    QUOTE,
    RECEIPT,
    RETURN,
    SUSPENDED,
    WORK_ORDER,
    Basket,
    Shop,
    wall,
)  # fmt: skip
from tests.pos_systems.opensourcepos.trade import at
from tillpost.connection import Connection

STATUSES = {
    (COMPLETED, RECEIPT): "completed", (COMPLETED, INVOICE): "completed", (COMPLETED, RETURN): "completed", (SUSPENDED, RECEIPT): "suspended",
    (SUSPENDED, QUOTE): "open", (SUSPENDED, WORK_ORDER): "open", (CANCELLED, RECEIPT): "void", (CANCELLED, QUOTE): "void",
}  # fmt: skip


def test_all_is_delivered_without_dust_or_rows_of_other_dates(till: Connection, tmp_path: Path) -> None:
    extraction = extract(till, tmp_path / "facts")
    assert extraction.rows == {
        "sales": 150, "sale_lines": 349, "sale_taxes": 310, "tenders": 178, "movements": 7, "movement_allocations": 2, "counts": 15,
        "shifts": 5, "control_totals": 6, "purchases": 6, "purchase_lines": 7, "customers": 3, "suppliers": 3,
    }  # fmt: skip
    assert (extraction.dust, extraction.outside, extraction.extra_columns) == ({}, {}, {})


def test_baskets_are_the_makers(shop: Shop, extracted: Path) -> None:
    expected = [
        (
            str(b.sale_id), b.invoice_number or f"POS {b.sale_id}", _kind(b), STATUSES[b.status, b.kind], b.day, b.when, "AUD",
            str(b.customer) if b.customer else None, b.gross_cents - b.tax_cents, b.tax_cents, b.gross_cents,
        )
        for b in shop.baskets
    ]  # fmt: skip
    columns = ("sale_id", "receipt_no", "kind", "status", "business_date", "occurred_local", "currency", "customer_id")
    assert facts(extracted, "sales", *columns, "net_cents", "tax_cents", "gross_cents") == expected


def _kind(basket: Basket) -> str:
    sold, returned = (any(sign * own.quantity > 0 for own in basket.lines) for sign in (1, -1))
    return ("exchange" if sold else "refund") if returned else "sale"


def test_rounding_is_what_was_paid_beyond_the_gross(shop: Shop, extracted: Path) -> None:
    expected = {str(b.sale_id): b.rounding_cents for b in shop.completed()}
    told = {
        sale: cents for sale, status, cents in facts(extracted, "sales", "sale_id", "status", "rounding_cents") if status == "completed"
    }
    assert told == expected
    assert Counter(abs(cents) for cents in told.values()) == {0: 99, 1: 27, 2: 19}


def test_lines_are_the_makers(shop: Shop, extracted: Path) -> None:
    expected = [
        (
            str(b.sale_id), str(number), "gift_card_issue" if own.item == 8 else "item", f"93{own.item:04d}", ITEMS[own.item].name,
            ITEMS[own.item].category, own.quantity, own.price, in_cents(own.discounted), own.gross_cents - own.tax_cents, own.tax_cents,
            own.gross_cents, own.tax_code,
        )
        for b in shop.baskets
        for number, own in enumerate(b.lines, 1)
    ]  # fmt: skip
    columns = ("sale_id", "line_no", "line_kind", "item_code", "description", "category", "quantity", "unit_price", "discount_cents")
    assert facts(extracted, "sale_lines", *columns, "net_cents", "tax_cents", "gross_cents", "tax_code") == expected


def test_taxes_of_lines_are_the_makers(shop: Shop, extracted: Path) -> None:
    expected = [
        (
            str(b.sale_id), str(number), f"{tax.name} {tax.percent}%", tax.percent, tax.kind == 0,
            in_cents(own.total) - (in_cents(own.tax_amount(tax)) if tax.kind == 0 else 0), in_cents(own.tax_amount(tax)),
        )
        for b in shop.baskets
        for number, own in enumerate(b.lines, 1)
        for tax in sorted(own.taxes, key=lambda t: t.name)
    ]  # fmt: skip
    columns = ("sale_id", "line_no", "tax_code", "rate_percent", "included_in_price", "base_cents", "amount_cents")
    assert facts(extracted, "sale_taxes", *columns) == expected


def test_payments_are_the_makers_net_of_change(shop: Shop, extracted: Path) -> None:
    expected = Counter(tender for b in shop.baskets for tender in _tenders(b))
    told = facts(
        extracted, "tenders", "sale_id", "tender_code", "tender_type", "amount_cents", "tendered_cents", "change_cents", "reference"
    )
    assert Counter(told) == expected


def _tenders(basket: Basket) -> list[tuple[object, ...]]:
    """What is due, and what was paid on another date, is one tender without more to tell."""
    at_once = [p for p in basket.payments if not p.adjustment and p.kind != "Due"]
    told: list[tuple[object, ...]] = [(str(basket.sale_id), *_tender(p)) for p in at_once]
    if due := basket.tenders["DUE"]:
        told.append((str(basket.sale_id), "DUE", "account", due, None, None, None))
    return told


def _tender(payment: Payment) -> tuple[object, ...]:
    name, _, number = payment.kind.partition(":")
    return (*NAMES[name], payment.net_cents, in_cents(payment.amount), in_cents(payment.refund), number or None)


def test_the_odd_baskets_of_the_till_in_full(shop: Shop, extracted: Path) -> None:
    """Half a cent given back as a whole one; an adjustment that counts for nothing; change in cash of a card; a card's number in the name."""
    sales = {row[0]: row[1:] for row in facts(extracted, "sales", "sale_id", "tax_cents", "gross_cents", "rounding_cents")}
    tenders: dict[str, list[tuple[str, int]]] = {}
    for sale, code, cents in facts(extracted, "tenders", "sale_id", "tender_code", "amount_cents"):
        tenders.setdefault(sale, []).append((code, cents))
    odd = {
        when: str(next(b.sale_id for b in shop.baskets if b.when == when))
        for when in (at(0, 10, 7), at(0, 13, 7), at(5, 9, 7), at(5, 13, 7))
    }
    assert {f"{when:%d %H:%M}": (sales[sale], tenders[sale]) for when, sale in odd.items()} == {
        "02 10:07": ((30, 333, -1), [("CARD", 333), ("CASH", -1)]),
        "02 13:07": ((87, 958, 0), [("CASH", 500), ("CARD", 458)]),
        "07 09:07": ((471, 5180, 0), [("CARD", 6000), ("CASH", -820)]),
        "07 13:07": ((30, 334, 1), [("CASH", 335)]),
    }


def test_trade_after_midnight_is_of_the_evening_before(extracted: Path) -> None:
    late = [
        (when, day)
        for when, day in facts(extracted, "sales", "occurred_local", "business_date")
        if when.date() != day and when in (wall("2026-03-03 00:07"), wall("2026-03-08 03:07"))
    ]
    assert late == [(wall("2026-03-03 00:07"), date(2026, 3, 2)), (wall("2026-03-08 03:07"), date(2026, 3, 7))]


def test_no_tax_and_a_tax_of_nothing_are_two_things(extracted: Path) -> None:
    told = Counter(facts(extracted, "sale_lines", "tax_code", "tax_status"))
    assert set(told) == {("GST 10%", "taxed"), ("City 4%+State 6%", "taxed"), ("GST Free 0%", "zero_rated"), ("UNTAXED", None)}


def test_a_deleted_article_keeps_its_category(extracted: Path) -> None:
    atlas = {row[1:] for row in facts(extracted, "sale_lines", "item_code", "category", "unit_price") if row[0] == "930007"}
    assert atlas == {("Books", Decimal("59.000000"))}
