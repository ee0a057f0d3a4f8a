"""What the demo shops leave out, by the templates over a driver of SQL Server: row by row as the contract has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.pos_systems.sqlserver.conftest import Pair
from tillpost.pos.facts import open_facts

DAY = date(2026, 9, 16)


@pytest.fixture(scope="module")
def ask(fuller_facts: Callable[[str], Pair]) -> Callable[[str, str], list[tuple[object, ...]]]:
    """Asks the facts that the template gave of a store."""

    def answer(key: str, query: str) -> list[tuple[object, ...]]:
        with open_facts([fuller_facts(key)[1]]) as facts:
            return [tuple(row) for row in facts.sql(query).fetchall()]

    return answer


Ask = Callable[[str, str], list[tuple[object, ...]]]


def test_a_gift_card_is_no_income_and_a_surcharge_is_a_line_of_its_own(ask: Ask) -> None:
    """With a tax label it is taxed, without one it belongs to the goods."""
    lines = "SELECT line_no, line_kind, category, gross_cents, tax_cents, tax_code, tax_status FROM sale_lines WHERE line_kind <> 'item' ORDER BY ALL"
    assert ask("cafe", lines) == [
        ("1", "gift_card_issue", None, 575, 0, None, "out_of_scope"),
        ("S1", "surcharge", None, 33, None, None, None),
        ("S1", "surcharge", None, 110, 10, "GST", "taxed"),
    ]


def test_points_are_a_tender_of_their_own_type(ask: Ask) -> None:
    tenders = "SELECT tender_code, tender_type, amount_cents, reference FROM tenders WHERE tender_type = 'loyalty'"
    assert ask("cafe", tenders) == [("POINTS", "loyalty", 500, "P-77")]


def test_a_tender_put_right_is_two_rows_that_add_to_zero(ask: Ask) -> None:
    moved = "SELECT movement_id, tender_code, amount_cents, business_date, occurred_local::VARCHAR FROM movements WHERE kind = 'tender_change' ORDER BY ALL"
    when = "2026-09-16 16:05:00"
    assert ask("cafe", moved) == [("T4-IN", "EFTPOS", 1250, DAY, when), ("T4-OUT", "CASH", -1250, DAY, when)]


def test_an_adjustment_is_positive_where_the_customer_owes_less(ask: Ask) -> None:
    """And names what it settles."""
    adjusted = """SELECT movement_id, tender_code, customer_id, amount_cents, tax_code, tax_cents FROM movements
        WHERE kind = 'account_adjustment' ORDER BY ALL"""
    assert ask("cafe", adjusted) == [("A7", None, "C100", 1100, "GST", 100), ("A8", None, "C102", -550, None, None)]
    settled = "SELECT amount_cents, sale_date FROM movement_allocations WHERE movement_id = 'A7'"
    assert ask("cafe", settled) == [(1100, DAY)]


def test_what_a_layby_payment_buys_is_taken_back_when_it_is_cancelled(ask: Ask) -> None:
    lines = "SELECT movement_id, line_no, item_code, category, gross_cents, tax_cents, net_cents, tax_code FROM movement_lines ORDER BY ALL"
    assert ask("cafe", lines) == [
        ("L90-1", "1", "1003", "FOOD", 1490, 135, 1355, "GST"),
        ("L90-1", "2", "1021", "FOOD", 510, 0, 510, "FRE"),
        ("L90-2", "1", "1003", "FOOD", -1490, -135, -1355, "GST"),
        ("L90-2", "2", "1021", "FOOD", -510, 0, -510, "FRE"),
    ]


def test_balances_are_those_of_the_dates_last_sales_period(ask: Ask) -> None:
    """The first one's 999.99 is not added."""
    balances = "SELECT business_date, code, amount_cents FROM control_totals WHERE measure = 'balance' ORDER BY ALL"
    assert ask("cafe", balances) == [(DAY, "GIFT_VOUCHER", 5000), (DAY, "debtors", 13_700), (DAY, "layby", 0)]
    held = "SELECT code, amount_cents FROM control_totals WHERE measure = 'balance' ORDER BY ALL"
    assert ask("hire", held) == [("BOND", 0), ("PREPAID", 5000), ("debtors", 1_234_500)]


