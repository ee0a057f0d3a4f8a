"""Calls to Xero on record: when each left, which are under way, and what Xero said is left. Every process counts here.

A function that is handed a transaction leaves it to the caller; ``lock_quota`` makes counting and writing one step for all processes.
Calls and slots that lie ahead of ``now`` were written by a clock that was wrong: they are not seen until then.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, literal, select, update

from tillpost.store.database import CLOCK_SKEW
from tillpost.store.schema_xero import api_call, call_slot, quota
from tillpost.store.upserts import insert_missing


@dataclass(frozen=True, slots=True)
class KnownQuota:
    """What is known of an organisation's limits (``store.schema_xero.quota``); None: nothing was said yet."""

    blocked_until: datetime | None = None
    problem: str = ""
    minute_left: int | None = None
    day_left: int | None = None
    app_minute_left: int | None = None
    observed_at: datetime | None = None
    minute_limit: int | None = None
    day_limit: int | None = None
    at_once: int | None = None
    at_once_until: datetime | None = None


_KNOWN = [quota.c[field.name] for field in fields(KnownQuota)]


@dataclass(frozen=True, slots=True)
class Counted:
    """Calls of an organisation: in the last minute, in the last day, and since the one whose answer was heard last."""

    minute: int
    day: int
    since: int


def known_quota(tx: Connection, organisation: str) -> KnownQuota:
    """What is known of an organisation's limits, or of an app's (``app_row``)."""
    row = tx.execute(select(*_KNOWN).where(quota.c.organisation == organisation)).first()
    return KnownQuota() if row is None else KnownQuota(*row)


def lock_quota(tx: Connection, organisation: str) -> KnownQuota:
    """The same, ours until the end of the transaction."""
    mine = update(quota).where(quota.c.organisation == organisation).values(organisation=organisation)
    row = tx.execute(mine.returning(*_KNOWN)).first()
    if row is None:
        insert_missing(tx, quota, {"organisation": organisation})
        row = tx.execute(mine.returning(*_KNOWN)).one()
    return KnownQuota(*row)


def write_quota(tx: Connection, organisation: str, values: dict[str, Any]) -> None:
    """Put on record what was learnt of an organisation's limits."""
    insert_missing(tx, quota, {"organisation": organisation})
    tx.execute(update(quota).where(quota.c.organisation == organisation).values(**values))


def app_row(app: str) -> str:
    """Where an app's own limit is kept among those of the organisations; no organisation's key has a colon."""
    return f"app:{hashlib.sha256(app.encode()).hexdigest()[:32]}"


def begin_call(tx: Connection, organisation: str, app: str, at: datetime, life: timedelta) -> int:
    """Count a call and take a slot for as long as it may live; the slot's number."""
    tx.execute(insert(api_call).values(organisation=organisation, app=app, at=at))
    taken = insert(call_slot).values(organisation=organisation, at=at, expires_at=at + life).returning(call_slot.c.id)
    slot: int = tx.execute(taken).scalar_one()
    return slot


def end_call(tx: Connection, slot: int) -> None:
    """Free the slot of a call that was answered or failed; the call stays counted."""
    tx.execute(delete(call_slot).where(call_slot.c.id == slot))


def forget_calls(tx: Connection, organisation: str, before: datetime, now: datetime) -> None:
    """Remove calls that no window counts any more, and slots of processes that died."""
    tx.execute(delete(api_call).where(api_call.c.organisation == organisation, api_call.c.at <= before))
    tx.execute(delete(call_slot).where(call_slot.c.organisation == organisation, call_slot.c.expires_at <= now))


def calls_under_way(tx: Connection, organisation: str, now: datetime) -> list[datetime]:
    """When the calls that are under way left, newest first."""
    mine = (call_slot.c.organisation == organisation) & (call_slot.c.expires_at > now) & (call_slot.c.at <= now + CLOCK_SKEW)
    return list(tx.execute(select(call_slot.c.at).where(mine).order_by(call_slot.c.at.desc())).scalars())


def count_windows(tx: Connection, organisation: str, minute: datetime, day: datetime, heard: datetime | None, now: datetime) -> Counted:
    """The calls that left after each of these moments, which lie within the day; ``heard`` None: nothing was heard yet."""
    at = api_call.c.at
    counts = (func.count().filter(at > minute), func.count(), func.count().filter(at > heard) if heard else literal(0))
    return Counted(*tx.execute(select(*counts).where(_called(organisation, now), at > day)).one())


def count_calls(tx: Connection, organisation: str, after: datetime, to: datetime) -> int:
    """How many calls left after one moment, up to another."""
    at = api_call.c.at
    query = select(func.count()).select_from(api_call).where(api_call.c.organisation == organisation, at > after, at <= to)
    return tx.execute(query).scalar_one()


def count_calls_of_app(tx: Connection, app: str, after: datetime, now: datetime) -> int:
    """How many calls left after a moment, to whatever organisation of the app."""
    at = api_call.c.at
    query = select(func.count()).select_from(api_call).where(api_call.c.app == app, at > after, at <= now + CLOCK_SKEW)
    return tx.execute(query).scalar_one()


def newest_call(tx: Connection, organisation: str, nth: int, now: datetime) -> datetime:
    """When the nth newest call left; there must be so many."""
    newest_first = select(api_call.c.at).where(_called(organisation, now)).order_by(api_call.c.at.desc())
    at: datetime = tx.execute(newest_first.offset(nth - 1).limit(1)).scalar_one()
    return at


def call_times(tx: Connection, organisation: str, after: datetime, now: datetime) -> list[datetime]:
    """When the calls after a moment left, oldest first."""
    mine = _called(organisation, now) & (api_call.c.at > after)
    return list(tx.execute(select(api_call.c.at).where(mine).order_by(api_call.c.at)).scalars())


def _called(organisation: str, now: datetime) -> ColumnElement[bool]:
    return (api_call.c.organisation == organisation) & (api_call.c.at <= now + CLOCK_SKEW)
