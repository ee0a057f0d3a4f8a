"""What Xero holds of ours beside what is on record: lists compared by identity, what is taken back, what is kept until it is asked for.

An outbox can be lost or restored from an older copy; Xero then holds documents that are ready here once more, or not on record at
all. What identifies them (``store.lookups``) is in Xero too, so the outbox can be rebuilt from it. What no document stands for yet is
kept in ``recovered``: a document that is built later takes it from there (``store.adopting``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from tillpost.model.documents import OUR_NUMBERS, Document, DocumentKind, document_of_dict
from tillpost.model.folding import folded_number
from tillpost.model.results import HeldDocument
from tillpost.store import bookings
from tillpost.store.claims import posted_ids
from tillpost.store.comparing import READ_BACK, agrees, as_held, date_in_xero, differences
from tillpost.store.database import Database
from tillpost.store.lookups import OTHER_KIND, VOID, Identity, held_by_identity, identity, known_xero_ids
from tillpost.store.outbox import FOREIGN_NUMBERS, DocumentPlan, write_documents
from tillpost.store.schema import document, stream
from tillpost.store.schema_xero import recovered
from tillpost.store.upserts import upsert
from tillpost.store.versions import UNSENT, DocumentRow, parts

MAY_BE_TAKEN_BACK = ("held", "ready", "refused", "superseded", "unknown")
_KEPT = ("kind", "number", "status", "contact_id", "date", "total_cents", "worth_cents", "read_at")


@dataclass(frozen=True, slots=True)
class Found:
    """A document on record, and what Xero holds under its identity and nothing on record has the id of; the likeliest first."""

    row: DocumentRow
    document: Document
    held: tuple[HeldDocument, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The documents of one kind in Xero: how many are on record with their id, and those that are not.

    ``missing``: on record without an id; ``copies``: on record under another id; ``strangers``: nothing on record stands for them.
    """

    known: int
    missing: tuple[Found, ...]
    copies: tuple[Found, ...]
    strangers: tuple[HeldDocument, ...]


def is_ours(one: HeldDocument) -> bool:
    """Whether a document in Xero may be ours: by its number, where the number is not the supplier's."""
    return one.kind in FOREIGN_NUMBERS or one.number.startswith(OUR_NUMBERS)


def compare(tx: Connection, organisation: str, kind: DocumentKind, held: Sequence[HeldDocument], contacts: Mapping[str, str]) -> Comparison:
    """Compare what Xero holds of one kind with what is on record; ``contacts`` are the ContactIDs by contact key."""
    mine = [one for one in held if one.kind is kind and is_ours(one)]
    known = known_xero_ids(tx, organisation, [one.xero_id for one in mine if one.xero_id])
    fresh = held_by_identity(kind, mine, known)
    others = {} if kind in FOREIGN_NUMBERS else _of_other_kind(tx, organisation, kind, held)
    if not fresh and not others:
        return Comparison(len(known), (), (), ())
    if kind is DocumentKind.ALLOCATION:
        missing, copies = _missing_allocations(tx, organisation, fresh), list[Found]()
    else:
        missing, copies = _by_number(_rows(tx, organisation, kind, {**others, **fresh}), fresh, others, contacts)
    taken = {one.xero_id for found in (*missing, *copies) for one in found.held}
    strangers = tuple(one for many in fresh.values() for one in many if one.xero_id and one.xero_id not in taken)
    return Comparison(len(known), tuple(missing), tuple(copies), strangers)


def _of_other_kind(
    tx: Connection, organisation: str, kind: DocumentKind, held: Sequence[HeldDocument]
) -> dict[Identity, list[HeldDocument]]:
    """What Xero holds under numbers of ours as the other kind of a pair."""
    others = [one for one in held if one.kind is OTHER_KIND.get(kind) and is_ours(one)]
    return held_by_identity(OTHER_KIND[kind], others, known_xero_ids(tx, organisation, [one.xero_id for one in others])) if others else {}


def _by_number(
    rows: Sequence[tuple[DocumentRow, Document]],
    fresh: Mapping[Identity, Sequence[HeldDocument]],
    others: Mapping[Identity, Sequence[HeldDocument]],
    contacts: Mapping[str, str],
) -> tuple[list[Found], list[Found]]:
    """The documents on record that Xero holds without our knowing its id, and those that it holds under another id too."""
    missing: dict[Identity, Found] = {}
    copies = []
    for row, built in rows:
        what = identity(built, contacts, "")
        there = _undecided(row, fresh.get(what, ())) or ([] if row.xero_id else others.get(what, []))
        if there and row.xero_id:
            copies.append(Found(row, built, tuple(there)))
        elif there and what not in missing:
            likely = sorted(there, key=lambda one: (one.status in VOID, not agrees(built, one)))
            missing[what] = Found(row, built, tuple(likely))
    return list(missing.values()), copies


