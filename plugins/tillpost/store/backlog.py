"""What the next posting runs have before them: documents by kind, what must be asked or created first, what is held or waits and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, case, func, literal, or_, select

from tillpost.model.documents import DocumentKind
from tillpost.model.findings import Severity
from tillpost.model.period import DateRange
from tillpost.store.claims import is_ready
from tillpost.store.database import Database
from tillpost.store.outbox import FOREIGN_NUMBERS
from tillpost.store.schema import document, finding, stream
from tillpost.store.schema_xero import contact

# What is in Xero, or will be when all that is ready is sent.
COMING = ("posted", "ready", "sending", "unknown")
# A reason that begins so goes on with the name of the rule that was broken.
BY_CHECK = "check "
_needed = document.alias("needed")


@dataclass(frozen=True, slots=True)
class Group:
    """Ready documents that may share a request: those of a kind, allocations of one credit. ``recent`` ones belong to the nightly work."""

    kind: DocumentKind
    documents: int
    recent: int = 0


@dataclass(frozen=True, slots=True)
class Backlog:
    """Documents that are not in Xero.

    ``numbers``: suppliers' numbers to look for, by kind; ``contacts``: contacts to find or create; ``unknown``: kinds with an unknown
    outcome; ``refused``: documents. ``held`` and ``waiting``: how many documents for which reason, the most first.
    """

    groups: tuple[Group, ...] = ()
    numbers: tuple[tuple[DocumentKind, int], ...] = ()
    contacts: int = 0
    unknown: tuple[tuple[DocumentKind, int], ...] = ()
    refused: int = 0
    held: tuple[tuple[str, int], ...] = ()
    waiting: tuple[tuple[str, int], ...] = ()


def backlog(db: Database, organisation: str, recent_from: date, days: DateRange | None = None) -> Backlog:
    """The documents of an organisation, of all or of some business dates, that are not in Xero; recent from that date on."""
    mine = _mine(organisation, days)
    ready = and_(mine, is_ready(organisation))
    sendable = and_(ready, _is_coming(document.c.settles), _is_coming(document.c.credit))
    with db.read() as tx:
        return Backlog(
            groups=_groups(tx, sendable, recent_from),
            numbers=_by_kind(tx, and_(sendable, document.c.number_checked_at.is_(None), document.c.kind.in_(_LOOKED_FOR))),
            contacts=_missing_contacts(tx, organisation, sendable),
            unknown=_by_kind(tx, and_(mine, document.c.state.in_(("unknown", "sending")))),
            refused=_count(tx, and_(mine, document.c.state == "refused")),
            held=_by_reason(tx, _why_held(), and_(mine, document.c.state == "held")),
            waiting=_by_reason(tx, _what_for(), and_(ready, ~sendable)),
        )


_LOOKED_FOR = [kind.value for kind in FOREIGN_NUMBERS if kind is not DocumentKind.ALLOCATION]


def _mine(organisation: str, days: DateRange | None) -> ColumnElement[bool]:
    own, day = document.c.organisation == organisation, document.c.business_date
    return own if days is None else and_(own, day >= days.start, day < days.end)


def _is_coming(natural_key: ColumnElement[str]) -> ColumnElement[bool]:
    there = and_(_needed.c.organisation == document.c.organisation, _needed.c.natural_key == natural_key, _needed.c.state.in_(COMING))
    return or_(natural_key == "", select(_needed.c.id).where(there).exists())


def _groups(tx: Connection, sendable: ColumnElement[bool], recent_from: date) -> tuple[Group, ...]:
    together = case((document.c.kind == DocumentKind.ALLOCATION.value, document.c.credit), else_="").label("together")
    recent = func.count().filter(document.c.business_date >= recent_from)
    query = select(document.c.kind, together, func.count(), recent).where(sendable).group_by(document.c.kind, "together")
    found = sorted((DocumentKind(kind), credit, number, new) for kind, credit, number, new in tx.execute(query))
    order = list(DocumentKind)
    return tuple(Group(kind, number, new) for kind, _, number, new in sorted(found, key=lambda row: (order.index(row[0]), row[1])))


def _by_kind(tx: Connection, which: ColumnElement[bool]) -> tuple[tuple[DocumentKind, int], ...]:
    query = select(document.c.kind, func.count()).where(which).group_by(document.c.kind)
    found: Mapping[str, int] = dict(tx.execute(query).tuples().all())
    return tuple((kind, found[kind.value]) for kind in DocumentKind if kind.value in found)


def _missing_contacts(tx: Connection, organisation: str, sendable: ColumnElement[bool]) -> int:
    known = select(contact.c.contact_key).where(contact.c.organisation == organisation)
    lacking = and_(sendable, document.c.contact_key != "", document.c.contact_key.not_in(known))
    return tx.execute(select(func.count(document.c.contact_key.distinct())).where(lacking)).scalar_one()


def _count(tx: Connection, which: ColumnElement[bool]) -> int:
    return tx.execute(select(func.count()).select_from(document).where(which)).scalar_one()


def _by_reason(tx: Connection, reason: ColumnElement[Any], which: ColumnElement[bool]) -> tuple[tuple[str, int], ...]:
    query = select(reason.label("told_why"), func.count()).select_from(document.join(stream)).where(which).group_by("told_why")
    return tuple(sorted(((str(why), number) for why, number in tx.execute(query)), key=lambda row: (-row[1], row[0])))


def _why_held() -> ColumnElement[Any]:
    """The doubt about the document itself, else what holds its stream: a person's word, or the first of its blockers."""
    blocks = and_(finding.c.stream_id == stream.c.id, or_(finding.c.severity == Severity.BLOCKER.value, finding.c.crashed))
    blocker = select(func.min(finding.c.rule)).where(blocks).scalar_subquery()
    by_check = literal(BY_CHECK) + func.coalesce(blocker, "not told")
    return case((document.c.held_why != "", document.c.held_why), (stream.c.reason != "", stream.c.reason), else_=by_check)


def _what_for() -> ColumnElement[Any]:
    """The state of what a payment, an allocation or a reversal needs."""
    lacking = case((_is_coming(document.c.settles), _newest_state(document.c.credit)), else_=_newest_state(document.c.settles))
    return literal("for a document that is ") + func.coalesce(lacking, "not in the outbox")


def _newest_state(natural_key: ColumnElement[str]) -> ScalarSelect[Any]:
    there = and_(_needed.c.organisation == document.c.organisation, _needed.c.natural_key == natural_key)
    return select(_needed.c.state).where(there).order_by(_needed.c.version.desc()).limit(1).scalar_subquery()
