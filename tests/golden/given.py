"""The vocabulary of a golden case's `given` as facts of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tillpost.mapping.tables import Mapping as Mappings
from tillpost.model.money import cents_of_text, tax_inside

DAY = date(2026, 3, 3)
STORE = "shop"
CURRENCIES = {"AU": "AUD", "NZ": "NZD", "GB": "GBP"}
TENDER_TYPES = {
    "CASH": "cash", "MASTERCARD": "card", "AMEX": "card", "EFTPOS": "card", "LAYBY": "layby", "GIFT_VOUCHER": "gift_card",
    "CREDIT_NOTE": "store_credit", "HIRE_DEPOSIT": "prepaid",
    "PREPAID": "prepaid", "CONTRACT": "prepaid", "POINTS": "loyalty", "ACCOUNT": "account", "DIRECT": "other",
}  # fmt: skip

Given = Mapping[str, Any]
Row = dict[str, Any]
StoreDate = tuple[str, date]


@dataclass
class Facts:
    """Rows per contract table, keyed by fact names; ``day`` is the date of what names none."""

    currency: str
    mapping: Mappings
    day: date
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        self.tables.setdefault(table, []).append(row)

    def dates(self) -> set[date]:
        """The business dates of all facts; the reading's own where there are none."""
        found = {row["business_date"] for rows in self.tables.values() for row in rows if "business_date" in row}
        return found or {self.day}

    def store_dates(self, stores: Iterable[str]) -> list[StoreDate]:
        """Each of the stores on each of the dates."""
        return [(store, day) for store in stores for day in sorted(self.dates())]

    def of_store(self, store: str) -> dict[str, list[Row]]:
        """The rows of one store; people are known in every store."""
        return {name: [row for row in rows if row.pop("store", store) == store] for name, rows in self._copied()}

    def _copied(self) -> Iterator[tuple[str, list[Row]]]:
        return ((name, [dict(row) for row in rows]) for name, rows in self.tables.items())

    def tax(self, given: Given, gross: int, on: date) -> int | None:
        """What the case gives, or what the rate gives of the gross; null is not recorded."""
        if "tax" in given:
            return cents(given["tax"])
        tax = self.mapping.tax(given.get("tax_code") or "NONE", on)
        return tax_inside(gross, tax.rate_bp) if tax else 0

    def day_of(self, given: Given) -> date:
        """The date that a row names, else the reading's."""
        value = given.get("date", self.day)
        return value if isinstance(value, date) else date.fromisoformat(value)


def facts_of_case(given: Given, country: str, mapping: Mappings, stores: Iterable[str] = (STORE,)) -> Facts:
    """All facts of a reading, one reconciled shift a store and date included."""
    day = given.get("date", DAY)
    facts = Facts(CURRENCIES[country], mapping, day if isinstance(day, date) else date.fromisoformat(day))
    for sale in _repeated(given.get("sales", ())):
        _sale(facts, sale)
    for movement in given.get("movements", ()):
        _movement(facts, movement)
    for count in given.get("counts", ()):
        amounts = {f"{name}_cents": cents(count.get(name)) for name in ("expected", "counted")}
        facts.add("counts", **_place(count), business_date=facts.day_of(count), tender_code=count["tender"], **amounts)
    for purchase in given.get("purchases", ()):
        _purchase(facts, purchase)
    for entry in given.get("gl_entries", ()):
        _gl_entry(facts, entry)
    for store, on in facts.store_dates(stores):
        facts.add("shifts", **_place({"store": store}), shift_id=f"shift-{on}", business_date=on, state="reconciled")
    _people(facts, given)
    return facts


def cents(text: object) -> int | None:
    return None if text is None else cents_of_text(str(text))


def _place(given: Given) -> Row:
    store = given.get("store", STORE)
    return {"store": store, "store_id": store}


def _repeated(sales: Any) -> Iterator[Given]:
    for sale in sales:
        times = sale.get("repeat", 1)
        for n in range(times):
            yield sale if times == 1 else {**sale, "id": f"{sale['id']}-{n + 1}"}


def _line(facts: Facts, line: Given, on: date) -> Row:
    return {
        "line_kind": line.get("kind", "item"), "tax_code": line.get("tax_code"), "discount_cents": cents(line.get("discount")),
        **_amounts(facts, line, on), **_named(line, "category", "description", "quantity"),
    }  # fmt: skip


def _amounts(facts: Facts, line: Given, on: date) -> Row:
    gross = cents(line["gross"])
    assert gross is not None
    tax = facts.tax(line, gross, on)
    return {"gross_cents": gross, "tax_cents": tax, "net_cents": None if tax is None else gross - tax}


def _named(given: Given, *columns: str) -> Row:
    """Columns of the contract that a case gives under their own names."""
    return {name: given[name] for name in columns if name in given}


def _tax_of_sale(facts: Facts, line: Row, on: date) -> int:
    """What a line adds to its sale's GST: where the POS records none for the line, the rate still tells it."""
    if line["tax_cents"] is not None:
        return int(line["tax_cents"])
    return facts.tax({"tax_code": line["tax_code"]}, line["gross_cents"], on) or 0


