"""Books kept by hand: row by row, in plain Python, from the rules that accountants are given. Nothing of the building code is in here.

Every amount becomes an entry: debit positive, tax inside. What is in one document and has one account and tax type is one line
there, and the tax is of that line, half up; only a transaction's invoice keeps its lines apart. Accounts receivable and payable take
whatever the lines of an invoice, bill or payment leave.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tests.unit.proofs.world import ACCOUNTS, COUNTRIES, SUPPLIERS, Row, World

RECEIVABLE, PAYABLE, TAX = "receivable", "payable", "tax"
# (store, business date, account, tax type or nothing): movement in cents.
Ledger = dict[tuple[str, date, str, str], int]

_TRANSFERS = ("bank_deposit", "safe_drop", "float")


@dataclass(frozen=True)
class Entry:
    """One amount: in which document, against which control account (if any), and on which line of it where lines stay apart."""

    document: str
    control: str
    account: str
    tax_type: str
    rate: int
    cents: int
    line: str = ""


def half_up(numerator: int, denominator: int) -> int:
    """Rounded half away from zero."""
    return int((Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), ROUND_HALF_UP))


def tax_of(gross: int, rate: int) -> int:
    """The tax inside a gross amount."""
    return half_up(gross * rate, 10_000 + rate)


def ledger_of(world: World) -> Ledger:
    """What every account of the organisation moves by."""
    books: Counter[tuple[str, date, str, str]] = Counter()
    for store in world.stores:
        for day, entries in _by_day(StoreBooks(world, store)).items():
            for account, tax_type, cents in _movements(entries):
                books[store, day, account, tax_type] += cents
    return {key: cents for key, cents in books.items() if cents}


def _by_day(books: StoreBooks) -> dict[date, list[Entry]]:
    days: dict[date, list[Entry]] = defaultdict(list)
    for day, entry in books.entries():
        if day >= books.policies.starts_on:
            days[day].append(entry)
    return days


def _movements(entries: list[Entry]) -> Iterator[tuple[str, str, int]]:
    lines: Counter[tuple[str, str, str, str, int, str]] = Counter()
    for e in entries:
        lines[e.document, e.control, e.account, e.tax_type, e.rate, e.line] += e.cents
    for (_, control, account, tax_type, rate, _), cents in lines.items():
        yield account, tax_type, cents - tax_of(cents, rate)
        yield TAX, "", tax_of(cents, rate)
        if control:
            yield control, "", -cents


class StoreBooks:
    """The books of one store."""

    def __init__(self, world: World, store: str) -> None:
        self.tables = world.tables[store]
        self.policies = world.stores[store]
        self.rates = {code: (rate, sale, purchase) for code, rate, sale, purchase in COUNTRIES[world.country][1]}
        self.accounts = {(kind, code): (account, tax) for kind, code, account, tax in ACCOUNTS}

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def of(self, table: str, key: str, value: object) -> list[Row]:
        return [row for row in self.rows(table) if row.get(key) == value]

    def entries(self) -> Iterator[tuple[date, Entry]]:
        for sale in self.rows("sales"):
            yield from ((sale["business_date"], entry) for entry in self.sale(sale))
        for movement in self.rows("movements"):
            yield from ((movement["business_date"], entry) for entry in self.movement(movement))
        for count in self.rows("counts"):
            yield from ((count["business_date"], entry) for entry in self.count(count))
        for line in self.rows("gl_entries"):
            yield from ((line["business_date"], entry) for entry in self.gl_line(line))
        yield from self.purchases()

    def post(
        self,
        document: str,
        control: str,
        kind: str,
        code: str,
        cents: int,
        tax_code: str | None = None,
        *,
        purchase: bool = False,
        line: str = "",
        free: bool = False,
    ) -> Iterator[Entry]:
        account, own = self.accounts[kind, code]
        if account not in ("ignore", "receivable"):
            rate, sale_type, purchase_type = self.rates["FRE" if free else own or tax_code or "NONE"]
            yield Entry(document, control, account, purchase_type if purchase else sale_type, rate, cents, line)

    # Sales

    def document_of(self, sale: Row) -> tuple[str, str] | None:
        """Document and control account of a sale; None where it books nothing."""
        recognition = self.policies.layby_recognition
        when = {"layby_open": "sale_date", "layby_complete": "final_payment", "layby_cancel": "sale_date"}.get(sale["kind"], recognition)
        if sale["status"] != "completed" or sale.get("ledger_ref") or when != recognition:
            return None
        if any(t["tender_type"] == "account" and t["amount_cents"] for t in self.of("tenders", "sale_id", sale["sale_id"])):
            return f"invoice {self.invoice_of(sale)}", RECEIVABLE
        mode = self.policies.mode_on(sale["business_date"])
        if mode == "batch" or sale.get("layby_id"):
            return "journal", ""
        return (f"sale {sale['sale_id']}", "") if mode == "real_time" else (f"invoice {sale['sale_id']}", RECEIVABLE)

    def invoice_of(self, sale: Row) -> str:
        if self.policies.debtor_grain == "per_sale" or self.policies.mode_on(sale["business_date"]) != "batch":
            return str(sale["sale_id"])
        return "of the date" + (f" {sale.get('customer_id')}" if self.policies.debtor_on(sale["business_date"]) == "customer" else "")

    def sale(self, sale: Row) -> Iterator[Entry]:
        where = self.document_of(sale)
        if where is None:
            return
        tenders = self.of("tenders", "sale_id", sale["sale_id"])
        lines = self.of("sale_lines", "sale_id", sale["sale_id"])
        own = where[1] == RECEIVABLE and self.policies.mode_on(sale["business_date"]) == "transaction"
        for n, (kind, code, tax_code, gross, tax) in enumerate(self.priced(lines)):
            yield from self.split(*where, kind, code, tax_code, -gross, -tax if tax is not None else None, str(n) if own else "")
        tip = sale.get("tip_cents")
        tip = sum(t.get("tip_cents") or 0 for t in tenders) if tip is None else tip
        yield from self.post(*where, "other", "rounding", -(sale.get("rounding_cents") or 0))
        yield from self.post(*where, "other", "tips", -tip)
        yield from self.post(*where, "other", "rounding", -(sale["gross_cents"] - sum(line["gross_cents"] for line in lines)))
        for code, cents in self.taken(sale).items():
            # A draft takes no payment, which is left to a person; money that went the other way than the document is a line of it.
            if not where[1] or self.policies.send_as != "draft" or self.is_against(sale, where[0], code):
                yield from self.post(f"payment of {where[0]}" if where[1] else where[0], where[1], "tender", code, cents)
        for tender in tenders:
            cash_out, drawer = tender.get("cash_out_cents") or 0, where[0] if not where[1] else "journal"
            yield from self.post(drawer, "", "tender", tender["tender_code"], cash_out)
            yield from self.post(drawer, "", "tender", "CASH", -cash_out)

    def taken(self, sale: Row) -> Counter[str]:
        """What was taken for a sale by tender, cash handed out left aside."""
        taken: Counter[str] = Counter()
        for tender in self.of("tenders", "sale_id", sale["sale_id"]):
            taken[tender["tender_code"]] += tender["amount_cents"] - (tender.get("cash_out_cents") or 0)
        return taken

    def is_against(self, sale: Row, document: str, code: str) -> bool:
        """Whether the money of a tender went the other way than its document, which may be of several sales of the date."""
        of_date = self.of("sales", "business_date", sale["business_date"])
        together = [self.taken(other) for other in of_date if self.document_of(other) == (document, RECEIVABLE)]
        return sum(taken[code] for taken in together) * sum(sum(taken.values()) for taken in together) < 0

    def priced(self, lines: list[Row]) -> Iterator[tuple[str, str, str | None, int, int | None]]:
        """Mapping kind and code, tax code, gross and recorded tax of each line, discounts of the whole basket spread over its items."""
        spread = [line for line in lines if self.is_spread(line) and line["gross_cents"]]
        items = [line for line in lines if line["line_kind"] == "item" and line["gross_cents"]]
        shares = (
            shared(sum(line["gross_cents"] for line in spread), [item["gross_cents"] for item in items]) if spread else [0] * len(items)
        )
        for line in lines:
            if self.is_spread(line):
                continue
            gross, tax = line["gross_cents"], line.get("tax_cents")
            if spread and line in items:
                gross, tax = gross + shares[items.index(line)], None
            kind = "line_kind" if ("line_kind", line["line_kind"]) in self.accounts else "sales_category"
            code = line["line_kind"] if kind == "line_kind" else line["category"]
            yield kind, code, line.get("tax_code"), gross, tax

    def is_spread(self, line: Row) -> bool:
        kinds = ("basket_discount", "surcharge", "service_charge")
        return line["line_kind"] in kinds and not line.get("category") and not line.get("tax_code")

    def split(
        self, document: str, control: str, kind: str, code: str, tax_code: str | None, cents: int, tax: int | None, line: str
    ) -> Iterator[Entry]:
        """A line whose tax is not what its rate gives is split where the store asks for it: what carries the tax, and what is free."""
        rate = self.rates[tax_code or "NONE"][0]
        if not self.policies.split_mixed_tax or tax is None or not rate or abs(tax - tax_of(cents, rate)) <= 1:
            yield from self.post(document, control, kind, code, cents, tax_code, line=line)
            return
        taxed = half_up(tax * (10_000 + rate), rate)
        yield from self.post(document, control, kind, code, taxed, tax_code, line=line)
        yield from self.post(document, control, kind, code, cents - taxed, line=f"{line} free" if line else "", free=True)

    # Movements

    def movement(self, m: Row) -> Iterator[Entry]:
        own = self.policies.mode_on(m["business_date"]) == "real_time" and m["kind"] != "tender_change"  # its two rows are one event
        document = f"movement {m['movement_id']}" if own else "journal"
        kind, amount, fee, tax_code = m["kind"], m["amount_cents"], m.get("fee_cents") or 0, m.get("tax_code")
        if kind.startswith("account_"):
            yield from self.account_movement(m, document)
            return
        if m.get("tender_code"):
            yield from self.post(document, "", "tender", m["tender_code"], amount)
        if kind in ("paid_out", "received", "prepayment"):
            yield from self.post(document, "", "function", m["function_code"], -amount, tax_code, purchase=kind == "paid_out")
        elif kind in _TRANSFERS:
            yield from self.post(document, "", "other", kind, -amount)
        elif kind == "layby_adjustment":
            if self.policies.layby_recognition != "each_payment":
                yield from self.post(document, "", "other", "layby_adjustment", amount, tax_code)
                yield from self.post(document, "", "other", "layby", -amount)
        elif kind.startswith("layby_"):
            yield from self.layby(m, document, fee)

    def layby(self, m: Row, document: str, fee: int) -> Iterator[Entry]:
        recognition, sold = self.policies.layby_recognition, 0
        yield from self.post(document, "", "other", "layby_fee", -fee, m.get("tax_code"))
        if recognition == "each_payment" or (recognition == "sale_date" and m["kind"] == "layby_cancel"):
            for line in self.of("movement_lines", "movement_id", m["movement_id"]):
                sold += line["gross_cents"]
                yield from self.post(document, "", "sales_category", line["category"], -line["gross_cents"], line["tax_code"])
        yield from self.post(document, "", "other", "layby", -(m["amount_cents"] - fee - sold))
        if m["kind"] == "layby_cancel" and recognition != "each_payment":
            for adjusted in self.standing(m):
                yield from self.post(document, "", "other", "layby_adjustment", -adjusted["amount_cents"], adjusted.get("tax_code"))
                yield from self.post(document, "", "other", "layby", adjusted["amount_cents"])

    def standing(self, cancel: Row) -> list[Row]:
        """The adjustments that a cancelling takes back: of its lay-by, booked by its date, and taken back by no cancelling before."""
        of_layby = [m for m in self.of("movements", "layby_id", cancel["layby_id"]) if m["business_date"] >= self.policies.starts_on]
        cancels = [m for m in of_layby if m["kind"] == "layby_cancel" and m["business_date"] <= cancel["business_date"]]
        place = (cancel["business_date"], cancel["movement_id"])
        earlier = [m["business_date"] for m in cancels if (m["business_date"], m["movement_id"]) < place]
        since = max(earlier, default=date.min)
        adjustments = [m for m in of_layby if m["kind"] == "layby_adjustment"]
        return [m for m in adjustments if since < m["business_date"] <= cancel["business_date"]]

    def account_movement(self, m: Row, document: str) -> Iterator[Entry]:
        amount, fee, draft = m["amount_cents"], m.get("fee_cents") or 0, self.policies.send_as == "draft"
        if m["kind"] == "account_adjustment":
            yield from self.post(f"adjustment {m['movement_id']}", RECEIVABLE, "other", "account_adjustment", amount, m.get("tax_code"))
            return
        yield from self.post(document, "", "tender", m["tender_code"], fee)
        yield from self.post(document, "", "other", "payment_fee", -fee, m.get("tax_code"))
        if draft:
            return
        allocated = sum(a["amount_cents"] for a in self.of("movement_allocations", "movement_id", m["movement_id"]))
        surplus = amount - fee - allocated
        yield from self.post(f"payments {m['movement_id']}", RECEIVABLE, "tender", m["tender_code"], allocated)
        if surplus > 0 and self.policies.surplus == "deposit" and m["tender_code"] != "DIRECT":
            yield from self.post(document, "", "tender", m["tender_code"], surplus)
            yield from self.post(document, "", "other", "deposit", -surplus)
        else:
            yield from self.post(f"credit {m['movement_id']}", RECEIVABLE, "tender", m["tender_code"], surplus)

    # Counts, the POS's own ledger, purchases

    def count(self, count: Row) -> Iterator[Entry]:
        expected = count.get("expected_cents")
        expected = self.takings(count["business_date"], count["tender_code"]) if expected is None else expected
        yield from self.post("journal", "", "tender", count["tender_code"], count["counted_cents"] - expected)
        yield from self.post("journal", "", "other", "variance", expected - count["counted_cents"])

    def takings(self, day: date, code: str) -> int:
        """What should be there beside the float."""
        sold = {s["sale_id"] for s in self.rows("sales") if s["status"] == "completed" and s["business_date"] == day}
        tenders = [t for t in self.rows("tenders") if t["sale_id"] in sold]
        taken = sum(t["amount_cents"] for t in tenders if t["tender_code"] == code)
        handed_out = sum(t.get("cash_out_cents") or 0 for t in tenders) if code == "CASH" else 0
        moved = sum(m["amount_cents"] for m in self.rows("movements") if m["business_date"] == day and m.get("tender_code") == code)
        return taken - handed_out + moved

    def gl_line(self, line: Row) -> Iterator[Entry]:
        """Amounts without tax; the entry's GST is added to its one taxed line."""
        if line.get("sale_id") or self.accounts["gl_account", line["account_code"]][0] == "gst":
            return
        taxed = self.accounts["gl_account", line["account_code"]][1] == "GST"
        own = [
            other
            for other in self.of("gl_entries", "entry_id", line["entry_id"])
            if self.accounts["gl_account", other["account_code"]][0] == "gst"
        ]
        gst = sum(other["amount_cents"] for other in own) if taxed else 0
        yield from self.post("journal", "", "gl_account", line["account_code"], line["amount_cents"] + gst)

    def purchases(self) -> Iterator[tuple[date, Entry]]:
        reversed_already: set[str] = set()
        receipts = {p["purchase_id"]: p for p in self.rows("purchases") if p["kind"] == "receipt"}
        for p in sorted(self.rows("purchases"), key=lambda p: (p["business_date"], p["purchase_id"])):
            if not SUPPLIERS[p["supplier_id"]][1] or p["business_date"] < self.policies.starts_on:
                continue
            day, name = p["business_date"], p["purchase_id"]
            if p["kind"] == "receipt":
                yield from ((day, entry) for entry in self.accrual(p, f"receipt {name}", 1))
                continue
            yield from ((day, entry) for entry in self.bill(p, f"bill {name}"))
            receipt = receipts.get(p.get("receipt_id") or "")
            if receipt and receipt["purchase_id"] not in reversed_already and receipt["business_date"] >= self.policies.starts_on:
                reversed_already.add(receipt["purchase_id"])
                yield from ((day, entry) for entry in self.accrual(receipt, f"reversal {receipt['purchase_id']}", -1))

    def bill(self, p: Row, document: str) -> Iterator[Entry]:
        code = SUPPLIERS[p["supplier_id"]][2]
        for line in self.of("purchase_lines", "purchase_id", p["purchase_id"]):
            where = ("purchase_category", line["category"]) if line["line_kind"] == "goods" else ("purchase_other", line["line_kind"])
            yield from self.post(document, PAYABLE, *where, line["gross_cents"], line.get("tax_code") or code, purchase=True)
        yield from self.post(document, PAYABLE, "purchase_other", "freight", p.get("freight_cents") or 0, code, purchase=True)

    def accrual(self, receipt: Row, document: str, sign: int) -> Iterator[Entry]:
        _, _, untaxed = self.rates["NONE"]
        for line in self.of("purchase_lines", "purchase_id", receipt["purchase_id"]):
            net = sign * (line["gross_cents"] - line["tax_cents"])
            yield Entry(document, "", self.accounts["purchase_category", line["category"]][0], untaxed, 0, net)
            yield from self.post(document, "", "other", "inventory_suspense", -net)


def shared(total: int, weights: list[int]) -> list[int]:
    """A total over weights, cent by cent: whole shares first, the last cents by largest remainder, then to the earlier one."""
    size, whole = sum(abs(w) for w in weights), abs(total)
    parts = [whole * abs(w) // size for w in weights]
    order = sorted(range(len(weights)), key=lambda n: (-(whole * abs(weights[n]) % size), n))
    for n in order[: whole - sum(parts)]:
        parts[n] += 1
    return [part if total >= 0 else -part for part in parts]
