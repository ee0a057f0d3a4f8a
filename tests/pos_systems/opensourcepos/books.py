"""The shop's books as its accountant would keep them from what the maker knows: no SQL, no facts, nothing of Tillpost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.pos_systems.opensourcepos.arithmetic import in_cents
from tests.pos_systems.opensourcepos.backroom import CASH_UPS, CATEGORIES, EXPENSES, RECEIVINGS, REQUISITION
from tests.pos_systems.opensourcepos.shop import BOXES, FIRST_DATE, GREENS, ITEMS, LAST_DATE, Basket, Shop, business_date, code_of

RECEIVABLE, PAYABLE, GST, ROUNDING, VARIANCE, GIFT_CARDS, TRANSFERS = "610", "800", "820", "860", "450", "841", "116"
TENDERS = {
    "CASH": "111", "CARD": "112", "CHEQUE": "113", "BANK_TRANSFER": "114", "GIFT_CARD": GIFT_CARDS, "REWARD_POINTS": "440",
    "DUE": RECEIVABLE,
}  # fmt: skip
SALES = {"Groceries": "220", "Drinks": "221", "Books": "222", "Gift Cards": GIFT_CARDS}
BOUGHT = {"Groceries": "310", "Drinks": "311"}
SPENT = {"Cleaning": "430", "Postage": "431", "Repairs": "432"}
OWN_CARD = "118"
TAXED = 10

# A line of a document: account and rate in percent, to cents with GST inside, debit positive.
Document = Counter[tuple[str, int]]


def trial_balance(shop: Shop, until: date = LAST_DATE) -> dict[str, str]:
    """Account to signed amount at the end of a date; the receiving without a number is not booked, nor that without a supplier."""
    balances: Counter[str] = Counter()
    for document in _documents(shop, until):
        for (account, rate), cents in document.items():
            gst = _gst_inside(cents, rate)
            balances[account] += cents - gst
            balances[GST] += gst
    assert sum(balances.values()) == 0
    return {account: f"{Decimal(cents) / 100:.2f}" for account, cents in balances.items() if cents}


def _gst_inside(cents: int, rate: int) -> int:
    """As a ledger computes it: of the line, half away from zero."""
    return in_cents(Decimal(cents) / 100 * rate / (100 + rate))


def _documents(shop: Shop, until: date) -> Iterator[Document]:
    for day in (FIRST_DATE + timedelta(days=n) for n in range((until - FIRST_DATE).days + 1)):
        journal: Document = Counter()
        for basket in shop.completed():
            if basket.day == day:
                if basket.tenders["DUE"]:
                    yield _sale(basket)
                else:
                    journal.update(_sale(basket))
            for later in basket.later:
                if business_date(later.when) == day:
                    yield _two_sides(TENDERS[code_of(later.payment.kind)], RECEIVABLE, later.payment.net_cents)
        journal.update(_drawer(day))
        yield journal
        yield from _bills(day)


def _sale(basket: Basket) -> Document:
    """Revenue with its GST against what was taken or is due; rounding, and cents that the lines are short of, on one account."""
    document: Document = Counter()
    for own in basket.lines:
        taxed = any(tax.percent for tax in own.taxes)
        document[SALES[ITEMS[own.item].category], TAXED if taxed else 0] -= own.gross_cents
    for code, cents in basket.tenders.items():
        document[TENDERS[code], 0] += cents
    document[ROUNDING, 0] -= basket.rounding_cents + basket.unrecorded_cents
    return document


def _two_sides(debit: str, credit: str, cents: int) -> Document:
    return Counter({(debit, 0): cents, (credit, 0): -cents})


def _drawer(day: date) -> Document:
    """Expenses that were paid, what was put in or taken out, and what was over or short."""
    document: Document = Counter()
    for each in EXPENSES:
        if business_date(each.when) == day and each.payment != "Due" and not each.deleted:
            cents = in_cents(Decimal(each.amount))
            document[SPENT[CATEGORIES[each.category]], TAXED if each.tax else 0] += cents
            document[OWN_CARD if each.payment == "Debit Card" else TENDERS["CASH"], 0] -= cents
    for cash_up in CASH_UPS:
        if FIRST_DATE + timedelta(days=cash_up.day) == day:
            document.update(_two_sides(TENDERS["CASH"], TRANSFERS, cash_up.transfer))
            document.update(_two_sides(TENDERS["CASH"], VARIANCE, cash_up.cash_over))
            document.update(_two_sides(TENDERS["CARD"], VARIANCE, cash_up.card_over))
    return document


def _bills(day: date) -> Iterator[Document]:
    """What suppliers are owed: greens are free of GST, boxes are not."""
    for receiving in RECEIVINGS:
        if business_date(receiving.when) == day and receiving.supplier and receiving.reference and receiving.number != REQUISITION:
            document: Document = Counter({(PAYABLE, 0): -receiving.cents})
            for own in receiving.lines:
                document[BOUGHT[ITEMS[own.item].category], {GREENS: 0, BOXES: TAXED}[receiving.supplier]] += own.cents
            yield document
    for each in EXPENSES:
        if business_date(each.when) == day and each.payment == "Due":
            cents = in_cents(Decimal(each.amount))
            yield Counter({(SPENT[CATEGORIES[each.category]], TAXED): cents, (PAYABLE, 0): -cents})
