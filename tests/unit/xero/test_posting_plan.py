"""The plan of the next posting runs: calls, finish time, what is held and what waits, as whole values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.unit.store.databases import Watch, db, db_url, template, watch  # noqa: F401
from tests.unit.store.documents import (
    SALES,
    allocation,
    bill,
    blocker,
    invoice,
    journal,
    payment,
    release_documents,
    result,
    sales_of,
    settle,
    trade,
)
from tillpost.model.documents import DocumentKind
from tillpost.model.period import DateRange
from tillpost.posting_rules import PostingRules
from tillpost.store.backlog import Backlog, Group, backlog
from tillpost.store.database import Database
from tillpost.xero.planning import Plan, Step, plan_posting, plan_sentence, progress_sentence
from tillpost.xero.quota import Standing

# ruff: noqa: F811  (fixtures are imported by name)

NOW = datetime(2026, 10, 4, 18, 0, tzinfo=UTC)
FRESH = Standing(58, 5_000, 5_000, None, ())
YEAR = Backlog(groups=(Group(DocumentKind.INVOICE, 3_650), Group(DocumentKind.PAYMENT, 14_600)))


def plan(todo: Backlog, standing: Standing = FRESH, *, evidence: int = 0, **rules: int) -> Plan:
    return plan_posting(todo, evidence, standing, PostingRules(**rules), NOW)  # type: ignore[arg-type]


def test_a_year_of_ten_stores() -> None:
    assert plan(YEAR) == Plan(
        documents=(Step("invoices", 3_650, 73), Step("payments", 14_600, 292)),
        others=(Step("reading what Xero holds", 8, 8),),
        calls=373,
        minute_left=58,
        day_left=5_000,
        blocked_until=None,
        finish=NOW + timedelta(minutes=7, seconds=46, microseconds=250_000),
        refused=0,
        held=(),
        waiting=(),
    )


@pytest.mark.parametrize(
    ("times", "day", "finish"),
    [
        # 3,658 calls: within the 4,000 that a day of 5,000 gives to older dates, at 48 a minute.
        (10, 5_000, timedelta(minutes=76.2083333)),
        # 800 a day to older dates, so that 3,650 take four days and 450 calls.
        (10, 1_000, timedelta(days=4, seconds=4, minutes=9.5416666)),
        (1, 1_000, timedelta(minutes=7.7708333)),
    ],
)
def test_the_finish_time_by_tier(times: int, day: int, finish: timedelta) -> None:
    todo = Backlog(groups=tuple(Group(group.kind, group.documents * times) for group in YEAR.groups))
    found = plan(todo, Standing(58, day, day, None, ())).finish
    assert found is not None and abs(found - NOW - finish) < timedelta(seconds=10), found - NOW


def test_recent_dates_use_what_is_kept_for_the_night() -> None:
    spent = Standing(58, 200, 1_000, None, tuple(NOW - timedelta(hours=1) for _ in range(800)))
    night = Backlog(groups=(Group(DocumentKind.JOURNAL, 60, 60),))
    assert plan(night, spent).finish == NOW + timedelta(minutes=10 / 48)
    old = Backlog(groups=(Group(DocumentKind.JOURNAL, 60, 0),))
    found = plan(old, spent).finish
    assert found is not None and timedelta(hours=23) < found - NOW < timedelta(hours=23, minutes=1)


def test_a_block_of_xero_and_what_others_used_are_waited_for() -> None:
    until = NOW + timedelta(hours=5)
    assert plan(YEAR, Standing(0, 5_000, 5_000, until, ())).finish == until + timedelta(minutes=373 / 48)
    unknown = plan(YEAR, Standing(58, 100, 5_000, None, ())).finish
    assert unknown is not None and timedelta(days=1) < unknown - NOW < timedelta(days=1, minutes=10)


def test_more_than_a_year_has_no_finish() -> None:
    assert plan(Backlog(groups=(Group(DocumentKind.JOURNAL, 2_000_000),)), Standing(58, 100, 100, None, ())).finish is None


def test_every_sort_of_call() -> None:
    todo = Backlog(
        groups=(
            Group(DocumentKind.BILL, 81, 81),
            Group(DocumentKind.ALLOCATION, 3, 3),
            Group(DocumentKind.ALLOCATION, 51, 51),
        ),
        numbers=((DocumentKind.BILL, 81), (DocumentKind.SUPPLIER_CREDIT, 1)),
        contacts=51,
        unknown=((DocumentKind.JOURNAL, 50),),
        refused=4,
        held=(("check tenders_equal_sales", 2),),
        waiting=(("for a document that is held", 3),),
    )
    found = plan(todo, evidence=7)
    assert (found.documents, found.others, found.calls) == (
        (Step("bills", 81, 2), Step("allocations", 54, 3)),
        (
            Step("reading what Xero holds", 8, 8),
            Step("looking up unknown outcomes", 50, 1),
            Step("looking for suppliers' numbers", 82, 4),
            Step("creating contacts", 51, 2),
            Step("evidence", 7, 7),
        ),
        27,
    )
    assert plan_sentence(found) == (
        "plan: 81 bills, 54 allocations; 27 calls (58 calls left this minute, 5000 today); done about 2026-10-04 18:00 UTC; "
        "2 held, 3 waiting, 4 refused"
    )
    assert plan_sentence(plan(Backlog())) == "plan: nothing to send"


def test_progress_is_told_by_the_pace_so_far() -> None:
    planned = plan(YEAR)
    at = NOW + timedelta(minutes=2)
    assert progress_sentence(planned, 4_000, 90, NOW, at) == "progress: 4000 documents done, 14250 left, 90 calls, about 7 minutes to go"
    assert progress_sentence(planned, 0, 8, NOW, at) == "progress: 0 documents done, 18250 left, 8 calls, just begun"
    assert progress_sentence(planned, 18_250, 373, NOW, at) == "progress: 18250 documents done, 0 left, 373 calls, nothing to go"


def test_the_backlog_of_an_outbox(db: Database, watch: Watch) -> None:
    sale, credit = invoice("s1"), trade(DocumentKind.CREDIT_NOTE, "c1")
    orphan = payment("m9", invoice("s9", key=sales_of(store="bar")))
    release_documents(db, journal(), sale, credit, payment("m1", sale), allocation("a1", credit, sale), bill("b1", "B-77"), orphan)
    held = sales_of(date(2026, 9, 1))
    settle(db, result(journal(held), key=held, findings=[blocker(held)]))
    waits = sales_of(date(2026, 9, 2))
    settle(db, result(journal(waits), key=waits), approval=True)
    assert backlog(db, "harbour", SALES.business_date) == Backlog(
        groups=(
            Group(DocumentKind.JOURNAL, 1, 1),
            Group(DocumentKind.INVOICE, 1, 1),
            Group(DocumentKind.BILL, 1, 1),
            Group(DocumentKind.CREDIT_NOTE, 1, 1),
            Group(DocumentKind.PAYMENT, 1, 1),
            Group(DocumentKind.ALLOCATION, 1, 1),
        ),
        numbers=((DocumentKind.BILL, 1),),
        contacts=2,
        held=(("Waits for approval.", 1), ("check tenders_equal_sales", 1)),
        waiting=(("for a document that is not in the outbox", 1),),
    )
    of_september = backlog(db, "harbour", SALES.business_date, DateRange(date(2026, 9, 1), date(2026, 10, 1)))
    assert of_september == Backlog(held=(("Waits for approval.", 1), ("check tenders_equal_sales", 1)))
    assert backlog(db, "harbour", date(2026, 10, 4)).groups[0] == Group(DocumentKind.JOURNAL, 1, 0)
