"""opensourcepos through the whole main job: six dates into a local Xero, account by account the books of the trade's maker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from sandbox.xero.serving import Served
from tests.pos_systems.conftest import new_database
from tests.pos_systems.journey import Journey, journey
from tests.pos_systems.opensourcepos import books
from tests.pos_systems.opensourcepos.backroom import SOLD_WITHOUT_SALE_CENTS
from tests.pos_systems.opensourcepos.database import HERE, change, fill
from tests.pos_systems.opensourcepos.shop import COMPANY, FIRST_DATE, LAST_DATE, Shop
from tests.pos_systems.opensourcepos.trade import at, days, trade
from tillpost.connection import Connection
from tillpost.flows.post import Posted
from tillpost.flows.prepare import Summary
from tillpost.model.findings import Stream
from tillpost.store.states import StreamState

ORGANISATION = {
    "name": "Corner Store",
    "country": "AU",
    "currency": "AUD",
    "time_zone": "Australia/Melbourne",
    "stores": {
        "corner": {
            "name": "Corner Store",
            "pos": "opensourcepos",
            "connection": "pos",
            "pos_store": COMPANY,
            "starts_on": FIRST_DATE,
            "debtor": "customer",
        }
    },
}


@dataclass(frozen=True, slots=True)
class Run:
    """A shop whose dates were taken into its Xero."""

    shop: Shop
    till: Connection
    journey: Journey
    summary: Summary
    posted: Posted

    def stream(self, day: date, stream: Stream) -> StreamState:
        """The state of one stream."""
        return next(s for s in self.journey.streams() if s.key.business_date == day and s.key.stream is stream)

    def findings(self, stream: Stream) -> dict[int, dict[str, tuple[int, int | None]]]:
        """By day of the month: each rule with number and amount, those that are told of every date left out."""
        told = {s.key.business_date.day: {f.rule: (f.count, f.amount_cents) for f in s.findings} for s in self.journey.streams()
                if s.key.stream is stream}  # fmt: skip
        return {day: {rule: f for rule, f in sorted(own.items()) if rule != "expected_not_given"} for day, own in sorted(told.items())}


@pytest.fixture(scope="module")
def run(local_xero: Served, tmp_path_factory: pytest.TempPathFactory, shop: Shop, till: Connection) -> Run:
    """All dates, prepared and posted."""
    trip = journey(local_xero, tmp_path_factory.mktemp("journey"), "ospos", ORGANISATION, HERE / "mappings", {"pos": till})
    summary = trip.prepare(FIRST_DATE, LAST_DATE)
    return Run(shop, till, trip, summary, trip.post())


def test_all_is_posted_but_the_bill_without_a_number(run: Run) -> None:
    assert (run.summary["released"], run.summary["held"], run.summary["nothing_to_send"]) == (10, ["shop/corner/2026-03-05/purchases"], 1)
    assert (run.posted["posted"], run.posted["refused"], run.posted["unknown"], run.posted["held"]) == (15, 0, 0, 0)


def test_the_trial_balance_of_each_date_is_the_makers(run: Run) -> None:
    assert {day: run.journey.books.trial_balance(day) for day in days()} == {day: books.trial_balance(run.shop, day) for day in days()}


def test_trade_after_midnight_is_booked_on_the_evening_before(run: Run) -> None:
    """26.60 of cider at seven past midnight: without it the first date's drinks would be another figure."""
    late = next(b for b in run.shop.baskets if b.when == at(0, 24, 7))
    without = Shop([b for b in run.shop.baskets if b is not late])
    booked = run.journey.books.trial_balance(FIRST_DATE)["221"]
    assert (late.gross_cents, booked) == (2660, books.trial_balance(run.shop, FIRST_DATE)["221"])
    assert booked != books.trial_balance(without, FIRST_DATE)["221"]


def test_what_was_found_in_sales(run: Run) -> None:
    """Every cent between lines and receipts, every basket that is no sale, every difference of the drawer, and the card without a sale."""
    assert run.findings(Stream.SALES) == {
        2: {"baskets_not_booked": (1, 1295), "gst_rounding_difference": (1, -1)},
        3: {
            "baskets_not_booked": (1, 7470), "due_date_not_told": (1, 6830), "line_rounding_difference": (6, 1),
            "subledger_does_not_tie": (1, SOLD_WITHOUT_SALE_CENTS), "variance": (1, 3000),
        },
        4: {
            "baskets_not_booked": (1, 2590), "due_date_not_told": (1, 5645), "gst_rounding_difference": (1, -3),
            "line_rounding_difference": (5, 0), "variance": (1, 1000),
        },
        5: {"baskets_not_booked": (2, 6275), "line_rounding_difference": (3, 0), "variance": (1, -150)},
        6: {"gst_rounding_difference": (1, -3), "line_rounding_difference": (7, -1), "zero_price_line": (1, None)},
        7: {"gst_rounding_difference": (1, -2), "line_rounding_difference": (4, 0), "variance": (1, 40)},
    }  # fmt: skip


def test_each_cent_between_lines_and_receipt_is_one_that_the_maker_knows(run: Run) -> None:
    for day in days():
        apart = [(b.unrecorded_cents, b.tax_cents - sum(own.tax_cents for own in b.lines)) for b in run.shop.completed() if b.day == day]
        apart = [pair for pair in apart if pair != (0, 0)]
        told = run.findings(Stream.SALES)[day.day].get("line_rounding_difference", (0, 0))
        assert told == (len(apart), sum(gross for gross, _ in apart))


