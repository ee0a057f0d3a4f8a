"""What is on record of debtors, lay-bys, deposits and goods received, for building: documents of dates that a run does not build itself."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, and_, cast, or_, select

from tillpost.model.documents import Contact, Document, DocumentKind, Posting, document_of_dict
from tillpost.model.findings import Stream
from tillpost.store.database import Database
from tillpost.store.evidence import posting_of
from tillpost.store.outbox import contact_key
from tillpost.store.schema import document, posting, stream
from tillpost.store.versions import GONE, UNDER_WAY

StoreKey = tuple[str, str]
# What was voided in Xero is neither there nor on its way.
SENT = ("posted", *UNDER_WAY)


class RecordOf:
    """The record of one organisation without the store-dates of a run (``build.record`` tells what each look-up means).

    ``sent_only``: only what is in Xero or on its way there. Ids are compared once more in Python: SQLite's LIKE ignores case.
    """

    def __init__(self, db: Database, organisation: str, without: Collection[tuple[str, date]] = (), *, sent_only: bool = False) -> None:
        self._db = db
        self._organisation = organisation
        self._without = frozenset(without)
        counts = document.c.state.in_(SENT) if sent_only else document.c.state.not_in(GONE)
        self._live = and_(document.c.organisation == organisation, counts)
        self._daily: frozenset[str] | None = None

    def document(self, natural_key: str) -> Document | None:
        """The newest version of a document."""
        found = self._documents(document.c.natural_key == natural_key)
        return found[-1] if found else None

    def carrier(self, store: str, sale_id: str, on: date | None) -> Document | None:
        """The invoice or credit note of that sale, else the daily one that has it among its postings."""
        prefix = f"{self._organisation}/{store}"
        found = self._documents(document.c.natural_key.in_([f"{prefix}/invoice/{sale_id}", f"{prefix}/credit-note/{sale_id}"]))
        if not found and store in self._daily_stores():
            daily = _starts(f"{prefix}/account-sales/")
            found = self._naming("sale_id", sale_id, daily if on is None else and_(daily, document.c.business_date == on))
        return found[-1] if found else None

    def has_sale(self, store: str, sale_id: str) -> bool:
        """Whether a document of its own, or the invoice of its date, carries a sale."""
        event = document.c.natural_key == f"{self._organisation}/{store}/sale/{sale_id}"
        return bool(self._documents(event)) or self.carrier(store, sale_id, None) is not None

    def open_receipts(self) -> Sequence[Document]:
        """The accruals of goods received that no reversal has taken back, by natural key."""
        known = self._documents(document.c.natural_key.like(f"{self._organisation}/%/receipt%"))
        by_word = {word: [d for d in known if d.natural_key.split("/")[2] == word] for word in ("receipt", "receipt-reversal")}
        reversed_keys = {d.settles for d in by_word["receipt-reversal"]}
        return sorted((d for d in by_word["receipt"] if d.natural_key not in reversed_keys), key=lambda d: d.natural_key)

    def deposits(self, sales: Collection[StoreKey]) -> Mapping[StoreKey, Sequence[Document]]:
        """Overpayments and credit notes of account payments, by the contract that their movement names."""
        found: dict[StoreKey, dict[str, Document]] = defaultdict(dict)
        credits = or_(
            document.c.kind == DocumentKind.OVERPAYMENT.value,
            and_(document.c.kind == DocumentKind.CREDIT_NOTE.value, document.c.natural_key.like("%/account-credit/%")),
        )
        where = and_(credits, posting.c.source_table == "movements", _names("sale_id"))
        for credit, row in self._postings(where):
            sale = (credit.key.store, dict(row.source_where).get("sale_id", ""))
            if sale in sales:
                found[sale][credit.natural_key] = credit
        return {sale: tuple(credits.values()) for sale, credits in found.items()}

    def overpayments(self, store: str, contact: Contact, until: date) -> Sequence[Document]:
        """Overpayments of a store's contact, of business dates up to that one."""
        own = and_(document.c.kind == DocumentKind.OVERPAYMENT.value, _starts(f"{self._organisation}/{store}/overpayment/"))
        theirs = and_(document.c.contact_key == contact_key(contact), document.c.business_date <= until)
        return self._documents(and_(own, theirs))

    def settlements(self, natural_key: str) -> Sequence[Document]:
        """Payments and allocations that settle a document or take from it."""
        kinds = document.c.kind.in_((DocumentKind.PAYMENT.value, DocumentKind.ALLOCATION.value))
        return self._documents(and_(kinds, or_(document.c.settles == natural_key, document.c.credit == natural_key)))

    def layby_postings(self, laybys: Collection[StoreKey]) -> Mapping[StoreKey, Sequence[tuple[date, Posting]]]:
        """The postings whose selection of facts names one of these lay-bys."""
        found: dict[StoreKey, list[tuple[date, Posting]]] = defaultdict(list)
        for built, row in self._postings(_names("layby_id")) if laybys else ():
            layby = (_store_of(built, row), dict(row.source_where).get("layby_id", ""))
            if layby in laybys:
                found[layby].append((built.key.business_date, posting_of(row, built.natural_key)))
        return found

    def is_settled(self, store: str, on: date) -> bool:
        """Whether the sales stream of a date is released, or has nothing to send."""
        place = (stream.c.organisation == self._organisation, stream.c.store == store, stream.c.business_date == on)
        settled = (stream.c.stream == Stream.SALES.value, stream.c.state.in_(("released", "nothing_to_send")))
        with self._db.read() as tx:
            return tx.execute(select(stream.c.id).where(*place, *settled)).first() is not None

    def is_billed(self, store: str, receipt_id: str) -> bool:
        """Whether a bill or supplier credit names that receipt of goods in its postings."""
        kinds = document.c.kind.in_((DocumentKind.BILL.value, DocumentKind.SUPPLIER_CREDIT.value))
        return bool(self._naming("receipt_id", receipt_id, and_(kinds, _starts(f"{self._organisation}/{store}/"))))

    def _daily_stores(self) -> frozenset[str]:
        """The stores with an invoice of a date's account sales; asked once, for reading through postings is slow."""
        if self._daily is None:
            keys = select(document.c.natural_key).where(self._live, document.c.natural_key.like(f"{self._organisation}/%/account-sales/%"))
            with self._db.read() as tx:
                self._daily = frozenset(key.split("/")[1] for key in tx.execute(keys).scalars())
        return self._daily

    def _naming(self, column: str, value: str, where: ColumnElement[bool]) -> list[Document]:
        """The documents of which a posting's selection of facts names that value."""
        pairs = self._postings(and_(where, _names(column, value)))
        return [built for built, row in pairs if dict(row.source_where).get(column) == value]

    def _postings(self, where: ColumnElement[bool]) -> Iterable[tuple[Document, Row[Any]]]:
        joined = select(posting, document.c.payload).join(document, posting.c.document_id == document.c.id)
        query = joined.where(self._live, where).order_by(posting.c.id)
        with self._db.read() as tx:
            rows = tx.execute(query).all()
        pairs = ((document_of_dict(row.payload), row) for row in rows)
        return ((built, row) for built, row in pairs if (_store_of(built, row), built.key.business_date) not in self._without)

    def _documents(self, where: ColumnElement[bool]) -> list[Document]:
        query = select(document).where(self._live, where).order_by(document.c.version, document.c.id)
        with self._db.read() as tx:
            rows = tx.execute(query).all()
        newest = {built.natural_key: built for row in rows if self._counts(built := document_of_dict(row.payload))}
        return list(newest.values())

    def _counts(self, built: Document) -> bool:
        return (built.key.store, built.key.business_date) not in self._without


def _starts(prefix: str) -> ColumnElement[bool]:
    return document.c.natural_key.startswith(prefix, autoescape=True)


def _names(column: str, value: str | None = None) -> ColumnElement[bool]:
    """The condition that a posting's selection of facts names a column, or a value of it, as JSON writes the pair."""
    pair = f'["{column}", ' if value is None else json.dumps([column, value])
    return cast(posting.c.source_where, Text).contains(pair, autoescape=True)


def _store_of(built: Document, row: Row[Any]) -> str:
    """The store that a posting is of: in a document of all stores its selection of facts says so."""
    return str(dict(row.source_where).get("store", built.key.store))
