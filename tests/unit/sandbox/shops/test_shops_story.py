"""What is worth looking at in the demo is really there: the everyday variety, the nights of the clock change, dates without trade."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from shops_facts import BY_KEY, DemoStore, Reader, business_date, completed, grouped, read, tables_of

from sandbox.shops.dates import DATES, GRAND_FINAL_FRIDAY, SUNDAY

CAFE, BOTTLESHOP, HIRE, PONSONBY = (BY_KEY[key] for key in ("cafe", "bottleshop", "hire", "ponsonby"))


@pytest.mark.parametrize(
    ("store", "least", "most"),
    [(CAFE, 35, 65), (BOTTLESHOP, 28, 46), (PONSONBY, 29, 46), (HIRE, 6, 12)],
    ids=lambda value: getattr(value, "key", ""),
)
def test_each_date_has_as_many_sales_as_such_a_shop(facts: Reader, store: DemoStore, least: int, most: int) -> None:
    """Completed ones, on every date on which the shop trades."""
    counts = Counter(business_date(sale) for sale in completed(facts(store, "sales")))
    closed = {day for day in DATES if store is HIRE and day.weekday() == SUNDAY} | ({GRAND_FINAL_FRIDAY} if store is BOTTLESHOP else set())
    assert set(counts) == set(DATES) - closed
    assert min(counts.values()) >= least and max(counts.values()) <= most


def test_the_bottle_shop_has_nothing_to_send_on_the_public_holiday(shops: Path) -> None:
    """Its shift was opened and reconciled, so that the date is known to be empty and not merely missing."""
    after = GRAND_FINAL_FRIDAY + timedelta(days=1)
    tables = {table: read(shops, BOTTLESHOP, table, GRAND_FINAL_FRIDAY, after) for table in tables_of(BOTTLESHOP)}
    assert {table for table, rows in tables.items() if rows} == {"source", "shifts", "control_totals"}
    assert {total["amount_cents"] for total in tables["control_totals"]} == {0}


@pytest.mark.parametrize("day", [day for day in DATES if day.weekday() == SUNDAY], ids=str)
def test_the_hire_store_has_nothing_at_all_on_sundays(shops: Path, day: date) -> None:
    """Neither contract nor movement nor purchase; its calendar says that it is closed."""
    tables = [table for table in tables_of(HIRE) if table != "source"]
    assert [row for table in tables for row in read(shops, HIRE, table, day, day + timedelta(days=1))] == []


@pytest.mark.parametrize(("store", "saturday"), [(CAFE, "2026-10-03"), (PONSONBY, "2026-09-26")], ids=["melbourne", "auckland"])
def test_trade_lies_on_both_sides_of_the_missing_hour(facts: Reader, store: DemoStore, saturday: str) -> None:
    """Sales before 02:00 and after 03:00 of the same business date, none between."""
    sunday = (date.fromisoformat(saturday) + timedelta(days=1)).isoformat()
    night = [s["occurred_local"] for s in facts(store, "sales") if s["business_date"] == saturday and s["occurred_local"] > sunday]
    assert any(f"{sunday} 01:" in when for when in night) and any(f"{sunday} 03:" in when for when in night)
    assert [when for when in night if f"{sunday} 02:" in when] == []


def test_the_bar_trades_past_midnight_on_fridays_and_saturdays(facts: Reader) -> None:
    """On a Friday's business date, on Saturday's clock."""
    late = {s["business_date"] for s in facts(CAFE, "sales") if s["occurred_local"][:10] > s["business_date"]}
    assert late == {day.isoformat() for day in DATES if day.weekday() in (4, 5)}


def test_the_cafes_receipt_numbers_start_again(facts: Reader) -> None:
    """The same number on two dates: two sales."""
    numbers = {sale["receipt_no"] for sale in facts(CAFE, "sales") if sale["register_id"] == "1"}
    assert {"9999", "0001"} <= numbers


def test_all_kinds_of_sales_and_tenders_occur(facts: Reader) -> None:
    """Over all shops of the Idealpos kind."""
    sales = [sale for store in (CAFE, BOTTLESHOP, PONSONBY) for sale in facts(store, "sales")]
    tenders = [tender for store in (CAFE, BOTTLESHOP, PONSONBY) for tender in facts(store, "tenders")]
    assert {sale["kind"] for sale in sales} == {"sale", "refund", "exchange", "layby_open", "layby_complete"}
    assert {sale["status"] for sale in sales} == {"completed", "void", "open", "suspended", "training"}
    assert {tender["tender_type"] for tender in tenders} == {
        "cash", "card", "account", "layby", "gift_card", "store_credit", "prepaid",
    }  # fmt: skip
    assert {sale["gross_cents"] for sale in sales if sale["kind"] == "exchange"} == {0}


@pytest.mark.parametrize("store", [CAFE, BOTTLESHOP, PONSONBY], ids=lambda store: store.key)
def test_everyday_variety_occurs_in_each_shop(facts: Reader, store: DemoStore) -> None:
    """Cash-out, rounding both ways, change, discounts, GST-free lines, split tenders, vouchers, credit notes."""
    tenders, lines = facts(store, "tenders"), facts(store, "sale_lines")
    rounding = {sale["rounding_cents"] for sale in completed(facts(store, "sales"))}
    assert min(rounding) < 0 < max(rounding)
    assert any(t["cash_out_cents"] for t in tenders) and any(t["change_cents"] for t in tenders)
    assert any(line["discount_cents"] for line in lines)
    assert {line["tax_code"] for line in lines} == {"GST", "FRE"}
    assert max(Counter(t["sale_id"] for t in tenders).values()) >= 2
    assert {(t["tender_code"], t["amount_cents"] > 0) for t in tenders if t["tender_code"] in ("CREDIT_NOTE", "GIFT_VOUCHER")} == {
        ("CREDIT_NOTE", True), ("CREDIT_NOTE", False), ("GIFT_VOUCHER", True),
    }  # fmt: skip


def test_all_movements_occur(facts: Reader) -> None:
    """Kind and function, with the sign of the money."""
    rows = [m for store in (CAFE, BOTTLESHOP, PONSONBY, HIRE) for m in facts(store, "movements")]
    assert {(m["kind"], m.get("function_code"), m["amount_cents"] > 0) for m in rows} == {
        ("received", "GIFT_VOUCHER", True), ("received", "PAID_IN", True), ("prepayment", "PREPAID_TAB", True),
        ("paid_out", "PETTY_CASH", False), ("paid_out", "TIPS", False), ("paid_out", "PAY_SUPPLIER", False),
        ("float", None, True), ("float", None, False), ("bank_deposit", None, False), ("account_payment", None, True),
        ("layby_payment", None, True), ("layby_adjustment", None, True), ("layby_cancel", None, False),
    }  # fmt: skip
    assert {(m["fee_cents"], m["tax_code"], m["tax_cents"]) for m in rows if m["kind"] == "layby_cancel"} == {
        (None, None, None), (1000, "GST", 91),
    }  # fmt: skip


def test_a_refund_names_the_sale_that_comes_back(facts: Reader) -> None:
    """The cold burger of 17 September."""
    sales = {sale["sale_id"]: sale for sale in facts(CAFE, "sales")}
    (refund,) = [sale for sale in sales.values() if sale["original_sale_id"]]
    assert (refund["gross_cents"], sales[refund["original_sale_id"]]["gross_cents"]) == (-2290, 2770)


def test_purchases_are_as_various_as_in_a_real_shop(facts: Reader) -> None:
    """Freight, admin fee, a credit, one paid, one entered days late over the month end, a supplier that is not for accounting."""
    purchases = [p for store in (CAFE, BOTTLESHOP, PONSONBY) for p in facts(store, "purchases")]
    lines = [line for store in (CAFE, BOTTLESHOP, PONSONBY) for line in facts(store, "purchase_lines")]
    assert {line["line_kind"] for line in lines} == {"goods", "freight", "admin_fee"}
    assert {p["kind"] for p in purchases} == {"invoice", "credit"}
    assert sum(p["is_paid"] for p in purchases) == 2
    assert any(p["document_date"] <= "2026-09-30" < p["business_date"] for p in purchases)
    flags = {s["id"]: s["for_accounting"] for store in (CAFE, PONSONBY) for s in facts(store, "suppliers")}
    assert {code for code, flag in flags.items() if not flag} == {"CASHMKT", "STALL"}


def test_contracts_close_in_every_way(facts: Reader) -> None:
    """On each trading date: unpaid, part paid, fully paid on account, cash customer; and three contracts are reduced later."""
    tenders = grouped(facts(HIRE, "tenders"), "sale_id")
    ways: dict[date, set[tuple[int, tuple[str, ...]]]] = {}
    for sale in completed(facts(HIRE, "sales")):
        paid = tuple("ACCOUNT" if t["tender_code"] == "ACCOUNT" else "money" for t in tenders[sale["sale_id"]])
        ways.setdefault(business_date(sale), set()).add((sale["is_account_contract"], paid))
    every = {(1, ("ACCOUNT",)), (1, ("money", "ACCOUNT")), (1, ("money",)), (0, ("money",))}
    assert all(found == every for found in ways.values())
    sales = {sale["sale_id"]: sale for sale in facts(HIRE, "sales")}
    reduced = [sale for sale in sales.values() if sale["kind"] == "adjustment"]
    assert [business_date(sale).isoformat() for sale in reduced] == ["2026-09-18", "2026-10-03", "2026-10-07"]
    assert all(sale["gross_cents"] < 0 < sales[sale["original_sale_id"]]["gross_cents"] for sale in reduced)
    assert any(line["gross_cents"] == 0 for line in facts(HIRE, "sale_lines"))


def test_goods_are_received_before_their_invoice(facts: Reader) -> None:
    """One at another price, one not billed when the demo ends; equipment carries the capital tax code."""
    purchases = {p["purchase_id"]: p for p in facts(HIRE, "purchases")}
    billed = {p["receipt_id"]: p["gross_cents"] for p in purchases.values() if p["receipt_id"]}
    receipts = {key: p["gross_cents"] for key, p in purchases.items() if p["kind"] == "receipt"}
    assert receipts == {"R/DIGGERS/R4401": 3_850_000, "R/PARTSCO/R4402": 66_000, "R/DIGGERS/R4403": 550_000, "R/DIGGERS/R4404": 220_000}
    assert billed == {"R/DIGGERS/R4401": 3_850_000, "R/PARTSCO/R4402": 69_300, "R/DIGGERS/R4403": 550_000}
    assert {line["tax_code"] for line in facts(HIRE, "purchase_lines") if line["category"] == "EQUIPMENT"} == {"CAP"}
