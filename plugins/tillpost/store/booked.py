"""How the takings of dates that are in Xero, on their way there, or were taken back there were booked: the mode then, and their form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, or_, select

from tillpost.model.documents import TAKINGS
from tillpost.model.findings import ALL_STORES, Stream
from tillpost.model.period import DateRange
from tillpost.store.database import Database
from tillpost.store.schema import document, stream
from tillpost.store.versions import UNDER_WAY

# What was voided in Xero keeps its form: another one would send the same takings anew.
SENT = ("posted", *UNDER_WAY, "voided")
_FORMS = {"journal": "journal", TAKINGS: "invoice"}


@dataclass(frozen=True, slots=True)
class Booked:
    """A store's sales of a date in Xero. ``mode``: empty where it was not recorded; ``takings``: empty where none are in Xero."""

    mode: str
    takings: str


def booked_sales(db: Database, organisation: str, days: DateRange) -> dict[tuple[str, date], Booked]:
    """The stores and business dates of which any sales document was sent; with ``ALL_STORES`` for the document that they share.

    A store whose takings are in that document counts as sent with it.
    """
    sales = (
        stream.c.organisation == organisation,
        stream.c.stream == Stream.SALES.value,
        stream.c.business_date >= days.start,
        stream.c.business_date < days.end,
    )
    with db.read() as tx:
        rows = tx.execute(select(stream.c.id, stream.c.store, stream.c.business_date, stream.c.mode, stream.c.takings).where(*sales)).all()
        sent = set(_sent(tx, sales))
        forms = _forms(tx, sales)
    together = {row.business_date for row in rows if row.store == ALL_STORES and row.id in sent}
    found = {}
    for row in rows:
        shared = row.takings == "together" and row.business_date in together
        if row.id in sent or shared:
            found[(row.store, row.business_date)] = Booked(row.mode, forms.get(row.id) or ("together" if shared else ""))
    return found


def _sent(tx: Connection, sales: Iterable[object]) -> list[int]:
    joined = select(stream.c.id).join(document, document.c.stream_id == stream.c.id)
    return list(tx.execute(joined.where(*sales, document.c.state.in_(SENT)).distinct()).scalars())  # type: ignore[arg-type]


def _forms(tx: Connection, sales: Iterable[object]) -> dict[int, str]:
    """Which kind of document the takings of a stream were sent as, by the kind in its natural key."""
    is_takings = or_(*(document.c.natural_key.like(f"%/{word}/%") for word in _FORMS))
    joined = select(stream.c.id, stream.c.business_date, document.c.natural_key).join(document, document.c.stream_id == stream.c.id)
    rows = tx.execute(joined.where(*sales, document.c.state.in_(SENT), is_takings)).all()  # type: ignore[arg-type]
    named = ((row.id, row.business_date, row.natural_key.split("/")) for row in rows)
    return {stream_id: _FORMS[parts[2]] for stream_id, day, parts in named if parts[2] in _FORMS and parts[3:] == [day.isoformat()]}
