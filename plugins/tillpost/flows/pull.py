"""Pull: payment status from Xero into our database, and into the POS where a store has a second connection for it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import TypedDict

from tillpost.config import Site
from tillpost.errors import ConfigError, RateLimited, RunIncomplete, SourceError
from tillpost.flows.budget import patient_meter
from tillpost.model.documents import DocumentKind
from tillpost.organisations import Organisation, Store
from tillpost.pos.queries import load_queries
from tillpost.pos.write_back import write_payment_status
from tillpost.store.database import Database, open_database
from tillpost.store.payments import (
    PaymentStatus,
    get_watermark,
    keep_payment_status,
    mark_written,
    set_watermark,
    unwritten_statuses,
)
from tillpost.store.voiding import record_voided_by_hand

_log = logging.getLogger("tillpost.payments")
WATERMARK = "payments"
# The POS speaks of invoices, bills and credit notes; a supplier's credit is a credit note to it.
POS_KINDS = {
    DocumentKind.INVOICE: "invoice",
    DocumentKind.BILL: "bill",
    DocumentKind.CREDIT_NOTE: "credit_note",
    DocumentKind.SUPPLIER_CREDIT: "credit_note",
}


class Pulled(TypedDict):
    """How many documents changed in Xero since the last look, how many were written back into a POS, and ``why`` nothing was looked at.

    ``until``: where Xero's limits are the reason, when it can be looked at (ISO text).
    """

    changed: int
    written_back: int
    until: str | None
    why: str


def pull_payments(site: Site, organisation: str) -> Pulled:
    """Pull what changed since the last look and write it back; looking twice changes nothing.

    Where Xero's limits are reached nothing is looked at, and ``until`` says when to go on. Raises XeroError where Xero fails otherwise (the
    next look begins where this one did; a connection that is not accepted is raised once), and RunIncomplete where a POS could not be
    written: what was pulled stays on record and is written the next time.
    """
    from tillpost.flows.clients import through_connection
    from tillpost.xero.pulling import pull_changes

    org = site.organisation(organisation)
    db = open_database(site.settings.db_url, migrate=True)
    since = get_watermark(db, org.key, WATERMARK) or beginning(org, db.now())
    try:
        pulled = through_connection(site, org, db, lambda client: pull_changes(client, since), meter=patient_meter(site, org, db))
    except RateLimited as limit:
        return {"changed": 0, "written_back": _write_back(site, org, db), "until": limit.until.isoformat(), "why": str(limit)}
    changed = 0
    if pulled.result is not None:
        changed = keep_payment_status(db, org.key, pulled.result.documents, db.now())
        for name in record_voided_by_hand(db, org.key, db.now()):
            _log.warning("%s: %s was voided in Xero by somebody else: it is voided here too, and not sent again by itself", org.key, name)
        set_watermark(db, org.key, WATERMARK, pulled.result.watermark)
    why = " ".join(filter(None, (pulled.why, pulled.warning)))
    return {"changed": changed, "written_back": _write_back(site, org, db), "until": None, "why": why}


def status_of(document: PaymentStatus) -> str:
    """What a POS shows of a document: open, part_paid, paid or voided."""
    if document.status in ("VOIDED", "DELETED"):
        return "voided"
    if document.status == "PAID" or (document.due_cents == 0 and document.total_cents > 0):
        return "paid"
    return "part_paid" if document.paid_cents + document.credited_cents > 0 else "open"


def beginning(org: Organisation, now: datetime) -> datetime:
    """Before the first document can have been sent; now, where no store has begun."""
    return min(datetime.combine(min(store.starts_on for store in org.stores.values()), time(), UTC), now)


def _write_back(site: Site, org: Organisation, db: Database) -> int:
    written, problems = 0, []
    for store in org.stores.values():
        if not store.payment_status_connection:
            continue
        try:
            written += _write_store(site, org, db, store)
        except (SourceError, ConfigError) as problem:
            problems.append(f"{store.name}: {problem}")
    if problems:
        raise RunIncomplete("Payment status is on record, but was not written back into every POS:\n  * " + "\n  * ".join(problems))
    return written


def _write_store(site: Site, org: Organisation, db: Database, store: Store) -> int:
    statuses = unwritten_statuses(db, org.key, [store.key])
    file = load_queries(site.settings.include, store.pos).write_payment_status
    if file is None:
        folder = site.settings.include / "sql" / store.pos
        raise ConfigError("write_payment_status.sql is missing; payment_status_connection of the store asks for it.", file=folder)
    count = write_payment_status(store, file, site.connections(store.payment_status_connection), _rows(statuses))
    mark_written(db, org.key, statuses, db.now())
    return count


def _rows(statuses: Sequence[PaymentStatus]) -> list[dict[str, object]]:
    return [
        {
            "kind": POS_KINDS[status.kind],
            "pos_id": status.pos_id,
            "number": status.number,
            "status": status_of(status),
            "amount_due_cents": status.due_cents,
            "amount_paid_cents": status.paid_cents + status.credited_cents,
            "paid_on": status.paid_on,
            "changed_at": status.changed_at,
        }
        for status in statuses
        if status.pos_id  # a date's takings stand for no document of the POS
    ]
