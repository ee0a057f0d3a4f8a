"""Balances that the POS prints are held against what the documents move; a difference is told with both figures."""

from __future__ import annotations

from typing import Any

from tests.unit.proofs.whole_day import whole_day
from tests.unit.proofs.world import DAYS, World, all_documents
from tillpost.checks.outstanding import outstanding_apart
from tillpost.model.findings import Stream, StreamKey

# What the day moves: 10.00 voucher sold, 10.00 used; 33.00 credited; 500.00 tab paid in, 10.00 used.
MOVED = {"GIFT_VOUCHER": 0, "CREDIT_NOTE": 3300, "PREPAID_TAB": 50_000, "PREPAID": -1000}
# 75.00 on account, 90.00 paid, 5.50 allowed.
OWED = 7500 - 9000 - 550


def apart(settings: dict[str, Any], moved: dict[str, int], keys: list[StreamKey] | None = None) -> list[tuple[str, int, str]]:
    """Store, difference and text where the POS's balances of a day of everything moved so."""
    world = whole_day(shop=settings)
    for code, cents in moved.items():
        for day, amount in zip((DAYS[0].replace(day=2), DAYS[0]), (100_000, 100_000 + cents), strict=True):
            row = {"store_id": "shop", "business_date": day, "measure": "balance", "code": code, "amount_cents": amount}
            world.tables["shop"].setdefault("control_totals", []).append(row)
    facts = world.facts()
    known = keys if keys is not None else keys_of(world)
    found = outstanding_apart(facts, all_documents(world.build(facts)), known, world.check_context)
    return [(key.store, cents, text) for key, cents, text in found]


def keys_of(world: World) -> list[StreamKey]:
    return [StreamKey("org", store, day, stream) for store, day in world.store_dates for stream in Stream]


def test_balances_that_moved_as_booked_say_nothing() -> None:
    assert apart({}, {**MOVED, "debtors": OWED}) == []
    assert apart({"mode": "real_time"}, MOVED) == []


def test_a_balance_that_moved_otherwise_is_told_with_both_figures() -> None:
    assert apart({}, {"CREDIT_NOTE": 3200, "debtors": OWED + 1}) == [
        ("shop", 100, "CREDIT_NOTE on 807: the POS 32.00 more outstanding than on 2026-03-02, the documents 33.00"),
        ("shop", 1, "debtors on receivable: the POS -20.49 more outstanding than on 2026-03-02, the documents -20.50"),
    ]


def test_codes_of_one_account_are_one_balance() -> None:
    assert apart({}, {"PREPAID_TAB": 40_000, "PREPAID": 9000}) == []
    assert apart({}, {"PREPAID_TAB": 50_000}) == [
        ("shop", 1000, "PREPAID_TAB on 808: the POS 500.00 more outstanding than on 2026-03-02, the documents 490.00")
    ]


def test_a_layby_is_money_held_or_money_owed_by_the_way_it_is_recognised() -> None:
    # 11.00 paid in, 1.10 allowed, 15.50 taken out by the cancelling, 55.00 fetched.
    assert apart({}, {"layby": 1100 + 110 - 1550 - 5500}) == []
    # 66.00 laid by, 11.00 paid, 1.10 allowed; the cancelling takes back a sale of 44.00 and 15.50 that was paid.
    assert apart({"layby_recognition": "sale_date"}, {"layby": 6600 - 1100 - 110 + 1550 - 4400}) == []


def test_what_cannot_be_compared_is_not() -> None:
    assert apart({"send_as": "draft"}, {"CREDIT_NOTE": 1}) == []
    assert apart({}, {"UNKNOWN": 1}) == []
    assert apart({}, {"CREDIT_NOTE": 1}, keys=[]) == []  # the stream is held: its documents are not at hand
    assert apart({"starts_on": DAYS[0]}, {"CREDIT_NOTE": 1}) == []  # the balance before is of a date that was never booked
