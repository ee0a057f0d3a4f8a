"""Payment status comes in by id, never goes back in time, and is written to the POS once per change."""

from __future__ import annotations

from datetime import date, timedelta

from tests.unit.store.databases import Watch
from tests.unit.store.documents import DAY, invoice, result, settle
from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.store.database import Database
from tillpost.store.payments import (
    PaymentStatus,
    get_watermark,
    keep_payment_status,
    mark_written,
    payment_statuses,
    set_watermark,
    unwritten_statuses,
)  # fmt: skip
from tillpost.store.schema import document


def posted_invoice(db: Database) -> None:
    settle(db, result(invoice("s1")))
    with db.write() as tx:
        tx.execute(document.update().values(state="posted", xero_id="x-1"))


def held(watch: Watch, status: str = "AUTHORISED", paid: int = 0, xero_id: str = "x-1", paid_on: date | None = None) -> HeldDocument:
    return HeldDocument(
        DocumentKind.INVOICE, xero_id, "TP/cafe/invoice/s1", status, "c-1", "Able",
        total_cents=5_500, due_cents=5_500 - paid, paid_cents=paid, paid_on=paid_on, changed_at=watch(),
    )  # fmt: skip


def test_a_payment_comes_back_with_the_document_it_is_for(db: Database, watch: Watch) -> None:
    posted_invoice(db)
    assert keep_payment_status(db, "harbour", [held(watch, "PAID", 5_500, paid_on=DAY), held(watch, xero_id="not-ours")], watch()) == 2
    [status] = payment_statuses(db, "harbour")
    assert status == PaymentStatus(
        "cafe", DAY, DocumentKind.INVOICE, "harbour/cafe/invoice/s1", "s1", "TP/cafe/invoice/s1", "x-1", "PAID",
        5_500, 0, 5_500, 0, DAY, watch(), status.digest,
    )  # fmt: skip
    assert payment_statuses(db, "harbour", ["kiosk"]) == []
    assert payment_statuses(db, "kauri") == []


def test_a_status_is_written_back_once_per_change(db: Database, watch: Watch) -> None:
    posted_invoice(db)
    keep_payment_status(db, "harbour", [held(watch)], watch())
    first = unwritten_statuses(db, "harbour", ["cafe"])
    assert [s.status for s in first] == ["AUTHORISED"]
    mark_written(db, "harbour", first, watch())
    assert unwritten_statuses(db, "harbour") == []
    watch.advance(minutes=1)
    assert keep_payment_status(db, "harbour", [held(watch)], watch()) == 0
    assert unwritten_statuses(db, "harbour") == []
    assert keep_payment_status(db, "harbour", [held(watch, "PAID", 5_500)], watch()) == 1
    assert [s.paid_cents for s in unwritten_statuses(db, "harbour")] == [5_500]


def test_a_change_while_the_pos_was_written_is_written_next_time(db: Database, watch: Watch) -> None:
    posted_invoice(db)
    keep_payment_status(db, "harbour", [held(watch)], watch())
    being_written = unwritten_statuses(db, "harbour")
    keep_payment_status(db, "harbour", [held(watch, "PAID", 5_500)], watch())
    mark_written(db, "harbour", being_written, watch())
    assert [s.status for s in unwritten_statuses(db, "harbour")] == ["PAID"]


def test_an_older_state_never_replaces_a_newer_one(db: Database, watch: Watch) -> None:
    posted_invoice(db)
    old = held(watch)
    watch.advance(minutes=1)
    keep_payment_status(db, "harbour", [held(watch, "PAID", 5_500)], watch())
    assert keep_payment_status(db, "harbour", [old], watch()) == 0
    assert [s.status for s in payment_statuses(db, "harbour")] == ["PAID"]


def test_a_watermark_never_goes_back(db: Database, watch: Watch) -> None:
    assert get_watermark(db, "harbour", "invoices") is None
    set_watermark(db, "harbour", "invoices", watch())
    set_watermark(db, "harbour", "invoices", watch() - timedelta(hours=1))
    assert get_watermark(db, "harbour", "invoices") == watch()
    set_watermark(db, "harbour", "invoices", watch() + timedelta(hours=1))
    assert get_watermark(db, "harbour", "invoices") == watch() + timedelta(hours=1)
    assert get_watermark(db, "harbour", "bills") is None
