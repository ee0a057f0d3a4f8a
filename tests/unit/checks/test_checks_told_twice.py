"""An event that is told twice holds both dates: whichever is booked second would book it again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from checks_facts import DAY, context, facts, found, line, movement, sale, tender

NEXT = DAY + timedelta(days=1)
BOTH = context(store_dates=(("cafe", DAY), ("cafe", NEXT)))


def test_a_layby_cancelled_as_a_sale_and_a_day_later_as_a_movement(tmp_path: Path) -> None:
    cancelled = sale(kind="layby_cancel", layby_id="L1", gross=-5000)
    later = movement("layby_cancel", -1000, layby_id="L1", business_date=NEXT)
    measures = found(facts(tmp_path, {"sales": [cancelled], "movements": [later]}), BOTH, "layby_cancel_told_twice")
    assert [(m.business_date, m.count, m.amount_cents) for m in measures] == [(DAY, 1, -1000), (NEXT, 1, -1000)]


def test_a_payment_told_as_a_line_and_a_day_later_as_a_movement(tmp_path: Path) -> None:
    tables = {
        "sales": [sale()],
        "sale_lines": [line(line_kind="account_payment")],
        "tenders": [tender()],
        "movements": [movement("account_payment", 5000, sale_id="s1", business_date=NEXT)],
    }
    measures = found(facts(tmp_path, tables), BOTH, "account_payment_told_twice")
    assert [(m.business_date, m.examples) for m in measures] == [
        (day, ("sale s1: account_payment 50.00, again as movement m1",)) for day in (DAY, NEXT)
    ]
