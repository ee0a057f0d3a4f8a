"""Writes docs/accounting.md from the repository's own golden cases: ``python -m tests.golden.accounting_page``.

Each case is run: what the page shows is what the local Xero booked, and its trial balance. The golden tests compare each case's part
of the page with their own run; tests/unit/test_docs_accounting.py the page with the case files.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sandbox.xero.serving import serve
from tests.golden.case_files import OWN_CASES, Case, CaseFile, expected_balance, read_case_file, readings
from tests.golden.documents_shown import shown
from tests.golden.running import Ran, run_case
from tests.golden.words import day_in_words, day_of, told
from tillpost.config import PROJECT
from tillpost.model.money import cents_of_text, format_cents

FILE = PROJECT / "docs" / "accounting.md"
INTRODUCTION = """\
# Accounting

What Tillpost books, case by case. Each case was run: what happened in the shop went through checks, build and outbox into the local
Xero, and what is shown here is what was booked there. This page is written by `PYTHONPATH=plugins python -m tests.golden.accounting_page`
from [the golden cases](../tests/golden/cases); a test fails when it is not current. To try cases of your own, see
[how a case is written](../tests/golden/cases/README.md) and run `pytest tests/golden --cases FILE`.

How to read it:

* Amounts of documents include GST; the column *GST inside* is what Xero computes of the line and moves to its GST account (820). A
  document's own debtor or creditor (610, 800) is moved by its kind, never by a line.
* *Mapping* is the row of accounts.csv that chose the account: its kind and code. The cases are booked with
  [these mapping files](../tests/golden/mappings).
* *Ledger* is the movement of the trial balance after all of the case: debit positive, credit negative.
* The setting of a case is named where it is not the usual one: [configuration](configuration.md).
* Unless a case says otherwise everything happens on 3 March 2026 in one store in Australia (GST 10 %, accrual basis) in batch mode.
"""


def page(sections: Mapping[str, str]) -> str:
    """The whole page; ``sections`` by the id of the case."""
    parts = [INTRODUCTION]
    for file in map(read_case_file, OWN_CASES):
        parts += [heading(file), *(sections[case["id"]] for case in file.cases)]
    return "\n".join(parts)


def heading(file: CaseFile) -> str:
    """The heading of a file's cases, with their rule and its source."""
    return f"## {file.title}\n\n{file.introduction.strip()}\n"


def title(case: Case) -> str:
    """The heading of a case."""
    return f"### {case['title']}"


def section(case: Case, ran: Ran) -> str:
    """A case: what happened, by which settings, what was booked, what was said."""
    parts = [title(case), *_paragraph(case.get("note", "")), *_settings(case), *_happened(case)]
    parts += [shown(document, ran) for document in ran.documents]
    if not ran.documents:
        parts.append("Nothing is posted.")
    balance = ran.books.trial_balance(ran.last_day)
    if balance:
        parts.append(f"Ledger: {', '.join(f'{code} {ran.chart[code]} **{_amount(text)}**' for code, text in sorted(balance.items()))}.")
    parts += [f"* {line}" for line in _said(case, ran)]
    return "\n\n".join(parts) + "\n"


def _paragraph(text: str) -> Iterator[str]:
    if text:
        yield text.strip()


def _settings(case: Case) -> Iterator[str]:
    """The settings that are not the usual ones of this page."""
    usual = {"country": "AU", "mode": "batch", "gst_basis": "accrual"}
    own = {name: value for name, value in case["settings"].items() if usual.get(name) != value}
    if own:
        yield f"Settings: {', '.join(f'`{name}: {_value(value)}`' for name, value in sorted(own.items()))}."


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_value(one)}" for key, one in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _happened(case: Case) -> Iterator[str]:
    several = len(readings(case)) > 1
    for n, reading in enumerate(readings(case), 1):
        sentences = list(told(reading)) or ["Nothing happened."]
        yield (f"Reading {n}, {day_in_words(day_of(reading))}:\n\n" if several else "") + "\n".join(
            f"* {sentence}" for sentence in sentences
        )


def _amount(text: str) -> str:
    return format_cents(cents_of_text(text))


def _said(case: Case, ran: Ran) -> Iterator[str]:
    """What the case says is found, in the words that a person reads."""
    for rule in case.get("findings", ()):
        finding = next((finding for finding in ran.findings if finding.rule == rule), None)
        if finding is not None:
            yield f"`{rule}` ({finding.severity.value}): {finding.message}"


def _right(case: Case, ran: Ran) -> str:
    """A case's section; the page is not written where the ledger is not what the case says."""
    if "ledger" in case and ran.books.trial_balance(ran.last_day) != expected_balance(case):
        raise SystemExit(f"{case['id']}: the ledger is not what the case says, run: pytest tests/golden -k {case['id']}")
    return section(case, ran)


def main() -> None:
    """Run the cases and write the page."""
    sections = {}
    with tempfile.TemporaryDirectory() as name, serve(Path(name) / "xero.db") as served:
        for file in map(read_case_file, OWN_CASES):
            for case in file.cases:
                folder = Path(name) / case["id"]
                folder.mkdir()
                sections[case["id"]] = _right(case, run_case(case, file.mappings, served, folder))
    FILE.write_text(page(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
