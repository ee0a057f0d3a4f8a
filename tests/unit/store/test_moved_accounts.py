"""What accounts moved by on record: live documents only, store by store, date by date, without the tax inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import update

from tests.unit.store.documents import DAY, journal, release_documents, sales_of
from tillpost.model.documents import Document, FactSelection, Posting
from tillpost.model.findings import ALL_STORES
from tillpost.model.period import DateRange
from tillpost.store.balances import Moved, moved_accounts
from tillpost.store.database import Database
from tillpost.store.schema import document

NEXT = DAY + timedelta(days=1)
STARTS = {"cafe": DAY - timedelta(days=2), "bar": DAY}


def owing(cents: int, day: date = DAY, store: str = "cafe", *, of: str = "", account: str = "806", rate_bp: int = 0) -> Document:
    """A journal with a posting on a liability, in the document of all stores for the store that it names."""
    built = replace(journal(sales_of(day, store), cents=100), number=f"{store}-{day}-{account}")
    where = ((("store", of),) if of else ()) + (("tender_code", "VOUCHER"),)
    source = FactSelection("tenders", where, 1)
    own = Posting(
        built.natural_key, account, "OUTPUT" if rate_bp else "BASEXCLUDED", rate_bp, "", cents, 0, 0, "", source, "accounts.csv:2"
    )
    return replace(built, postings=(*built.postings, own))


def moved(db: Database, first: date = DAY, last: date = DAY, accounts: tuple[str, ...] = ("806",)) -> set[Moved]:
    found = moved_accounts(db, "harbour", accounts, STARTS, DateRange(first, last + timedelta(days=1)))
    assert len(found) == len(set(found))
    return set(found)


def test_what_came_before_is_one_sum_and_each_date_asked_for_its_own(db: Database) -> None:
    days = [DAY - timedelta(days=2), DAY - timedelta(days=1), DAY, NEXT]
    release_documents(db, *(owing(-1000 * 10**n, day) for n, day in enumerate(days)))
    before = Moved("cafe", "806", None, False, -11_000)
    assert moved(db) == {before, Moved("cafe", "806", DAY, False, -100_000)}
    assert moved(db, DAY, NEXT) == {before, Moved("cafe", "806", DAY, False, -100_000), Moved("cafe", "806", NEXT, False, -1_000_000)}
    assert moved(db, accounts=("806", "200")) - moved(db) == {
        Moved("cafe", "200", None, False, -182),
        Moved("cafe", "200", DAY, False, -91),
    }
    assert moved_accounts(db, "another", ("806",), STARTS, DateRange.of_day(DAY)) == []
    assert moved_accounts(db, "harbour", (), STARTS, DateRange.of_day(DAY)) == []


def test_before_a_stores_start_and_of_stores_that_are_gone_nothing_is_carried(db: Database) -> None:
    yesterday = DAY - timedelta(days=1)
    release_documents(
        db, owing(-100, yesterday, "bar"), owing(-200, DAY, "bar"), owing(-400, DAY, "closed"), owing(-800, DAY - timedelta(days=3))
    )
    assert moved(db) == {Moved("bar", "806", DAY, False, -200)}


def test_the_document_of_all_stores_tells_whose_each_posting_is(db: Database) -> None:
    together = owing(-500, DAY, ALL_STORES, of="bar")
    together = replace(together, postings=(*together.postings, *owing(-70, of="cafe").postings[1:], *owing(-3).postings[1:]))
    release_documents(db, together, owing(-20_000))
    assert moved(db) == {
        Moved("bar", "806", DAY, False, -500),
        Moved("cafe", "806", DAY, False, -20_070),
        Moved(ALL_STORES, "806", DAY, False, -3),
    }


def test_what_is_in_xero_is_told_apart_and_what_was_taken_back_is_left_out(db: Database) -> None:
    release_documents(db, owing(-100), owing(-200, DAY, "bar"), owing(-400, NEXT), owing(-800, NEXT, "bar"))
    states = {"cafe-2026-10-03-806": "posted", "cafe-2026-10-04-806": "voided", "bar-2026-10-04-806": "unknown"}
    with db.write() as tx:
        for number, state in states.items():
            tx.execute(update(document).where(document.c.number == number).values(state=state, xero_id="x"))
    assert moved(db, DAY, NEXT) == {
        Moved("cafe", "806", DAY, True, -100),
        Moved("bar", "806", DAY, False, -200),
        Moved("bar", "806", NEXT, False, -800),
    }


def test_tax_is_taken_out_of_each_documents_line_as_xero_does(db: Database) -> None:
    # 0.15 in all contains 0.01 of tax, but each line of 0.05 contains none.
    days = [DAY - timedelta(days=2), DAY - timedelta(days=1)]
    release_documents(db, *(owing(-5, day, rate_bp=1_000) for day in days), owing(-5, rate_bp=1_000), owing(-11_000, NEXT, rate_bp=1_000))
    assert moved(db, NEXT, NEXT) == {Moved("cafe", "806", None, False, -15), Moved("cafe", "806", NEXT, False, -10_000)}
