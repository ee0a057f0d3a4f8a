"""The codes that a POS shows, as the mapping commands read them: which rows they ask for, with what amounts, of which dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.checks.checks_facts import (
    DAY,
    MAPPING,
    Tables,
    context,
    count,
    entry,
    facts,
    line,
    movement,
    purchase,
    purchase_line,
    sale,
    store,
    tender,
)  # fmt: skip
from tillpost.config import Settings, Site
from tillpost.connection import Connection
from tillpost.flows.mapping_codes import PosReading, code_uses, dates_of_interest, read_pos
from tillpost.mapping.uses import CodeUse, row_of_use
from tillpost.model.period import DateRange

ORG = context(store()).organisation
TRADE: Tables = {
    "sales": [sale("s1", 5000, rounding_cents=-2), sale("s2", 9900, status="void"), sale("s3", 700, business_date=DAY + timedelta(days=1))],
    "sale_lines": [
        line(4000, "s1", "1"), line(1000, "s1", "2", category="VAPES"),
        line(500, "s1", "3", line_kind="tip", category=None, tax_code=None, tax_cents=None),
        line(-500, "s1", "4", line_kind="basket_discount", category=None, tax_code=None, tax_cents=None),
        line(9900, "s2"), line(700, "s3"),
    ],
    "tenders": [
        tender(3000, "s1", "1"),
        tender(3000, "s1", "2", tender_code="EFTPOS", tender_type="card", cash_out_cents=1000),
        tender(700, "s3", "1", tender_code="NEXT_DAY"),
    ],
    "counts": [count(1950, 2000)],
    "movements": [movement("paid_out", -300, function_code="PETTY_CASH", tender_code="CASH", tax_code="GST")],
    "purchases": [purchase(11000, freight_cents=1100), purchase(500, "p2", supplier_id="CASHMKT")],
    "purchase_lines": [
        purchase_line(5000), purchase_line(4000, line_no="2", category=None, account_code="5000"),
        purchase_line(900, line_no="3", line_kind="admin_fee"), purchase_line(500, "p2"),
    ],
    "gl_entries": [entry("4000", 800, "1", **{"class": "Tools", "description": "Hire"}), entry("4000", 900, "2", sale_id="s1")],
}  # fmt: skip


def use(kind: str, code: str, cents: int, count: int = 1, **more: object) -> CodeUse:
    return CodeUse("cafe", DAY, ((kind, code),), cents, count, **more)  # type: ignore[arg-type]


def test_every_code_with_an_amount_is_seen_once(tmp_path: Path) -> None:
    reading = PosReading(facts(tmp_path, TRADE), (("cafe", DAY),), {})
    assert code_uses(reading, ORG, MAPPING) == [
        use("function", "PETTY_CASH", -300, tax_code="GST", hint="paid_out"),
        use("gl_account", "4000", 800, hint="Hire", class_name="Tools"),
        use("gl_account", "5000", 4000, tax_code="GST"),
        CodeUse("cafe", DAY, (("line_kind", "basket_discount"), ("sales_category", "")), -500, 1, needed=False),
        CodeUse("cafe", DAY, (("line_kind", "tip"), ("sales_category", "")), 500, 1),
        use("other", "rounding", -2),
        use("other", "variance", -50),
        use("purchase_category", "FOOD", 5000, tax_code="GST"),
        use("purchase_other", "admin_fee", 900, tax_code="GST"),
        use("purchase_other", "freight", 1100),
        use("sales_category", "FOOD", 4000, tax_code="GST"),
        use("sales_category", "VAPES", 1000, tax_code="GST"),
        use("tender", "CASH", -350, 2),
        use("tender", "CASH", 2000, 2, hint="cash"),
        use("tender", "EFTPOS", 3000, hint="card"),
    ]


@pytest.mark.parametrize(
    ("asks", "account"),
    [
        ((("line_kind", "tip"), ("sales_category", "FOOD")), "809"),
        ((("line_kind", "fee"), ("sales_category", "FOOD")), "201"),
        ((("sales_category", "VAPES"),), None),
    ],
)
def test_the_first_row_that_there_is_decides(asks: tuple[tuple[str, str], ...], account: str | None) -> None:
    row = row_of_use(MAPPING, CodeUse("cafe", DAY, asks, 100, 1))
    assert (row and row.account) == account


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, DateRange(date(2026, 2, 19), date(2026, 3, 5))),
        (date(2026, 1, 5), None, DateRange(date(2026, 1, 5), date(2026, 3, 5))),
        (date(2026, 3, 5), None, DateRange(date(2026, 3, 5), date(2026, 3, 6))),
        (None, date(2026, 1, 14), DateRange(date(2026, 1, 1), date(2026, 1, 15))),
        (date(2026, 1, 5), date(2026, 1, 5), DateRange(date(2026, 1, 5), date(2026, 1, 6))),
    ],
)
def test_dates_are_the_last_two_weeks_before_today_in_the_organisations_zone(
    first: date | None, last: date | None, expected: DateRange
) -> None:
    assert dates_of_interest(ORG, first, last, datetime(2026, 3, 4, 13, 30, tzinfo=UTC)) == expected


def test_a_store_that_cannot_be_read_is_told_and_one_that_has_not_begun_is_left_out(tmp_path: Path) -> None:
    stores = {one.key: one for one in (store("bar"), replace(store("late"), starts_on=date(2026, 3, 4)))}
    org = replace(ORG, stores=stores)

    def nobody(conn_id: str) -> Connection:
        raise AssertionError(f"{conn_id} was asked for")

    site = Site(Settings(tmp_path, "sqlite://", tmp_path), {"harbour": org}, nobody)
    with read_pos(site, org, DateRange.of_day(DAY)) as reading:
        why = f"{tmp_path / 'sql'}: there is no folder of SQL files for the POS system 'idealpos'."
        assert (reading.store_dates, reading.unread) == ((), {"bar": why})
        assert code_uses(reading, org, MAPPING) == []
    with read_pos(site, org, None) as reading:
        assert (reading.store_dates, reading.unread) == ((), {})
