"""One poster per organisation: a lease with a number that grows each time somebody takes it.

Every claim carries the number and is only made while the lease is still held under it: a poster that was suspended and lives on
finds its number outgrown. Measured by the database's clock, which all workers share.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select, update

from tillpost.store.database import CLOCK_SKEW, Database
from tillpost.store.schema import lease
from tillpost.store.upserts import insert_missing

# Longer than the slowest request: a poster that still waits for an answer keeps its lease.
LEASE_TIME = timedelta(minutes=5)
_LONG_AGO = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to post for one organisation."""

    organisation: str
    number: int
    holder: str


@dataclass(frozen=True, slots=True)
class LeaseHolder:
    """Who has the lease now, and until when at the latest if nothing more is heard of them."""

    holder: str
    expires_at: datetime


def take_lease(db: Database, organisation: str, holder: str, now: datetime) -> Lease | LeaseHolder:
    """Take the lease if nobody holds it, or only a poster whose clock was ahead; otherwise tell who does."""
    over = or_(lease.c.expires_at <= now, lease.c.expires_at > now + LEASE_TIME + CLOCK_SKEW)
    free = and_(lease.c.organisation == organisation, over)
    with db.write() as tx:
        insert_missing(tx, lease, {"organisation": organisation, "number": 0, "expires_at": now - _LONG_AGO})
        taken = update(lease).where(free).values(number=lease.c.number + 1, holder=holder, expires_at=now + LEASE_TIME)
        won = tx.execute(taken).rowcount == 1
        row = tx.execute(select(lease).where(lease.c.organisation == organisation)).one()
    return Lease(organisation, row.number, holder) if won else LeaseHolder(row.holder, row.expires_at)


def renew_lease(tx: Connection, held: Lease, now: datetime) -> bool:
    """Prolong the lease within the caller's transaction; False if somebody else has taken it."""
    mine = and_(lease.c.organisation == held.organisation, lease.c.number == held.number)
    return tx.execute(update(lease).where(mine).values(expires_at=now + LEASE_TIME)).rowcount == 1


def holds_lease(db: Database, held: Lease) -> bool:
    """Whether nobody has taken the lease since."""
    with db.read() as tx:
        return tx.execute(select(lease.c.number).where(lease.c.organisation == held.organisation)).scalar() == held.number


def give_back_lease(db: Database, held: Lease, now: datetime) -> None:
    """Let the next poster in at once. The number stays, so that what this one claimed can still be told."""
    mine = and_(lease.c.organisation == held.organisation, lease.c.number == held.number)
    with db.write() as tx:
        tx.execute(update(lease).where(mine).values(expires_at=now))
