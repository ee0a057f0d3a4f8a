"""The demo shops keep the contract's invariants on every store-date, but for the two faults that are there on purpose."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from shops_facts import STORES, DemoStore, Reader, business_date, completed, grouped

from sandbox.shops.cents import gst_inside

RATES = {"AU": {"GST": 10, "CAP": 10, "FRE": 0}, "NZ": {"GST": 15, "FRE": 0}}
HIRE = next(store for store in STORES if store.key == "hire")
SHIFT_STORES = [store for store in STORES if store.pos == "demo_idealpos"]
WITH_SHIFTS = pytest.mark.parametrize("store", SHIFT_STORES, ids=lambda store: store.key)


def _rates(store: DemoStore) -> dict[str, int]:
    return RATES["NZ" if store.organisation == "kauri" else "AU"]


def test_the_tenders_of_one_sale_are_a_dollar_short_and_of_no_other(facts: Reader) -> None:
    """Tenders = gross + tip + rounding, cash-out apart; the one fault of this kind is 49.00 for 50.00 in the cafe on 3 October."""
    apart = []
    for store in STORES:
        tenders = grouped(facts(store, "tenders"), "sale_id")
        for sale in completed(facts(store, "sales")):
            paid = sum(t["amount_cents"] - (t.get("cash_out_cents") or 0) for t in tenders[sale["sale_id"]])
            due = sale["gross_cents"] + (sale.get("tip_cents") or 0) + (sale.get("rounding_cents") or 0)
            if paid != due:
                apart.append((store.key, business_date(sale), sale["gross_cents"], paid))
    assert apart == [("cafe", date(2026, 10, 3), 5000, 4900)]


def test_vapes_are_sold_in_the_bottle_shop_on_one_date_only(facts: Reader) -> None:
    """The category that no mapping row knows: two lines on 2 October."""
    found = []
    for store in STORES:
        dates = {sale["sale_id"]: business_date(sale) for sale in facts(store, "sales")}
        found += [(store.key, dates[line["sale_id"]]) for line in facts(store, "sale_lines") if line["category"] == "VAPES"]
    assert found == [("bottleshop", date(2026, 10, 2))] * 2


def test_lines_and_tenders_belong_to_a_sale(facts: Reader, store: DemoStore) -> None:
    """No orphans, and every basket has a line."""
    sales = {sale["sale_id"] for sale in facts(store, "sales")}
    assert {line["sale_id"] for line in facts(store, "sale_lines")} == sales
    assert {tender["sale_id"] for tender in facts(store, "tenders")} <= sales


def test_lines_add_up_to_their_sale(facts: Reader, store: DemoStore) -> None:
    """Gross, GST and net, to the cent."""
    lines = grouped(facts(store, "sale_lines"), "sale_id")
    for sale in facts(store, "sales"):
        for column in ("gross_cents", "tax_cents", "net_cents"):
            assert sum(line[column] for line in lines[sale["sale_id"]]) == sale[column], sale


@pytest.mark.parametrize("table", ["sale_lines", "purchase_lines"])
def test_gst_is_what_the_rate_gives_on_every_line(facts: Reader, store: DemoStore, table: str) -> None:
    """Half up, exactly; net is gross minus GST."""
    rates = _rates(store)
    for line in facts(store, table):
        assert line["tax_cents"] == gst_inside(line["gross_cents"], rates[line["tax_code"]]), line
        assert line["net_cents"] == line["gross_cents"] - line["tax_cents"]


def test_rounding_is_below_the_smallest_coin_and_only_with_cash(facts: Reader, store: DemoStore) -> None:
    """Every cash tender is a multiple of the coin."""
    tenders = grouped(facts(store, "tenders"), "sale_id")
    for sale in completed(facts(store, "sales")):
        cash = [t["amount_cents"] for t in tenders[sale["sale_id"]] if t["tender_code"] == "CASH"]
        assert abs(sale.get("rounding_cents") or 0) < store.coin_cents
        assert cash or not sale.get("rounding_cents")
        assert all(cents % store.coin_cents == 0 for cents in cash)


def test_a_tip_is_the_sum_of_its_tenders_tips(facts: Reader, store: DemoStore) -> None:
    """Told once, on the sale, and the same on its tenders."""
    tenders = grouped(facts(store, "tenders"), "sale_id")
    for sale in facts(store, "sales"):
        assert (sale.get("tip_cents") or 0) == sum(t.get("tip_cents") or 0 for t in tenders[sale["sale_id"]])


def test_baskets_that_are_no_sales_carry_no_tender_unless_in_training(facts: Reader, store: DemoStore) -> None:
    """Void, open and suspended baskets were never paid."""
    status = {sale["sale_id"]: sale["status"] for sale in facts(store, "sales")}
    assert {status[t["sale_id"]] for t in facts(store, "tenders")} <= {"completed", "training"}


def test_control_totals_tie_to_sales_and_tenders(facts: Reader, store: DemoStore) -> None:
    """On every date, the two with a fault included: gross, GST, each tender and the number of receipts."""
    sales = completed(facts(store, "sales"))
    dates = {sale["sale_id"]: business_date(sale).isoformat() for sale in sales}
    read: Counter[tuple[str, str, str | None]] = Counter()
    for sale in sales:
        read[dates[sale["sale_id"]], "gross", None] += sale["gross_cents"]
        read[dates[sale["sale_id"]], "tax", None] += sale["tax_cents"]
        read[dates[sale["sale_id"]], "receipts", None] += 100
    for tender in facts(store, "tenders"):
        if tender["sale_id"] in dates:
            read[dates[tender["sale_id"]], "tender", tender["tender_code"]] += tender["amount_cents"]
    printed: Counter[tuple[str, str, str | None]] = Counter()
    for total in facts(store, "control_totals"):
        printed[total["business_date"], total["measure"], total["code"]] += total["amount_cents"]
    assert {key: cents for key, cents in printed.items() if cents} == {key: cents for key, cents in read.items() if cents}


@WITH_SHIFTS
def test_what_is_expected_is_what_tenders_and_movements_bring(facts: Reader, store: DemoStore) -> None:
    """Per shift and tender, less the cash handed out with EFTPOS; the variance is small."""
    shifts = {sale["sale_id"]: sale["shift_id"] for sale in completed(facts(store, "sales"))}
    brought: Counter[tuple[str, str]] = Counter()
    for tender in (t for t in facts(store, "tenders") if t["sale_id"] in shifts):
        brought[shifts[tender["sale_id"]], tender["tender_code"]] += tender["amount_cents"]
        brought[shifts[tender["sale_id"]], "CASH"] -= tender["cash_out_cents"]
    for movement in (m for m in facts(store, "movements") if m["tender_code"]):
        brought[movement["shift_id"], movement["tender_code"]] += movement["amount_cents"]
    counted = {(c["shift_id"], c["tender_code"]): c for c in facts(store, "counts")}
    for key in brought:
        if key[1] in ("CASH", "MASTERCARD", "AMEX", "EFTPOS"):
            assert counted[key]["expected_cents"] == brought[key]
    for key, count in counted.items():
        assert count["expected_cents"] == brought[key]
        assert abs(count["counted_cents"] - count["expected_cents"]) <= 600
        assert count["counted_cents"] >= 0 or key[1] != "CASH"


def test_what_the_hire_store_expects_is_what_the_date_brings(facts: Reader) -> None:
    """Per date and tender, what went to the bank taken out; all of it is there."""
    dates = {sale["sale_id"]: business_date(sale).isoformat() for sale in completed(facts(HIRE, "sales"))}
    brought: Counter[tuple[str, str]] = Counter()
    for tender in (t for t in facts(HIRE, "tenders") if t["sale_id"] in dates):
        brought[dates[tender["sale_id"]], tender["tender_code"]] += tender["amount_cents"]
    for movement in facts(HIRE, "movements"):
        brought[business_date(movement).isoformat(), movement["tender_code"]] += movement["amount_cents"]
    counts = facts(HIRE, "counts")
    assert {(c["business_date"], c["tender_code"]) for c in counts} == {
        (day, code) for day in dates.values() for code in ("CASH", "EFTPOS")
    }
    for count in counts:
        assert count["counted_cents"] == count["expected_cents"] == brought[count["business_date"], count["tender_code"]]


@WITH_SHIFTS
def test_everything_rung_in_a_shift_has_its_business_date_and_lies_between_its_ends(facts: Reader, store: DemoStore) -> None:
    """A receipt at 03:05 belongs to the evening before."""
    shifts = {shift["shift_id"]: shift for shift in facts(store, "shifts")}
    assert {shift["state"] for shift in shifts.values()} == {"reconciled"}
    for row in (*facts(store, "sales"), *facts(store, "movements")):
        shift = shifts[row["shift_id"]]
        assert row["business_date"] == shift["business_date"]
        assert shift["opened_at"] <= row["occurred_local"] <= shift["closed_at"]


@WITH_SHIFTS
def test_receipt_numbers_have_no_gaps_and_start_again_after_9999(facts: Reader, store: DemoStore) -> None:
    """Per register, in the order of time."""
    for register, sales in grouped(facts(store, "sales"), "register_id").items():
        in_time = sorted(sales, key=lambda sale: (sale["occurred_local"], int(sale["sale_id"].split("-")[1]), sale["receipt_no"]))
        numbers = sorted(int(sale["receipt_no"]) for sale in in_time)
        if numbers[-1] == 9999:
            numbers = [n + 9999 * (n < 5000) for n in numbers]
        assert sorted(numbers) == list(range(min(numbers), max(numbers) + 1)), register


def test_no_time_lies_in_an_hour_that_the_clock_skips(facts: Reader, store: DemoStore) -> None:
    """Wall-clock times exist on the wall clock, also on the night of the change."""
    zone = ZoneInfo(store.zone)
    for row in (*facts(store, "sales"), *facts(store, "movements")):
        local = datetime.fromisoformat(row["occurred_local"])
        there = local.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)
        assert there == local


def test_purchases_add_up_and_name_their_supplier(facts: Reader, store: DemoStore) -> None:
    """Lines to gross and GST; a document number once per supplier; the key holds the supplier."""
    lines = grouped(facts(store, "purchase_lines"), "purchase_id")
    suppliers = {supplier["id"] for supplier in facts(store, "suppliers")}
    purchases = facts(store, "purchases")
    for purchase in purchases:
        for column in ("gross_cents", "tax_cents", "net_cents"):
            assert sum(line[column] for line in lines[purchase["purchase_id"]]) == purchase[column]
        assert (purchase["gross_cents"] < 0) == (purchase["kind"] == "credit")
        assert purchase["document_date"] <= purchase["business_date"]
        kind = "" if store is not HIRE else "R/" if purchase["kind"] == "receipt" else "I/"
        assert purchase["purchase_id"] == f"{kind}{purchase['supplier_id']}/{purchase['supplier_reference']}"
    assert {purchase["supplier_id"] for purchase in purchases} == suppliers
    assert set(lines) == {purchase["purchase_id"] for purchase in purchases}


def test_due_dates_are_the_document_date_plus_the_suppliers_terms(facts: Reader, store: DemoStore) -> None:
    """Invoices only."""
    terms = {supplier["id"]: supplier["terms_days"] for supplier in facts(store, "suppliers")}
    for purchase in (p for p in facts(store, "purchases") if p["kind"] == "invoice"):
        due = date.fromisoformat(purchase["document_date"]) + timedelta(days=terms[purchase["supplier_id"]])
        assert purchase["due_date"] == due.isoformat()


@WITH_SHIFTS
def test_allocations_pay_account_sales_of_earlier_dates_in_full(facts: Reader, store: DemoStore) -> None:
    """And name the business date of the sale that they pay."""
    sales = {sale["sale_id"]: sale for sale in facts(store, "sales")}
    owed = {t["sale_id"]: t["amount_cents"] for t in facts(store, "tenders") if t["tender_code"] == "ACCOUNT"}
    payments = {m["movement_id"]: m for m in facts(store, "movements") if m["kind"] == "account_payment"}
    allocations = facts(store, "movement_allocations")
    assert {a["movement_id"] for a in allocations} == set(payments)
    for allocation in allocations:
        sale, payment = sales[allocation["sale_id"]], payments[allocation["movement_id"]]
        assert allocation["sale_date"] == sale["business_date"] < payment["business_date"]
        assert allocation["amount_cents"] == owed[allocation["sale_id"]]
        assert sale["customer_id"] == payment["customer_id"]


@WITH_SHIFTS
def test_laybys_end_with_nothing_on_them(facts: Reader, store: DemoStore) -> None:
    """Payments and adjustments come to the sale when it is completed, to nothing when it is cancelled."""
    movements = grouped((m for m in facts(store, "movements") if m["layby_id"]), "layby_id")
    completions = {s["layby_id"]: s["gross_cents"] for s in facts(store, "sales") if s["kind"] == "layby_complete"}
    for layby, rows in movements.items():
        left = sum(m["amount_cents"] - (m["fee_cents"] or 0) for m in rows) - completions.get(layby, 0)
        assert left == 0, layby


def test_the_database_is_complete_past_the_last_date(facts: Reader, store: DemoStore) -> None:
    """Else no date would ever be ready."""
    (row,) = facts(store, "source")
    end = datetime.combine(date(2026, 10, 12), time(4), tzinfo=ZoneInfo(store.zone))
    assert datetime.fromisoformat(row["as_of"]) >= end
