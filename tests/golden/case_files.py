"""Files of golden cases: what happened in a shop, and what the ledger must show of it (tests/golden/cases/README.md)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tillpost.model.money import cents_of_text

OWN_CASES = tuple(sorted((Path(__file__).parent / "cases").glob("*.yml")))

Case = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One file: its cases with all their settings, and the mapping files that they are booked with.

    ``title`` and ``introduction`` are for readers of docs/accounting.md; a file from elsewhere may have none.
    """

    title: str
    introduction: str
    mappings: Path
    defaults: dict[str, Any]
    cases: tuple[Case, ...]


def read_case_file(file: Path) -> CaseFile:
    """The cases of a file, each with the file's defaults among its settings."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    defaults = content.get("defaults", {})
    cases = tuple({**case, "settings": {**defaults, **case.get("settings", {})}} for case in content["cases"])
    mappings = (file.parent / content["mappings"]).resolve()
    return CaseFile(content.get("title", file.stem), content.get("introduction", ""), mappings, defaults, cases)


def readings(case: Case) -> list[dict[str, Any]]:
    """What is read from the tills, in order: one reading, or several that are settled and posted one after the other."""
    return case["readings"] if "readings" in case else [case["given"]]


def expected_balance(case: Case) -> dict[str, str]:
    """The trial balance that a case's ledger tells: account to signed amount, without accounts that do not move."""
    sums: Counter[str] = Counter()
    for account, _, amount in case["ledger"]:
        sums[account] += cents_of_text(amount)
    return {account: f"{'-' if c < 0 else ''}{abs(c) // 100}.{abs(c) % 100:02d}" for account, c in sums.items() if c}
