"""How alike a POS code and the name of an account are, in thousandths: the words that say something, compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

# Words that tell the kind of an account, not what it is for.
_GENERAL = frozenset(
    (
        "sales", "sale", "income", "revenue", "purchases", "purchase", "clearing", "liability", "payable", "account", "accounts",
        "expense", "expenses", "cost", "costs", "the", "a", "and", "of", "to", "on", "in", "for", "from", "by",
    )
)  # fmt: skip
_SHORT = {"amex": "american express", "mc": "mastercard", "gv": "gift voucher", "cc": "credit card", "bev": "beverage", "bevs": "beverage"}
_CONTAINED = 900


def likeness(code: str, name: str) -> int:
    """From 0 to 1000; 900 where every word of the code is in the name.

    >>> likeness("FOOD", "Sales - Food"), likeness("BEER", "Sales - Beer and cider"), likeness("AMEX", "American Express clearing")
    (1000, 900, 1000)
    """
    own, other = _words(code), _words(name)
    if not own or not other:
        return 0
    whole = int(SequenceMatcher(None, " ".join(own), " ".join(other), autojunk=False).ratio() * 1000)
    return max(whole, _CONTAINED if set(own) <= set(other) else 0)


def _words(text: str) -> list[str]:
    found = re.findall(r"[a-z0-9]+", text.lower().replace("lay-by", "layby"))
    return list(_without_general(part for word in found for part in _SHORT.get(word, word).split()))


def _without_general(words: Iterable[str]) -> list[str]:
    """Plural and singular are one word."""
    every = list(words)
    telling = [word for word in every if word not in _GENERAL] or every
    return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in telling]
