"""Trading days of every kind: several stores, each with settings of its own, and facts of every kind of the contract that agree in themselves."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tests.unit.proofs.reference_ledger import StoreBooks, tax_of
from tests.unit.proofs.world import COUNTRIES, DAYS, TENDER_TYPES, Row, World, store_of
from tillpost.organisations import MODES

RECOGNITIONS = ("final_payment", "each_payment", "sale_date")
TAKEN = ("CASH", "EFTPOS", "GIFT_VOUCHER", "CREDIT_NOTE", "PREPAID", "POINTS")


def settings(random: Random) -> dict[str, Any]:
    """The settings of a store's books; the second date may be of another mode, and the first from before the start."""
    return {
        "mode": random.choice(MODES),
        "mode_changes": random.choice([(), (), *(((DAYS[1], mode),) for mode in MODES)]),
        "starts_on": random.choice([*[date(2026, 1, 1)] * 4, DAYS[1]]),
        "layby_recognition": random.choice(RECOGNITIONS),
        "debtor": random.choice(["", "pos_debtor", "customer"]),
        "debtor_grain": random.choice(["per_sale", "per_date"]),
        "surplus": random.choice(["credit_note", "deposit"]),
        "cash_contracts": random.choice(["default_customer", "customer"]),
        "send_as": random.choice(["authorised", "authorised", "authorised", "draft"]),
        "split_mixed_tax": random.choice([False, True]),
        "auto_allocate": random.choice([False, True]),
    }


def world_of(seed: int, stores: int = 5) -> World:
    """An organisation with days of trade in all of its stores; the same seed gives the same ones."""
    random = Random(seed)
    country, basis = random.choice(sorted(COUNTRIES)), random.choice(["accrual", "accrual", "cash"])
    known = {f"s{n}": store_of(f"s{n}", **settings(random)) for n in range(stores)}
    world = World(country, known, {key: {} for key in known}, basis)
    for key in known:
        _Trade(random, world, key).fill()
    return world


