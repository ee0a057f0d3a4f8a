"""The double-entry ledger: a document's postings, always balanced, and the trial balance.

Debit positive, credit negative, in cents. A document is posted and taken back whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.xero.chart import Chart
from sandbox.xero.store import Store, Unbalanced


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry on one account; debit positive."""

    account_id: str
    cents: int
    tax_type: str = ""
    label: str = ""


def post(store: Store, org: str, document_id: str, day: date, postings: Sequence[Posting]) -> None:
    """Book a document; Unbalanced if its postings do not sum to zero."""
    total = sum(posting.cents for posting in postings)
    if total:
        raise Unbalanced(f"document {document_id} is out by {total} cents")
    values = [
        (org, document_id, item.account_id, day.isoformat(), item.cents, item.tax_type, item.label) for item in postings if item.cents
    ]
    store.run_many("INSERT INTO postings (org, document_id, account_id, date, cents, tax_type, label) VALUES (?,?,?,?,?,?,?)", values)


def entry(control: Posting, made: Iterable[tuple[str, int, int, str, str]], tax_account: str, direction: int) -> list[Posting]:
    """The postings of a document: the control account, each line, and the tax of each tax type in one.

    A line is account id, net cents, tax cents, tax type and label; `direction` is +1 where the lines are debits as they stand.
    """
    postings, taxes = [control], Counter[str]()
    for account_id, net_cents, tax_cents, tax_type, label in made:
        postings.append(Posting(account_id, direction * net_cents, tax_type, label))
        taxes[tax_type] += direction * tax_cents
    return postings + [Posting(tax_account, cents, tax_type, "Tax") for tax_type, cents in taxes.items()]


def take_back(store: Store, document_id: str) -> None:
    """Remove all postings of a document that was voided, deleted or is about to be booked anew."""
    store.run("DELETE FROM postings WHERE document_id = ?", (document_id,))


def balances(store: Store, org: str, until: date, since: date = date.min) -> dict[str, int]:
    """Cents per account id of the postings from `since` to `until`, both included; sums to zero."""
    sql = "SELECT account_id, SUM(cents) AS cents FROM daily WHERE org = ? AND date BETWEEN ? AND ? GROUP BY account_id"
    return {row["account_id"]: row["cents"] for row in store.rows(sql, (org, since.isoformat(), until.isoformat()))}


def trial_balance(store: Store, org: str, chart: Chart, year_start: date, until: date) -> dict[str, int]:
    """Cents per account id at the end of `until`; sums to zero.

    Income and expense count from the start of the financial year: what earlier years made stands in retained earnings.
    """
    found = balances(store, org, until)
    earlier = balances(store, org, year_start - timedelta(days=1))
    retained = chart.system("RETAINEDEARNINGS").id
    for account_id, cents in earlier.items():
        if cents and chart.by_id(account_id).account_class in ("REVENUE", "EXPENSE"):
            found[account_id] -= cents
            found[retained] = found.get(retained, 0) + cents
    return found
