"""One trading day on which everything happens once, for stores of any mode: every kind of fact, every kind of document."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.unit.proofs.world import DAYS, TENDER_TYPES, Row, World, store_of

DAY = DAYS[0]
TAX = {"GST": 1000, "FRE": 0, "NONE": 0}


def _line(gross: int, code: str | None = "GST", tax: int | None = -1, **columns: Any) -> Row:
    if tax == -1:
        tax = round(gross * TAX[code or "NONE"] / (10_000 + TAX[code or "NONE"]))
    return {"gross_cents": gross, "tax_code": code, "tax_cents": tax, "net_cents": None if tax is None else gross - tax, **columns}


def _item(gross: int, category: str = "FOOD", code: str | None = "GST", **columns: Any) -> Row:
    return _line(gross, code, line_kind="item", category=category, **columns)


def _tender(code: str, amount: int, **columns: Any) -> Row:
    return {"tender_code": code, "tender_type": TENDER_TYPES[code], "amount_cents": amount, **columns}


# id: columns of the sale, its lines, its tenders.
SALES: dict[str, tuple[Row, list[Row], list[Row]]] = {
    "mixed": (
        {"rounding_cents": -2, "tip_cents": 300},
        [
            _item(4000),
            _item(2500, code="FRE"),
            _line(-1000, None, None, line_kind="basket_discount"),
            _line(1000, "NONE", line_kind="gift_card_issue"),
        ],
        [_tender("CASH", 2498), _tender("EFTPOS", 4300 + 2000, tip_cents=300, cash_out_cents=2000)],
    ),
    "account": ({"customer_id": "ACME"}, [_item(8000), _item(1500, "BEVERAGE")], [_tender("CASH", 2000), _tender("ACCOUNT", 7500)]),
    "refund": ({"kind": "refund"}, [_item(-3300)], [_tender("CREDIT_NOTE", -3300)]),
    "points": (
        {},
        [_item(2200), _line(330, line_kind="fee")],
        [_tender("POINTS", 530), _tender("GIFT_VOUCHER", 1000), _tender("PREPAID", 1000)],
    ),
    "laid": ({"kind": "layby_open", "layby_id": "L1"}, [_item(6600)], [_tender("LAYBY", 6600)]),
    "fetched": ({"kind": "layby_complete", "layby_id": "L2"}, [_item(5500)], [_tender("LAYBY", 5500)]),
    "elsewhere": ({"ledger_ref": "INV-9"}, [_item(9900)], [_tender("ACCOUNT", 9900)]),
    "voided": ({"status": "void"}, [_item(1234)], [_tender("CASH", 1234)]),
    "split": ({}, [_line(10_000, "GST", 500, line_kind="item", category="BEVERAGE")], [_tender("EFTPOS", 10_000)]),
}
MOVEMENTS: dict[str, Row] = {
    "petty": {
        "kind": "paid_out",
        "function_code": "PETTY_CASH",
        "tender_code": "CASH",
        "amount_cents": -2200,
        "tax_code": "GST",
        "tax_cents": -200,
    },
    "paid-in": {"kind": "received", "function_code": "PAID_IN", "tender_code": "CASH", "amount_cents": 1500},
    "tab": {"kind": "prepayment", "function_code": "PREPAID_TAB", "tender_code": "EFTPOS", "amount_cents": 50_000},
    "instalment": {"kind": "layby_payment", "layby_id": "L3", "tender_code": "CASH", "amount_cents": 1100},
    "adjusted": {"kind": "layby_adjustment", "layby_id": "L4", "amount_cents": 110, "tax_code": "GST", "tax_cents": 10},
    "cancelled": {
        "kind": "layby_cancel",
        "layby_id": "L5",
        "tender_code": "CASH",
        "amount_cents": -1000,
        "fee_cents": 550,
        "tax_code": "GST",
        "tax_cents": 50,
    },
    "paid": {
        "kind": "account_payment",
        "customer_id": "ACME",
        "tender_code": "EFTPOS",
        "amount_cents": 9110,
        "fee_cents": 110,
        "tax_code": "GST",
        "tax_cents": 10,
    },
    "allowed": {"kind": "account_adjustment", "customer_id": "ACME", "amount_cents": 550, "tax_code": "GST", "tax_cents": 50},
    "banked": {"kind": "bank_deposit", "tender_code": "CASH", "amount_cents": -700},
    "dropped": {"kind": "safe_drop", "tender_code": "CASH", "amount_cents": -300},
    "float": {"kind": "float", "tender_code": "CASH", "amount_cents": -400},
    "from-cash": {"kind": "tender_change", "tender_code": "CASH", "amount_cents": -250},
    "to-card": {"kind": "tender_change", "tender_code": "EFTPOS", "amount_cents": 250},
}
ALLOCATIONS = (
    {"movement_id": "paid", "sale_id": "account", "amount_cents": 6000},
    {"movement_id": "allowed", "sale_id": "account", "amount_cents": 550},
)
PURCHASES: dict[str, tuple[Row, list[Row]]] = {
    "bill": (
        {"kind": "invoice", "supplier_id": "FRESH"},
        [_line(11_000, line_kind="goods", category="FOOD"), _line(-550, line_kind="discount")],
    ),
    "unrecorded": (
        {"kind": "invoice", "supplier_id": "PAPERCO", "freight_cents": 1100},
        [_line(2200, None, None, line_kind="goods", category="EQUIPMENT")],
    ),
    "returned": ({"kind": "credit", "supplier_id": "FRESH"}, [_line(-2200, line_kind="goods", category="FOOD")]),
    "received": ({"kind": "receipt", "supplier_id": "FRESH"}, [_line(33_000, line_kind="goods", category="EQUIPMENT")]),
    "not-ours": ({"kind": "invoice", "supplier_id": "CASHMKT"}, [_line(770, line_kind="goods", category="FOOD")]),
}
ENTRIES = {"e1": (None, {"1200": 66_000, "4000": -60_000, "2200": -6000}), "e2": ("split", {"1200": 100, "4100": -100})}


def whole_day(**stores: dict[str, Any]) -> World:
    """An Australian organisation on whose stores, each with its settings, this day happens."""
    known = {key: store_of(key, **{"split_mixed_tax": True, **settings}) for key, settings in stores.items()}
    return World("AU", known, {key: tables_of(key, store.layby_recognition) for key, store in known.items()})


def tables_of(store: str, recognition: str) -> dict[str, list[Row]]:
    """The day's rows of one store."""
    tables: dict[str, list[Row]] = {}

    def add(table: str, **row: Any) -> Row:
        tables.setdefault(table, []).append(deepcopy(row))
        return row

    for sale, (columns, lines, tenders) in SALES.items():
        gross, tax = sum(line["gross_cents"] for line in lines), sum(line["tax_cents"] or 0 for line in lines)
        row = {"kind": "sale", "status": "completed", "store_id": store, "business_date": DAY, "currency": "AUD"}
        add("sales", **row | {"sale_id": sale, "gross_cents": gross, "tax_cents": tax, "net_cents": gross - tax} | columns)
        for n, line in enumerate(lines, 1):
            add("sale_lines", sale_id=sale, line_no=str(n), **line)
        for n, tender in enumerate(tenders, 1):
            add("tenders", sale_id=sale, tender_no=str(n), **tender)
    for movement, columns in MOVEMENTS.items():
        add("movements", movement_id=movement, store_id=store, business_date=DAY, **columns)
    sold = {"each_payment": {"instalment": 1100, "cancelled": -1550}, "sale_date": {"cancelled": -4400}}.get(recognition, {})
    for movement, gross in sold.items():
        add("movement_lines", movement_id=movement, line_no="1", **_item(gross))
    for allocation in ALLOCATIONS:
        add("movement_allocations", sale_date=DAY, **allocation)
    _purchases(add, store)
    for entry, (sale_id, amounts) in ENTRIES.items():
        for n, (code, cents) in enumerate(amounts.items(), 1):
            add("gl_entries", entry_id=entry, line_no=str(n), business_date=DAY, account_code=code, amount_cents=cents, sale_id=sale_id)
    add("counts", store_id=store, business_date=DAY, tender_code="CASH", expected_cents=248, counted_cents=198)
    for person, table in (("ACME", "customers"), *((name, "suppliers") for name in ("FRESH", "PAPERCO", "CASHMKT"))):
        add(table, id=person, name=person.title())
    return tables


def _purchases(add: Any, store: str) -> None:
    for purchase, (columns, lines) in PURCHASES.items():
        taxes = [line["tax_cents"] for line in lines]
        gross, tax = sum(line["gross_cents"] for line in lines) + columns.get("freight_cents", 0), None if None in taxes else sum(taxes)
        add(
            "purchases", purchase_id=purchase, store_id=store, business_date=DAY, document_date=DAY, currency="AUD", status="final", is_paid=False,
            supplier_reference=f"{store} {purchase}", gross_cents=gross, tax_cents=tax, net_cents=None if tax is None else gross - tax, **columns,
        )  # fmt: skip
        for n, line in enumerate(lines, 1):
            add("purchase_lines", purchase_id=purchase, line_no=str(n), **line)
