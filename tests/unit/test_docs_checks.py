"""docs/checks.md is written from the rules, and is current."""

from __future__ import annotations

from tillpost.checks.catalogue import FILE, catalogue
from tillpost.checks.documents import DOCUMENT_RULES
from tillpost.checks.rules import SOURCE_RULES


def test_the_page_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == catalogue(), "run: python -m tillpost.checks.catalogue"


def test_every_rule_is_documented() -> None:
    page = FILE.read_text(encoding="utf-8")
    assert [rule.name for rule in (*SOURCE_RULES, *DOCUMENT_RULES) if f"| `{rule.name}` |" not in page] == []


def test_every_rule_says_what_is_wrong_and_what_to_do() -> None:
    for rule in (*SOURCE_RULES, *DOCUMENT_RULES):
        assert rule.title[0].isupper() and not rule.title.endswith(".")
        assert rule.remedy.endswith(".")
        assert rule.amount.count("{}") <= 1 and "|" not in rule.title + rule.remedy
