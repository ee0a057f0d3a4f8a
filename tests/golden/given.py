"""The vocabulary of a golden case's `given` as facts of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    "CREDIT_NOTE": "store_credit",
    "PREPAID": "prepaid", "CONTRACT": "prepaid", "POINTS": "loyalty", "ACCOUNT": "account", "DIRECT": "other",
}  # fmt: skip

Given = Mapping[str, Any]
Row = dict[str, Any]


@dataclass
class Facts:
    """Rows per contract table, keyed by fact names."""

    currency: str
    mapping: Mappings
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        self.tables.setdefault(table, []).append(row)

    def dates(self) -> set[date]:
        found = {row["business_date"] for rows in self.tables.values() for row in rows if "business_date" in row}
        return found or {DAY}

    def tax(self, given: Given, gross: int, on: date) -> int | None:
        """What the case gives, or what the rate gives of the gross; null is not recorded."""
        if "tax" in given:
            return cents(given["tax"])
        tax = self.mapping.tax(given.get("tax_code") or "NONE", on)
        return tax_inside(gross, tax.rate_bp) if tax else 0


def facts_of_case(given: Given, country: str, mapping: Mappings) -> Facts:
    """All facts of a case, one reconciled shift a date included."""
    facts = Facts(CURRENCIES[country], mapping)
    for sale in _repeated(given.get("sales", ())):
        _sale(facts, sale)
    for movement in given.get("movements", ()):
        _movement(facts, movement)
    for count in given.get("counts", ()):
        amounts = {f"{name}_cents": cents(count.get(name)) for name in ("expected", "counted")}
        facts.add("counts", store_id=STORE, business_date=_day(count), tender_code=count["tender"], **amounts)
    for purchase in given.get("purchases", ()):
        _purchase(facts, purchase)
    for entry in given.get("gl_entries", ()):
        _gl_entry(facts, entry)
    for day in sorted(facts.dates()):
        facts.add("shifts", shift_id=f"shift-{day}", store_id=STORE, business_date=day, state="reconciled")
    _people(facts, given)
    return facts


def cents(text: object) -> int | None:
    return None if text is None else cents_of_text(str(text))


def _day(given: Given) -> date:
    value = given.get("date", DAY)
    return value if isinstance(value, date) else date.fromisoformat(value)


def _repeated(sales: Any) -> Iterator[Given]:
    for sale in sales:
        times = sale.get("repeat", 1)
        for n in range(times):
            yield sale if times == 1 else {**sale, "id": f"{sale['id']}-{n + 1}"}


def _line(facts: Facts, line: Given, on: date) -> Row:
    gross = cents(line["gross"])
    assert gross is not None
    tax = facts.tax(line, gross, on)
    return {
        "line_kind": line.get("kind", "item"), "category": line.get("category"), "tax_code": line.get("tax_code"), "gross_cents": gross,
        "tax_cents": tax, "net_cents": None if tax is None else gross - tax, "discount_cents": cents(line.get("discount")),
    }  # fmt: skip


def _sale(facts: Facts, sale: Given) -> None:
    day = _day(sale)
    lines = [_line(facts, line, day) for line in sale.get("lines", ())]
    gross, tax = sum(line["gross_cents"] for line in lines), sum(line["tax_cents"] or 0 for line in lines)
    facts.add(
        "sales", sale_id=sale["id"], store_id=STORE, kind=sale.get("kind", "sale"), status=sale.get("status", "completed"),
        original_sale_id=sale.get("original"), business_date=day, currency=facts.currency, customer_id=sale.get("customer"),
        layby_id=sale.get("layby"), is_account_contract=sale.get("is_account_contract"), shift_id=f"shift-{day}",
        net_cents=gross - tax, tax_cents=tax, gross_cents=gross, rounding_cents=cents(sale.get("rounding")), tip_cents=cents(sale.get("tip")),
    )  # fmt: skip
    for n, line in enumerate(lines, 1):
        facts.add("sale_lines", sale_id=sale["id"], line_no=str(n), **line)
    for n, tender in enumerate(sale.get("tenders", ()), 1):
        amounts = {f"{name}_cents": cents(tender.get(name)) for name in ("amount", "cash_out", "tip")}
        code = tender["tender"]
        facts.add("tenders", sale_id=sale["id"], tender_no=str(n), tender_code=code, tender_type=TENDER_TYPES.get(code, "other"), **amounts)


def _movement(facts: Facts, movement: Given) -> None:
    day, name = _day(movement), movement["id"]
    facts.add(
        "movements", movement_id=name, store_id=STORE, business_date=day, kind=movement["kind"], function_code=movement.get("function"),
        tender_code=movement.get("tender"), customer_id=movement.get("customer"), layby_id=movement.get("layby"),
        sale_id=movement.get("sale"), amount_cents=cents(movement["amount"]), fee_cents=cents(movement.get("fee")),
        tax_code=movement.get("tax_code"),
    )  # fmt: skip
    for paid in movement.get("pays", ()):
        facts.add("movement_allocations", movement_id=name, sale_id=paid["sale"], amount_cents=cents(paid["amount"]))
    for n, line in enumerate(movement.get("sale_lines", ()), 1):
        facts.add("movement_lines", movement_id=name, line_no=str(n), **_line(facts, line, day))


def _purchase(facts: Facts, purchase: Given) -> None:
    day, name = _day(purchase), purchase["id"]
    lines = [_purchase_line(facts, line, day) for line in purchase.get("lines", ())]
    taxes = [line["tax_cents"] for line in lines]
    gross = sum(line["gross_cents"] for line in lines)
    tax = None if None in taxes else sum(taxes)
    terms = purchase.get("terms_days")
    facts.add(
        "purchases", purchase_id=name, kind=purchase.get("kind", "invoice"), receipt_id=purchase.get("receipt"), store_id=STORE,
        business_date=day, document_date=day, due_date=day + timedelta(days=terms) if terms is not None else None, currency=facts.currency,
        supplier_id=purchase["supplier"], supplier_reference=purchase.get("number", name), gross_cents=gross, tax_cents=tax,
        net_cents=None if tax is None else gross - tax, status="finalised", is_paid=bool(purchase.get("paid", False)),
    )  # fmt: skip
    for n, line in enumerate(lines, 1):
        facts.add("purchase_lines", purchase_id=name, line_no=str(n), **line)


def _purchase_line(facts: Facts, line: Given, on: date) -> Row:
    gross = cents(line["gross"])
    assert gross is not None
    tax = facts.tax(line, gross, on)
    return {
        "line_kind": line.get("kind", "goods"), "category": line.get("category"), "tax_code": line.get("tax_code"), "gross_cents": gross,
        "tax_cents": tax, "net_cents": None if tax is None else gross - tax,
    }  # fmt: skip


def _gl_entry(facts: Facts, entry: Given) -> None:
    for n, line in enumerate(entry["lines"], 1):
        facts.add(
            "gl_entries", entry_id=entry["id"], line_no=str(n), store_id=STORE, business_date=_day(entry),
            account_code=line["account"], amount_cents=cents(line["amount"]),
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