def test_what_was_found_in_purchases(run: Run) -> None:
    assert run.findings(Stream.PURCHASES) == {
        2: {"purchase_tax_not_recorded": (2, 14355)},
        3: {"purchase_tax_not_recorded": (1, -1209)},
        4: {"supplier_not_for_accounting": (1, 1650)},
        5: {"purchase_tax_not_recorded": (1, 3000), "supplier_number_missing": (1, 3000)},
        6: {},
        7: {"purchase_marked_paid": (1, 700), "purchase_tax_not_recorded": (1, 700)},
    }


def test_documents_beside_the_journals(run: Run) -> None:
    told = [(d["type"], d["number"], d["contact"], d["amount_due"]) for d in run.journey.books.documents() if d["number"]]
    sold = {b.customer: b.sale_id for b in run.shop.baskets if b.tenders["DUE"]}
    assert sorted(told) == [
        ("ACCPAY", "BB-77", "Box and Bag Supply", "7.00"),
        ("ACCPAY", "EXPENSE-4", "Valley Greens", "110.00"),
        ("ACCPAY", "VG-1001", "Valley Greens", "143.55"),
        ("ACCPAYCREDIT", "VG-1002", "Valley Greens", "12.09"),
        ("ACCREC", f"TP/corner/invoice/{sold[501]}", "River Plumbing", "0.00"),
        ("ACCREC", f"TP/corner/invoice/{sold[502]}", "Ana López", "21.45"),
    ]


def test_a_date_again_sends_nothing(run: Run) -> None:
    again = run.journey.prepare(FIRST_DATE, FIRST_DATE, "again")
    assert (again["released"], again["unchanged"], again["held"]) == (0, 2, [])
    assert run.journey.post()["posted"] == 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A second shop of the same trade, of which two dates were posted before somebody changed the till: held before and after."""

    journey: Journey
    before: list[str]
    after: list[str]
    balance: dict[str, str]


@pytest.fixture(scope="module")
def changed(local_xero: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changed]:
    """The number of the bill is entered, and the till turns Ana's open debt into cash."""
    for till in new_database("mysql"):
        fill(till, trade())
        trip = journey(local_xero, tmp_path_factory.mktemp("changed"), "changed", ORGANISATION, HERE / "mappings", {"pos": till})
        first, last = days()[2:4]
        before = trip.prepare(first, last)["held"]
        trip.post()
        balance = trip.books.trial_balance(first)
        change(till, "UPDATE ospos_receivings SET reference = 'BB-76' WHERE receiving_id = 4")
        change(till, "UPDATE ospos_sales_payments SET payment_type = 'Cash' WHERE payment_type = 'Due'")
        after = trip.prepare(first, last, "again")["held"]
        trip.post()
        yield Changed(trip, before, after, balance)


def test_a_bill_goes_out_once_its_number_is_entered(changed: Changed) -> None:
    """The sales of the second date wait all along: a payment on it pays a sale of a date that was not run."""
    assert changed.before == ["shop/corner/2026-03-05/sales", "shop/corner/2026-03-05/purchases"]
    assert "shop/corner/2026-03-05/purchases" not in changed.after
    bills = [(d["number"], d["amount_due"]) for d in changed.journey.books.documents() if d["type"] == "ACCPAY"]
    assert bills == [("BB-76", "30.00")]


def test_a_debt_that_the_till_turns_into_cash_is_a_change_of_the_past(changed: Changed) -> None:
    """The till changes the name of the old payment and keeps its time: nobody can tell when it was paid, so a person decides."""
    assert changed.after == ["shop/corner/2026-03-04/sales", "shop/corner/2026-03-05/sales"]
    assert changed.journey.books.trial_balance(days()[2]) == changed.balance


def test_two_taxes_inside_one_price_are_held(local_xero: Served, mariadb_apart: Connection, tmp_path: Path) -> None:
    """The till takes each out of the whole price, which no rate of a ledger gives."""
    fill(mariadb_apart, trade())
    trip = journey(local_xero, tmp_path, "inside", ORGANISATION, HERE / "mappings", {"pos": mariadb_apart})
    day = days()[3]
    sale = "sale_id IN (SELECT sale_id FROM ospos_sales WHERE sale_time = '2026-03-05 12:07:00')"
    inside = "tax_type = 0, item_tax_amount = ROUND({} * percent / (100 + percent), 4)"
    for line, total in ((1, "38.85"), (2, "2.75")):
        change(mariadb_apart, f"UPDATE ospos_sales_items_taxes SET {inside.format(total)} WHERE line = {line} AND {sale}")
    change(
        mariadb_apart,
        f"UPDATE ospos_sales_taxes SET tax_type = 0, sale_tax_amount = ROUND(41.60 * tax_rate / (100 + tax_rate), 2) WHERE {sale}",
    )
    change(mariadb_apart, f"UPDATE ospos_sales_payments SET payment_amount = 41.60 WHERE {sale}")
    trip.prepare(day, day)
    found = {f.rule: f.amount_cents for s in trip.streams() if s.key.stream is Stream.SALES for f in s.findings if f.blocks}
    assert found == {"gst_does_not_match_rate": 18}
