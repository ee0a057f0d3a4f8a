"""Patterns in the column code, and the tags of Point of Rental in the columns account and tracking.

``*`` in a code stands for any run of characters. ``#`` stands for the store's number, ``##`` and ``###`` for the same with zeros in
front; ``{Store}`` for the store's tag, ``{Class}`` for the class of a ledger entry
(https://por.my.site.com/uLearn/s/article/Account-Numbers-1854120324).
"""

from __future__ import annotations

import re
from dataclasses import replace

from tillpost.mapping.rows import ACCOUNT_WORDS, AccountRow, StoreTags
from tillpost.model.tracking import with_category

ANY, CLASS, STORE = "*", "{Class}", "{Store}"
_NUMBER = re.compile(r"#+")
# At most 10 characters (https://help.xero.com/uk/ChartOfAccounts).
ACCOUNT_CODE = "[0-9A-Za-z][0-9A-Za-z./_-]{0,9}"


def is_account_code(text: str) -> bool:
    """Whether Xero can have an account of that code: at most 10 letters, digits, ``.``, ``/``, ``_`` or ``-``, a letter or digit first.

    The words that may stand in place of an account are none.

    >>> is_account_code("4100/7"), is_account_code("41 00"), is_account_code("ignore")
    (True, False, False)
    """
    return re.fullmatch(ACCOUNT_CODE, text) is not None and text not in ACCOUNT_WORDS


def is_pattern(code: str) -> bool:
    """Whether a code stands for several.

    >>> is_pattern("VAPE*"), is_pattern("VAPES")
    (True, False)
    """
    return ANY in code


def literals(pattern: str) -> int:
    """How many characters a pattern names: of two that match, the one that names more decides."""
    return len(pattern.replace(ANY, ""))


def matches(pattern: str, code: str) -> bool:
    """Whether a pattern stands for a code. Each part between stars is looked for from the left, so that no pattern is slow.

    >>> matches("VAPE*", "VAPES"), matches("*", ""), matches("A*B*C", "AxxC"), matches("A*A", "A")
    (True, True, False, False)
    """
    if not is_pattern(pattern):
        return pattern == code
    first, *middle, last = pattern.split(ANY)
    if not code.startswith(first) or not code.endswith(last) or len(code) < len(first) + len(last):
        return False
    at, end = len(first), len(code) - len(last)
    for part in middle:
        found = code.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def of_store(row: AccountRow, tags: StoreTags, category: str) -> AccountRow:
    """The row as a store sees it: its number and tag put in, and its own option in the organisation's tracking category of stores."""
    account = row.account if row.account in ACCOUNT_WORDS else _put_in(row.account, tags)
    tracking = with_category(_put_in(row.tracking, tags), category, tags.tag)
    return row if (account, tracking) == (row.account, row.tracking) else replace(row, account=account, tracking=tracking)


def of_class(row: AccountRow, class_: str) -> AccountRow | None:
    """The row with the class of a ledger entry put in; None where that makes no account code, or the entry has no class."""
    if CLASS not in row.account and CLASS not in row.tracking:
        return row
    account = row.account.replace(CLASS, class_)
    if CLASS in row.account and not (class_ and is_account_code(account)):
        return None
    return replace(row, account=account, tracking=row.tracking.replace(CLASS, class_))


def _put_in(text: str, tags: StoreTags) -> str:
    numbered = _NUMBER.sub(lambda found: tags.number.zfill(len(found[0])) if tags.number else "", text)
    return numbered.replace(STORE, tags.tag)
