"""What the demo tills of one site know about it: its country's GST and coins, its goods, and how its customers pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.shops.cents import gst_inside
from sandbox.shops.receipts import Item, Line


@dataclass(frozen=True, slots=True)
class Shop:
    """One site. ``terminals``: number to (name, last receipt number before the demo begins); ``tips``: share of EFTPOS sales with one."""

    site: str
    name: str
    currency: str
    gst_percent: int
    coin_cents: int
    float_cents: int
    items: tuple[Item, ...]
    terminals: Mapping[int, tuple[str, int]]
    supplier_terms: Mapping[str, int]
    tips: float = 0.0
    cash_share: float = 0.3
    largest_basket: int = 4

    def item(self, plu: str) -> Item:
        """The stock item of that number; KeyError if the shop does not sell it."""
        for item in self.items:
            if item.plu == plu:
                return item
        raise KeyError(f"{self.site} sells no item {plu!r}")

    def tax_cents(self, tax_label: str, gross_cents: int) -> int:
        """The GST in cents inside an amount; FRE carries none."""
        return gst_inside(gross_cents, self.gst_percent) if tax_label == "GST" else 0

    def line_tax_cents(self, line: Line) -> int:
        """The GST in cents of a line."""
        return self.tax_cents(line.item.tax_label, line.nett_cents)


def padded(code: str) -> str:
    """A code as this kind of POS stores it: right-aligned in eight places."""
    return code.rjust(8)
