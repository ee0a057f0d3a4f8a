"""Work that waits for Xero or fails, as its flows tell it: the payments on a spent day, dates that lie ahead, reports beside a failure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.flows.test_flows_connections import CAFE, ORG, Shop, served, shop
from tests.unit.store.databases import template
from tests.unit.store.documents import journal, release_documents, sales_of
from tillpost.errors import ConfigError, XeroUnavailable
from tillpost.flows.budget import budget_of
from tillpost.flows.pull import pull_payments
from tillpost.flows.recover import recover
from tillpost.flows.reporting import reporting_changes
from tillpost.store.payments import get_watermark

__all__ = ["served", "shop", "template"]


def test_on_a_spent_day_the_payments_wait_without_failing(shop: Shop) -> None:
    budget = budget_of(shop.site, ORG, shop.db)
    budget.before_call()({"X-DayLimit-Remaining": "0", "X-Rate-Limit-Problem": "day", "Retry-After": "40000"})
    until = budget.standing().blocked_until
    assert until is not None
    assert pull_payments(shop.site, "harbour") == {
        "changed": 0,
        "written_back": 0,
        "until": until.isoformat(),
        "why": f"The day limit of calls to Xero is reached for harbour: nothing was sent. Go on at {until:%Y-%m-%d %H:%M:%S} UTC.",
    }


def test_the_first_look_at_payments_of_stores_that_begin_later_is_from_now_on(shop: Shop) -> None:
    later = replace(CAFE, starts_on=date(2999, 1, 1))
    site = replace(shop.site, organisations={"harbour": replace(ORG, stores={"cafe": later})})
    pull_payments(site, "harbour")
    seen = get_watermark(shop.db, "harbour", "payments")
    assert seen is not None and seen <= shop.db.now()


def test_a_recovery_from_a_date_that_lies_ahead_is_refused(shop: Shop) -> None:
    with pytest.raises(ConfigError, match=r"^--from 2999-01-01 lies ahead: now it is .* UTC, and nothing has changed after that\.$"):
        recover(shop.site, "harbour", holder="kim", who="Kim", first=date(2999, 1, 1))


def test_a_report_that_cannot_be_written_does_not_hide_why_a_run_failed(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(XeroUnavailable), caplog.at_level("ERROR"), reporting_changes(shop.site, ORG, shop.db, "run"):
        release_documents(shop.db, journal())
        raise XeroUnavailable("Xero is away")
    [told] = caplog.messages
    assert told.startswith("harbour: the reports were not written: ") and "the mapping file does not exist" in told
    with pytest.raises(ConfigError, match="the mapping file does not exist"), reporting_changes(shop.site, ORG, shop.db, "run"):
        release_documents(shop.db, journal(sales_of(date(2026, 10, 9))))
