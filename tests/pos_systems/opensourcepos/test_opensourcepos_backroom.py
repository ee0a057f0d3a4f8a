"""Movements, counts, gift cards and receivings of opensourcepos as its SQL files deliver them, in full."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.pos_systems.opensourcepos.backroom import CASH_UPS, takings
from tests.pos_systems.opensourcepos.database import facts
from tests.pos_systems.opensourcepos.shop import FIRST_DATE, Shop, wall
from tests.pos_systems.opensourcepos.trade import days


def test_movements(extracted: Path) -> None:
    columns = ("movement_id", "business_date", "occurred_local", "kind", "function_code", "tender_code", "customer_id")
    told = facts(extracted, "movements", *columns, "amount_cents", "tax_code", "tax_cents")
    payments = [row for row in told if row[3] == "account_payment"]
    assert [row for row in told if row not in payments] == [
        ("C2", date(2026, 3, 3), wall("2026-03-03 08:00"), "paid_out", "CASH_TRANSFER", "CASH", None, -10000, None, None),
        ("C4", date(2026, 3, 5), wall("2026-03-05 08:00"), "received", "CASH_TRANSFER", "CASH", None, 2500, None, None),
        ("E1", date(2026, 3, 2), wall("2026-03-02 16:00"), "paid_out", "CLEANING", "CASH", None, -2200, "GST 10%", -200),
        ("E2", date(2026, 3, 3), wall("2026-03-03 16:00"), "paid_out", "POSTAGE", "CASH", None, -950, "UNTAXED", 0),
        ("E3", date(2026, 3, 4), wall("2026-03-04 16:00"), "paid_out", "CLEANING", "EXPENSE_CARD", None, -5500, "GST 10%", -500),
    ]
    assert [row[1:] for row in payments] == [
        (date(2026, 3, 5), wall("2026-03-05 10:30"), "account_payment", None, "CARD", "501", 6830, None, None),
        (date(2026, 3, 6), wall("2026-03-07 01:00"), "account_payment", None, "CHEQUE", "502", 1500, None, None),
    ]


def test_a_later_payment_pays_its_sale(shop: Shop, extracted: Path) -> None:
    expected = [(str(b.sale_id), b.day, own.payment.net_cents) for b in shop.baskets for own in b.later]
    assert facts(extracted, "movement_allocations", "sale_id", "sale_date", "amount_cents") == expected
    assert {row[0] for row in facts(extracted, "movement_allocations", "movement_id")} == {
        row[0] for row in facts(extracted, "movements", "movement_id", "kind") if row[1] == "account_payment"
    }


def test_counts_are_without_the_float(shop: Shop, extracted: Path) -> None:
    expected = []
    for cash_up in CASH_UPS:
        day = days()[cash_up.day]
        taken = takings(shop, day)
        expected += [
            (day, str(cash_up.number), "CARD", taken["CARD"] + cash_up.card_over, None),
            (day, str(cash_up.number), "CASH", taken["CASH"] + cash_up.transfer + cash_up.cash_over, None),
            (day, str(cash_up.number), "CHEQUE", taken["CHEQUE"], None),
        ]
    assert facts(extracted, "counts", "business_date", "shift_id", "tender_code", "counted_cents", "expected_cents") == expected


def test_cash_ups_tell_which_dates_are_closed(extracted: Path) -> None:
    told = facts(extracted, "shifts", "shift_id", "business_date", "opened_at", "closed_at", "state", "opening_float_cents")
    assert told[0] == ("1", FIRST_DATE, wall("2026-03-02 08:00"), wall("2026-03-03 03:30"), "closed", 20000)
    assert [(row[0], row[1].day) for row in told] == [("1", 2), ("2", 3), ("3", 4), ("4", 5), ("5", 7)]


def test_what_is_outstanding_on_gift_cards(extracted: Path) -> None:
    """50.00 sold as an article; 30.00 made without a sale; 20.00 and 12.00 used."""
    told = facts(extracted, "control_totals", "business_date", "measure", "code", "amount_cents")
    assert told == [(day, "balance", "GIFT_CARD", cents) for day, cents in zip(days(), (5000, 8000, 6000, 4800, 4800, 4800), strict=True)]


def test_purchases(extracted: Path) -> None:
    columns = ("purchase_id", "kind", "business_date", "supplier_id", "supplier_reference", "tax_cents", "gross_cents", "is_paid")
    assert facts(extracted, "purchases", *columns) == [
        ("E4", "invoice", date(2026, 3, 6), "601", "EXPENSE-4", 1000, 11000, False),
        ("R1", "invoice", date(2026, 3, 2), "601", "VG-1001", None, 14355, False),
        ("R2", "credit", date(2026, 3, 3), "601", "VG-1002", None, -1209, False),
        ("R3", "invoice", date(2026, 3, 4), "NO_SUPPLIER", "MARKET", None, 1650, True),
        ("R4", "invoice", date(2026, 3, 5), "602", None, None, 3000, False),
        ("R6", "invoice", date(2026, 3, 7), "602", "BB-77", None, 700, True),
    ]


def test_purchase_lines_have_the_true_quantity_and_the_price_that_was_paid(extracted: Path) -> None:
    columns = ("purchase_id", "line_no", "item_code", "category", "quantity", "unit_cost", "tax_cents", "gross_cents", "tax_code")
    assert facts(extracted, "purchase_lines", *columns) == [
        ("E4", "1", None, "REPAIRS", Decimal(1), Decimal(110), 1000, 11000, "GST 10%"),
        ("R1", "1", "930001", "Groceries", Decimal(120), Decimal("1.10"), None, 12540, None),
        ("R1", "2", "930004", "Drinks", Decimal(5), Decimal("4.03"), None, 1815, None),
        ("R2", "1", "930004", "Drinks", Decimal(-3), Decimal("4.03"), None, -1209, None),
        ("R3", "1", "930002", "Groceries", Decimal("7.5"), Decimal("2.20"), None, 1650, None),
        ("R4", "1", "930010", "Groceries", Decimal(1000), Decimal("0.03"), None, 3000, None),
        ("R6", "1", "930010", "Groceries", Decimal(100), Decimal("0.07"), None, 700, None),
    ]


def test_people(extracted: Path) -> None:
    columns = ("id", "name", "account_number", "email")
    assert facts(extracted, "customers", *columns) == [
        ("501", "River Plumbing", "RIVER", "501@example.com"),
        ("502", "Ana López", None, "502@example.com"),
        ("503", "Consulate", None, "503@example.com"),
    ]
    assert facts(extracted, "suppliers", *columns) == [
        ("601", "Valley Greens", "VG", "601@example.com"),
        ("602", "Box and Bag Supply", None, "602@example.com"),
        ("NO_SUPPLIER", "No supplier in the till", None, None),
    ]


def test_every_basket_that_is_no_sale_is_there(extracted: Path) -> None:
    told = Counter(facts(extracted, "sales", "status"))
    assert told == {("completed",): 145, ("suspended",): 1, ("open",): 2, ("void",): 2}
