"""What is on record of dates that a run does not look at, asked for what its facts name: for the checks of subledgers."""

from __future__ import annotations

from datetime import date

from tillpost.checks.subledger_rules import is_layby_balance
from tillpost.flows.runs import FactsRead, Run
from tillpost.store.records import find_document
from tillpost.store.subledgers import RecordOf

_LEDGER_SALES = "SELECT DISTINCT store, sale_id FROM gl_entries WHERE sale_id IS NOT NULL ORDER BY ALL"
_ENDED_LAYBYS = """
SELECT store, max(business_date), layby_id FROM (
    SELECT store, business_date, layby_id FROM sales WHERE status = 'completed' AND kind IN ('layby_complete', 'layby_cancel')
    UNION ALL SELECT store, business_date, layby_id FROM movements WHERE kind = 'layby_cancel')
WHERE layby_id IS NOT NULL GROUP BY store, layby_id ORDER BY ALL
"""

# Bills of dates that are not looked at are on record, if they are booked at all.
_RECEIPTS = """
SELECT r.store, r.purchase_id, r.business_date, min(b.business_date) FROM purchases AS r
LEFT JOIN purchases AS b ON b.store = r.store AND b.receipt_id = r.purchase_id AND b.kind <> 'receipt'
WHERE r.kind = 'receipt' GROUP BY ALL ORDER BY ALL
"""


def record_of(run: Run, read: FactsRead) -> RecordOf:
    """The record without the dates of this run."""
    return RecordOf(run.db, run.org.key, read.store_dates)


def known_sales(run: Run, read: FactsRead) -> tuple[tuple[str, str], ...]:
    """Of the sales that ledger entries name, those that documents on record carry."""
    record = record_of(run, read)
    named = read.facts.execute(_LEDGER_SALES).fetchall()
    return tuple((store, sale_id) for store, sale_id in named if record.has_sale(store, sale_id))


def known_laybys(run: Run, read: FactsRead) -> tuple[tuple[str, date, str, int], ...]:
    """The lay-bys that end in these facts, each with its liability on record (cents, debit positive)."""
    looked_at = set(read.store_dates)
    ended = [(store, day, layby) for store, day, layby in read.facts.execute(_ENDED_LAYBYS).fetchall() if (store, day) in looked_at]
    recorded = record_of(run, read).layby_postings({(store, layby) for store, _, layby in ended})
    balances = {layby: sum(p.cents for _, p in postings if is_layby_balance(p)) for layby, postings in recorded.items()}
    return tuple((store, day, layby, balances.get((store, layby), 0)) for store, day, layby in ended)


def open_receipts(run: Run, read: FactsRead) -> tuple[tuple[str, str, date, int], ...]:
    """Goods received on record whose accrual nothing has reversed: store, purchase id, date, cents."""
    return tuple((r.key.store, r.pos_id, r.date, r.total_cents) for r in record_of(run, read).open_receipts())


def unaccrued_receipts(run: Run, read: FactsRead) -> tuple[tuple[str, str], ...]:
    """Goods in these facts that need no accrual, because their bill came first: dated before them, or sent while nobody knew of them."""
    record, prefix = record_of(run, read), f"{run.org.key}/{{}}/{{}}/{{}}"

    def is_known(store: str, word: str, receipt: str) -> bool:
        return find_document(run.db, run.org.key, prefix.format(store, word, receipt)) is not None

    found = []
    for store, receipt, received, billed in read.facts.execute(_RECEIPTS).fetchall():
        if is_known(store, "receipt", receipt):
            continue
        if billed < received if billed else not is_known(store, "receipt-reversal", receipt) and record.is_billed(store, receipt):
            found.append((store, receipt))
    return tuple(found)
