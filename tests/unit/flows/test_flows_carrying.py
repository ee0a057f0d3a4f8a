"""Which accounts are carried forward, and their balances from date to date, as a run writes them into its reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.unit.flows.test_flows_planning import nobody
from tests.unit.store.databases import db, db_url, template, watch
from tests.unit.store.documents import journal, release_documents, sales_of
from tillpost.config import Settings, Site
from tillpost.flows.carrying import carried_forward
from tillpost.flows.reporting import write_reports
from tillpost.mapping.tables import Mapping, load_mapping
from tillpost.model.documents import Document, FactSelection, Posting
from tillpost.model.findings import ALL_STORES
from tillpost.model.period import TradingClock
from tillpost.model.reference import ReferenceData, XeroAccount, XeroOrganisation
from tillpost.organisations import Organisation, Store
from tillpost.report.data import CarriedAccount, CarriedForward
from tillpost.store.database import Database

__all__ = ["db", "db_url", "template", "watch"]

DAY, START = date(2026, 10, 3), date(2026, 9, 14)
CLOCK = TradingClock("Australia/Melbourne", time(4))
STORES = {key: Store(key, key.title(), "none", "none", key, CLOCK, START) for key in ("cafe", "bar")}
ORG = Organisation("harbour", "Harbour", "AU", "AUD", CLOCK.zone, "none", time(6), STORES)
CLASSES = {"101": "ASSET", "201": "REVENUE", "610": "ASSET"}
ACCOUNTS = ("101", "201", "610", "800", "806", "808", "809", "845")
REFERENCE = ReferenceData(
    XeroOrganisation("tenant", "Harbour", "AU", "AUD"),
    {
        code: XeroAccount(
            code, code, "CURRLIAB", True, system="CREDITORS" if code == "800" else "", account_class=CLASSES.get(code, "LIABILITY")
        )
        for code in ACCOUNTS
    },
    {},
)
ROWS = """\
kind,code,account,tax_code,tracking,valid_from,note
function,TAB,808,NONE,,,
tender,TAB,808,NONE,,,
function,CARD,806,NONE,,,
tender,CARD,806,NONE,,,
line_kind,gift_card_redeem,806,NONE,,,
function,HIRE,845,GST,,,
tender,HIRE,845,GST,,,
function,TIPS,809,NONE,,,
tender,CASH,101,NONE,,,
other,inventory_suspense,610,NONE,,,
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    """A tab, gift cards, a deposit that takes its GST on receipt, tips, and goods received on an account of assets."""
    (tmp_path / "accounts.csv").write_text(ROWS)
    (tmp_path / "contacts.csv").write_text("kind,code,contact_name,account_number,terms_days,for_accounting,tax_code\n")
    taxes = "country,pos_tax_code,rate_percent,sale_tax_type,purchase_tax_type,valid_from\n"
    (tmp_path / "taxes.csv").write_text(f"{taxes}AU,NONE,0,BASEXCLUDED,BASEXCLUDED,\nAU,GST,10,OUTPUT,INPUT,\n")
    return load_mapping(tmp_path, "AU")


def books(day: date, *moved: tuple[str, int], store: str = "cafe", of: str = "") -> Document:
    """A journal that moves these accounts."""
    built = journal(sales_of(day, store))
    source = FactSelection("tenders", (("store", of),) if of else (), 1)
    postings = (Posting(built.natural_key, account, "BASEXCLUDED", 0, "", cents, 0, 0, "", source, "") for account, cents in moved)
    return replace(built, postings=tuple(postings))


def carried(
    db: Database, mapping: Mapping, days: Sequence[date], reference: ReferenceData | None = REFERENCE
) -> list[tuple[CarriedForward, ...]]:
    found = carried_forward(db, ORG, mapping, reference, days)
    assert list(found) == list(days)
    return list(found.values())


def test_liabilities_and_suspense_are_carried_and_nothing_else(db: Database, mapping: Mapping) -> None:
    release_documents(db, books(DAY, *((account, -100) for account in ACCOUNTS)))
    [[cafe]] = carried(db, mapping, [DAY])
    assert [account.account for account in cafe.accounts] == ["610", "806", "808", "809", "845"]
    assert (cafe.store, cafe.starts_on, cafe.prepaid) == ("cafe", START, frozenset({"808"}))
    [[unread]] = carried(db, mapping, [DAY], None)
    assert [account.account for account in unread.accounts] == ["610"]


def test_balances_go_on_from_date_to_date_of_a_run_also_over_gaps(db: Database, mapping: Mapping) -> None:
    first, *_ = days = [DAY, DAY + timedelta(days=2), DAY + timedelta(days=3)]
    between = first + timedelta(days=1)
    release_documents(
        db,
        books(first - timedelta(days=9), ("808", -100)),
        books(first, ("808", -20), ("809", -7)),
        books(between, ("808", -3)),
        books(days[1], ("809", 7)),
        books(days[2] + timedelta(days=1), ("808", -50_000)),
    )
    told = [found[0].accounts for found in carried(db, mapping, days)]
    assert told == [
        (CarriedAccount("808", -100, -20, -120), CarriedAccount("809", 0, -7, -7)),
        (CarriedAccount("808", -123, 0, -123), CarriedAccount("809", -7, 7, 0)),
        (CarriedAccount("808", -123, 0, -123), CarriedAccount("809", 0, 0, 0)),
    ]


def test_each_store_has_its_own_from_the_document_of_all_stores_too(db: Database, mapping: Mapping) -> None:
    together = books(DAY, ("808", -40), store=ALL_STORES, of="bar")
    unnamed = books(DAY, ("809", -2), store=ALL_STORES)
    release_documents(db, replace(together, postings=(*together.postings, *unnamed.postings)), books(DAY, ("808", -5), store="bar"))
    assert carried(db, mapping, [DAY]) == [
        (
            CarriedForward("bar", START, (CarriedAccount("808", 0, -45, -45),), frozenset({"808"})),
            CarriedForward(ALL_STORES, None, (CarriedAccount("809", 0, -2, -2),)),
        )
    ]


def test_the_written_report_has_it(db: Database, mapping: Mapping, tmp_path: Path) -> None:
    folder = tmp_path / "include" / "mappings" / "harbour"
    folder.mkdir(parents=True)
    for name in ("accounts.csv", "contacts.csv", "taxes.csv"):
        (tmp_path / name).rename(folder / name)
    release_documents(db, books(DAY - timedelta(days=1), ("610", -100)), books(DAY, ("610", -20), ("201", -9)))
    site = Site(Settings(tmp_path / "include", "", tmp_path), {"harbour": ORG}, nobody)
    [page] = write_reports(site, ORG, db, [DAY], "run", datetime(2026, 10, 4, tzinfo=UTC))
    [store] = json.loads(page.with_suffix(".json").read_text())["stores"]
    told = [(row["account"], row["before_cents"], row["moved_cents"], row["after_cents"]) for row in store["carried"]["rows"]]
    assert told == [("610", -100, -20, -120)]
