"""Which documents of ours Xero holds that nothing on record stands for, and what may be put on record at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, update

from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.store import bookings
from tillpost.store.database import Database
from tillpost.store.judging import PREFLIGHT
from tillpost.store.lookups import VOID
from tillpost.store.outbox import FOREIGN_NUMBERS
from tillpost.store.recovery import Comparison, Found, compare, keep, kept, take_back
from tillpost.store.schema import document
from tillpost.store.versions import UNDER_WAY, DocumentRow


def sort_out(
    db: Database, organisation: str, held: Sequence[HeldDocument], contacts: Mapping[str, str], now: datetime
) -> list[HeldDocument]:
    """The documents of ours among these that are unknown here.

    One that was sent before, and given back as not there, is posted with its id; a copy of one that is on record is told of once.
    """
    unknown: list[HeldDocument] = []
    with db.write() as tx:
        kept_ids = {one.xero_id for one in kept(tx, organisation)}
        fresh = [one for one in held if one.xero_id not in kept_ids]
        for kind in DocumentKind:
            compared = compare(tx, organisation, kind, fresh, contacts)
            unknown += _unknown(tx, kind, compared, now)
            _tell_copies(tx, organisation, compared, now)
    return unknown


def _unknown(tx: Connection, kind: DocumentKind, compared: Comparison, now: datetime) -> list[HeldDocument]:
    unknown = [] if kind in FOREIGN_NUMBERS else list(compared.strangers)
    for found in compared.missing:
        if found.held[0].kind is not kind:  # a stranger among its own kind
            continue
        if found.row.state in UNDER_WAY:
            continue
        if kind in FOREIGN_NUMBERS and not _may_be_ours(found.row):
            _look_again(tx, found)
            continue
        adopted = found.row.sends > 0 and take_back(tx, found, now)
        if not adopted and (kind not in (DocumentKind.BILL, DocumentKind.SUPPLIER_CREDIT) or _came_later(found)):
            unknown.append(found.held[0])
    return unknown


def _may_be_ours(row: DocumentRow) -> bool:
    """Whether what stands in Xero under a foreign number may be this one: it is about to be sent, or was and was not found."""
    return bool(row.state == "ready" or row.held_rule == PREFLIGHT or (row.sends > 0 and row.held_rule != "number"))


def _look_again(tx: Connection, found: Found) -> None:
    """A supplier's number that came into Xero while ours was held is looked for once more before ours is sent."""
    if any(one.status not in VOID and one.xero_id not in found.row.seen_ids for one in found.held):
        tx.execute(update(document).where(document.c.id == found.row.id).values(number_checked_at=None))


def _came_later(found: Found) -> bool:
    """Whether a supplier's number came into Xero after we had looked for it: what was seen then is not compared any more."""
    return found.held[0].status not in VOID and found.row.number_checked_at is not None


def _tell_copies(tx: Connection, organisation: str, compared: Comparison, now: datetime) -> None:
    for found in compared.copies:
        living = [one for one in found.held if one.status not in VOID]
        if living:
            bookings.report_copies(tx, found.row.id, [one.xero_id for one in living])
            keep(tx, organisation, living, now)
