"""Contracts of the equipment hire store: who hires what, and what is paid when the contract closes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sandbox.shops.cents import gst_inside
from sandbox.shops.database import Book
from sandbox.shops.dates import stamp
from sandbox.shops.shop import padded

STORE, GST_PERCENT = "hire", 10
ACCOUNT_CUSTOMERS = {
    "ACME": ("Acme Civil Pty Ltd", "accounts@acmecivil.example", 30),
    "BAYSIDE": ("Bayside Landscapes", "office@bayside.example", 14),
    "NORTHERN": ("Northern Roofing & Sons", "pay@northernroofing.example", 30),
    "TWEED": ("Tweed Events", "hello@tweedevents.example", 14),
}
CASH_CUSTOMERS = ("WALKIN1", "WALKIN2", "WALKIN3", "WALKIN9")
ITEMS = {
    "EX17": ("Excavator 1.7 t", "RENTAL", 29_700),
    "SKID": ("Skid steer loader", "RENTAL", 33_000),
    "GEN6": ("Generator 6 kVA", "RENTAL", 8800),
    "TOWER": ("Lighting tower", "RENTAL", 14_300),
    "PLATE": ("Plate compactor", "RENTAL", 7150),
    "SAW": ("Concrete saw", "RENTAL", 9935),
    "DELIV": ("Delivery and pick-up", "DELIVERY", 6600),
    "BLADE": ("Diamond blade", "CONSUMABLES", 8490),
    "FUEL": ("Fuel, refill", "CONSUMABLES", 3245),
}
HIRED = ("EX17", "SKID", "GEN6", "TOWER", "PLATE", "SAW")


@dataclass(frozen=True, slots=True)
class HireLine:
    """One contract line in cents, GST included; ``days`` is negative where a closed contract is reduced."""

    item: str
    days: int
    rate_cents: int
    discount_cents: int = 0

    @property
    def amount_cents(self) -> int:
        """What the line costs, in cents."""
        return self.days * self.rate_cents - self.discount_cents


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract: type A (account) or C (cash), payments in cents by method; status C closed, O still out, Q quote, V void."""

    number: str
    customer: str
    kind: str
    out_at: datetime
    closed_at: datetime | None
    lines: tuple[HireLine, ...]
    payments: tuple[tuple[str, int], ...] = ()
    status: str = "C"
    adjusts: str | None = None

    @property
    def total_cents(self) -> int:
        """The contract's total in cents, GST included."""
        return sum(line.amount_cents for line in self.lines)

    @property
    def tax_cents(self) -> int:
        """The GST in the contract, in cents, as rounded on each line."""
        return sum(gst_inside(line.amount_cents, GST_PERCENT) for line in self.lines)


def hire_lines(rng: Random, delivered: bool) -> tuple[HireLine, ...]:
    """Something hired for some days, delivered or picked up free of charge, now and then with a discount or a consumable."""
    item = rng.choice(HIRED)
    days, rate = rng.randint(1, 4), _rate(item)
    hired = HireLine(item, days, rate, days * rate // 10 if rng.random() < 0.15 else 0)
    delivery = HireLine("DELIV", 1, _rate("DELIV") if delivered else 0)
    if rng.random() < 0.7:
        return (hired, delivery)
    extra = rng.choice(("BLADE", "FUEL"))
    return (hired, delivery, HireLine(extra, 1, _rate(extra)))


def _rate(item: str) -> int:
    return ITEMS[item][2]


def contract_of(rng: Random, way: str, number: int, closed_at: datetime) -> Contract:
    """A contract closed in one of four ways: ``unpaid``, ``part`` paid, ``paid`` on account, or ``cash`` customer."""
    lines = hire_lines(rng, delivered=way != "unpaid" and rng.random() < 0.5)
    total = sum(line.amount_cents for line in lines)
    out_at = closed_at - timedelta(days=max(line.days for line in lines), hours=1)
    if way == "cash":
        method = "CS" if total % 5 == 0 and rng.random() < 0.5 else "EF"
        return Contract(str(number), rng.choice(CASH_CUSTOMERS), "C", out_at, closed_at, lines, ((method, total),))
    paid = {"unpaid": (), "part": (("EF", total // 3000 * 1000),), "paid": (("EF", total),)}[way]
    return Contract(str(number), rng.choice(list(ACCOUNT_CUSTOMERS)), "A", out_at, closed_at, lines, tuple(p for p in paid if p[1]))


def reduced(original: Contract, closed_at: datetime) -> Contract:
    """The credit for one day less on the first line of a closed contract."""
    first = original.lines[0]
    lines = (HireLine(first.item, -1, first.rate_cents),)
    return Contract(f"{original.number}A", original.customer, "A", closed_at, closed_at, lines, adjusts=original.number)


def enter_contract(book: Book, contract: Contract) -> None:
    """Enter a contract with its lines and payments."""
    number = padded(contract.number)
    book.add(
        "ContractFile", ContractNo=number, StoreCode=STORE, CustNo=padded(contract.customer), ContractType=contract.kind,
        ContractStatus=contract.status, OutAt=stamp(contract.out_at), ClosedAt=stamp(contract.closed_at) if contract.closed_at else None,
        AdjustsContract=contract.adjusts and padded(contract.adjusts), Total=contract.total_cents, TaxTotal=contract.tax_cents,
    )  # fmt: skip
    for position, line in enumerate(contract.lines, start=1):
        book.add(
            "ContractItems", ContractNo=number, LineNumber=position, ItemKey=line.item, Days=line.days, Rate=line.rate_cents,
            Discount=line.discount_cents, Amount=line.amount_cents, Tax=gst_inside(line.amount_cents, GST_PERCENT), TaxTable="GST",
        )  # fmt: skip
    for position, (method, cents) in enumerate(contract.payments, start=1):
        paid_at = stamp(contract.closed_at or contract.out_at)
        book.add("ContractPayments", ContractNo=number, PayNo=position, PayMethod=method, Amount=cents, PaidAt=paid_at)


def enter_totals(book: Book, total_date: str, contracts: Sequence[Contract]) -> None:
    """Enter the store totals that End of Day prints: gross, GST, money by method (AR: left on account) and contracts closed."""
    methods: Counter[str] = Counter()
    for contract in contracts:
        for method, cents in contract.payments:
            methods[method] += cents
        methods["AR"] += contract.total_cents - sum(cents for _, cents in contract.payments)
    fixed = {"StoreCode": STORE, "TotalDate": total_date}
    book.add("StoreTotals", **fixed, TotalType="GROSS", PayMethod="", Amount=sum(c.total_cents for c in contracts), Number=None)
    book.add("StoreTotals", **fixed, TotalType="TAX", PayMethod="", Amount=sum(c.tax_cents for c in contracts), Number=None)
    book.add("StoreTotals", **fixed, TotalType="CONTRACTS", PayMethod="", Amount=None, Number=len(contracts))
    for method, cents in sorted(methods.items()):
        book.add("StoreTotals", **fixed, TotalType="MONEY", PayMethod=method, Amount=cents, Number=None)
