"""The tills of one demo site: they open a shift, ring up receipts, move money in and out of the drawer, and close.

Every method enters the rows that such a POS would hold, and keeps the running totals from which the Z report is printed.
"""

from __future__ import annotations

from datetime import date, datetime

from sandbox.shops.cents import half_up
from sandbox.shops.database import Book
from sandbox.shops.dates import COMPLETE_UNTIL, stamp
from sandbox.shops.receipts import CASH, Line, Receipt, TrxKey
from sandbox.shops.shift_end import ShiftTotals, print_z, reconcile
from sandbox.shops.shop import Shop, padded

INTO_THE_DRAWER = {"RA": 1, "FI": 1, "PO": -1, "FO": -1, "BK": -1}


class Till:
    """All terminals of one site, and what is open on them."""

    def __init__(self, book: Book, shop: Shop) -> None:
        self.book, self.shop = book, shop
        self.trx = {number: last for number, (_, last) in shop.terminals.items()}
        self.shift = dict.fromkeys(shop.terminals, 210)
        self.open_shifts: dict[int, ShiftTotals] = {}
        self.period = self.moves = self.payments = 0
        self.float_cents = shop.float_cents
        self.remembered: dict[str, TrxKey] = {}
        self.laybys: dict[int, int] = {}
        book.add("Sites", SiteCode=shop.site, SiteName=shop.name, Currency=shop.currency)
        for number, (name, _) in shop.terminals.items():
            book.add("PosTerminals", SiteCode=shop.site, TerminalNo=number, TerminalName=name, LastUploadUtc=COMPLETE_UNTIL, Active=1)

    def open_period(self, business_date: date, ends: datetime) -> None:
        """Begin the sales period of a business date; the shifts opened from now on belong to it."""
        self.period += 1
        self.book.add(
            "SalesPeriods", SiteCode=self.shop.site, PeriodNo=self.period, PeriodDate=business_date.isoformat(), Ended=stamp(ends)
        )

    def open(self, terminal: int, when: datetime) -> None:
        """Open a shift on a terminal."""
        self.shift[terminal] += 1
        self.open_shifts[terminal] = ShiftTotals(self.shift[terminal], stamp(when))

    def close(self, terminal: int, when: datetime, variance_cents: int) -> None:
        """End the shift of a terminal: print the Z report, count, reconcile."""
        totals = self.open_shifts.pop(terminal)
        keys = self._keys(terminal, totals.number)
        self.book.add(
            "EndOfShift", **keys, PeriodNo=self.period, Opened=totals.opened, Closed=stamp(when), FloatAmount=self.float_cents, Reconciled=1
        )
        print_z(self.book, keys, totals)
        reconcile(self.book, keys, totals, variance_cents)

    def expected_cents(self, terminal: int, media: int) -> int:
        """What should be there of a medium on a terminal's open shift, beside the float, in cents."""
        return self.open_shifts[terminal].expected_cents(media)

    def ring(self, terminal: int, when: datetime, receipt: Receipt) -> TrxKey:
        """Record a receipt under the terminal's next number; after 9999 comes 1."""
        totals = self.open_shifts[terminal]
        self.trx[terminal] = self.trx[terminal] % 9999 + 1
        keys = {**self._keys(terminal, totals.number), "TrxNo": self.trx[terminal]}
        taxes = [self.shop.line_tax_cents(line) for line in receipt.lines]
        self._header(keys, when, receipt, sum(taxes))
        for number, (line, tax) in enumerate(zip(receipt.lines, taxes, strict=True), start=1):
            self._line(keys, number, line, tax)
        for number, media in enumerate(receipt.media, start=1):
            self.book.add(
                "TransactionMedia", **keys, MediaLine=number, MediaNo=media.number, Tendered=media.tendered_cents,
                ChangeGiven=media.change_cents, CashOut=media.cash_out_cents, Tip=media.tip_cents, Reference=media.reference,
            )  # fmt: skip
        totals.add_receipt(receipt, sum(taxes))
        return TrxKey(terminal, totals.number, self.trx[terminal])

    def move(
        self, terminal: int, when: datetime, kind: str, cents: int, *, function: str | None = None, media: int = CASH,
        customer: str | None = None, tax_label: str | None = None, note: str | None = None,
    ) -> int:  # fmt: skip
        """Record a drawer movement of a positive amount in cents; its kind tells the direction. Returns its number."""
        totals = self.open_shifts[terminal]
        self.moves += 1
        self.book.add(
            "DrawerMovements", **self._keys(terminal, totals.number), MoveNo=self.moves, MoveTime=stamp(when), MoveType=kind,
            FunctionNo=function, MediaNo=media, CustomerCode=customer and padded(customer), Amount=cents, TaxLabel=tax_label,
            Tax=self.shop.tax_cents(tax_label, cents) if tax_label else None, Note=note,
        )  # fmt: skip
        totals.moved_cents[media] += INTO_THE_DRAWER[kind] * cents
        return self.moves

    def pay_account(self, terminal: int, when: datetime, customer: str, media: int, paid: dict[TrxKey, int]) -> None:
        """Record a customer's payment of earlier account sales, in cents per sale."""
        totals = self.open_shifts[terminal]
        self.payments += 1
        self.book.add(
            "DebtorPayments", **self._keys(terminal, totals.number), PaymentNo=self.payments, PaidTime=stamp(when),
            CustomerCode=padded(customer), MediaNo=media, Amount=sum(paid.values()),
        )  # fmt: skip
        for key, cents in paid.items():
            self.book.add("DebtorAllocations", **self._keys(key.terminal, key.shift), TrxNo=key.trx, PaymentNo=self.payments, Amount=cents)
        totals.moved_cents[media] += sum(paid.values())

    def layby_entry(
        self, terminal: int, when: datetime, layby: int, action: str, cents: int, *, media: int | None, fee_cents: int = 0
    ) -> None:
        """Record a lay-by's payment (PAY), credit adjustment (ADJ) or cancellation (CAN: ``cents`` go back, ``fee_cents`` stay)."""
        totals = self.open_shifts[terminal]
        self.laybys[layby] = self.laybys.get(layby, 0) + 1
        taxed = cents if action == "ADJ" else fee_cents
        self.book.add(
            "LaybyTransactions", **self._keys(terminal, totals.number), LaybyNo=layby, SeqNo=self.laybys[layby], TrxTime=stamp(when),
            Action=action, MediaNo=media, Amount=cents, Fee=fee_cents, TaxLabel="GST" if taxed else None,
            Tax=self.shop.tax_cents("GST", taxed) if taxed else None,
        )  # fmt: skip
        if media is not None:
            totals.moved_cents[media] += -cents if action == "CAN" else cents

    def _keys(self, terminal: int, shift: int) -> dict[str, str | int]:
        return {"SiteCode": self.shop.site, "TerminalNo": terminal, "ShiftNo": shift}

    def _header(self, keys: dict[str, str | int], when: datetime, receipt: Receipt, tax_cents: int) -> None:
        original = receipt.original
        self.book.add(
            "Transactions", **keys, TrxTime=stamp(when), TrxType=receipt.trx_type, TrxState=receipt.state,
            CustomerCode=receipt.customer and padded(receipt.customer), LaybyNo=receipt.layby,
            OrigTerminalNo=original.terminal if original else None, OrigShiftNo=original.shift if original else None,
            OrigTrxNo=original.trx if original else None,
            Nett=receipt.nett_cents, Tax=tax_cents, Rounding=receipt.rounding_cents,
        )  # fmt: skip

    def _line(self, keys: dict[str, str | int], number: int, line: Line, tax_cents: int) -> None:
        whole, part = divmod(abs(line.thousandths), 1000)
        quantity = f"{'-' if line.thousandths < 0 else ''}{whole}" + (f".{part:03d}" if part else "")
        cost = half_up(line.item.cost_cents * line.thousandths, 1000)
        self.book.add(
            "TransactionLines", **keys, LineNumber=number, LineType="I", PLU=padded(line.item.plu), Quantity=quantity,
            Price=line.item.price_cents, Discount=line.discount_cents, Nett=line.nett_cents, TaxLabel=line.item.tax_label, Tax=tax_cents,
            Cost=cost,
        )  # fmt: skip
