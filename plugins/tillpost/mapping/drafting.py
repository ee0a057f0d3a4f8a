"""A first draft of accounts.csv: for each code that a POS shows, the account of the right class whose name is most like it.

Each guess says so in its note, with the reason. What cannot be guessed names the account ``TO-DECIDE``: it loads, no chart has it,
and nothing can be booked on it. Accounts that only Xero moves (receivables, payables, GST) are never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tillpost.mapping.similar import likeness
from tillpost.mapping.tables import ACCOUNT_KINDS, OTHER_CODES, RECEIVABLE
from tillpost.mapping.uses import CodeUse
from tillpost.model.reference import XeroAccount

# The account of a row that nobody has decided on yet: it loads, and is no account that Xero has.
TO_DECIDE = "TO-DECIDE"
GUESS = "guess: "
NO_TAX = "NONE"
# From which likeness on a name is taken for a guess, in thousandths.
ENOUGH = 600
# From which a tender is taken for one of the type that it is named after.
NAMED = 900


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kind of account a code wants: its classes, the words that its name may be like, and the tax code of the row."""

    classes: tuple[str, ...]
    names: tuple[str, ...]
    tax_code: str = NO_TAX


_GOODS = ("EXPENSE", "ASSET")
_TENDERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "cash": (("ASSET",), ("undeposited funds", "cash on hand")),
    "card": (("ASSET",), ("card clearing", "eftpos clearing")),
    "gift_card": (("LIABILITY",), ("gift voucher", "gift card")),
    "voucher": (("LIABILITY",), ("gift voucher", "gift card")),
    "store_credit": (("LIABILITY",), ("credit note", "store credit")),
    "layby": (("LIABILITY",), ("layby",)),
    "prepaid": (("LIABILITY",), ("customer deposits", "prepaid")),
    "loyalty": (("EXPENSE", "LIABILITY"), ("loyalty points",)),
}
_LINE_KINDS: dict[str, tuple[str, ...]] = {
    "gift_card_issue": ("gift voucher", "gift card"),
    "gift_card_redeem": ("gift voucher", "gift card"),
    "deposit": ("customer deposits",),
    "deposit_return": ("customer deposits",),
    "tip": ("tips",),
}
_FUNCTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "paid_out": (("EXPENSE", "LIABILITY", "ASSET"), ()),
    "received": (("LIABILITY", "EQUITY", "REVENUE"), ()),
    "prepayment": (("LIABILITY",), ("customer deposits", "prepaid")),
}
_OTHERS: dict[str, Wanted] = {
    "variance": Wanted(("EXPENSE",), ("cash over and short", "variance", "cash discrepancy")),
    "rounding": Wanted(("LIABILITY", "EXPENSE"), ("rounding",)),
    "tips": Wanted(("LIABILITY",), ("tips",)),
    "float": Wanted(("ASSET",), ("till floats", "float")),
    "layby": Wanted(("LIABILITY",), ("layby",)),
    "deposit": Wanted(("LIABILITY",), ("customer deposits", "prepaid")),
    "layby_adjustment": Wanted(("REVENUE",), ("layby adjustments",), ""),
    "layby_fee": Wanted(("REVENUE",), ("layby cancellation fees", "layby fees"), ""),
    "payment_fee": Wanted(("REVENUE",), ("card surcharge", "payment fee"), ""),
    "account_adjustment": Wanted(("REVENUE",), ("customer account adjustments", "account adjustments"), ""),
    "bank_deposit": Wanted(("ASSET",), ("cash in transit to the bank", "cash in transit")),
    "safe_drop": Wanted(("ASSET",), ("safe", "cash in transit")),
    "income_suspense": Wanted(("LIABILITY",), ("suspense",)),
    "inventory_suspense": Wanted(("LIABILITY",), ("goods received not invoiced", "inventory suspense")),
}


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A row of the draft, as accounts.csv has it."""

    kind: str
    code: str
    account: str
    tax_code: str
    note: str

    @property
    def is_decided(self) -> bool:
        """Whether there is a guess."""
        return self.account != TO_DECIDE


def draft_accounts(uses: Iterable[CodeUse], accounts: Sequence[XeroAccount]) -> list[DraftRow]:
    """A row for each code that was shown, and for what the books may need any night where a name fits well; in a fixed order."""
    hints: dict[tuple[str, str], str] = {}
    for use in uses:
        key = _drafted(use)
        if key is not None and key[1]:
            hints[key] = max(hints.get(key, ""), use.hint)
    ours = sorted((one for one in accounts if _may_be_guessed(one)), key=lambda one: one.code)
    rows = [_row(kind, code, hint, ours) for (kind, code), hint in hints.items()]
    standing = [_row("other", code, "", ours) for code in OTHER_CODES if ("other", code) not in hints]
    drafted = [*rows, *(row for row in standing if row.is_decided)]
    return sorted(drafted, key=lambda row: (ACCOUNT_KINDS.index(row.kind), row.code))


def wanted_classes(kind: str, code: str) -> tuple[str, ...]:
    """The classes of accounts that a code of a kind may have, the usual one first."""
    return _wanted(kind, code, "").classes


def _drafted(use: CodeUse) -> tuple[str, str] | None:
    """The row to draft for a use: what is no sale by the kind of its line, everything else by its category."""
    if not use.needed:
        return None
    first = use.asks[0]
    return first if first[0] != "line_kind" or first[1] in _LINE_KINDS else use.named


def _may_be_guessed(account: XeroAccount) -> bool:
    return account.active and account.type != "BANK" and account.system in ("", "ROUNDING")


def _row(kind: str, code: str, hint: str, accounts: Sequence[XeroAccount]) -> DraftRow:
    if kind == "tender" and hint == "account":
        return DraftRow(kind, code, RECEIVABLE, "", f"{GUESS}a tender of the type account goes to the customer's invoice")
    if kind == "gl_account" and (same := next((one for one in accounts if one.code == code), None)):
        return DraftRow(kind, code, same.code, "", f"{GUESS}the chart has this code: {same.name}")
    wanted = _wanted(kind, code, hint)
    best = max(_scores(wanted, accounts), key=lambda found: found[0], default=None)
    if best is None or best[0] < ENOUGH:
        classes = " or ".join(word.lower() for word in wanted.classes)
        return DraftRow(kind, code, TO_DECIDE, wanted.tax_code, f"to decide: no {classes} account has a name like {wanted.names[0]}")
    _, account, name = best
    own_tax = kind == "function" and hint == "paid_out" and account.account_class == "EXPENSE"
    return DraftRow(kind, code, account.code, "" if own_tax else wanted.tax_code, f"{GUESS}{account.name} is like {name}")


def _scores(wanted: Wanted, accounts: Sequence[XeroAccount]) -> Iterator[tuple[int, XeroAccount, str]]:
    """How alike each account of the right class is; of equals the first by code comes first."""
    for account in accounts:
        if account.account_class in wanted.classes:
            score, name = max(((likeness(name, account.name), name) for name in wanted.names), key=lambda found: found[0])
            yield score, account, name


def _tender_of_name(words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a tender wants whose type says nothing: that of the type that it is named after, else an asset."""
    named = (wanted for wanted in _TENDERS.values() if any(likeness(words, name) >= NAMED for name in wanted[1]))
    return next(named, (("ASSET",), ()))


def _wanted(kind: str, code: str, hint: str) -> Wanted:
    words = code.replace("_", " ")
    if kind == "tender":
        classes, names = _TENDERS.get(hint) or _tender_of_name(words)
        return Wanted(classes, (words, *names))
    if kind == "line_kind" and code in _LINE_KINDS:
        return Wanted(("LIABILITY",), _LINE_KINDS[code])
    if kind == "function":
        classes, names = _FUNCTIONS.get(hint, (("LIABILITY", "EXPENSE"), ()))
        return Wanted(classes, (words, *names))
    if kind == "other":
        return _OTHERS.get(code, Wanted(("LIABILITY", "EXPENSE", "REVENUE"), (words,)))
    if kind in ("purchase_category", "purchase_other"):
        return Wanted(_GOODS if kind == "purchase_category" else ("EXPENSE",), (words,), "")
    if kind == "gl_account":
        return Wanted(("REVENUE", "EXPENSE", "ASSET", "LIABILITY", "EQUITY"), (hint or words,), "")
    return Wanted(("REVENUE",), (words,), "")
