"""What the shop really took, kept apart from the till in exact decimals: the answer that the ledger must come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tests.pos_systems.unicenta.catalogue import Product

RECEIVABLE, VAT = "610", "820"
ROUNDING = "860"


@dataclass(frozen=True, slots=True)
class Item:
    """Some of an article on a receipt, at the shelf price times ``factor``."""

    product: Product
    units: Decimal = Decimal(1)
    factor: Decimal = Decimal(1)

    @property
    def exact(self) -> Decimal:
        """What it costs with tax, not rounded."""
        return self.product.shelf * self.units * self.factor


@dataclass(slots=True)
class Books:
    """Cents by what they are: sums of a date go into one journal, sales on account are documents of their own."""

    takings: Counter[tuple[date, str, int]] = field(default_factory=Counter)
    on_account: list[tuple[str, int, int]] = field(default_factory=list)
    balances: Counter[str] = field(default_factory=Counter)
    gross: Counter[date] = field(default_factory=Counter)

    def sale(self, day: date, items: Sequence[Item], paid: Iterable[tuple[str, int]], on_account: bool) -> None:
        """Enter a receipt: ``paid`` tells accounts and cents."""
        total = cents(sum((item.exact for item in items), Decimal(0)))
        lines = [(item.product.category, item.product.tax, cents(item.exact)) for item in items]
        for category, tax, amount in lines:
            if on_account:
                self.on_account.append((category, tax.percent, amount))
            else:
                self.takings[day, category, tax.percent] += amount
        difference = total - sum(amount for _, _, amount in lines)
        self.balances[ROUNDING] -= difference
        for account, amount in paid:
            self.balances[account] += amount
        self.gross[day] += total

    def move(self, debit: str, credit: str, amount: int) -> None:
        """Enter money that moves without a sale."""
        self.balances[debit] += amount
        self.balances[credit] -= amount

    def trial_balance(self, accounts: dict[str, str]) -> dict[str, str]:
        """Account code to signed amount, with the tax that a ledger computes from each line with its tax inside."""
        balances = Counter(self.balances)
        lines = [(category, percent, amount) for (_, category, percent), amount in self.takings.items()]
        for category, percent, amount in [*lines, *self.on_account]:
            tax = cents(Decimal(amount) / 100 * percent / (100 + percent))
            balances[accounts[category]] -= amount - tax
            balances[VAT] -= tax
        return {code: f"{Decimal(amount) / 100:.2f}" for code, amount in sorted(balances.items()) if amount}


def cents(amount: Decimal) -> int:
    """An amount in whole cents, half up (away from zero)."""
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
