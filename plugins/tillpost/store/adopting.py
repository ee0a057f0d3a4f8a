"""New documents that Xero holds already: they take the id of what was read back and are never sent.

Where the amount differs, or several versions are there, nobody knows what the ones in Xero book account by account: a document
stands for each with its amount alone, the stream is held with both amounts, and a person decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select, update

from tillpost.model.documents import Contact, Document, DocumentKind, document_of_dict
from tillpost.model.findings import StreamKey
from tillpost.model.folding import folded_name
from tillpost.model.results import HeldDocument
from tillpost.store.adjustments import booked
from tillpost.store.changes import posted_stream_changed
from tillpost.store.claims import posted_ids
from tillpost.store.comparing import agrees, as_held
from tillpost.store.evidence import postings_of
from tillpost.store.lookups import OTHER_KIND, VOID, Identity, identity, identity_held
from tillpost.store.outbox import FOREIGN_NUMBERS, DocumentPlan, contact_key, write_documents
from tillpost.store.recovery import Found, held_of, kept, take_back
from tillpost.store.schema import document
from tillpost.store.schema_xero import contact, recovered, xero_contact
from tillpost.store.versions import GONE, OnRecord, parts, renumbered, versions_of

_VERSION = re.compile(r"(.+)/v(\d+)")
_ORDER = list(DocumentKind)


@dataclass(frozen=True, slots=True)
class Adopted:
    """A document as Xero holds it; ``held``: all that it may be, the likeliest first."""

    document: Document
    held: tuple[HeldDocument, ...]


def adopt(
    tx: Connection, key: StreamKey, plan: DocumentPlan, posted_changes: str, *, accepted: bool
) -> tuple[DocumentPlan, tuple[Adopted, ...]]:
    """The plan without the new documents that Xero holds already, and those; a blocker where Xero holds them otherwise.

    What else is new then belongs to the difference, and is not sent beside it.
    """
    there = _read_back(tx, key.organisation, plan.new)
    if not there:
        return plan, ()
    adopted: list[Adopted] = []
    left, differing = [], []
    ids: dict[str, str] = {}
    for wanted in sorted(plan.new, key=lambda one: _ORDER.index(one.kind)):
        versions = there.versions(wanted, ids)
        if not versions:
            left.append(wanted)
            continue
        mine = _adopted(wanted, versions)
        adopted += mine
        living = [one for one in mine if one.held[0].status not in VOID]
        if not living:
            continue
        ids[wanted.natural_key] = living[-1].held[0].xero_id
        if not any(one.document.books_digest == wanted.books_digest for one in living):
            differing.append((booked([one.document for one in living]), wanted))
    if not differing:
        return replace(plan, new=tuple(left)), tuple(adopted)
    told = posted_stream_changed(key, differing, left, posted_changes, accepted)
    return replace(plan, new=(), findings=(*plan.findings, told)), tuple(adopted)


def write_adopted(tx: Connection, stream_id: int, adopted: Sequence[Adopted], now: datetime) -> None:
    """Write documents that Xero holds, with their ids."""
    if not adopted:
        return
    write_documents(tx, stream_id, DocumentPlan(tuple(one.document for one in adopted), (), (), ()), "held", now)
    mine = {(row.natural_key, row.version): row for row in tx.execute(select(document).where(document.c.stream_id == stream_id))}
    for one in adopted:
        take_back(tx, Found(mine[(one.document.natural_key, one.document.version)], one.document, one.held), now)
    # A version that was voided and sent anew needs nobody's decision.
    living = sorted({one.document.natural_key for one in adopted if one.held[0].status not in VOID})
    void = (document.c.stream_id == stream_id, document.c.state == "voided")
    for part in parts(living):
        tx.execute(update(document).where(*void, document.c.natural_key.in_(part)).values(held_why=""))


def adopt_newer(tx: Connection, organisation: str, kind: DocumentKind, now: datetime) -> list[Adopted]:
    """Put later versions that are kept on record, where all on record are void: they were sent anew from a database that was lost."""
    later: dict[str, dict[int, list[HeldDocument]]] = defaultdict(lambda: defaultdict(list))
    for one in kept(tx, organisation):
        if one.kind is kind and (parsed := _VERSION.fullmatch(one.number)):
            later[parsed[1]][int(parsed[2])].append(one)
    adopted: list[Adopted] = []
    mine = (document.c.organisation == organisation, document.c.kind == kind.value, document.c.state == "voided")
    for part in parts(sorted(later)):
        for row in tx.execute(select(document).where(*mine, document.c.number.in_(part))).all():
            known = versions_of(tx, organisation, row.stream_id, [row.natural_key])[row.natural_key]
            newer = _newer(tx, known, later[row.number])
            write_adopted(tx, row.stream_id, newer, now)
            adopted += newer
    return adopted


def _newer(tx: Connection, known: OnRecord, later: Mapping[int, Sequence[HeldDocument]]) -> list[Adopted]:
    if any(row.state not in GONE for row in known.rows):
        return []
    first = known.rows[0]
    content = document_of_dict(first.payload)
    content = replace(content, postings=postings_of(tx, [(first.id, content)]).get(first.id, ()))
    there = {version: _likeliest(content, held) for version, held in later.items() if version > known.latest.version}
    return [Adopted(_version(content, version, None), held) for version, held in sorted(there.items())]


def contact_ids(tx: Connection, organisation: str, contacts: Iterable[Contact]) -> dict[str, str]:
    """The ContactIDs of these contacts by contact key, as far as they are known: those used before, else by number or name in Xero."""
    wanted = {contact_key(one): one for one in contacts}
    known = select(contact.c.contact_key, contact.c.contact_id).where(contact.c.organisation == organisation)
    found = {row.contact_key: row.contact_id for row in tx.execute(known) if row.contact_key in wanted}
    for part in parts([one for key, one in wanted.items() if key not in found]):
        numbers, names = [one.number for one in part if one.number], [folded_name(one.name) for one in part]
        named = or_(xero_contact.c.number.in_(numbers), xero_contact.c.folded_name.in_(names))
        rows = tx.execute(select(xero_contact).where(xero_contact.c.organisation == organisation, xero_contact.c.active, named)).all()
        by_number = {row.number: row.contact_id for row in rows if row.number}
        by_name = {row.folded_name: row.contact_id for row in rows if not row.number}
        for one in part:
            there = by_number.get(one.number) or by_name.get(folded_name(one.name))
            if there:
                found[contact_key(one)] = there
    return found


def contacts_on_record(tx: Connection, organisation: str) -> dict[str, str]:
    """The ContactIDs of the suppliers of bills and supplier credits that are not in Xero."""
    kinds = (DocumentKind.BILL.value, DocumentKind.SUPPLIER_CREDIT.value)
    unsent = (document.c.organisation == organisation, document.c.kind.in_(kinds), document.c.xero_id == "")
    payloads = tx.execute(select(document.c.payload).where(*unsent)).scalars()
    contacts = (document_of_dict(payload).contact for payload in payloads)
    return contact_ids(tx, organisation, [one for one in contacts if one is not None])


@dataclass(slots=True)
class _ReadBack:
    """What was read back, by identity; ``later``: versions by kind and first number; ``contacts`` and ``ids`` of what is on record.

    ``wanted``: the kinds and identities of the new documents.
    """

    by_identity: dict[tuple[str, Identity], list[HeldDocument]]
    later: dict[tuple[str, str], dict[int, list[HeldDocument]]]
    contacts: Mapping[str, str]
    ids: Mapping[str, str]
    wanted: frozenset[tuple[str, Identity]]

    def versions(self, wanted: Document, new_ids: Mapping[str, str]) -> dict[int, list[HeldDocument]]:
        """The versions of a document in Xero, each with its copies; an allocation takes one of those that are alike.

        Where there are none, those of the other kind of a pair, unless they are another new document's.
        """
        ids = {**self.ids, **new_ids}
        ends = f"{ids.get(wanted.credit, '')}/{ids.get(wanted.settles, '')}"
        what = identity(wanted, self.contacts, ends)
        found, other = self._of_kind(wanted, wanted.kind, what), OTHER_KIND.get(wanted.kind)
        if found or other is None or (other.value, what) in self.wanted:
            return found
        others = {version: [one for one in held if _may_be(wanted, one)] for version, held in self._of_kind(wanted, other, what).items()}
        return {version: held for version, held in others.items() if held}

    def _of_kind(self, wanted: Document, kind: DocumentKind, identified: Identity) -> dict[int, list[HeldDocument]]:
        what = (kind.value, identified)
        found = self.by_identity.get(what, [])
        if wanted.kind in FOREIGN_NUMBERS:
            many = wanted.kind is DocumentKind.ALLOCATION
            return {wanted.version: [found.pop(0)] if many else found} if found else {}
        later = self.later.get((what[0], what[1][0]), {}) if wanted.version == 1 else {}
        return {wanted.version: found, **later} if found else dict(later)


def _read_back(tx: Connection, organisation: str, new: Sequence[Document]) -> _ReadBack | None:
    """What was read back of these documents; None if nothing was."""
    mine = recovered.c.organisation == organisation
    if not new or tx.execute(select(recovered.c.xero_id).where(mine).limit(1)).first() is None:
        return None
    numbers = [identity(one, {}, "")[0] if one.kind in FOREIGN_NUMBERS else one.number for one in new]
    wheres: list[ColumnElement[bool]] = [recovered.c.number.in_(part) for part in parts(numbers)]
    wheres += [recovered.c.number.like("%/v%"), recovered.c.kind == DocumentKind.ALLOCATION.value]
    rows = {row.xero_id: row for where in wheres for row in tx.execute(select(recovered).where(mine, where))}
    by_identity: dict[tuple[str, Identity], list[HeldDocument]] = defaultdict(list)
    for row in rows.values():
        one = held_of(row)
        by_identity[(one.kind.value, identity_held(one))].append(one)
    later: dict[tuple[str, str], dict[int, list[HeldDocument]]] = defaultdict(dict)
    for (kind, what), held in by_identity.items():
        if parsed := _VERSION.fullmatch(what[0]):
            later[(kind, parsed[1])][int(parsed[2])] = held
    contacts = contact_ids(tx, organisation, [one.contact for one in new if one.contact is not None])
    ends = sorted({natural_key for one in new for natural_key in (one.credit, one.settles) if natural_key})
    ids = {natural_key: xero_id for part in parts(ends) for natural_key, xero_id in posted_ids(tx, organisation, part).items()}
    wanted = frozenset((one.kind.value, identity(one, contacts, "")) for one in new)
    return _ReadBack(by_identity, later, contacts, ids, wanted) if rows else None


def _may_be(wanted: Document, other: HeldDocument) -> bool:
    """Whether what has another kind may be the document: a supplier may give a bill and its credit one number, but not on one date."""
    return wanted.kind not in FOREIGN_NUMBERS or (other.date == wanted.date and other.status not in VOID)


def _likeliest(wanted: Document, held: Sequence[HeldDocument]) -> tuple[HeldDocument, ...]:
    return tuple(sorted(held, key=lambda one: (one.status in VOID, not agrees(wanted, one))))


def _adopted(wanted: Document, versions: Mapping[int, Sequence[HeldDocument]]) -> list[Adopted]:
    """A document for each version in Xero: as it is wanted where the only living one agrees or all are void, else with its amount alone."""
    ordered = {version: _likeliest(wanted, held) for version, held in versions.items()}
    living = [version for version, held in ordered.items() if held[0].status not in VOID]
    same_kind = all(held[0].kind is wanted.kind for held in ordered.values())
    as_wanted = same_kind and len(living) <= 1 and all(agrees(wanted, ordered[version][0]) for version in living)
    return [Adopted(_version(wanted, version, None if as_wanted else held[0]), held) for version, held in sorted(ordered.items())]


def _version(wanted: Document, version: int, otherwise: HeldDocument | None) -> Document:
    """The document as one of its versions; ``otherwise``: only its kind and its amount are known."""
    number = wanted.number if version == wanted.version or wanted.kind in FOREIGN_NUMBERS else f"{wanted.number}/v{version}"
    made = renumbered(wanted, version, number)
    return made if otherwise is None else as_held(made, otherwise)
