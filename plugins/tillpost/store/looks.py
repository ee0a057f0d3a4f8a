"""How far each of Xero's lists was looked through for documents of ours: all that changed between two moments was on record then.

A restored outbox remembers less, and so looks back far enough by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, case, func, or_, select

from tillpost.model.documents import DocumentKind
from tillpost.store.claims import is_ready
from tillpost.store.database import Database
from tillpost.store.schema import document
from tillpost.store.schema_xero import watermark
from tillpost.store.upserts import upsert


@dataclass(frozen=True, slots=True)
class Look:
    """Everything of a list that changed from ``since`` to ``until`` was known (aware UTC, by Xero's clock)."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ToSend:
    """Ready documents of one kind, and the kind of what they settle or take from (None: nothing that is on record).

    ``resent``: they were claimed before; ``checked``: their supplier's number was looked for; ``oldest``: their first business date.
    """

    kind: DocumentKind
    of: DocumentKind | None
    resent: bool
    checked: bool
    oldest: date


def to_send(db: Database, organisation: str) -> list[ToSend]:
    """What the poster is about to send: what is ready, or held by pre-flight, which may find it in order."""
    other = document.alias("other")
    settled = case((document.c.credit != "", document.c.credit), else_=document.c.settles)
    same = and_(other.c.organisation == document.c.organisation, other.c.natural_key == settled)
    groups = document.c.kind, other.c.kind, document.c.sends > 0, document.c.number_checked_at.is_not(None)
    query = select(*groups, func.min(document.c.business_date)).select_from(document.outerjoin(other, same))
    lifted = and_(document.c.organisation == organisation, document.c.state == "held", document.c.held_rule == "preflight")
    with db.read() as tx:
        rows = tx.execute(query.where(or_(is_ready(organisation), lifted)).group_by(*groups)).all()
    return [ToSend(DocumentKind(r[0]), DocumentKind(r[1]) if r[1] else None, bool(r[2]), bool(r[3]), r[4]) for r in rows]


def last_look(db: Database, organisation: str, listing: str) -> Look | None:
    """How far a list was looked through; None before the first time."""
    mine = and_(watermark.c.organisation == organisation, watermark.c.name.in_(_names(listing)))
    with db.read() as tx:
        found = {row.name: row.value for row in tx.execute(select(watermark).where(mine))}
    since, until = (found.get(name) for name in _names(listing))
    return Look(since, until) if since and until else None


def keep_look(db: Database, organisation: str, listing: str, look: Look, now: datetime) -> None:
    """Remember a look beside the last one; one that began after the last had ended leaves a gap, and counts for nothing.

    Nobody has seen what will change after ``now``, whatever the look says.
    """
    known = last_look(db, organisation, listing) or look
    if look.since > known.until:
        return
    values = (min(known.since, look.since, now), min(max(known.until, look.until), now))
    rows = [{"organisation": organisation, "name": name, "value": value} for name, value in zip(_names(listing), values, strict=True)]
    with db.write() as tx:
        upsert(tx, watermark, rows, ("value",))


def _names(listing: str) -> tuple[str, str]:
    return f"{listing} known from", f"{listing} known until"
