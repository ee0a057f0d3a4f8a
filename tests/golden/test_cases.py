"""Each golden case end to end: facts, checks, build, outbox, the local Xero, its trial balance."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from sandbox.xero.client import read_chart
from sandbox.xero.serving import Served
from tests.golden.books import Books
from tests.golden.given import STORE, facts_of_case
from tillpost.config import Settings, Site
from tillpost.connection import Connection
from tillpost.flows.post import post
from tillpost.flows.reference import read_reference_data
from tillpost.flows.settling import FactsRead, Outcome, Run, settle_facts
from tillpost.mapping.tables import load_mapping
from tillpost.model.facts import TABLES
from tillpost.model.findings import Finding
from tillpost.model.money import cents_of_text
from tillpost.model.period import TradingClock
from tillpost.organisations import Organisation, Store
from tillpost.pos.facts import facts_of_rows, open_facts, write_facts
from tillpost.store.database import open_database

NOW = datetime(2026, 4, 1, tzinfo=UTC)
ZONES = {"AU": "Australia/Melbourne", "NZ": "Pacific/Auckland", "GB": "Europe/London"}
CURRENCIES = {"AU": "AUD", "NZ": "NZD", "GB": "GBP"}

Case = dict[str, Any]


def test_case(case: Case, case_file: Path, local_xero: Served, tmp_path: Path) -> None:
    site, books = _site(case, case_file, local_xero, tmp_path)
    outcome = _settle(case, case_file, site, tmp_path)
    last = max(key.business_date for key in outcome.states)
    if post(site, "golden", holder="golden")["left"]:
        pytest.fail(f"documents are left: {_left(site)}")

    rules = {finding.rule for found in outcome.findings.values() for finding in found}
    assert set(case.get("findings", ())) <= rules, rules
    blockers = [finding for found in outcome.findings.values() for finding in found if finding.blocks]
    if case.get("blocked"):
        assert blockers and books.documents() == [] and books.trial_balance(last) == {}
        return
    assert blockers == [], _told(blockers)
    assert books.trial_balance(last) == _expected_balance(case), _left(site)
    _assert_tax_types(case, local_xero.admin.balances_by_tax_type(_org_key(case)))
    _assert_documents(case, books.documents())
    if case.get("period_state"):
        assert set(outcome.states.values()) == {case["period_state"]}


def _settle(case: Case, mappings: Path, site: Site, tmp_path: Path) -> Outcome:
    org = site.organisation("golden")
    mapping = load_mapping(mappings, org.country)
    facts = facts_of_case(case["given"], org.country, mapping)
    write_facts(tmp_path / "facts", {name: facts_of_rows(TABLES[name], STORE, rows) for name, rows in facts.tables.items()})
    reference, _ = read_reference_data(site, org)
    db = open_database(site.settings.db_url, migrate=True)
    run = Run(site, org, mapping, reference, db, "golden", NOW)
    dates = [(STORE, day) for day in sorted(facts.dates())]
    return settle_facts(run, FactsRead(open_facts([tmp_path / "facts"]), dates, dict.fromkeys(dates, NOW)))


def _site(case: Case, mappings: Path, served: Served, tmp_path: Path) -> tuple[Site, Books]:
    settings, country = case["settings"], case["settings"]["country"]
    key = _org_key(case)
    credentials = {"client_id": f"id-{key}", "client_secret": f"secret-{key}"}
    made = served.admin.create_organisation(
        key, name="Golden", country=country, currency=CURRENCIES[country], time_zone=ZONES[country],
        accounts=read_chart(mappings / "chart.csv"), settings={"sales_tax_basis": {"accrual": "ACCRUALS", "cash": "CASH"}[settings["gst_basis"]]}, **credentials,
    )  # fmt: skip
    served.admin.raise_limits(key)
    names = ("mode", "layby_recognition", "cash_contracts", "auto_allocate", "split_mixed_tax")
    clock = TradingClock(ZONES[country], time(4))
    store = Store(STORE, "Golden Shop", "golden", "none", STORE, clock, date(2026, 1, 1), **{name: settings[name] for name in names})
    org = Organisation(
        "golden", "Golden", country, CURRENCIES[country], ZONES[country], "xero", time(6), {STORE: store}, settings["gst_basis"]
    )
    include = tmp_path / "include"
    shutil.copytree(mappings, include / "mappings" / "golden")
    connection = Connection(
        "xero", "generic", login=credentials["client_id"], password=credentials["client_secret"], extra={"base_url": served.base_url}
    )
    site = Site(Settings(include, f"sqlite:///{tmp_path / 'tillpost.db'}", tmp_path / "data"), {"golden": org}, lambda conn_id: connection)
    return site, Books.of(served.base_url, credentials["client_id"], credentials["client_secret"], made["tenant_id"])


def _org_key(case: Case) -> str:
    return "case-" + re.sub(r"[^a-z0-9]+", "-", case["id"].lower())


def _expected_balance(case: Case) -> dict[str, str]:
    sums: Counter[str] = Counter()
    for account, _, amount in case["ledger"]:
        sums[account] += cents_of_text(amount)
    return {account: f"{'-' if c < 0 else ''}{abs(c) // 100}.{abs(c) % 100:02d}" for account, c in sums.items() if c}


def _assert_tax_types(case: Case, rows: list[list[str]]) -> None:
    """Where a row names a tax type, the lines of that account and type come to its amount, net of GST."""
    found = {(account, tax_type): amount for account, tax_type, amount in rows}
    for account, tax_type, amount in case["ledger"]:
        if tax_type is not None:
            assert found.get((account, tax_type)) == amount, found


def _assert_documents(case: Case, found: list[dict[str, Any]]) -> None:
    wanted = case.get("documents")
    if wanted == []:
        assert found == []
    for want in wanted or ():
        of_kind = [document for document in found if document["type"] == want["type"]]
        assert len(of_kind) == want["count"], found
        for document in of_kind:
            assert {name: document[name] for name in want if name in document} == {name: want[name] for name in want if name != "count"}


def _left(site: Site) -> list[tuple[str, tuple[str, ...]]]:
    from tillpost.store.states import stream_states

    db = open_database(site.settings.db_url)
    return [(str(state.key), state.reasons) for state in stream_states(db, "golden") if state.state not in ("posted", "nothing_to_send")]


def _told(findings: list[Finding]) -> str:
    return "; ".join(f"{finding.rule}: {finding.message} {finding.examples}" for finding in findings)