def _undecided(row: DocumentRow, there: Sequence[HeldDocument]) -> list[HeldDocument]:
    """Without what a person has seen under a supplier's number and decided that it is not ours.

    A void bill is no answer either to one that a person sends anew under the supplier's number.
    """
    typed = () if row.held_rule == "number" else row.seen_ids
    anew = row.kind in FOREIGN_NUMBERS and row.version > 1 and not row.sends
    return [one for one in there if one.xero_id not in typed and not (anew and one.status in VOID)]


def _missing_allocations(tx: Connection, organisation: str, fresh: Mapping[Identity, Sequence[HeldDocument]]) -> list[Found]:
    """Allocations on record without an id, each with one of Xero; an invoice tells of all that stand, without ids."""
    rows = _allocations(tx, organisation, document.c.xero_id == "")
    ends = _ends(tx, organisation, rows)
    credits = sorted({row.credit for row, _ in rows})
    posted = [pair for part in parts(credits) for pair in _allocations(tx, organisation, document.c.credit.in_(part))]
    on_record = Counter(_both_ends(built, ends) for row, built in posted if row.state == "posted")
    left = {what: sorted((one for one in many if one.xero_id), key=lambda one: one.status in VOID) for what, many in fresh.items()}
    told = {what: sum(not one.xero_id for one in many) - on_record[what] for what, many in fresh.items()}
    missing = []
    for row, built in rows:
        what = _both_ends(built, ends)
        if what not in fresh:
            continue
        told[what] -= 1
        if left[what]:
            missing.append(Found(row, built, (left[what].pop(0),)))
        elif told[what] >= 0:
            missing.append(Found(row, built, tuple(one for one in fresh[what] if not one.xero_id)[:1]))
    return missing


def take_back(tx: Connection, found: Found, now: datetime) -> bool:
    """Write that Xero holds a document, with its id; False where nothing could be written.

    Another kind, amount or date and a copy become findings. One that is void there waits for a person's decision, as any that was
    voided by hand.
    """
    best, other_kind = found.held[0], found.held[0].kind is not found.document.kind
    if not best.xero_id or (other_kind and not _write_as_held(tx, found, now)):
        return False
    # Evidence is put beside what this database had sent; what another one sent has it, or was posted before it was wanted.
    was_sent = found.row.sends > 0 or found.row.state == "unknown"
    void = f"by somebody in Xero, read back on {now:%Y-%m-%d}" if best.status in VOID else ""
    values = {
        "state": "voided" if void else "posted", "xero_id": best.xero_id, "xero_total_cents": best.total_cents,
        "sent_date": date_in_xero(found.document, best), "held_why": void, "held_rule": "", "message": READ_BACK,
        "posted_at": best.changed_at if was_sent else None, "updated_at": now,
    }  # fmt: skip
    open_still = (document.c.id == found.row.id, document.c.xero_id == "", document.c.state.in_(MAY_BE_TAKEN_BACK))
    if tx.execute(update(document).where(*open_still).values(**values)).rowcount != 1:
        return False
    # Living copies stay: nobody stops for them.
    forget(tx, found.row.organisation, [best.xero_id, *(one.xero_id for one in found.held if one.status in VOID)])
    if found.row.state == "superseded" or other_kind:
        # The facts wanted it gone, or other than it is: the date is settled anew when it is prepared the next time.
        tx.execute(update(stream).where(stream.c.id == found.row.stream_id).values(facts_digest=""))
    tell(tx, found)
    return True


def _write_as_held(tx: Connection, found: Found, now: datetime) -> bool:
    """Make a document that was not sent what Xero holds under its number; False where its outcome is not known."""
    if found.row.state not in (*UNSENT, "superseded"):
        return False
    made = as_held(found.document, found.held[0])
    write_documents(tx, found.row.stream_id, DocumentPlan((), ((found.row, made),), (), ()), "held", now)
    return True


