"""What a POS shows of the codes that the mapping has rows for, and the row that holds for each.

The look-ups are those of building: a line that is no item asks for the row of its kind first, then for its category's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tillpost.mapping.tables import AccountRow, Mapping


@dataclass(frozen=True, slots=True)
class CodeUse:
    """One code with an amount at a store on a business date.

    ``asks`` are kinds and codes in the order in which their rows are asked for. ``cents`` are the sum of ``count`` amounts, with their
    signs. ``needed``: without a row the date is held. ``hint`` is what the POS says beside the code: a tender's type, a movement's
    kind, an entry's description; ``class_name`` the class of a ledger entry.
    """

    store: str
    on: date
    asks: tuple[tuple[str, str], ...]
    cents: int
    count: int
    tax_code: str = ""
    hint: str = ""
    class_name: str = ""
    needed: bool = True

    @property
    def named(self) -> tuple[str, str]:
        """The kind and code that a row is missing for: the last one asked for that has a code."""
        return next((ask for ask in reversed(self.asks) if ask[1]), self.asks[-1])


def row_of_use(mapping: Mapping, use: CodeUse) -> AccountRow | None:
    """The row that decides what this use of a code is booked to, as its store sees it, or None."""
    of_store = mapping.for_store(use.store)
    rows = (of_store.account(kind, code, use.on, use.class_name) for kind, code in use.asks)
    return next((row for row in rows if row is not None), None)
