"""What people do meanwhile in Xero, by chance: archive, lock, pay, void, type a bill; and how all of it is taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random

from sandbox.xero import acts, organisations
from sandbox.xero.context import Context
from sandbox.xero.wire import amount
from tests.torture.documents import FIRST, GOODS, SALES
from tests.torture.local_xero import Act
from tillpost.model.documents import Document, DocumentKind


@dataclass(frozen=True, slots=True)
class Deed:
    """One act in Xero. ``calm``: taken back in the end, it keeps no document out of Xero. ``limit``: it changes a limit."""

    told: str
    act: Act
    calm: bool = True
    limit: bool = False


def deed_of(chance: Random, wanted: Sequence[Document]) -> Deed:
    """One thing that somebody does."""
    return chance.choice([_archive_account, _archive_contact, _lock, _limit, _limit, _pay, _void, _type_bill])(chance, wanted)


def put_right(context: Context) -> None:
    """All that keeps documents out, but what was paid, voided or typed."""
    for row in context.store.rows("SELECT code FROM accounts WHERE status <> 'ACTIVE'"):
        acts.archive_account(context, row["code"], "ACTIVE")
    for row in context.store.rows("SELECT id FROM contacts WHERE status <> 'ACTIVE'"):
        acts.archive_contact(context, row["id"], "ACTIVE")
    acts.set_locks(context, None, None)
    organisations.change_settings(context.store, context.org, {"minute_limit": 60, "day_limit": 5_000})


def _archive_account(chance: Random, wanted: Sequence[Document]) -> Deed:
    code = chance.choice([SALES, GOODS, "101", "102"])
    return Deed(f"account {code} is archived", lambda context: acts.archive_account(context, code))


def _archive_contact(chance: Random, wanted: Sequence[Document]) -> Deed:
    names = sorted({one.contact.name for one in wanted if one.contact}) or ["Nobody"]
    name = chance.choice(names)
    return Deed(f"{name} is archived", lambda context: acts.archive_contact(context, name))


def _lock(chance: Random, wanted: Sequence[Document]) -> Deed:
    day = chance.choice([None, FIRST + timedelta(days=chance.randint(0, 3))])
    return Deed(f"the books are locked up to {day}", partial(_set_lock, day))


def _set_lock(day: date | None, context: Context) -> None:
    acts.set_locks(context, day, None)


def _limit(chance: Random, wanted: Sequence[Document]) -> Deed:
    name, value = chance.choice([("minute_limit", chance.randint(5, 30)), ("day_limit", chance.randint(10, 60))])
    told = f"{name} is {value} now"
    return Deed(told, lambda context: organisations.change_settings(context.store, context.org, {name: value}), limit=True)


def _any_document(context: Context, chance: Random, where: str) -> str | None:
    found = context.store.rows(f"SELECT id FROM documents WHERE by_app = 1 AND {where} ORDER BY seq")
    return chance.choice(found)["id"] if found else None


def _on_any(chance: Random, where: str, do: Callable[[Context, str], object]) -> Act:
    def act(context: Context) -> None:
        if (found := _any_document(context, chance, where)) is not None:
            do(context, found)

    return act


def _pay(chance: Random, wanted: Sequence[Document]) -> Deed:
    where = "kind = 'invoice' AND status = 'AUTHORISED'"
    return Deed(
        "somebody pays a document", _on_any(chance, where, lambda context, key: acts.pay(context, key, "090", None, None)), calm=False
    )


def _void(chance: Random, wanted: Sequence[Document]) -> Deed:
    where = "kind <> 'bank' AND status NOT IN ('VOIDED', 'DELETED')"
    return Deed("somebody voids a document", _on_any(chance, where, acts.void), calm=False)


def _type_bill(chance: Random, wanted: Sequence[Document]) -> Deed:
    """A bill under the number of one of ours; only of contacts that Xero knows already, or it would make one without our number."""
    bills = [one for one in wanted if one.kind is DocumentKind.BILL] or list(wanted)
    one = chance.choice(bills)
    line = {"Description": "By hand", "Quantity": amount(100), "UnitAmount": amount(one.total_cents), "AccountCode": GOODS}
    name = one.contact.name if one.contact else "Walk-in"
    given = {"Contact": {"Name": name}, "InvoiceNumber": one.number, "Date": FIRST.isoformat(), "DueDate": FIRST.isoformat()}
    return Deed(
        f"somebody types the bill {one.number} of {name}",
        lambda context: acts.type_bill(context, {**given, "LineItems": [line]}),
        calm=False,
    )
