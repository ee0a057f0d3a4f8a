"""What accounts were moved by according to our record: the postings of all live documents, summed by store, account and date."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, ColumnElement, Subquery, and_, case, cast, func, or_, select

from tillpost.model.findings import ALL_STORES
from tillpost.model.money import tax_inside
from tillpost.model.period import DateRange
from tillpost.store.database import Database
from tillpost.store.schema import document, posting, stream
from tillpost.store.versions import GONE


@dataclass(frozen=True, slots=True)
class Moved:
    """What an account of a store moved by, without tax (cents, debit positive).

    ``business_date`` is None for all that came before the dates asked for; ``is_posted``: Xero has confirmed it.
    """

    store: str
    account: str
    business_date: date | None
    is_posted: bool
    cents: int


def moved_accounts(db: Database, organisation: str, accounts: Collection[str], starts: Mapping[str, date], days: DateRange) -> list[Moved]:
    """What these accounts moved by, date by date, and in one sum before the dates; ``starts`` are the stores with their first dates.

    What a document of all stores books for a store is that store's; what it books for none is found under ``ALL_STORES``.
    """
    own = _postings(organisation, accounts, days)
    names = (own.c.store, own.c.account, own.c.day, own.c.is_posted)
    # Xero takes the tax out of each line of a document: those come one by one, all others as one sum.
    lines = (own.c.rate_bp, own.c.taxed_in, own.c.tax_type, own.c.tracking)
    cents = cast(func.sum(own.c.cents), BigInteger)
    query = select(*names, own.c.rate_bp, cents.label("cents")).where(_begun(own, starts)).group_by(*names, *lines)
    with db.read() as tx:
        rows = tx.execute(query).all()
    sums: dict[tuple[str, str, date | None, bool], int] = {}
    for row in rows:
        key = (row.store, row.account, row.day, bool(row.is_posted))
        sums[key] = sums.get(key, 0) + row.cents - tax_inside(row.cents, row.rate_bp)
    return [Moved(*key, cents) for key, cents in sums.items()]


def _postings(organisation: str, accounts: Collection[str], days: DateRange) -> Subquery:
    """The postings on these accounts up to the last date, each with its store. A query of its own: PostgreSQL groups by names only."""
    first, names_store = posting.c.source_where[(0, 1)].as_string(), posting.c.source_where[(0, 0)].as_string() == "store"
    return (
        select(
            case((and_(stream.c.store == ALL_STORES, names_store), first), else_=stream.c.store).label("store"),
            posting.c.account,
            document.c.business_date,
            case((document.c.business_date >= days.start, document.c.business_date)).label("day"),
            (document.c.state == "posted").label("is_posted"),
            posting.c.rate_bp,
            case((posting.c.rate_bp == 0, 0), else_=document.c.id).label("taxed_in"),
            posting.c.tax_type,
            posting.c.tracking,
            posting.c.cents,
        )
        .join(document, posting.c.document_id == document.c.id)
        .join(stream, document.c.stream_id == stream.c.id)
        .where(
            document.c.organisation == organisation,
            document.c.business_date < days.end,
            document.c.state.not_in(GONE),
            posting.c.account.in_(accounts),
        )
        .subquery()
    )


def _begun(own: Subquery, starts: Mapping[str, date]) -> ColumnElement[bool]:
    """Only these stores since their starts; few starts have many stores."""
    by_start: dict[date, list[str]] = {}
    for store, start in starts.items():
        by_start.setdefault(start, []).append(store)
    begun = [and_(own.c.store.in_(stores), own.c.business_date >= start) for start, stores in by_start.items()]
    return or_(own.c.store == ALL_STORES, *begun)
