"""The rules over the tracking of document lines: Xero refuses a category or option that it does not have, and a third category."""

from __future__ import annotations

from tillpost.checks.document_rules import DocumentRule, named
from tillpost.checks.rule import Rule
from tillpost.model.acceptance import TRACKING_MALFORMED, TRACKING_UNKNOWN
from tillpost.model.findings import Severity

TRACKING_RULES = tuple(
    DocumentRule(Rule(look.__name__, Severity.BLOCKER, title, remedy, ("line", "lines"), "{} in all"), named(look))
    for look, title, remedy in (TRACKING_MALFORMED, TRACKING_UNKNOWN)
)
