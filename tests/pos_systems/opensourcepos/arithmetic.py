"""The arithmetic of opensourcepos, done by us: four decimals cut off, a tax per line, a tax per receipt, cash rounded to five cents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
HALF_CENT = Decimal("0.005")
INCLUDED, ON_TOP = 0, 1
PERCENT, FIXED = 0, 1


def cut(value: Decimal) -> Decimal:
    """As the till computes with two decimals of money and two of tax: four, the rest cut off."""
    return value.quantize(Decimal("0.0001"), ROUND_DOWN)


def to_cent(value: Decimal) -> Decimal:
    """Rounded to the cent, half away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


def in_cents(value: Decimal) -> int:
    """Rounded to whole cents, half away from zero."""
    return int(to_cent(value) * 100)


def to_five_cents(value: Decimal) -> Decimal:
    """What is asked for in cash: the till rounds a fifth of the amount half-even to the cent, then takes it five times."""
    return (value / 5).quantize(CENT, ROUND_HALF_EVEN) * 5


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax of a line: its name, rate in percent, and whether it is included in the price or on top of it."""

    name: str
    percent: Decimal
    kind: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a basket. The discount is a percentage of the line or a fixed amount per unit."""

    item: int
    quantity: Decimal
    price: Decimal
    taxes: tuple[Tax, ...] = ()
    discount: Decimal = Decimal(0)
    discount_type: int = PERCENT

    @property
    def amount(self) -> Decimal:
        """Price times quantity, at four decimals."""
        return cut(self.quantity * self.price)

    @property
    def discounted(self) -> Decimal:
        """The discount of the line, to the cent."""
        whole = self.amount * cut(self.discount / 100) if self.discount_type == PERCENT else self.quantity * self.discount
        return to_cent(cut(whole))

    @property
    def total(self) -> Decimal:
        """What the line comes to, at four decimals, before taxes on top."""
        return self.amount - self.discounted

    def tax_amount(self, tax: Tax) -> Decimal:
        """One tax as the line keeps it: four decimals where it is included, to the cent where it is on top."""
        if tax.kind == INCLUDED:
            return self.total - cut(self.total / cut((100 + tax.percent) / 100))
        return to_cent(cut(self.total * cut(tax.percent / 100)))

    @property
    def tax_cents(self) -> int:
        """All taxes of the line, each rounded."""
        return sum(in_cents(self.tax_amount(tax)) for tax in self.taxes)

    @property
    def gross_cents(self) -> int:
        """What the customer pays for the line."""
        return in_cents(self.total) + sum(in_cents(self.tax_amount(tax)) for tax in self.taxes if tax.kind == ON_TOP)

    @property
    def tax_code(self) -> str:
        """All taxes of the line in one code."""
        return "+".join(f"{tax.name} {tax.percent.normalize():f}%" for tax in sorted(self.taxes, key=lambda t: t.name)) or "UNTAXED"


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the till keeps it: what was handed over, the change, and whether it is a cash adjustment, which pays nothing."""

    kind: str
    amount: Decimal
    refund: Decimal = Decimal(0)
    adjustment: bool = False
    reference: str = ""

    @property
    def net_cents(self) -> int:
        """What stayed in the shop."""
        return in_cents(self.amount) - in_cents(self.refund)


def receipt_taxes(lines: tuple[Line, ...]) -> dict[Tax, tuple[Decimal, Decimal]]:
    """The taxes of a receipt: what each is computed on, and its sum over the lines at four decimals, rounded once. A tax of 0 has none."""
    sums: dict[Tax, tuple[Decimal, Decimal]] = {}
    for line in lines:
        for tax in line.taxes:
            if amount := line.tax_amount(tax):
                base, so_far = sums.get(tax, (Decimal(0), Decimal(0)))
                sums[tax] = (base + line.total, so_far + amount)
    return {tax: (base, to_cent(amount)) for tax, (base, amount) in sums.items()}


def receipt_total(lines: tuple[Line, ...]) -> Decimal:
    """What the till asks for, at four decimals."""
    on_top = sum((amount for tax, (_, amount) in receipt_taxes(lines).items() if tax.kind == ON_TOP), Decimal(0))
    return sum((line.total for line in lines), Decimal(0)) + on_top


def settle(total: Decimal, offers: tuple[tuple[str, str | None], ...], cash: str = "Cash") -> tuple[Payment, ...]:
    """The payments that the till writes for what is handed over: each offer is a name and an amount, None for all that is due.

    Cash rounds what is due as long as nothing else was paid, and its adjustment is written at once; it stays when a card pays the rest.
    What was paid too much is given back in cash: on the cash payment, or as one of nothing.
    """
    payments: list[Payment] = []
    for kind, offered in offers:
        only_cash = all(p.kind == cash or p.adjustment for p in payments)
        due = to_five_cents(total) if kind == cash and only_cash else total
        paid = sum((p.amount for p in payments if not p.adjustment), Decimal(0))
        payments.append(Payment(kind, to_cent(due - paid) if offered is None else Decimal(offered)))
        if due != total:
            payments.append(Payment("Cash Adjustment", to_cent(due - total), adjustment=True))
    only_cash = all(p.kind == cash or p.adjustment for p in payments)
    change = sum((p.amount for p in payments if not p.adjustment), Decimal(0)) - (to_five_cents(total) if only_cash else total)
    if change <= 0:
        return tuple(payments)
    for index, payment in enumerate(payments):
        if payment.kind == cash:
            payments[index] = Payment(cash, payment.amount, to_cent(change))
            return tuple(payments)
    return (*payments, Payment(cash, Decimal(0), to_cent(change)))
