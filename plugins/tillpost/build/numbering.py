"""Natural keys and the numbers made from them: readable, stable, unique per organisation.

A number holds letters, digits, ``-`` and ``/`` only, so that Xero's filters and lists can name it. A POS id with other
characters gets a short digest behind it, for two ids must not become one number.
"""

from __future__ import annotations

import hashlib
import re

from tillpost.model.documents import OUR_NUMBERS
from tillpost.model.findings import ALL_STORES, StreamKey

_PLAIN = re.compile(r"[^A-Za-z0-9-]+")
_LONGEST_ID = 120


def natural_key(key: StreamKey, kind: str, what: str) -> str:
    """``organisation/store/kind/business date or POS id``: what a document is, for ever."""
    return f"{key.organisation}/{key.store}/{kind}/{what}"


def number(key: StreamKey, kind: str, what: str) -> str:
    """The number that is written into Xero: ``TP/store/kind/business date or POS id``.

    No store's key becomes ``all-stores``: a key holds no ``-``, and one with ``_`` gets a digest.
    """
    store = "all-stores" if key.store == ALL_STORES else plain(key.store)
    return f"{OUR_NUMBERS}{store}/{plain(kind)}/{plain(what)}"


def joined(first: str, second: str) -> str:
    """Two POS ids as one, so that no other two become the same.

    >>> joined("1", "2-7"), joined("1-2", "7"), joined("a/b", "c") != joined("a", "b/c")
    ('1/2-7', '1-2/7', True)
    """
    return "/".join(part.replace("/", "//") for part in (first, second))


def plain(text: str) -> str:
    """Text as a part of a number; with a digest where characters had to go or it is too long.

    >>> plain("2026-10-02"), plain("1/77") != plain("1.77")
    ('2026-10-02', True)
    """
    clean = _PLAIN.sub("-", text).strip("-")[:_LONGEST_ID]
    if clean == text:
        return text
    return f"{clean}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
