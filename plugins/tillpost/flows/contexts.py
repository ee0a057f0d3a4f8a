"""What checking and building are handed beside the facts: policies, mapping, and what is on record of earlier dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from tillpost.build.contacts import supplier_name
from tillpost.build.context import BuildContext
from tillpost.checks.context import CheckContext
from tillpost.flows.on_record import known_laybys, known_sales, open_receipts, unaccrued_receipts
from tillpost.flows.runs import FactsRead, Run, StoreDate
from tillpost.store.booked import Booked
from tillpost.store.records import bills_on_record, find_document
from tillpost.store.subledgers import RecordOf

_SUPPLIERS = """
SELECT DISTINCT p.store, p.supplier_id, coalesce(s.name, '') FROM purchases p
LEFT JOIN suppliers s ON p.store = s.store AND p.supplier_id = s.id ORDER BY ALL
"""


def check_context(run: Run, read: FactsRead) -> CheckContext:
    """What the checks are handed."""
    return CheckContext(
        run.org,
        run.mapping,
        tuple(read.store_dates),
        _known_bills(run, read.facts),
        read.periods,
        read.dust,
        outside=read.outside,
        known_sales=known_sales(run, read),
        known_laybys=known_laybys(run, read),
        open_receipts=open_receipts(run, read),
        known_document=lambda natural_key: find_document(run.db, run.org.key, natural_key),
        unaccrued_receipts=unaccrued_receipts(run, read),
        bank_accounts=_bank_accounts(run),
    )


def build_context(run: Run, store_dates: Sequence[StoreDate], booked: Mapping[StoreDate, Booked]) -> BuildContext:
    """What building is handed; ``booked`` is how the sales of these dates that are in Xero were booked."""
    return BuildContext(
        run.org,
        run.mapping,
        tuple(store_dates),
        _bank_accounts(run),
        lambda natural_key: find_document(run.db, run.org.key, natural_key),
        RecordOf(run.db, run.org.key, store_dates),
        run.reference.organisation.invoice_terms,
        run.reference.organisation.bill_terms,
        sent=RecordOf(run.db, run.org.key, sent_only=True),
        takings={place: one.takings for place, one in booked.items() if one.takings},
    )


def _bank_accounts(run: Run) -> frozenset[str]:
    return frozenset(code for code, account in run.reference.accounts.items() if account.type == "BANK")


def _known_bills(run: Run, facts: duckdb.DuckDBPyConnection) -> tuple[tuple[str, str, str], ...]:
    """Bills on record of the suppliers of these facts: supplier id, supplier's number, purchase id."""
    names: dict[str, set[str]] = {}
    for store, supplier, name in facts.execute(_SUPPLIERS).fetchall():
        names.setdefault(supplier_name(run.mapping.for_store(store), supplier, name), set()).add(supplier)
    recorded = bills_on_record(run.db, run.org.key, tuple(names))
    return tuple((supplier, bill.number, bill.pos_id) for bill in recorded for supplier in sorted(names.get(bill.contact_name, ())))
