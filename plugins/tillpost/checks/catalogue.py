"""Writes docs/checks.md from the rules themselves: ``python -m tillpost.checks.catalogue``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tillpost.checks.activity import ACTIVITY_RULES
from tillpost.checks.documents import DOCUMENT_RULES
from tillpost.checks.rule import Rule
from tillpost.checks.rules import SOURCE_RULES

FILE = Path(__file__).resolve().parents[3] / "docs" / "checks.md"

INTRODUCTION = """\
# Checks

Every rule that Tillpost holds sales, purchases and documents against. This page is written from the rules themselves by
`python -m tillpost.checks.catalogue`; a test fails when it is not current.

What a rule finds is a *finding*: of one store, business date and stream (sales or purchases), with how many rows it is, their amount,
up to five examples and what to do.

* A **blocker** holds the stream: nothing of it is sent until a later reading of the same date finds the rule kept. The other stream of
  that store and date, and all other stores, go on.
* A **warning** and an **info** are reported and hold nothing.
* A rule that **could not be evaluated** (its query or its expectation failed) says so in these words. It is not the same as a rule that
  is broken, and it holds the streams that it was to look at, because nobody knows whether it is kept.

The rules of the facts are queries over the Parquet files that return counts, amounts and examples; no row of a sale is loaded for them.
One pass over each of sales, lines and tenders comes first: it proves for most rules that nothing can break them, and only the others
are asked. Great Expectations judges the counts: one expectation for each rule that something breaks and one for all others together,
one validation for all stores. Where a row's date cannot be told (a line
without its sale), every date of that store that is looked at is held.

Amounts are compared as whole cents. Tolerances, each from the contract:

* a line's GST may be a cent from what its rate gives, and a delivered net a cent from gross less GST;
* the lines of a sale may differ from the sale by a cent a line: booked as one rounding amount, at most 5 cents a document;
* tenders, control totals and journals have no tolerance;
* in a document, the POS's GST may differ from the ledger's by half a cent for each amount that the POS rounded and each line.

All activity is booked once: the facts are asked, apart from building, what of each kind (income lines, tenders, rounding and tips, sales
on account, movements, account payments, counts, ledger entries, purchase lines, goods received) goes to which account, in the date's one
document or sent one by one; the postings of the documents must come to the same on both sides. An allocation of credit moves nothing in
the ledger and is not asked for; nor is the taking back of a receipt or of a lay-by's adjustments, which follow from what was booked before.

Control totals are compared with the completed sales: `gross`, `net` and `tax` with their sums, `tender` per tender code (net of
change, with cash-out and tip inside), `refunds` with the sales of kind refund (with or without sign), `receipts` with their number.
`balance` is what is outstanding of a tender or function code, of `layby` (what customers have paid; what they owe where lay-bys are
sold when opened) or of `debtors`: how it moved since the date before is compared with what the documents move on that code's account.
"""


def rule_titles() -> dict[str, str]:
    """What each rule finds, in words, by the rule's name; of a name that both streams have, the words of both."""
    titles: dict[str, list[str]] = {}
    for rule in (*SOURCE_RULES, *DOCUMENT_RULES, *ACTIVITY_RULES):
        titles.setdefault(rule.name, []).append(rule.title)
    return {name: ", or: ".join(dict.fromkeys(said)) for name, said in titles.items()}


def catalogue() -> str:
    """The page as text."""
    parts = [
        INTRODUCTION,
        *_chapter("Facts: what the POS delivered", SOURCE_RULES),
        *_chapter("Documents: what would go to Xero", DOCUMENT_RULES, streams=False),
        *_chapter("Facts against documents: all activity is booked once", ACTIVITY_RULES, streams=False),
    ]
    return "\n".join(parts)


def _chapter(title: str, rules: Sequence[Rule], *, streams: bool = True) -> Iterable[str]:
    yield f"## {title}\n"
    yield "| Rule | Stream | Severity | What is wrong | What to do |\n|---|---|---|---|---|"
    yield from (_row(rule, rule.stream.value if streams else "both") for rule in rules)
    yield ""


def _row(rule: Rule, stream: str) -> str:
    return f"| `{rule.name}` | {stream} | {rule.severity.value} | {rule.title}. | {rule.remedy} |"


def main() -> None:
    """Write the page."""
    FILE.write_text(catalogue(), encoding="utf-8")


if __name__ == "__main__":
    main()
