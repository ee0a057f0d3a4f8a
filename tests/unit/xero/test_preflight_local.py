"""Pre-flight against the local Xero: held without a call, sent when the lock is gone, or on the first open day with its number found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sandbox.xero.serving import Served, serve
from tests.unit.store.databases import Watch, db, db_url, template, watch  # noqa: F401
from tests.unit.store.documents import release_documents
from tests.unit.xero.harbour import LONG_AGO, create_harbour, document, invoice, journal
from tillpost.model.documents import DocumentKind
from tillpost.posting_rules import PostingRules
from tillpost.store.database import Database
from tillpost.xero.client import XeroClient
from tillpost.xero.posting import Progress, drain
from tillpost.xero.reference import read_reference

# ruff: noqa: F811  (fixtures are imported by name)

SOLD = invoice("TP/cafe/invoice/locked", 11_000, reference="Order 7")
PAID = document(DocumentKind.PAYMENT, "TP/cafe/payment/locked", settles=SOLD.natural_key, account="102", amount_cents=4_000)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A local Xero of its own for each test: what another one left would be somebody else's."""
    with serve(tmp_path / "xero.db") as local:
        create_harbour(local.admin)
        yield local


def post(db: Database, client: XeroClient, watch: Watch, rule: str) -> Progress:
    """One drain under a rule for locked periods."""
    rules = PostingRules(locked_period=rule)
    return drain(db, "harbour", client, watch, "poster-1", rules=rules, reference=lambda: read_reference(client))


def test_a_locked_date_is_held_without_a_call_and_goes_on_the_first_open_day(
    db: Database, client: XeroClient, served: Served, watch: Watch
) -> None:
    release_documents(db, journal("TP/cafe/sales/locked"), SOLD, PAID)
    served.admin.set_locks("harbour", period="2026-10-31", year="2026-06-30")
    held = post(db, client, watch, "hold")
    # Five of reference data, one of contacts, two that look for what is not on record.
    assert (held.held, held.posted, held.calls) == (3, 0, 8)
    assert {call["method"] for call in served.admin.calls("harbour")} == {"GET"}
    sent = post(db, client, watch, "first_open_day")
    assert (sent.posted, sent.refused, sent.held) == (3, 0, 0)
    found = {kind: client.held_documents(kind, LONG_AGO) for kind in (DocumentKind.JOURNAL, DocumentKind.INVOICE, DocumentKind.PAYMENT)}
    dates = {one.number: one.date for held_of_kind in found.values() for one in held_of_kind}
    assert dates == dict.fromkeys(("TP/cafe/sales/locked", SOLD.number, PAID.number), date(2026, 11, 1))
    assert [one["Reference"] for one in client.read("get_invoices", "Invoices", invoice_numbers=[SOLD.number])["Invoices"]] == [  # type: ignore[index]
        "Order 7 (dated 2026-10-02)"
    ]


def test_an_archived_account_is_held_and_goes_when_it_is_restored(db: Database, client: XeroClient, served: Served, watch: Watch) -> None:
    release_documents(db, journal("TP/cafe/sales/archived"))
    served.admin.archive_account("harbour", "101")
    assert post(db, client, watch, "hold").held == 1
    served.admin.archive_account("harbour", "101", "ACTIVE")
    assert post(db, client, watch, "hold").posted == 1
