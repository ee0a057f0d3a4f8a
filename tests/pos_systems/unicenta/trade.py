"""Six days of trade as uniCenta writes it: net prices and taxes as doubles, no totals, one payment row per means, a closing per day."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from tests.pos_systems.unicenta import catalogue, schema
from tests.pos_systems.unicenta.books import RECEIVABLE, Books, Item, cents

# British clocks go forward in the night from the 28th to the 29th: the bar trades over it.
FIRST = date(2026, 3, 26)
DAYS = 6
BAR_NIGHTS = (date(2026, 3, 27), date(2026, 3, 28))
ACCOUNTS = {"cash": "111", "cashrefund": "111", "ccard": "112", "ccardrefund": "112", "cheque": "114", "voucher": "841", "free": "440"}
TENDER = {**ACCOUNTS, "debt": RECEIVABLE}
COUNCIL, CLUB = "c-council", "c-club"


@dataclass(frozen=True, slots=True)
class Pay:
    """One means of payment: ``amount`` None: all that is left; ``tendered``: what was handed over."""

    word: str
    amount: Decimal | None = None
    tendered: Decimal | None = None
    voucher: str | None = None


@dataclass(slots=True)
class Till:
    """The rows of the database, and the true books beside them."""

    rng: random.Random = field(default_factory=lambda: random.Random(11))
    rows: dict[sa.Table, list[dict[str, object]]] = field(default_factory=lambda: defaultdict(list))
    books: Books = field(default_factory=Books)
    day: date = FIRST
    money: str = ""
    numbers: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, table: sa.Table, **values: object) -> None:
        """Write one row."""
        self.rows[table].append(values)

    def key(self) -> str:
        """A new key, as the till makes them."""
        return str(UUID(int=self.rng.getrandbits(128)))

    def open(self, day: date, begins: datetime, closes: datetime | None) -> None:
        """Begin a shift: the till does so in the moment in which it closes the one before. ``closes`` None: nobody has closed it yet."""
        self.day, self.money = day, self.key()
        number = (day - FIRST).days + 1
        self.add(schema.CLOSEDCASH, money=self.money, host="till-1", hostsequence=number, datestart=begins, dateend=closes, nosales=0)

    def receipt(self, at: datetime) -> str:
        """The head that every entry of the till has."""
        key = self.key()
        self.add(schema.RECEIPTS, id=key, money=self.money, datenew=at, person="user-1")
        return key

    def pay(self, receipt: str, word: str, total: float, tendered: float = 0.0, voucher: str | None = None) -> None:
        """A payment row."""
        self.add(schema.PAYMENTS, id=self.key(), receipt=receipt, payment=word, total=total, tip=0.0, tendered=tendered, voucher=voucher)

    def ticket(self, at: datetime, items: Sequence[Item], pays: Sequence[Pay], customer: str | None = None) -> None:
        """A sale, or a refund where the units are negative."""
        kind = 1 if items[0].units < 0 else 0
        key = self.receipt(at)
        self.numbers[kind] += 1
        self.add(schema.TICKETS, id=key, tickettype=kind, ticketid=self.numbers[kind], person="user-1", customer=customer, status=0)
        total = self._lines(key, items) + self._taxes(key, items)
        due, paid = cents(sum((item.exact for item in items), Decimal(0))), []
        for pay in pays:
            amount = total if pay.amount is None else float(pay.amount)
            self.pay(key, pay.word, amount, float(pay.tendered or 0), pay.voucher)
            paid.append((TENDER[pay.word], due - sum(c for _, c in paid) if pay.amount is None else cents(pay.amount)))
            total -= amount
        self.books.sale(self.day, items, paid, any(pay.word == "debt" for pay in pays))

    def _lines(self, key: str, items: Sequence[Item]) -> float:
        net = 0.0
        for number, item in enumerate(items):
            price = item.product.price * float(item.factor)
            units = float(item.units)
            self.add(
                schema.TICKETLINES, ticket=key, line=number, product=item.product.key, units=units, price=price, taxid=item.product.tax.key
            )
            net += units * price
        return net

    def _taxes(self, key: str, items: Sequence[Item]) -> float:
        sums: dict[str, list[float]] = {}
        for item in items:
            base = running = float(item.units) * item.product.price * float(item.factor)
            for leaf in item.product.tax.leaves:
                on = running if leaf.cascades else base
                entry = sums.setdefault(leaf.key, [0.0, 0.0])
                entry[0] += on
                entry[1] += on * leaf.rate
                running += on * leaf.rate
        for leaf_key, (base, amount) in sums.items():
            self.add(schema.TAXLINES, id=self.key(), receipt=key, taxid=leaf_key, base=base, amount=amount)
        return sum(amount for _, amount in sums.values())

    def debtor_pays(self, at: datetime, customer: str, word: str, amount: Decimal) -> None:
        """An account customer pays what is owed: money in, and the same off the debt."""
        key = self.receipt(at)
        self.numbers[2] += 1
        self.add(schema.TICKETS, id=key, tickettype=2, ticketid=self.numbers[2], person="user-1", customer=customer, status=0)
        self.pay(key, word, float(amount), float(amount))
        self.pay(key, "debtpaid", -float(amount))
        self.books.move(ACCOUNTS[word], RECEIVABLE, cents(amount))

    def petty_cash(self, at: datetime, word: str, amount: Decimal) -> None:
        """Money out of the drawer or into it: a receipt without a ticket."""
        self.pay(self.receipt(at), word, float(amount if word == "cashin" else -amount))
        debit, credit = ("111", "880") if word == "cashin" else ("430", "111")
        self.books.move(debit, credit, cents(amount))

    def goods(self, at: datetime, product: catalogue.Product, units: int, supplier: str | None, document: str | None) -> None:
        """An entry of the stock diary: goods bought, or sent back where the units are negative; without a supplier it cannot be booked."""
        self.add(
            schema.STOCKDIARY, id=self.key(), datenew=at, reason=1 if units > 0 else -2, location="loc-0", product=product.key,
            units=float(units), price=product.cost, supplier=supplier, supplierdoc=document,
        )  # fmt: skip
        if supplier:
            self.books.move("310", "832", cents(Decimal(str(product.cost)) * units))


def make_trade() -> Till:
    """Six days: each has everyday sales, and what must be there for certain has its day."""
    till, begins = Till(), datetime.combine(FIRST, time(8, 55))
    _master(till)
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        late = day in BAR_NIGHTS
        closes = datetime.combine(day, time(9)) + timedelta(hours=17 if late else 12)
        till.open(day, begins, closes)
        begins = closes
        _everyday(till, day, late)
        _happenings(till, day)
    till.open(FIRST + timedelta(days=DAYS), begins, None)  # nothing is rung in it yet
    _deliveries(till)
    return till


def write(till: Till, engine: sa.Engine) -> None:
    """Create the tables and fill them."""
    schema.METADATA.create_all(engine)
    with engine.begin() as database:
        for table, rows in till.rows.items():
            database.execute(sa.insert(table), rows)


def _master(till: Till) -> None:
    for name in ("Food", "General", "Bar"):
        till.add(schema.CATEGORIES, id=f"cat-{name}", name=name, parentid=None)
    names = {"t-std": "Standard", "t-red": "Reduced", "t-zero": "Zero", "t-bar": "Bar", "t-bar-a": "Bar levy", "t-bar-b": "Bar top"}
    flat = {**{tax.key: (tax.leaves[0].rate, False) for tax in catalogue.TAXES}, "t-bar": (0.0, False)}
    flat |= {leaf.key: (leaf.rate, leaf.cascades) for leaf in catalogue.BAR.leaves}
    for order, (key, (rate, cascades)) in enumerate(flat.items()):
        parent = "t-bar" if key.startswith("t-bar-") else None
        till.add(schema.TAXES, id=key, name=names[key], category="tc", parentid=parent, rate=rate, ratecascade=cascades, rateorder=order)
    for one in catalogue.PRODUCTS:
        till.add(
            schema.PRODUCTS, id=one.key, reference=one.key, code=one.key, name=one.name, pricebuy=one.cost, pricesell=one.price,
            category=f"cat-{one.category}", taxcat="tc",
        )  # fmt: skip
    for key, name in ((COUNCIL, "Parish council"), (CLUB, "Football club")):
        till.add(schema.CUSTOMERS, id=key, searchkey=key, taxid=None, name=name, email=None, phone=None, maxdebt=500.0)
    for key, name in (("s-bakers", "Mill Lane Bakers"), ("s-brewery", "Hill Brewery")):
        till.add(schema.SUPPLIERS, id=key, searchkey=key, name=name, email=None, phone=None, vatid=None)
    till.add(schema.SHAREDTICKETS, id="parked-1", name="Table 4", content=b"<ticket/>")


def _everyday(till: Till, day: date, late: bool) -> None:
    """A dozen sales by cash and card, on bar nights until after two."""
    hours = 16.5 if late else 11
    for number in range(12):
        at = datetime.combine(day, time(9)) + timedelta(minutes=round(60 * hours * (number + 1) / 13))
        items = [
            Item(till.rng.choice(catalogue.PRODUCTS), Decimal(till.rng.choice((1, 1, 2, 4)))) for _ in range(till.rng.choice((1, 2, 3)))
        ]
        due = Decimal(cents(sum((item.exact for item in items), Decimal(0)))) / 100
        note = (due // 10 + 1) * 10
        till.ticket(at, items, [Pay("cash", None, note)] if number % 2 else [Pay("ccard")])


def _happenings(till: Till, day: date) -> None:
    noon = datetime.combine(day, time(12))
    if day == FIRST:
        till.ticket(noon, [Item(catalogue.PINT, Decimal(4)), Item(catalogue.PASTY, Decimal(4))], [Pay("debt")], COUNCIL)
        till.ticket(noon, [Item(catalogue.TORCH)], [Pay("cash", Decimal("5.00"), Decimal("5.00")), Pay("ccard")])
        till.petty_cash(noon, "cashin", Decimal("100.00"))
    if day == FIRST + timedelta(days=1):
        till.ticket(noon, [Item(catalogue.TORCH, Decimal(-1))], [Pay("cashrefund")])
        till.ticket(noon, [Item(catalogue.CRISPS, factor=Decimal("0.9")), Item(catalogue.CRISPS, factor=Decimal("0.9"))], [Pay("ccard")])
        till.petty_cash(noon, "cashout", Decimal("23.40"))
    if day == FIRST + timedelta(days=2):
        till.ticket(noon, [Item(catalogue.MAP)], [Pay("voucher", None, None, "V-100")])
        till.ticket(noon, [Item(catalogue.PINT, Decimal(2))], [Pay("voucher", Decimal("10.00"), None, "V-101"), Pay("cash")])
        till.ticket(noon, [Item(catalogue.LOAF)], [Pay("free")])
        # After the clocks went forward: still the evening's.
        till.ticket(datetime.combine(day, time(2, 5)) + timedelta(days=1), [Item(catalogue.PINT, Decimal(3))], [Pay("ccard")])
    if day == FIRST + timedelta(days=4):
        till.debtor_pays(noon, COUNCIL, "cash", Decimal("38.56"))
        till.ticket(noon, [Item(catalogue.PASTY, Decimal(-2))], [Pay("ccardrefund")])
        till.ticket(noon, [Item(catalogue.FUEL, Decimal(3)), Item(catalogue.LOAF)], [Pay("cheque")])


def _deliveries(till: Till) -> None:
    morning = datetime.combine(FIRST, time(8))
    for product, units in ((catalogue.LOAF, 12), (catalogue.PASTY, 24)):
        till.goods(morning, product, units, "s-bakers", "DN-1")
    # The same document number of another supplier, and a delivery that nobody gave a number.
    till.goods(morning, catalogue.PINT, 48, "s-brewery", "DN-1")
    till.goods(morning + timedelta(days=1), catalogue.CIDER, 6, "s-brewery", "")
    till.goods(morning + timedelta(days=1), catalogue.PINT, 2, "s-brewery", "")
    till.goods(morning + timedelta(days=4), catalogue.PASTY, -3, "s-bakers", "DN-9")
    till.goods(morning + timedelta(days=5), catalogue.MAP, 10, None, None)
