"""The rules over the tracking of document lines: Xero refuses a category or option that it does not have, and a third category."""

from __future__ import annotations

from collections.abc import Iterator

from tillpost.checks.document_rules import DocumentRule, Found, name_of
from tillpost.checks.rule import Rule
from tillpost.model.documents import Document, DocumentLine
from tillpost.model.findings import Severity
from tillpost.model.reference import ReferenceData
from tillpost.model.tracking import tracking_of

_LINES = ("line", "lines")


def tracking_malformed(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Lines whose tracking cannot be told as categories with an option each."""
    for line in document.lines:
        if _pairs(line) is None:
            yield line.cents, f"{name_of(document)}: {line.tracking} on account {line.account}"


def tracking_unknown(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Lines with a category or option that is not among Xero's active ones."""
    for line in document.lines:
        for category, option in _pairs(line) or ():
            if option not in reference.tracking.get(category, ()):
                yield line.cents, f"{name_of(document)}: {category}={option} on account {line.account}"


def _pairs(line: DocumentLine) -> list[tuple[str, str]] | None:
    try:
        return tracking_of(line.tracking)
    except ValueError:
        return None


TRACKING_RULES = (
    DocumentRule(
        Rule(
            "tracking_malformed",
            Severity.BLOCKER,
            "The tracking of a line is not Category=Option, with at most two categories",
            "Correct the column tracking of accounts.csv; where it has the tag {Class}, look at the class of the ledger entry.",
            _LINES,
            "{} in all",
        ),
        tracking_malformed,
    ),
    DocumentRule(
        Rule(
            "tracking_unknown",
            Severity.BLOCKER,
            "A tracking category or option is not in Xero, or not in use",
            "Correct the column tracking of accounts.csv, or the store's tag in tillpost.yml; or add the option in Xero.",
            _LINES,
            "{} in all",
        ),
        tracking_unknown,
    ),
)
