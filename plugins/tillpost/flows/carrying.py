"""The roll-forward of what is owed and what waits in suspense: each store's accounts before a date, moved on it, and after it.

Which accounts: those of the class liability in Xero, and those that the mapping names as suspense (accounting policy 12).
Money taken before the supply is told apart, since its GST may fall due on receipt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from tillpost.mapping.tables import AccountRow
from tillpost.mapping.tables import Mapping as Mappings
from tillpost.model.findings import ALL_STORES
from tillpost.model.period import DateRange
from tillpost.model.reference import ReferenceData
from tillpost.organisations import Organisation
from tillpost.report.data import CarriedAccount, CarriedForward
from tillpost.store.balances import Moved, moved_accounts
from tillpost.store.database import Database

SUSPENSE = ("income_suspense", "inventory_suspense")
GIFT_CARDS = ("gift_card_issue", "gift_card_redeem")
Key = tuple[str, str]


def carried_forward(
    db: Database, org: Organisation, mapping: Mappings, reference: ReferenceData | None, days: Sequence[date]
) -> dict[date, tuple[CarriedForward, ...]]:
    """The roll-forward of each of these business dates (ascending), store by store; one query for all of them."""
    rows = [row for store in org.stores for row in mapping.for_store(store).accounts]
    starts = {key: store.starts_on for key, store in org.stores.items()}
    moved = moved_accounts(db, org.key, _accounts(rows, reference), starts, DateRange(days[0], days[-1] + timedelta(days=1)))
    prepaid = _prepaid(rows, mapping)
    return {day: tuple(_stores(org, balances, prepaid)) for day, balances in _by_date(moved, days)}


def _accounts(rows: Iterable[AccountRow], reference: ReferenceData | None) -> set[str]:
    """Liabilities that are no system account of Xero, and suspense accounts of any class."""
    known = reference.accounts.values() if reference else ()
    liabilities = {account.code for account in known if account.account_class == "LIABILITY" and not account.system}
    return liabilities | {row.account for row in rows if row.kind == "other" and row.code in SUSPENSE}


def _prepaid(rows: Sequence[AccountRow], mapping: Mappings) -> set[str]:
    """Accounts that a function pays into and a tender takes from, no GST on receipt: prepaid tabs and deposits.

    The mapping tells no prepayment from a voucher that is sold, but for the rows of gift cards.
    """
    rates = {row.pos_tax_code: row.rate_bp for row in mapping.taxes if row.country == mapping.country}
    functions = {row.account for row in rows if row.kind == "function" and not rates.get(row.tax_code)}
    gift_cards = {row.account for row in rows if row.kind == "line_kind" and row.code in GIFT_CARDS}
    return (functions & {row.account for row in rows if row.kind == "tender"}) - gift_cards


def _by_date(moved: Iterable[Moved], days: Sequence[date]) -> Iterator[tuple[date, dict[Key, CarriedAccount]]]:
    """The balances of each date. What an earlier date left at zero stays in, for it moved."""
    waiting = sorted(moved, key=lambda m: m.business_date or date.min, reverse=True)
    before, unsent = Counter[Key](), Counter[Key]()
    for day in days:
        today = Counter[Key]()
        while waiting and (waiting[-1].business_date or date.min) <= day:
            one = waiting.pop()
            key = (one.store, one.account)
            (today if one.business_date == day else before)[key] += one.cents
            unsent[key] += 0 if one.is_posted else one.cents
        yield day, {key: CarriedAccount(key[1], before[key], today[key], unsent[key]) for key in sorted({*before, *today})}
        before.update(today)


def _stores(org: Organisation, balances: dict[Key, CarriedAccount], prepaid: set[str]) -> Iterator[CarriedForward]:
    for store in (*org.stores, ALL_STORES):
        accounts = tuple(account for (owner, _), account in balances.items() if owner == store)
        starts_on = org.stores[store].starts_on if store in org.stores else None
        if accounts:
            yield CarriedForward(store, starts_on, accounts, frozenset(prepaid & {account.account for account in accounts}))