def tell(tx: Connection, found: Found) -> None:
    """Findings about a document that was read back: another kind, amount or date, there more than once."""
    copies = [one.xero_id for one in found.held if one.status not in VOID]
    row = tx.execute(select(document).where(document.c.id == found.row.id)).one()
    said = differences(found.document, found.held[0], found.row.sent_date) if found.held[0].status not in VOID else []
    if said:
        told = f"Xero holds it {' and '.join(said)}."
        bookings.report(tx, row, "booked_differently", told, "Compare it with the report and correct it in Xero; it is not sent again.")
    if len(copies) > 1:
        bookings.report_copies(tx, found.row.id, copies)


def keep(tx: Connection, organisation: str, held: Iterable[HeldDocument], now: datetime) -> int:
    """Keep documents of Xero that nothing on record stands for; how many."""
    rows = [_kept_row(organisation, one, now) for one in held]
    for part in parts(rows):
        upsert(tx, recovered, part, _KEPT)
    return len(rows)


def kept(tx: Connection, organisation: str) -> list[HeldDocument]:
    """What is kept of an organisation."""
    rows = tx.execute(select(recovered).where(recovered.c.organisation == organisation).order_by(recovered.c.xero_id))
    return [held_of(row) for row in rows]


def held_of(row: Any) -> HeldDocument:
    """A row of ``recovered`` as what Xero holds."""
    return HeldDocument(
        *(DocumentKind(row.kind), row.xero_id, row.number, row.status, row.contact_id),
        date=row.date,
        total_cents=row.total_cents,
        worth_cents=row.worth_cents,
    )


def forget(tx: Connection, organisation: str, xero_ids: Sequence[str]) -> None:
    """What is on record now is kept no longer."""
    for part in parts(xero_ids):
        tx.execute(delete(recovered).where(recovered.c.organisation == organisation, recovered.c.xero_id.in_(part)))


def adopt_kept(db: Database, organisation: str, contacts: Mapping[str, str], now: datetime) -> int:
    """Take back every document on record that is kept from Xero; how many."""
    with db.read() as tx:
        there = kept(tx, organisation)
        if not there or not any(compare(tx, organisation, kind, there, contacts).missing for kind in DocumentKind):
            return 0
    taken = 0
    with db.write() as tx:
        for kind in DocumentKind:  # both ends before their allocation
            found = compare(tx, organisation, kind, kept(tx, organisation), contacts).missing
            taken += sum(take_back(tx, one, now) for one in found)
    return taken


def _kept_row(organisation: str, one: HeldDocument, now: datetime) -> dict[str, Any]:
    return {
        "organisation": organisation, "xero_id": one.xero_id, "kind": one.kind.value, "status": one.status, "contact_id": one.contact_id,
        "number": folded_number(one.number) if one.kind in FOREIGN_NUMBERS else one.number,
        "date": one.date, "total_cents": one.total_cents, "worth_cents": one.worth_cents, "read_at": now,
    }  # fmt: skip


def _rows(
    tx: Connection, organisation: str, kind: DocumentKind, fresh: Mapping[Identity, Sequence[HeldDocument]]
) -> list[tuple[DocumentRow, Document]]:
    """The documents on record that any of these may be; those that vanished from the facts last."""
    query = select(document).where(document.c.organisation == organisation, document.c.kind == kind.value).order_by(document.c.id)
    if kind in FOREIGN_NUMBERS:
        rows = list(tx.execute(query.where(document.c.xero_id == "")))
    else:
        numbers = sorted({one.number for many in fresh.values() for one in many})
        rows = [row for part in parts(numbers) for row in tx.execute(query.where(document.c.number.in_(part)))]
    rows.sort(key=lambda row: row.state == "superseded")
    return [(row, document_of_dict(row.payload)) for row in rows]


def _allocations(tx: Connection, organisation: str, which: ColumnElement[bool]) -> list[tuple[DocumentRow, Document]]:
    mine = (document.c.organisation == organisation, document.c.kind == DocumentKind.ALLOCATION.value)
    rows = tx.execute(select(document).where(*mine, which).order_by(document.c.state == "superseded", document.c.id))
    return [(row, document_of_dict(row.payload)) for row in rows]


def _ends(tx: Connection, organisation: str, rows: Sequence[tuple[DocumentRow, Document]]) -> dict[str, str]:
    keys = sorted({key for _, built in rows for key in (built.settles, built.credit)})
    return {key: xero_id for part in parts(keys) for key, xero_id in posted_ids(tx, organisation, part).items()}


def _both_ends(built: Document, ends: Mapping[str, str]) -> Identity:
    return identity(built, {}, f"{ends.get(built.credit, '')}/{ends.get(built.settles, '')}")
