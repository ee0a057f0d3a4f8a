"""The outbox rebuilt from what Xero holds: one transaction per kind of document, both ends before their allocation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.store import audit, bookings
from tillpost.store.adopting import Adopted, adopt_newer, contacts_on_record
from tillpost.store.claims import LeaseLost
from tillpost.store.comparing import agrees
from tillpost.store.database import Database
from tillpost.store.leases import Lease, renew_lease
from tillpost.store.lookups import VOID, known_xero_ids
from tillpost.store.recovery import Comparison, Found, compare, keep, kept, take_back


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The documents of one kind in Xero: on record with their id, put on record now, kept until they are built.

    ``differing``: of those put on record now, how many have another amount in Xero; ``copies``: documents that are there more than once.
    """

    kind: DocumentKind
    known: int = 0
    recovered: int = 0
    kept: int = 0
    differing: int = 0
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Author:
    """Who does it, and why; for the audit trail."""

    who: str
    why: str


class _Undone(Exception):
    """Ends a transaction that was only tried."""


def rebuild(
    db: Database, held: Lease, found: Sequence[HeldDocument], author: Author, now: datetime, *, dry_run: bool = False
) -> list[Rebuilt]:
    """Put what Xero holds on record, or only tell what would be. Raises LeaseLost."""
    if dry_run:
        rebuilt: list[Rebuilt] = []
        try:
            with db.write() as tx:
                rebuilt = [_rebuild_kind(tx, held, kind, found, now) for kind in DocumentKind]
                raise _Undone
        except _Undone:
            return rebuilt
    rebuilt = []
    for kind in DocumentKind:
        with db.write() as tx:
            rebuilt.append(_rebuild_kind(tx, held, kind, found, now))
    with db.write() as tx:
        details = {one.kind.value: [one.known, one.recovered, one.kept] for one in rebuilt}
        audit.record(tx, held.organisation, held.organisation, "recover", now=now, who=author.who, why=author.why, details=details)
    return rebuilt


def _rebuild_kind(tx: Connection, held: Lease, kind: DocumentKind, found: Sequence[HeldDocument], now: datetime) -> Rebuilt:
    if not renew_lease(tx, held, now):
        raise LeaseLost
    organisation = held.organisation
    compared = compare(tx, organisation, kind, [one for one in found if one.xero_id], contacts_on_record(tx, organisation))
    taken = [one for one in compared.missing if take_back(tx, one, now)]
    copies = _report_copies(tx, organisation, compared, now)
    count = keep(tx, organisation, _worth_keeping(tx, organisation, kind, compared.strangers), now)
    newer = adopt_newer(tx, organisation, kind, now)
    put: list[Found | Adopted] = [*taken, *newer]
    differing = sum(one.held[0].status not in VOID and not agrees(one.document, one.held[0]) for one in put)
    copies += sum(sum(there.status not in VOID for there in one.held) > 1 for one in put)
    return Rebuilt(kind, compared.known, len(put), count - len(newer), differing, copies)


def _report_copies(tx: Connection, organisation: str, compared: Comparison, now: datetime) -> int:
    """Copies of what is on record: a finding once, and kept, so that nobody stops for them."""
    told = {one.xero_id for one in kept(tx, organisation)}
    copies = 0
    for found in compared.copies:
        living = [one for one in found.held if one.status not in VOID]
        fresh = [one for one in living if one.xero_id not in told]
        if fresh:
            bookings.report_copies(tx, found.row.id, [one.xero_id for one in fresh])
            keep(tx, organisation, fresh, now)
        copies += bool(living)
    return copies


def _worth_keeping(tx: Connection, organisation: str, kind: DocumentKind, strangers: Sequence[HeldDocument]) -> list[HeldDocument]:
    """All but allocations of credit that is not ours."""
    if kind is not DocumentKind.ALLOCATION:
        return list(strangers)
    sources = {one.number.partition("/")[0] for one in strangers}
    ours = known_xero_ids(tx, organisation, sorted(sources)) | {one.xero_id for one in kept(tx, organisation)}
    return [one for one in strangers if one.number.partition("/")[0] in ours]