def _sale(facts: Facts, sale: Given) -> None:
    day, place = facts.day_of(sale), _place(sale)
    lines = [_line(facts, line, day) for line in sale.get("lines", ())]
    gross, tax = sum(line["gross_cents"] for line in lines), sum(_tax_of_sale(facts, line, day) for line in lines)
    facts.add(
        "sales", **place, sale_id=sale["id"], kind=sale.get("kind", "sale"), status=sale.get("status", "completed"),
        original_sale_id=sale.get("original"), business_date=day, currency=sale.get("currency", facts.currency),
        customer_id=sale.get("customer"), layby_id=sale.get("layby"), shift_id=f"shift-{day}",
        net_cents=gross - tax, tax_cents=tax, gross_cents=gross, rounding_cents=cents(sale.get("rounding")), tip_cents=cents(sale.get("tip")),
        **_named(sale, "is_account_contract", "ledger_ref", "receipt_no"),
    )  # fmt: skip
    for n, line in enumerate(lines, 1):
        facts.add("sale_lines", store=place["store"], sale_id=sale["id"], line_no=str(n), **line)
    for n, tender in enumerate(sale.get("tenders", ()), 1):
        amounts = {f"{name}_cents": cents(tender.get(name)) for name in ("amount", "cash_out", "tip")}
        code = tender["tender"]
        facts.add(
            "tenders", store=place["store"], sale_id=sale["id"], tender_no=str(n), tender_code=code,
            tender_type=TENDER_TYPES.get(code, "other"), **amounts,
        )  # fmt: skip


def _movement(facts: Facts, movement: Given) -> None:
    day, place, name = facts.day_of(movement), _place(movement), movement["id"]
    facts.add(
        "movements", **place, movement_id=name, business_date=day, kind=movement["kind"], function_code=movement.get("function"),
        tender_code=movement.get("tender"), customer_id=movement.get("customer"), layby_id=movement.get("layby"),
        sale_id=movement.get("sale"), amount_cents=cents(movement["amount"]), fee_cents=cents(movement.get("fee")),
        tax_code=movement.get("tax_code"), tax_cents=cents(movement.get("tax")),
    )  # fmt: skip
    store = place["store"]
    for paid in movement.get("pays", ()):
        sale_date = facts.day_of({"date": paid["sale_date"]}) if "sale_date" in paid else None
        facts.add(
            "movement_allocations", store=store, movement_id=name, sale_id=paid["sale"], sale_date=sale_date,
            amount_cents=cents(paid["amount"]),
        )  # fmt: skip
    for n, line in enumerate(movement.get("sale_lines", ()), 1):
        facts.add("movement_lines", store=store, movement_id=name, line_no=str(n), **_line(facts, line, day))


def _purchase(facts: Facts, purchase: Given) -> None:
    day, place, name = facts.day_of(purchase), _place(purchase), purchase["id"]
    lines = [_purchase_line(facts, line, day) for line in purchase.get("lines", ())]
    taxes = [line["tax_cents"] for line in lines]
    gross = sum(line["gross_cents"] for line in lines)
    tax = None if None in taxes else sum(taxes)
    terms = purchase.get("terms_days")
    facts.add(
        "purchases", **place, purchase_id=name, kind=purchase.get("kind", "invoice"), receipt_id=purchase.get("receipt"),
        business_date=day, document_date=day, due_date=day + timedelta(days=terms) if terms is not None else None,
        currency=purchase.get("currency", facts.currency), supplier_id=purchase["supplier"],
        supplier_reference=purchase.get("number", name), gross_cents=gross, tax_cents=tax,
        net_cents=None if tax is None else gross - tax, status="finalised", is_paid=bool(purchase.get("paid", False)),
    )  # fmt: skip
    for n, line in enumerate(lines, 1):
        facts.add("purchase_lines", store=place["store"], purchase_id=name, line_no=str(n), **line)


def _purchase_line(facts: Facts, line: Given, on: date) -> Row:
    return {
        "line_kind": line.get("kind", "goods"), "tax_code": line.get("tax_code"),
        **_amounts(facts, line, on), **_named(line, "category", "account_code"),
    }  # fmt: skip


def _gl_entry(facts: Facts, entry: Given) -> None:
    for n, line in enumerate(entry["lines"], 1):
        facts.add(
            "gl_entries", **_place(entry), entry_id=entry["id"], line_no=str(n), business_date=facts.day_of(entry),
            account_code=line["account"], amount_cents=cents(line["amount"]), sale_id=entry.get("sale"), **_named(line, "class"),
        )  # fmt: skip


def _people(facts: Facts, given: Given) -> None:
    customers = {row["customer"] for table in ("sales", "movements") for row in given.get(table, ()) if row.get("customer")}
    for code in sorted(customers):
        row = facts.mapping.contact("customer", code)
        facts.add("customers", id=code, name=row.contact_name if row else code)
    suppliers = {p["supplier"]: p for p in given.get("purchases", ())}
    for code, purchase in sorted(suppliers.items()):
        contact = facts.mapping.contact("supplier", code)
        facts.add(
            "suppliers", id=code, name=contact.contact_name if contact else code, for_accounting=bool(purchase.get("accounting", True))
        )
