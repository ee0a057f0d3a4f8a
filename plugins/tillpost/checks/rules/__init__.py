"""The rules over facts, by topic. ``SOURCE_RULES`` is all of them, in the order in which a report shows them."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.checks.rules import (
    controls,
    integrity,
    ledger_entries,
    mapped,
    movements,
    purchases,
    sales,
    subledgers,
    tax,
    tenders,
    told_twice,
)

SOURCE_RULES: tuple[Rule, ...] = (
    *integrity.RULES,
    *sales.RULES,
    *tenders.RULES,
    *tax.RULES,
    *mapped.RULES,
    *movements.RULES,
    *told_twice.RULES,
    *controls.RULES,
    *ledger_entries.RULES,
    *purchases.RULES,
    *subledgers.RULES,
)
