"""The end of a shift: what the till adds up for its Z report, and what must be in the drawer and on the card terminal.

The Z report adds up completed receipts only: gross, GST, each medium (net of change, cash-out and tips inside) and how many there were.
What is expected beside the float is the same media plus the movements of the drawer, less the cash handed out with EFTPOS.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sandbox.shops.database import Book
from sandbox.shops.receipts import CASH, COUNTED_MEDIA, Receipt


@dataclass(slots=True)
class ShiftTotals:
    """The running totals of an open shift, in cents."""

    number: int
    opened: str
    receipts: int = 0
    gross_cents: int = 0
    tax_cents: int = 0
    media_cents: Counter[int] = field(default_factory=Counter)
    moved_cents: Counter[int] = field(default_factory=Counter)

    def add_receipt(self, receipt: Receipt, tax_cents: int) -> None:
        """Add a receipt, unless it is not a completed one."""
        if receipt.state != "C":
            return
        self.receipts += 1
        self.gross_cents += receipt.nett_cents
        self.tax_cents += tax_cents
        for media in receipt.media:
            self.media_cents[media.number] += media.amount_cents
            self.moved_cents[CASH] -= media.cash_out_cents

    def expected_cents(self, media: int) -> int:
        """What should be there of a medium, beside the float, in cents."""
        return self.media_cents[media] + self.moved_cents[media]

    def is_used(self, media: int) -> bool:
        """Whether anything was taken or moved in this medium."""
        return media in self.media_cents or bool(self.moved_cents[media])


def print_z(book: Book, keys: dict[str, str | int], totals: ShiftTotals) -> None:
    """Enter the lines of the shift's Z report."""
    amounts: list[tuple[str, int | None, int | None, int | None]] = [
        ("GROSS", None, totals.gross_cents, None),
        ("TAX", None, totals.tax_cents, None),
        ("RECEIPTS", None, None, totals.receipts),
        *(("MEDIA", media, cents, None) for media, cents in sorted(totals.media_cents.items())),
    ]
    for number, (kind, media, cents, count) in enumerate(amounts, start=1):
        book.add("ZReport", **keys, ZLine=number, LineType=kind, MediaNo=media, Amount=cents, Number=count)


def reconcile(book: Book, keys: dict[str, str | int], totals: ShiftTotals, variance_cents: int) -> None:
    """Enter what was counted of each medium in use; the variance is in the cash."""
    for media in COUNTED_MEDIA:
        if not totals.is_used(media):
            continue
        expected = totals.expected_cents(media)
        counted = expected + (variance_cents if media == CASH else 0)
        book.add("SalesReconciliation", **keys, MediaNo=media, Expected=expected, Counted=counted)
