"""A lost and a restored outbox against the local Xero: nothing is booked twice, and its books do not change by a cent."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.xero.serving import Served
from tests.unit.store.databases import template  # noqa: F401
from tests.unit.store.documents import result
from tests.unit.xero.harbour import connection_to, create_harbour
from tillpost.connection import Connection
from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine
from tillpost.model.findings import Stream, StreamKey
from tillpost.store.database import Database, open_database
from tillpost.store.rebuilding import Author
from tillpost.store.schema import document
from tillpost.store.streams import settle_stream
from tillpost.xero.client import XeroClient
from tillpost.xero.posting import Progress, drain
from tillpost.xero.recovering import recover

# ruff: noqa: F811  (fixtures are imported by name)

TODAY = datetime.now(UTC).date()
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
ABLE, BEANS = Contact("Able Catering", "C-7"), Contact("Beans Ltd", "S-1")


@dataclass(slots=True)
class Shop:
    """An organisation of its own in the local Xero, and an outbox in a file."""

    xero: Served
    key: str
    file: Path
    template: Path

    @property
    def client(self) -> XeroClient:
        """A new connection to it."""
        known = connection_to(self.xero.base_url)
        return XeroClient(Connection(known.conn_id, known.conn_type, login=self.key, password=known.password, extra=known.extra))

    @property
    def db(self) -> Database:
        """Its outbox as it is now."""
        return open_database(f"sqlite:///{self.file}")

    def prepare(self, *documents: Document) -> None:
        """Settle streams, each with all of its documents."""
        for key in dict.fromkeys(one.key for one in documents):
            found = result(*[one for one in documents if one.key == key], key=key)
            settled = settle_stream(self.db, found, approval_required=False, posted_changes="hold", now=self.db.now())
            assert settled == "released"

    def post(self) -> Progress:
        """One drain."""
        return drain(self.db, "harbour", self.client, self.db.now, "poster")

    def recover(self) -> dict[str, tuple[int, int, int]]:
        """Known, recovered and kept documents by kind."""
        found = recover(self.db, "harbour", self.client, self.db.now, "kim", Author("Kim", "lost"), since=BEGINNING)
        assert all((one.differing, one.copies) == (0, 0) for one in found)
        return {one.kind.value: (one.known, one.recovered, one.kept) for one in found}

    def lose(self) -> None:
        """The file is gone, and a new one takes its place."""
        for file in self.file.parent.glob(f"{self.file.name}*"):
            file.unlink()
        shutil.copy(self.template, self.file)

    def states(self) -> set[str]:
        """The states of all documents."""
        with self.db.read() as tx:
            return set(tx.execute(select(document.c.state)).scalars())

    def books(self) -> tuple[dict[str, str], int]:
        """The trial balance and the number of documents in Xero."""
        return self.xero.admin.balances(self.key), len(self.xero.admin.documents(self.key))

    def writes(self) -> int:
        """How many requests have written anything."""
        return sum(call["method"] in ("PUT", "POST") for call in self.xero.admin.calls(self.key))


@pytest.fixture
def shop(served: Served, tmp_path: Path, template: Path) -> Shop:
    """A shop with an empty outbox."""
    made = Shop(served, f"shop-{uuid.uuid4().hex[:8]}", tmp_path / "tillpost.db", template)
    create_harbour(served.admin, made.key, made.key)
    made.lose()
    return made


def night(day: date) -> list[Document]:
    """A document of every kind of one date."""
    sales, purchases = StreamKey("harbour", "cafe", day, Stream.SALES), StreamKey("harbour", "cafe", day, Stream.PURCHASES)
    food, beans = (DocumentLine("201", "OUTPUT", 11_000, "Food"),), (DocumentLine("310", "INPUT", 5_500, "Beans"),)

    def make(key: StreamKey, kind: DocumentKind, name: str, **fields: object) -> Document:
        number = f"TP/cafe/{kind.value.replace('_', '-')}/{name}-{day}"
        given = {"date": day, "currency": "AUD", "number": number, "pos_id": f"{name}-{day}", **fields}
        return Document(key, f"harbour/cafe/{kind.value}/{name}-{day}", kind, **given)  # type: ignore[arg-type]

    number = f"TP/cafe/sales/{day}"
    lines = (DocumentLine("101", "BASEXCLUDED", 5_000, "Cash"), DocumentLine("201", "OUTPUT", -5_000, "Food"))
    journal = make(sales, DocumentKind.JOURNAL, "sales", number=number, lines=lines, narration=f"Sales [{number}]")
    sale = make(sales, DocumentKind.INVOICE, "s1", lines=food, contact=ABLE)
    bill = make(purchases, DocumentKind.BILL, "p1", lines=beans, contact=BEANS, number=f"INV-{day}")
    back = make(sales, DocumentKind.CREDIT_NOTE, "r1", lines=(replace(food[0], cents=2_200),), contact=ABLE)
    credit = make(purchases, DocumentKind.SUPPLIER_CREDIT, "c1", lines=(replace(beans[0], cents=1_100),), contact=BEANS, number=f"CR-{day}")
    over = make(sales, DocumentKind.OVERPAYMENT, "o1", contact=ABLE, account="090", amount_cents=3_000, narration="Paid too much")
    settling = {"account": "090"}
    return [
        *(journal, sale, bill, back, credit, over),
        make(sales, DocumentKind.PAYMENT, "m1", settles=sale.natural_key, amount_cents=4_000, **settling),
        make(sales, DocumentKind.PAYMENT, "m2", settles=over.natural_key, amount_cents=500, **settling),
        make(sales, DocumentKind.PAYMENT, "m3", settles=back.natural_key, amount_cents=300, **settling),
        make(purchases, DocumentKind.PAYMENT, "m4", settles=bill.natural_key, amount_cents=700, **settling),
        make(sales, DocumentKind.ALLOCATION, "a1", number="", credit=back.natural_key, settles=sale.natural_key, amount_cents=1_000),
        make(sales, DocumentKind.ALLOCATION, "a2", number="", credit=over.natural_key, settles=sale.natural_key, amount_cents=600),
        make(purchases, DocumentKind.ALLOCATION, "a3", number="", credit=credit.natural_key, settles=bill.natural_key, amount_cents=200),
    ]


EACH_KIND = {
    "journal": 1, "invoice": 1, "bill": 1, "credit_note": 1, "supplier_credit": 1, "overpayment": 1, "payment": 4, "allocation": 3,
}  # fmt: skip


def test_everything_lost_and_prepared_again_before_the_recovery(shop: Shop) -> None:
    shop.prepare(*night(TODAY))
    assert shop.post().posted == 13
    books, writes = shop.books(), shop.writes()
    shop.lose()
    shop.prepare(*night(TODAY))
    stopped = shop.post()
    assert (stopped.posted, stopped.strangers, stopped.left + stopped.waiting) == (0, 8, 13)
    assert shop.recover() == {kind: (0, count, 0) for kind, count in EACH_KIND.items()}
    done = shop.post()
    assert (done.posted, done.left, done.waiting, shop.states()) == (0, 0, 0, {"posted"})
    assert (shop.books(), shop.writes()) == (books, writes)
    assert shop.recover() == {kind: (count, 0, 0) for kind, count in EACH_KIND.items()}


def test_everything_lost_and_prepared_again_after_the_recovery_and_the_next_night_is_posted(shop: Shop) -> None:
    yesterday = date.fromordinal(TODAY.toordinal() - 1)
    shop.prepare(*night(yesterday), *night(TODAY))
    assert shop.post().posted == 26
    books, writes = shop.books(), shop.writes()
    shop.lose()
    assert shop.recover() == {kind: (0, 0, 2 * count) for kind, count in EACH_KIND.items()}
    shop.prepare(*night(yesterday), *night(TODAY))
    assert shop.post().posted == 0
    assert (shop.states(), shop.books(), shop.writes()) == ({"posted"}, books, writes)
    before = date.fromordinal(TODAY.toordinal() - 2)
    shop.prepare(*night(before))
    assert shop.post().posted == 13


def test_an_older_copy_with_one_night_less(shop: Shop, tmp_path: Path) -> None:
    yesterday = date.fromordinal(TODAY.toordinal() - 1)
    shop.prepare(*night(yesterday))
    assert shop.post().posted == 13
    shop.prepare(*night(TODAY))
    with closing(sqlite3.connect(shop.file)) as now, closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
        now.backup(backup)
    assert shop.post().posted == 13
    books, writes = shop.books(), shop.writes()
    shop.lose()
    shutil.copy(tmp_path / "backup.db", shop.file)
    assert shop.post().posted == 0
    assert shop.recover() == {kind: (count, count, 0) for kind, count in EACH_KIND.items()}
    assert (shop.post().posted, shop.states()) == (0, {"posted"})
    assert (shop.books(), shop.writes()) == (books, writes)


def test_a_payment_that_was_deleted_in_xero_does_not_come_back(shop: Shop) -> None:
    sale, paid = (one for one in night(TODAY) if one.pos_id in (f"s1-{TODAY}", f"m1-{TODAY}"))
    shop.prepare(sale, paid)
    assert shop.post().posted == 2
    [payment] = [one for one in shop.xero.admin.documents(shop.key) if one["kind"] == "payment"]
    shop.xero.admin.void(shop.key, payment["id"])
    shop.lose()
    shop.prepare(sale, paid)
    shop.post()
    assert shop.recover()["payment"] == (0, 1, 0)
    assert (shop.post().posted, shop.states()) == (0, {"posted", "voided"})
