"""What happened in a case, in words: one sentence a row of its facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.golden.given import DAY, STORE

Given = dict[str, Any]
SALES = {
    "sale": "Sale", "refund": "Refund", "exchange": "Exchange", "layby_open": "Lay-by opened", "layby_complete": "Lay-by completed",
    "layby_cancel": "Lay-by cancelled", "adjustment": "Adjustment",
}  # fmt: skip
MOVEMENTS = {
    "paid_out": "Paid out", "received": "Received", "prepayment": "Paid beforehand", "layby_payment": "Paid",
    "layby_adjustment": "Adjusted", "layby_cancel": "Cancelled", "account_payment": "Paid on account",
    "account_adjustment": "Account adjusted", "bank_deposit": "Banked", "safe_drop": "Put into the safe", "float": "Float",
    "tender_change": "Tender put right",
}  # fmt: skip
PURCHASES = {"invoice": "Supplier's invoice", "credit": "Supplier's credit", "receipt": "Goods received"}


def day_in_words(day: date) -> str:
    """A date as people write it.

    >>> day_in_words(date(2026, 3, 3))
    '3 March 2026'
    """
    return f"{day.day} {day:%B %Y}"


def told(reading: Given) -> Iterator[str]:
    """The facts of a reading, a sentence each."""
    usual = day_of(reading)
    for sale in reading.get("sales", ()):
        yield _sale(sale) + _place(sale, usual)
    for movement in reading.get("movements", ()):
        yield _movement(movement) + _place(movement, usual)
    for count in reading.get("counts", ()):
        expected = f", expected {count['expected']}" if count.get("expected") is not None else ""
        yield f"Counted {count['tender']} {count['counted']}{expected}" + _place(count, usual)
    for purchase in reading.get("purchases", ()):
        yield _purchase(purchase) + _place(purchase, usual)
    for entry in reading.get("gl_entries", ()):
        lines = ", ".join(f"account {line['account']} {line['amount']}" for line in entry["lines"])
        yield f"Entry `{entry['id']}` of the POS's own ledger: {lines}" + _place(entry, usual)
    for store in reading.get("not_read", ()):
        yield f"The store {store} could not be read."


def day_of(given: Given, default: date = DAY) -> date:
    """The date of a reading or of one of its rows."""
    value = given.get("date", default)
    return value if isinstance(value, date) else date.fromisoformat(value)


def _place(given: Given, usual: date) -> str:
    """Where and when, where it is not the usual store and date."""
    day, store = day_of(given, usual), given.get("store", STORE)
    return "".join((f", on {day_in_words(day)}" if day != usual else "", f", in the store {store}" if store != STORE else "", "."))


def _sale(sale: Given) -> str:
    times = f"{sale['repeat']} times: " if sale.get("repeat", 1) > 1 else ""
    status = f" ({sale['status']})" if sale.get("status", "completed") != "completed" else ""
    lines = ", ".join(_line(line) for line in sale.get("lines", ())) or "nothing"
    parts = [f"{times}{SALES[sale.get('kind', 'sale')]} `{sale['id']}`{_who(sale)}{status}: {lines}"]
    tenders = ", ".join(_tender(tender) for tender in sale.get("tenders", ()))
    parts += [f"paid {tenders}"] if tenders else []
    parts += [f"{word} {sale[word]}" for word in ("rounding", "tip") if sale.get(word)]
    parts += ["an account contract"] if sale.get("is_account_contract") else []
    parts += [f"invoiced elsewhere as {sale['ledger_ref']}"] if sale.get("ledger_ref") else []
    return "; ".join(parts)


def _who(given: Given) -> str:
    named = ((" of customer ", "customer"), (" on lay-by ", "layby"), (" for contract ", "sale"), (" of sale ", "original"))
    return "".join(f"{word}{given[key]}" for word, key in named if given.get(key))


def _line(line: Given) -> str:
    what = line.get("category") or line.get("kind", "item").replace("_", " ")
    if line.get("category") and line.get("kind", "item") != "item":
        what = f"{line['kind'].replace('_', ' ')} {what}"
    discount = f" after a discount of {line['discount']}" if line.get("discount") else ""
    return f"{what} {line['gross']}{_taxed(line)}{discount}"


def _taxed(line: Given) -> str:
    """The tax code; and the tax where the POS recorded its own, or none."""
    code = f" {line['tax_code']}" if line.get("tax_code") else ""
    if "tax" not in line:
        return code
    return f"{code} (tax {line['tax']})" if line["tax"] is not None else f"{code} (tax not recorded)"


def _tender(tender: Given) -> str:
    inside = [f"{tender[key]} {word}" for key, word in (("cash_out", "cash-out"), ("tip", "tip")) if tender.get(key)]
    return f"{tender['tender']} {tender['amount']}" + (f" ({', '.join(inside)} inside)" if inside else "")


def _movement(movement: Given) -> str:
    what = f" ({movement['function']})" if movement.get("function") else ""
    tender = f" {movement['tender']}" if movement.get("tender") else ""
    parts = [f"{MOVEMENTS[movement['kind']]}{what} `{movement['id']}`{_who(movement)}:{tender} {movement['amount']}{_taxed(movement)}"]
    parts += [f"a fee of {movement['fee']} inside"] if movement.get("fee") else []
    parts += [f"{paid['amount']} of it for sale `{paid['sale']}`" for paid in movement.get("pays", ())]
    lines = ", ".join(_line(line) for line in movement.get("sale_lines", ()))
    parts += [f"recognised as sold: {lines}"] if lines else []
    return "; ".join(parts)


def _purchase(purchase: Given) -> str:
    number = f" {purchase['number']}" if purchase.get("number") else ""
    receipt = f" for receipt `{purchase['receipt']}`" if purchase.get("receipt") else ""
    lines = ", ".join(_line(line) for line in purchase.get("lines", ()))
    parts = [f"{PURCHASES[purchase.get('kind', 'invoice')]}{number} of {purchase['supplier']}{receipt}: {lines}"]
    parts += [f"terms {purchase['terms_days']} days"] if purchase.get("terms_days") is not None else []
    parts += ["paid, says the POS"] if purchase.get("paid") else []
    parts += ["a supplier that is not for accounting"] if not purchase.get("accounting", True) else []
    return "; ".join(parts)
