"""Each golden case end to end: facts, checks, build, outbox, the local Xero, its trial balance; and its place in docs/accounting.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.xero.serving import Served
from tests.golden.accounting_page import FILE, section
from tests.golden.case_files import OWN_CASES, Case, expected_balance
from tests.golden.running import organisation_key, run_case
from tillpost.model.findings import Finding


def test_case(case: Case, mappings: Path, case_file: Path, local_xero: Served, tmp_path: Path) -> None:
    ran = run_case(case, mappings, local_xero, tmp_path)
    if ran.left:
        pytest.fail(f"documents are left: {ran.left}")
    rules = {finding.rule for finding in ran.findings}
    assert set(case.get("findings", ())) <= rules, rules
    if case.get("blocked"):
        assert ran.blockers
        if "ledger" not in case:
            assert ran.books.documents() == [] and ran.books.trial_balance(ran.last_day) == {}
    else:
        assert ran.blockers == [], _told(ran.blockers)
    if "ledger" in case:
        assert ran.books.trial_balance(ran.last_day) == expected_balance(case), (ran.left, _told(ran.findings))
        _assert_tax_types(case, local_xero.admin.balances_by_tax_type(organisation_key(case)))
        _assert_documents(case, ran.books.documents())
    if case.get("period_state"):
        assert set(ran.outcomes[-1].states.values()) == {case["period_state"]}
    if case_file in OWN_CASES:
        assert section(case, ran) in FILE.read_text(encoding="utf-8"), "run: python -m tests.golden.accounting_page"


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


def _told(findings: list[Finding]) -> str:
    return "; ".join(f"{finding.rule}: {finding.message} {finding.examples}" for finding in findings)
