"""Sending refused documents again: which, and that the trail names each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.unit.store.databases import Watch
from tests.unit.store.documents import DAY, bill, invoice, journal, release_documents, sales_of
from tillpost.errors import TillpostError
from tillpost.model.findings import Stream
from tillpost.store.audit import audit_trail
from tillpost.store.database import Database
from tillpost.store.retrying import retry
from tillpost.store.schema import document
from tillpost.store.states import Stuck, stuck_since
from tillpost.store.streams import hold

LATER = DAY + timedelta(days=1)


def refused(db: Database) -> None:
    """Five refused documents of two stores, two dates and both streams."""
    release_documents(db, journal(), invoice("s1"), journal(sales_of(LATER)), journal(sales_of(store="bar")), bill("p1", "F-1"))
    with db.write() as tx:
        tx.execute(update(document).values(state="refused", message="Account 200 is archived."))


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({}, ["journal TP/cafe/sales/2026-10-03", "invoice TP/cafe/invoice/s1", "journal TP/cafe/sales/2026-10-04", "journal TP/bar/sales/2026-10-03", "bill F-1"]),
        ({"store": "bar"}, ["journal TP/bar/sales/2026-10-03"]),
        ({"store": "cafe", "day": LATER}, ["journal TP/cafe/sales/2026-10-04"]),
        ({"of": Stream.PURCHASES}, ["bill F-1"]),
        ({"name": "F-1"}, ["bill F-1"]),
        ({"name": "harbour/cafe/invoice/s1"}, ["invoice TP/cafe/invoice/s1"]),
        ({"store": "none"}, []),
    ],
)  # fmt: skip
def test_what_is_chosen_is_sent_again(db: Database, watch: Watch, chosen: dict[str, object], names: list[str]) -> None:
    refused(db)
    assert sorted(retry(db, "harbour", "Kim", "restored", watch(), **chosen)) == sorted(names)  # type: ignore[arg-type]
    assert stuck_since(db, "harbour", watch(), 9).refused == 5 - len(names)


def test_the_trail_names_each_document_and_what_xero_said(db: Database, watch: Watch) -> None:
    refused(db)
    retry(db, "harbour", "Kim", "restored", watch(), name="F-1")
    [entry] = [entry for entry in audit_trail(db, "harbour") if entry.action == "retry"]
    assert (entry.subject, entry.who, entry.why, entry.details) == (
        "harbour/cafe/2026-10-03/purchases", "Kim", "restored", {"document": "F-1", "refused": "Account 200 is archived."},
    )  # fmt: skip


def test_a_document_that_cannot_be_sent_again_says_why(db: Database, watch: Watch) -> None:
    release_documents(db, journal())
    refused_by_stream = journal(sales_of(LATER))
    release_documents(db, refused_by_stream)
    hold(db, sales_of(LATER), "Kim", "wait", watch())
    with db.write() as tx:
        tx.execute(update(document).where(document.c.number == refused_by_stream.number).values(state="refused"))
    said = []
    for name in ("TP/none", journal().number, refused_by_stream.number):
        with pytest.raises(TillpostError) as problem:
            retry(db, "harbour", "Kim", "restored", watch(), name=name)
        said.append(str(problem.value))
    assert said == [
        "No document of harbour has the number or key 'TP/none'. `tillpost status` and the report name them.",
        "The journal TP/cafe/sales/2026-10-03 is ready, not refused: there is nothing to send again.",
        "The journal TP/cafe/sales/2026-10-04 is refused, and its stream is held: release the stream first.",
    ]


def test_what_became_stuck_since_a_moment_is_told_with_the_reasons_of_the_first(db: Database, watch: Watch) -> None:
    refused(db)
    told = (
        "Journal TP/cafe/sales/2026-10-03 was refused: Account 200 is archived.",
        "Invoice TP/cafe/invoice/s1 was refused: Account 200 is archived.",
    )
    assert stuck_since(db, "harbour", watch(), 2) == Stuck(5, 0, told)
    with db.write() as tx:
        tx.execute(update(document).where(document.c.number == "F-1").values(state="held", held_why="Typed by hand?"))
    assert stuck_since(db, "harbour", watch(), 0) == Stuck(4, 1, ())
    assert stuck_since(db, "harbour", watch() + timedelta(seconds=1), 2) == Stuck(0, 0, ())