def test_money_before_a_contract_closes_and_after_and_bonds_are_movements(ask: Ask) -> None:
    """Given back they are negative; each names its contract. What comes after closing pays it."""
    moved = """SELECT business_date, kind, function_code, tender_code, customer_id, sale_id, amount_cents FROM movements
        WHERE kind <> 'bank_deposit' ORDER BY ALL"""
    assert ask("hire", moved) == [
        (date(2026, 9, 15), "prepayment", "PREPAID", "CASH", "ACME", "2001", 20_000),
        (date(2026, 9, 15), "received", "BOND", "EFTPOS", "ACME", "2001", 30_000),
        (DAY, "paid_out", "BOND", "EFTPOS", "ACME", "2001", -20_000),
        (DAY, "prepayment", "PREPAID", "EFTPOS", "ACME", "2001", -5000),
        (DAY, "prepayment", "PREPAID", "EFTPOS", "TWEED", "2002", 5000),
        (date(2026, 9, 17), "account_payment", None, "EFTPOS", "ACME", "2001", 7000),
    ]


def test_a_contract_is_paid_by_what_came_before_by_the_bond_that_is_kept_and_on_account(ask: Ask) -> None:
    """660.00 = 100.00 of the bond, 150.00 before it closed, 410.00 on account; what comes after closing is none of its tenders."""
    tenders = "SELECT tender_no, tender_code, tender_type, amount_cents FROM tenders WHERE sale_id = '2001' ORDER BY ALL"
    assert ask("hire", tenders) == [
        ("1", "BOND", "prepaid", 10_000), ("AR", "ACCOUNT", "account", 41_000), ("PP", "PREPAID", "prepaid", 15_000),
    ]  # fmt: skip


def test_what_comes_after_closing_pays_the_contract(ask: Ask) -> None:
    """And tells on which business date it closed."""
    paid = "SELECT movement_id, sale_id, sale_date, amount_cents FROM movement_allocations"
    assert ask("hire", paid) == [("P3", "2001", DAY, 7000)]


def test_a_contract_that_is_out_is_no_event_yet(ask: Ask) -> None:
    """On the date on which it went out it would be gone when it closes, as a late change."""
    for table in ("sales", "sale_lines", "tenders"):
        assert ask("hire", f"SELECT count(*) FROM {table} WHERE sale_id = '2002'") == [(0,)]


def test_an_item_that_is_gone_keeps_its_line(ask: Ask) -> None:
    lines = "SELECT item_code, description, category, gross_cents FROM sale_lines WHERE item_code = 'GONE'"
    assert ask("hire", lines) == [("GONE", None, None, 0)]


def test_ledger_entries_of_a_contract_name_it_and_payments_are_left_out(ask: Ask) -> None:
    """Debit positive, credit negative; the cost of goods is booked, though it is of a contract."""
    entries = "SELECT entry_id, line_no, account_code, amount_cents, class, sale_id FROM gl_entries ORDER BY ALL"
    assert ask("hire", entries) == [
        ("31", "1", "11000", 66_000, None, "2001"),
        ("31", "2", "40000", -66_000, "EXCAV", "2001"),
        ("32", "1", "50000", 1250, "EXCAV", None),
        ("32", "2", "14000", -1250, None, None),
    ]


def test_an_order_line_may_name_an_account(ask: Ask) -> None:
    assert ask("hire", "SELECT account_code, category FROM purchase_lines WHERE account_code IS NOT NULL") == [("51000", "PARTS")]


def test_no_code_keeps_its_padding(ask: Ask) -> None:
    """They come out of char columns: right-aligned, or filled up with blanks."""
    codes = "SELECT DISTINCT item_code FROM sale_lines UNION SELECT category FROM sale_lines UNION SELECT customer_id FROM sales"
    for key in ("cafe", "hire"):
        assert [code for (code,) in ask(key, codes) if isinstance(code, str) and code != code.strip()] == []


def test_the_added_trade_stays_out_of_the_demo(shops: Path) -> None:
    """The fixtures copy the demo's files."""
    assert sorted(file.name for file in shops.iterdir()) == ["harbour_hire.sqlite", "harbour_idealpos.sqlite", "kauri_idealpos.sqlite"]
