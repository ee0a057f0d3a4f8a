"""Puts together the database of the equipment hire store in Brisbane: contracts closed on every date but Sundays, banked at night."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from sandbox.shops.database import Book
from sandbox.shops.dates import COMPLETE_UNTIL, DATES, SUNDAY, day, moment, stamp
from sandbox.shops.happenings import seeded
from sandbox.shops.hire_contracts import (
    ACCOUNT_CUSTOMERS,
    CASH_CUSTOMERS,
    ITEMS,
    STORE,
    Contract,
    contract_of,
    enter_contract,
    enter_totals,
    hire_lines,
    reduced,
)
from sandbox.shops.hire_orders import enter_orders
from sandbox.shops.shop import padded

FIRST_CONTRACT = 100_231
EVERY_DATE = ("unpaid", "part", "cash", "paid")
REDUCED_LATER = {day("09-18"): day("09-16"), day("10-03"): day("10-02"), day("10-07"): day("10-01")}
STILL_OUT = {day("10-09"), day("10-10")}


def hire_book(seed: int) -> Book:
    """All rows of the equipment hire store."""
    book = Book()
    _enter_lists(book)
    number, by_date = FIRST_CONTRACT, dict[date, list[Contract]]()
    for business_date in DATES:
        if business_date.weekday() == SUNDAY:
            continue
        contracts = _contracts(seeded(seed, STORE, business_date), business_date, number)
        number += len(contracts)
        by_date[business_date] = contracts
        if business_date in REDUCED_LATER:
            original = by_date[REDUCED_LATER[business_date]][0]
            contracts.append(reduced(original, moment(business_date, "16:20")))
        _enter_date(book, business_date, contracts)
        if business_date in STILL_OUT:
            enter_contract(book, _still_out(seeded(seed, "out", business_date), number, moment(business_date, "11:45")))
            number += 1
    enter_orders(book)
    return book


def _contracts(rng: Random, business_date: date, first_number: int) -> list[Contract]:
    """Six to ten contracts in order of closing; the first four show every way of paying."""
    ways = [*EVERY_DATE, *rng.choices(EVERY_DATE, (4, 1, 5, 1), k=rng.randint(2, 6))]
    return [contract_of(rng, way, first_number + n, _closing_time(rng, business_date, n)) for n, way in enumerate(ways)]


def _closing_time(rng: Random, business_date: date, position: int) -> datetime:
    return moment(business_date, "07:15") + timedelta(minutes=50 * position + rng.randrange(45))


def _still_out(rng: Random, number: int, out_at: datetime) -> Contract:
    """A contract that is not closed when the demo ends: it books nothing."""
    return Contract(str(number), "ACME", "A", out_at, None, hire_lines(rng, delivered=True), status="O")


def _enter_date(book: Book, business_date: date, contracts: Sequence[Contract]) -> None:
    for contract in contracts:
        enter_contract(book, contract)
    enter_totals(book, business_date.isoformat(), contracts)
    cash, cards = (sum(cents for c in contracts for method, cents in c.payments if method == wanted) for wanted in ("CS", "EF"))
    for method, expected in (("CS", 0), ("EF", cards)):  # the cash has gone to the bank when End of Day counts
        book.add(
            "DrawerCounts", StoreCode=STORE, CountDate=business_date.isoformat(), DrawerNo=1, PayMethod=method, Expected=expected,
            Counted=expected,
        )  # fmt: skip
    if cash:
        number = 1 + len(book.rows["BankDeposits"])
        at = stamp(moment(business_date, "17:10"))
        book.add("BankDeposits", DepositNo=number, StoreCode=STORE, DepositedAt=at, PayMethod="CS", Amount=cash)


def _enter_lists(book: Book) -> None:
    book.add("StoreFile", StoreCode=STORE, StoreName="Harbour Equipment Hire", Currency="AUD", LastSyncUtc=COMPLETE_UNTIL)
    for code, (name, email, terms) in ACCOUNT_CUSTOMERS.items():
        book.add("CustomerFile", CustNo=padded(code), CustName=name, AccountType="A", Email=email, TermsDays=terms)
    for code in CASH_CUSTOMERS:
        book.add("CustomerFile", CustNo=padded(code), CustName=f"Walk-in customer {code[-1]}", AccountType="C", Email=None, TermsDays=0)
    for key, (name, category, rate) in ITEMS.items():
        book.add("ItemFile", ItemKey=key, ItemName=name, ItemCategory=category, DayRate=rate)