class _Trade:
    """Makes up the rows of one store."""

    def __init__(self, random: Random, world: World, store: str) -> None:
        self.random, self.world, self.store, self.policies = random, world, store, world.stores[store]
        self.tables = world.tables[store]
        self.rates = {code: rate for code, rate, _, _ in COUNTRIES[world.country][1]}
        self.owed: dict[str, int] = {}
        self.ids = 0

    def add(self, table: str, **row: Any) -> Row:
        self.tables.setdefault(table, []).append(row)
        return row

    def pick(self, *values: Any) -> Any:
        return self.random.choice(values)

    def cents(self, most: int = 20_000, least: int = 1) -> int:
        """An amount; small ones are frequent, for that is where cents are lost."""
        return self.random.randint(least, most if self.random.random() < 0.7 else min(most, least + 40))

    def name(self, what: str) -> str:
        self.ids += 1
        return f"{what}{self.ids}"

    def fill(self) -> None:
        for day in DAYS:
            for _ in range(self.random.randint(1, 3)):
                self.sale(day)
            for _ in range(self.random.randint(1, 3)):
                self.movement(day)
            for _ in range(self.random.randint(0, 2)):
                self.purchase(day)
            if self.pick(False, False, True):
                self.gl_entry(day)
        self.counts()
        for supplier in ("FRESH", "PAPERCO", "CASHMKT"):
            self.add("suppliers", id=supplier, name=f"{supplier} Ltd")
        for customer in ("ACME", "WALKIN"):
            self.add("customers", id=customer, name=customer.title())

    # Sales

    def line(self, table: str, owner: Row, line_no: int, gross: int, **columns: Any) -> Row:
        code = columns.setdefault("tax_code", self.pick(*self.rates))
        tax = tax_of(gross, self.rates[code])
        return self.add(
            table, **owner, **{"line_no": str(line_no), "gross_cents": gross, "tax_cents": tax, "net_cents": gross - tax, **columns}
        )

    def sale(self, day: date) -> None:
        name, kind = self.name("sale"), self.pick("sale", "sale", "sale", "refund", "layby_open", "layby_complete")
        layby = kind.startswith("layby")
        sign = -1 if kind == "refund" else 1
        lines = self.lines(name, sign, plain=layby)
        # A POS that keeps tax per sale only tells none per line.
        tax = sum(line["tax_cents"] or 0 for line in lines)
        if not layby and not self.policies.split_mixed_tax and self.pick(False, False, False, True):
            for line in lines:
                line["tax_cents"] = line["net_cents"] = None
        gross = sum(line["gross_cents"] for line in lines)
        row = self.add(
            "sales", sale_id=name, store_id=self.store, kind=kind, status=self.pick("completed", "completed", "completed", "completed", "void"),
            business_date=day, currency=self.world.currency, customer_id=self.pick("ACME", "WALKIN"), gross_cents=gross, tax_cents=tax,
            net_cents=gross - tax, layby_id=name if layby else None, is_account_contract=self.pick(None, False, True),
        )  # fmt: skip
        if layby:
            self.tender(name, 1, "LAYBY", gross)
        else:
            self.tenders(row, sign)

    def lines(self, sale: str, sign: int, plain: bool) -> list[Row]:
        grosses = [self.cents() for _ in range(self.random.randint(1, 3))]
        lines = []
        for n, gross in enumerate(grosses, 1):
            category = self.pick("FOOD", "BEVERAGE", "RENTAL")
            fixed = {"tax_code": "GST"} if category == "RENTAL" else {}
            lines.append(self.line("sale_lines", {"sale_id": sale}, n, sign * gross, line_kind="item", category=category, **fixed))
            if self.policies.split_mixed_tax and self.pick(False, True):
                lines[-1]["tax_cents"] = sign * self.random.randint(0, abs(lines[-1]["tax_cents"]))
                lines[-1]["net_cents"] = lines[-1]["gross_cents"] - lines[-1]["tax_cents"]
        extra = "" if plain else self.pick("", "", "basket_discount", "gift_card_issue", "tip", "deposit", "fee", "service_charge")
        if extra == "basket_discount":
            lines.append(self.spread(sale, extra, -sign * self.cents(sum(grosses), 0)))
        elif extra == "service_charge":
            lines.append(self.spread(sale, extra, sign * self.cents(500)))
        elif extra:
            fixed = {} if extra == "fee" else {"tax_code": "NONE"}
            lines.append(self.line("sale_lines", {"sale_id": sale}, 9, sign * self.cents(5_000), line_kind=extra, category=None, **fixed))
        return lines

    def spread(self, sale: str, kind: str, gross: int) -> Row:
        return self.add(
            "sale_lines",
            sale_id=sale,
            line_no="9",
            line_kind=kind,
            category=None,
            tax_code=None,
            gross_cents=gross,
            tax_cents=None,
            net_cents=None,
        )

    def tender(self, sale: str, n: int, code: str, amount: int, **columns: Any) -> None:
        self.add(
            "tenders", sale_id=sale, tender_no=str(n), tender_code=code, tender_type=TENDER_TYPES[code], amount_cents=amount, **columns
        )

    def tenders(self, sale: Row, sign: int) -> None:
        name, gross, has_tip_line = sale["sale_id"], sale["gross_cents"], any(line["line_kind"] == "tip" for line in self.lines_of(sale))
        tip = 0 if has_tip_line or sign < 0 else self.pick(0, 0, 300)
        cash_out = self.pick(0, 0, 2000) if sign > 0 else 0
        rounding = self.random.randint(-2, 2) if abs(gross) > 2 else 0
        first = sign * self.cents(abs(gross), 0)
        second = self.pick("ACCOUNT", "ACCOUNT", "ACCOUNT", *TAKEN)
        sale.update(rounding_cents=rounding, tip_cents=self.pick(tip, None) if tip else None)
        self.tender(name, 1, "CASH", first + rounding)
        if first == gross and not tip and not cash_out:
            return
        second = "EFTPOS" if cash_out or tip else second
        third = self.pick(0, gross - first) if cash_out or tip else 0
        self.tender(name, 2, second, gross - first - third + tip + cash_out, tip_cents=tip or None, cash_out_cents=cash_out or None)
        if third:
            self.tender(name, 3, "ACCOUNT", third)
        on_account = third if second == "EFTPOS" else gross - first if second == "ACCOUNT" else 0
        if on_account > 0 and sale["status"] == "completed":
            self.owed[name] = on_account

    def lines_of(self, sale: Row) -> list[Row]:
        return [line for line in self.tables["sale_lines"] if line["sale_id"] == sale["sale_id"]]

    # Movements

    def move(self, kind: str, day: date, amount: int, **columns: Any) -> Row:
        return self.add(
            "movements", movement_id=self.name("move"), store_id=self.store, business_date=day, kind=kind, amount_cents=amount, **columns
        )

    def movement(self, day: date) -> None:
        kind = self.pick(
            "paid_out", "received", "prepayment", "layby_payment", "layby_adjustment", "layby_cancel", "account_payment", "account_adjustment",
            "bank_deposit", "safe_drop", "float", "tender_change",
        )  # fmt: skip
        cents, tender = self.cents(50_000), self.pick("CASH", "EFTPOS")
        if kind == "paid_out":
            self.move(kind, day, -cents, function_code="PETTY_CASH", tender_code=tender, tax_code=self.pick(None, "GST"))
        elif kind in ("received", "prepayment"):
            self.move(kind, day, cents, function_code=self.pick("PAID_IN", "GIFT_VOUCHER", "PREPAID_TAB"), tender_code=tender)
        elif kind in ("bank_deposit", "safe_drop", "float"):
            self.move(kind, day, -cents, tender_code="CASH")
        elif kind == "tender_change":
            self.move(kind, day, -cents, tender_code="CASH")
            self.move(kind, day, cents, tender_code="EFTPOS")
        elif kind.startswith("layby"):
            self.layby(kind, day, cents, tender)
        else:
            self.account(kind, day, cents, tender)

    def layby(self, kind: str, day: date, cents: int, tender: str) -> None:
        adjusted = [m["layby_id"] for m in self.tables.get("movements", ()) if m["kind"] == "layby_adjustment"]
        name, recognition = self.pick(self.name("layby"), *adjusted), self.policies.layby_recognition
        if kind == "layby_adjustment":
            self.move(kind, day, cents, layby_id=name, tax_code=self.pick(None, "GST"))
            return
        fee = self.cents(cents, 0) if kind == "layby_cancel" and recognition != "each_payment" else 0
        amount = cents if kind == "layby_payment" else -(cents - fee)
        moved = self.move(kind, day, amount, layby_id=name, tender_code=tender, fee_cents=fee or None, tax_code="GST" if fee else None)
        sold = amount - fee if recognition == "each_payment" else -self.cents()
        if recognition == "each_payment" or (recognition == "sale_date" and kind == "layby_cancel"):
            self.line("movement_lines", {"movement_id": moved["movement_id"]}, 1, sold, line_kind="item", category="FOOD")

    def account(self, kind: str, day: date, cents: int, tender: str) -> None:
        paid = {}
        for sale in list(self.owed):
            if self.pick(False, True):
                paid[sale] = self.cents(self.owed[sale])
                self.owed[sale] -= paid[sale]
                if not self.owed[sale]:
                    del self.owed[sale]
        # On cash basis, and of an adjustment: nothing is left over.
        loose = kind == "account_payment" and self.world.gst_basis == "accrual"
        amount = sum(paid.values()) + (cents if loose or not paid else 0)
        if not paid and not loose:
            kind = "account_adjustment"
        if kind == "account_adjustment":
            moved = self.move(kind, day, amount, customer_id="ACME", tax_code=self.pick(None, "GST"))
        else:
            tender = self.pick(tender, "DIRECT")
            fee = self.pick(0, 150) if tender != "DIRECT" else 0
            moved = self.move(
                kind, day, amount + fee, customer_id="ACME", tender_code=tender, fee_cents=fee or None, tax_code="GST" if fee else None
            )
        for sale, part in paid.items():
            self.add(
                "movement_allocations", movement_id=moved["movement_id"], sale_id=sale, sale_date=self.date_of(sale), amount_cents=part
            )

    def date_of(self, sale: str) -> date:
        return next(row["business_date"] for row in self.tables["sales"] if row["sale_id"] == sale)  # type: ignore[no-any-return]

    # Purchases, the POS's own ledger, counts

    def purchase(self, day: date) -> None:
        name, kind = self.name("buy"), self.pick("invoice", "invoice", "credit", "receipt")
        supplier = "FRESH" if kind == "receipt" else self.pick("FRESH", "PAPERCO", "CASHMKT")
        sign, recorded = (-1 if kind == "credit" else 1), supplier != "PAPERCO"
        kinds = ("goods",) if kind == "receipt" else ("goods", "goods", "freight", "admin_fee", "discount")
        lines = []
        for n in range(1, self.random.randint(1, 3) + 1):
            what = self.pick(*kinds) if n > 1 else "goods"
            gross = (-1 if what == "discount" else 1) * sign * (self.cents(500) if n > 1 else self.cents(50_000, 2_000))
            category = self.pick("FOOD", "EQUIPMENT") if what == "goods" else None
            code = self.pick(*self.rates) if recorded else None
            tax = tax_of(gross, self.rates[code]) if code else None
            lines.append(
                self.add(
                    "purchase_lines", purchase_id=name, line_no=str(n), line_kind=what, category=category, tax_code=code, gross_cents=gross,
                    tax_cents=tax, net_cents=None if tax is None else gross - tax,
                )
            )  # fmt: skip
        freight = sign * self.pick(0, 1_100) if supplier == "PAPERCO" and all(line["line_kind"] != "freight" for line in lines) else 0
        gross = sum(line["gross_cents"] for line in lines) + freight
        tax = sum(line["tax_cents"] for line in lines) if recorded else None
        receipts = [p["purchase_id"] for p in self.tables.get("purchases", ()) if p["kind"] == "receipt"]
        self.add(
            "purchases", purchase_id=name, kind=kind, store_id=self.store, business_date=day, document_date=day, currency=self.world.currency,
            supplier_id=supplier, supplier_reference=f"{self.store}-{name}", gross_cents=gross, tax_cents=tax,
            net_cents=None if tax is None else gross - tax, freight_cents=freight or None, status="final", is_paid=False,
            receipt_id=self.pick(None, *receipts) if kind == "invoice" else None,
        )  # fmt: skip

    def gl_entry(self, day: date) -> None:
        name, gross, free = self.name("entry"), self.cents(100_000, 1_000), self.cents(5_000, 0)
        tax = tax_of(gross, self.rates["GST"])
        amounts = {"1200": gross + free, "4000": -(gross - tax), "2200": -tax, "4100": -free}
        sent = self.pick(None, None, *(s["sale_id"] for s in self.tables.get("sales", ()) if s["status"] == "completed"))
        for n, (code, cents) in enumerate(amounts.items(), 1):
            if cents:
                self.add(
                    "gl_entries",
                    entry_id=name,
                    line_no=str(n),
                    store_id=self.store,
                    business_date=day,
                    account_code=code,
                    amount_cents=cents,
                    sale_id=sent,
                )

    def counts(self) -> None:
        books = StoreBooks(self.world, self.store)
        for day in DAYS:
            for code in ("CASH", "EFTPOS"):
                if self.pick(False, True):
                    expected = books.takings(day, code)
                    counted = expected + self.pick(0, -500, 1_250)
                    told = self.pick(None, expected)
                    self.add("counts", store_id=self.store, business_date=day, tender_code=code, expected_cents=told, counted_cents=counted)
