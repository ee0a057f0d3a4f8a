"""For every source rule: facts that break it with exactly what it finds, and facts that come close and do not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from checks_facts import (
    MAPPING,
    Tables,
    control_total,
    count,
    entry,
    line,
    movement,
    purchase,
    purchase_line,
    sale,
    store,
    tender,
)

from tillpost.mapping.tables import AccountRow
from tillpost.organisations import Store

BEFORE = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Case:
    """Facts that break the rule: how often, by how much, and with which examples; and facts that keep it."""

    rule: str
    breaks: Tables
    count: int
    amount_cents: int | None
    examples: tuple[str, ...]
    keeps: Tables
    stream: str = "sales"
    store: Store = field(default_factory=store)
    settings: dict[str, object] = field(default_factory=dict)
    keeps_store: Store | None = None
    keeps_settings: dict[str, object] | None = None


def day(*sales: dict[str, object], lines: list[dict[str, object]] | None = None, tenders: list[dict[str, object]] | None = None) -> Tables:
    """Sales with their lines and tenders: by default one, and what makes it whole."""
    return {
        "sales": list(sales or [sale()]),
        "sale_lines": [line()] if lines is None else lines,
        "tenders": [tender()] if tenders is None else tenders,
    }


def bill(*purchases: dict[str, object], lines: list[dict[str, object]] | None = None, **tables: list[dict[str, object]]) -> Tables:
    """Purchases with their lines."""
    return {"purchases": list(purchases or [purchase()]), "purchase_lines": [purchase_line()] if lines is None else lines, **tables}


IGNORED = AccountRow("function", "FREE", "ignore", "", "", None, "", "accounts.csv", 99)
ACCOUNT: dict[str, Any] = {"tender_code": "ACCOUNT", "tender_type": "account"}
GIFT: dict[str, Any] = {"tender_code": "GIFT_VOUCHER", "tender_type": "gift_card"}
NO_TAX: dict[str, Any] = {"tax_cents": None, "tax_code": None, "net_cents": None}
LAYBY_PAYMENT = movement("layby_payment", 1000, layby_id="L1", tender_code="CASH")

SALES = (
    Case("duplicate_key", day(sale(), sale()), 1, None, ("sales s1 is there 2 times",), day(sale(), sale("s2"))),
    Case(
        "orphan_row",
        day(lines=[line(), line(100, "gone")]),
        1,
        None,
        ("sale_lines: gone is not in sales",),
        {"movements": [LAYBY_PAYMENT], "movement_lines": [{"movement_id": "m1", "line_no": "1", "line_kind": "item", "gross_cents": 1000}]},
    ),
    Case(
        "date_outside_period",
        day(sale(), sale("s2", business_date=BEFORE)),
        1,
        None,
        ("sales s2 is dated 2026-03-02",),
        day(),
    ),
    Case(
        "rows_outside_dates",
        day(),
        3,
        None,
        ("sales: 3 rows",),
        day(),
        settings={"outside": {"cafe": {"sales": 3, "purchases": 2, "counts": 0}}},
        keeps_settings={"outside": {"other": {"sales": 3}, "cafe": {"purchases": 2}}},
    ),
    Case(
        "sale_without_lines",
        day(lines=[]),
        1,
        5000,
        ("sale s1: 50.00",),
        day(sale(gross=0), lines=[], tenders=[]),
    ),
    Case(
        "line_net_mismatch",
        day(lines=[line(net_cents=4543)]),
        1,
        -2,
        ("sale s1 line 1: net 45.43, gross 50.00, GST 4.55",),
        day(lines=[line(net_cents=4544)]),
    ),
    Case(
        "lines_do_not_match_sale",
        day(lines=[line(4998)]),
        1,
        2,
        ("sale s1: lines 49.98, sale 50.00",),
        day(lines=[line(4999)]),
    ),
    Case(
        "line_rounding_difference",
        day(lines=[line(4999)]),
        1,
        1,
        ("sale s1: lines 49.99, sale 50.00",),
        day(),
    ),
    Case(
        "cent_difference_above_cap",
        day(
            *(sale(f"s{n}") for n in range(6)),
            lines=[line(4999, f"s{n}") for n in range(6)],
            tenders=[tender(sale_id=f"s{n}") for n in range(6)],
        ),
        1,
        6,
        ("the day: 0.06",),
        day(
            *(sale(f"s{n}") for n in range(6)),
            lines=[line(4999, f"s{n}") for n in range(6)],
            tenders=[tender(sale_id=f"s{n}") for n in range(6)],
        ),
        keeps_store=store(mode="transaction"),
    ),
    Case(
        "sale_taxes_do_not_match",
        {**day(), "sale_taxes": [{"sale_id": "s1", "tax_code": "GST", "amount_cents": 453}]},
        1,
        2,
        ("sale s1: listed 4.53, sale 4.55",),
        {**day(), "sale_taxes": [{"sale_id": "s1", "tax_code": "GST", "amount_cents": 454}]},
    ),
    Case(
        "baskets_not_booked",
        day(sale(status="void", receipt_no="77")),
        1,
        5000,
        ("sale s1 (receipt 77): void, 50.00",),
        day(),
    ),
    Case("already_in_ledger", day(sale(ledger_ref="INV-1")), 1, 5000, ("sale s1: INV-1",), day()),
    Case(
        "zero_price_line",
        day(lines=[line(), line(0, line_no="2", quantity=2)]),
        1,
        None,
        ("sale s1 line 2: FOOD, quantity 2",),
        day(),
    ),
    Case("currency_not_own", day(sale(currency="USD")), 1, None, ("sale s1: USD 50.00",), day(sale(currency="USD", status="void"))),
    Case(
        "sub_cent_amounts",
        day(),
        3,
        None,
        ("sale_lines: 3 amounts",),
        day(),
        settings={"dust": {"cafe": {"sale_lines": 3, "sales": 0}}},
        keeps_settings={"dust": {"other": {"sale_lines": 3}}},
    ),
    Case(
        "tenders_do_not_match_sales",
        day(sale(receipt_no="55"), tenders=[tender(4900)]),
        1,
        -100,
        ("sale s1 (receipt 55): tenders 49.00, sale 50.00",),
        day(sale(tip_cents=500, rounding_cents=-2), tenders=[tender(6498, tip_cents=500, cash_out_cents=1000)]),
    ),
    Case(
        "tips_do_not_match",
        day(sale(tip_cents=500), tenders=[tender(5500, tip_cents=400)]),
        1,
        100,
        ("sale s1: tip 5.00, on the tenders 4.00",),
        day(sale(tip_cents=500), tenders=[tender(5500)]),
    ),
    Case(
        "change_does_not_match",
        day(tenders=[tender(tendered_cents=10000, change_cents=4900)]),
        1,
        -100,
        ("sale s1: CASH 50.00, handed over 100.00, change 49.00",),
        day(tenders=[tender(tendered_cents=10000, change_cents=5000)]),
    ),
    Case(
        "rounding_without_cash",
        day(sale(rounding_cents=-2), tenders=[tender(4998, tender_type="card")]),
        1,
        -2,
        ("sale s1: rounding -0.02",),
        day(sale(rounding_cents=-2), tenders=[tender(4998)]),
    ),
    Case(
        "rounding_too_large",
        day(sale(rounding_cents=5), tenders=[tender(5005)]),
        1,
        5,
        ("sale s1: rounding 0.05",),
        day(sale(rounding_cents=4), tenders=[tender(5004)]),
    ),
    Case(
        "tip_told_twice",
        {
            **day(sale(tip_cents=500), lines=[line(4500), line(500, line_no="2", line_kind="tip")]),
            "movements": [movement("received", 500, sale_id="s1")],
        },
        2,
        1000,
        ("sale s1: line 5.00, movement m1", "sale s1: line 5.00, tip 5.00"),
        {**day(lines=[line(4500), line(500, line_no="2", line_kind="tip")]), "movements": [movement("received", 500, sale_id="s2")]},
    ),
    Case(
        "account_payment_told_twice",
        {
            **day(sale(customer_id="C1"), lines=[line(5000, line_kind="account_payment")]),
            "movements": [movement("account_payment", 5100, customer_id="C1", fee_cents=100)],
        },
        1,
        5000,
        ("sale s1: account_payment 50.00, again as movement m1",),
        {
            **day(sale(customer_id="C1"), lines=[line(5000, line_kind="account_payment")]),
            "movements": [movement("account_payment", 5000, customer_id="C2"), movement("account_payment", 5000, "m2", sale_id="s9")],
        },
    ),
    Case(
        "sale_paid_twice",
        {
            **day(tenders=[tender(2000), tender(3000, tender_no="2", **ACCOUNT)]),
            "movements": [movement("account_payment", 5000)],
            "movement_allocations": [{"movement_id": "m1", "sale_id": "s1", "amount_cents": 5000}],
        },
        1,
        2000,
        ("sale s1: on account 30.00, paid by movements 50.00",),
        {
            **day(tenders=[tender(2000), tender(3000, tender_no="2", **ACCOUNT)]),
            "movements": [movement("account_payment", 5000)],
            "movement_allocations": [
                {"movement_id": "m1", "sale_id": "s1", "amount_cents": 3000},
                {"movement_id": "m1", "sale_id": "of-another-day", "amount_cents": 2000},
            ],
        },
    ),
    Case(
        "gift_card_told_twice",
        {
            **day(lines=[line(10000, line_kind="gift_card_issue")]),
            "movements": [movement("received", 10000, sale_id="s1", function_code="PAID_IN", tender_code="CASH")],
        },
        1,
        10000,
        ("sale s1: gift_card_issue 100.00, again as movement m1",),
        day(lines=[line(-2000, line_kind="gift_card_redeem")], tenders=[tender(5000, **GIFT)]),
    ),
    Case(
        "deposit_told_twice",
        {
            **day(lines=[line(2000, line_kind="deposit")]),
            "movements": [movement("prepayment", 2000, sale_id="s1")],
        },
        1,
        2000,
        ("sale s1: deposit 20.00, again as movement m1",),
        {**day(lines=[line(2000, line_kind="deposit")]), "movements": [movement("prepayment", 2000, sale_id="s2")]},
    ),
    Case(
        "gst_does_not_match_rate",
        day(lines=[line(11000, tax_cents=500, net_cents=10500)]),
        1,
        -500,
        ("sale s1 line 1: gross 110.00, GST 5.00, the rate gives 10.00",),
        day(lines=[line(11000, tax_cents=999), line(5000, line_no="2", tax_code="FRE", tax_cents=0)]),
    ),
    Case(
        "mixed_tax_split",
        day(lines=[line(10000, tax_cents=500)]),
        1,
        10000,
        ("sale s1 line 1: gross 100.00, GST 5.00, the rate gives 9.09",),
        day(lines=[line(10000, tax_cents=500)]),
        store=store(split_mixed_tax=True),
        keeps_store=store(),
    ),
    Case(
        "unknown_tax_code",
        day(lines=[line(tax_code="WET")]),
        1,
        5000,
        ("sale s1 line 1: tax code WET",),
        day(lines=[line(0, tax_code="WET"), line(line_no="2", category="VOUCHER", tax_code="WET", tax_cents=0)]),
    ),
    Case(
        "gst_overruled_by_mapping",
        day(lines=[line(category="VOUCHER")]),
        1,
        5000,
        ("sale s1 line 1: GST in the POS, NONE in accounts.csv",),
        day(lines=[line(category="VOUCHER", tax_code="FRE")]),
    ),
    Case(
        "unmapped_category",
        day(lines=[line(category="VAPES"), line(category="VAPES", line_no="2")]),
        2,
        10000,
        ("VAPES: 100.00; accounts.csv has no row sales_category,VAPES",),
        day(lines=[line(), line(0, category="VAPES", line_no="2")]),
    ),
    Case(
        "unmapped_line_kind",
        day(lines=[line(line_kind="fee", category=None)]),
        1,
        5000,
        ("fee: 50.00; accounts.csv has no row line_kind,fee",),
        day(lines=[line(line_kind="fee"), line(-500, line_kind="basket_discount", category=None, tax_code=None, line_no="2")]),
    ),
    Case(
        "nothing_to_spread_over",
        day(lines=[line(-500, line_kind="basket_discount", category=None, tax_code=None)]),
        1,
        -500,
        ("sale s1 line 1: -5.00",),
        day(lines=[line(5500), line(-500, line_kind="basket_discount", category=None, tax_code=None, line_no="2")]),
    ),
    Case(
        "unmapped_tender",
        day(tenders=[tender(tender_code="CHEQUE", tender_type="other")]),
        1,
        5000,
        ("CHEQUE: 50.00; accounts.csv has no row tender,CHEQUE",),
        day(tenders=[tender(), tender(0, tender_no="2", tender_code="CHEQUE", tender_type="other")]),
    ),
    Case(
        "unmapped_function",
        {"movements": [movement("paid_out", -500, function_code="WINDOWS", tender_code="CASH"), movement("received", 100, "m2")]},
        2,
        -400,
        (
            "(no function): 1.00; accounts.csv has no row function,(no function)",
            "WINDOWS: -5.00; accounts.csv has no row function,WINDOWS",
        ),
        {"movements": [movement("paid_out", -500, function_code="PETTY_CASH", tender_code="CASH")]},
    ),
    Case(
        "unmapped_other",
        {"movements": [movement("float", 20000, tender_code="CASH")]},
        1,
        20000,
        ("float: 200.00; accounts.csv has no row other,float",),
        {"movements": [LAYBY_PAYMENT], "counts": [count(900, 1000)], **day(sale(tip_cents=100, rounding_cents=1))},
    ),
    Case(
        "unmapped_gl_account",
        {"gl_entries": [entry("1200", 100, "1"), entry("9999", -100, "2")]},
        1,
        -100,
        ("9999: -1.00; accounts.csv has no row gl_account,9999",),
        {"gl_entries": [entry("1200", 100, "1"), entry("4100", -100, "2")]},
    ),
    Case(
        "layby_debit_adjustment",
        {"movements": [movement("layby_adjustment", -100, layby_id="L1")]},
        1,
        -100,
        ("movement m1 of lay-by L1: -1.00",),
        {"movements": [movement("layby_adjustment", 100, layby_id="L1")]},
    ),
    Case(
        "money_on_a_sale_that_books_nothing",
        day(
            sale(kind="layby_open", layby_id="L1", receipt_no="17"),
            tenders=[tender(4000, tender_code="LAYBY", tender_type="layby"), tender(1000, tender_no="2")],
        ),
        1,
        1000,
        ("sale s1 (receipt 17): CASH 10.00",),
        day(sale(kind="layby_open", layby_id="L1", receipt_no="17"), tenders=[tender(5000, tender_code="LAYBY", tender_type="layby")]),
    ),
    Case(
        "payment_for_sale_before_start",
        {
            "movements": [movement("account_payment", 5000, tender_code="EFTPOS")],
            "movement_allocations": [{"movement_id": "m1", "sale_id": "s0", "sale_date": date(2020, 1, 1), "amount_cents": 5000}],
        },
        1,
        5000,
        ("movement m1 pays sale s0 of 2020-01-01: 50.00",),
        {
            "movements": [movement("account_payment", 5000, tender_code="EFTPOS")],
            "movement_allocations": [{"movement_id": "m1", "sale_id": "s1", "sale_date": date(2026, 3, 3), "amount_cents": 5000}],
        },
    ),
    Case(
        "account_payment_without_tender",
        {"movements": [movement("account_payment", 5000, tender_code=None), movement("account_payment", 700, "m2", tender_code="ACCOUNT")]},
        2,
        5700,
        ("movement m1: 50.00", "movement m2 by ACCOUNT: 7.00"),
        {"movements": [movement("account_payment", 5000, tender_code="EFTPOS")]},
    ),
    Case(
        "movement_on_account",
        {
            "movements": [
                movement("bank_deposit", -5000, tender_code="ACCOUNT"),
                movement("layby_payment", 700, "m2", tender_code="ACCOUNT", layby_id="L1"),
                movement("received", 300, "m3", tender_code="ACCOUNT", function_code="FREE"),
            ],
        },
        3,
        -4000,
        (
            "movement m1, bank_deposit by ACCOUNT: -50.00",
            "movement m2, layby_payment by ACCOUNT: 7.00",
            "movement m3, received FREE by ACCOUNT: 3.00",
        ),
        {
            "movements": [
                movement("bank_deposit", -5000, tender_code="CASH"),
                movement("bank_deposit", 0, "m2", tender_code="ACCOUNT"),
                *(movement(kind, 5000, kind, tender_code="ACCOUNT", function_code="GIFT_VOUCHER") for kind in ("received", "prepayment")),
                movement("paid_out", -5000, "m5", tender_code="ACCOUNT", function_code="GIFT_VOUCHER"),
            ],
        },
        settings={"mapping": replace(MAPPING, accounts=(*MAPPING.accounts, IGNORED))},
    ),
    Case(
        "unallocated_payment_on_cash_basis",
        {
            "movements": [movement("account_payment", 8000, tender_code="EFTPOS")],
            "movement_allocations": [{"movement_id": "m1", "sale_id": "s1", "amount_cents": 5000}],
        },
        1,
        3000,
        ("movement m1: 80.00, for sales 50.00",),
        {
            "movements": [movement("account_payment", 8000, tender_code="EFTPOS", fee_cents=100)],
            "movement_allocations": [{"movement_id": "m1", "sale_id": "s1", "amount_cents": 7900}],
        },
        settings={"gst_basis": "cash"},
    ),
    Case(
        "allocation_exceeds_payment",
        {
            "movements": [movement("account_payment", 8000, tender_code="EFTPOS")],
            "movement_allocations": [{"movement_id": "m1", "sale_id": "s1", "amount_cents": 8001}],
        },
        1,
        1,
        ("movement m1: 80.00, for sales 80.01",),
        {
            "movements": [movement("account_payment", 8000, tender_code="EFTPOS")],
            "movement_allocations": [{"movement_id": "m1", "sale_id": "s1", "amount_cents": 8000}],
        },
    ),
    Case(
        "layby_recognition_sale_date",
        day(sale(kind="layby_open")),
        1,
        5000,
        ("sale s1: 50.00",),
        day(sale(kind="layby_open")),
        store=store(layby_recognition="sale_date"),
        keeps_store=store(),
    ),
    Case(
        "layby_lines_do_not_match",
        {"movements": [LAYBY_PAYMENT], "movement_lines": [{"movement_id": "m1", "line_no": "1", "line_kind": "item", "gross_cents": 999}]},
        1,
        -1,
        ("movement m1: lines 9.99, paid 10.00",),
        {"movements": [LAYBY_PAYMENT], "movement_lines": [{"movement_id": "m1", "line_no": "1", "line_kind": "item", "gross_cents": 1000}]},
        store=store(layby_recognition="each_payment"),
    ),
    Case(
        "layby_cancel_told_twice",
        {**day(sale(kind="layby_cancel", layby_id="L1")), "movements": [movement("layby_cancel", -1000, layby_id="L1")]},
        1,
        -1000,
        ("lay-by L1: sale s1 and movement m1",),
        {**day(sale(kind="layby_cancel", layby_id="L1")), "movements": [movement("layby_cancel", -1000, layby_id="L2")]},
    ),
    Case(
        "tender_change_not_zero",
        {"movements": [movement("tender_change", -500, tender_code="CASH"), movement("tender_change", 499, "m2", tender_code="EFTPOS")]},
        1,
        -1,
        ("tender changes come to -0.01",),
        {"movements": [movement("tender_change", -500, tender_code="CASH"), movement("tender_change", 500, "m2", tender_code="EFTPOS")]},
    ),
    Case(
        "account_tender_not_receivable",
        day(tenders=[tender(tender_type="account")]),
        1,
        5000,
        ("sale s1: CASH of type account goes to 101",),
        day(tenders=[tender(**ACCOUNT)]),
    ),
    Case(
        "account_sale_without_contact",
        {**day(sale(customer_id="C9"), tenders=[tender(**ACCOUNT)]), "customers": [{"id": "C1", "name": "Ann"}]},
        1,
        5000,
        ("sale s1: customer C9",),
        {**day(sale(customer_id="C1"), tenders=[tender(**ACCOUNT)]), "customers": [{"id": "C1", "name": "Ann"}]},
        store=store(mode="real_time"),
    ),
    Case(
        "control_totals_differ",
        {**day(), "control_totals": [control_total("gross", 6000), control_total("receipts", 2), control_total("tender", 6000, "CASH")]},
        3,
        None,
        ("gross: printed 60.00, read 50.00", "receipts: printed 2, read 1", "tender CASH: printed 60.00, read 50.00"),
        {
            **day(),
            "control_totals": [
                control_total("gross", 5000),
                control_total("tax", 455),
                control_total("net", 4545),
                control_total("refunds", 0),
                control_total("receipts", 1),
                control_total("tender", 5000, "CASH"),
                control_total("balance", 99999, "LAYBY"),
            ],
        },
    ),
    Case("no_control_totals", day(), 1, None, (), {**day(), "control_totals": [control_total("gross", 5000)]}),
    Case(
        "expected_does_not_match_takings",
        {**day(), "movements": [movement("bank_deposit", -1000, tender_code="CASH")], "counts": [count(5000, 5000)]},
        1,
        1000,
        ("CASH: expected 50.00, sales and movements 40.00",),
        {
            **day(tenders=[tender(), tender(1000, tender_no="2", tender_code="EFTPOS", tender_type="card", cash_out_cents=1000)]),
            "movements": [movement("bank_deposit", -1000, tender_code="CASH")],
            "counts": [count(1000, 1000, register_id="A"), count(1900, 2000, register_id="B")],
        },
    ),
    Case(
        "expected_not_given",
        {**day(), "counts": [count(4900, None)]},
        1,
        5000,
        ("CASH: expected 50.00, counted 49.00",),
        {**day(), "counts": [count(4900, 5000)]},
    ),
    Case(
        "variance",
        {**day(), "counts": [count(4500, None)]},
        1,
        -500,
        ("CASH: expected 50.00, counted 45.00",),
        {**day(), "counts": [count(5000, 5000)]},
    ),
    Case(
        "variance_large",
        {"counts": [count(15001, 10000)]},
        1,
        5001,
        ("CASH: expected 100.00, counted 150.01",),
        {"counts": [count(15000, 10000)]},
    ),
    Case(
        "gl_class_makes_no_account",
        {"gl_entries": [entry("1200", 100, "1"), entry("4300", -70, "2", **{"class": "Trucks and vans"}), entry("4300", -30, "3")]},
        2,
        -100,
        ("4300: 43-{Class} with the class (none)", "4300: 43-{Class} with the class Trucks and vans"),
        {"gl_entries": [entry("1200", 100, "1"), entry("4300", -100, "2", **{"class": "TRUCK"})]},
    ),
    Case(
        "gl_class_makes_no_account",
        {
            "purchases": [purchase()],
            "purchase_lines": [purchase_line(category=None, account_code="4300")],
        },
        1,
        11000,
        ("bill INV-77 line 1: 43-{Class}",),
        {"purchases": [purchase()], "purchase_lines": [purchase_line(category=None, account_code="4100")]},
        stream="purchases",
    ),
    Case(
        "gl_entry_does_not_balance",
        {"gl_entries": [entry("1200", 100, "1"), entry("4100", -99, "2")]},
        1,
        1,
        ("entry e1: 0.01",),
        {"gl_entries": [entry("1200", 100, "1"), entry("4100", -100, "2")]},
    ),
    Case(
        "gl_income_without_tax",
        {"gl_entries": [entry("1200", 100, "1"), entry("4100", -100, "2", **{"class": "Income"})]},
        1,
        -100,
        ("entry e1: account 4100 -1.00",),
        {"gl_entries": [entry("1200", 100, "1"), entry("4000", -100, "2", **{"class": "Income"})]},
    ),
    Case(
        "gl_tax_does_not_match_rate",
        {"gl_entries": [entry("1200", 66000, "1"), entry("4000", -60002, "2"), entry("2200", -5998, "3")]},
        1,
        2,
        ("entry e1: GST -59.98, the rates give -60.00",),
        {"gl_entries": [entry("1200", 66000, "1"), entry("4000", -60001, "2"), entry("2200", -5999, "3")]},
    ),
    Case(
        "gl_sale_not_booked",
        {
            "gl_entries": [
                entry("1200", 66000, "1", sale_id="c1"),
                entry("4000", -66000, "2", sale_id="c1"),
                entry("1200", 0, "3", sale_id="c2"),
            ]
        },
        1,
        66000,
        ("sale c1: entry e1",),
        day() | {"gl_entries": [entry("1200", 66000, "1", sale_id="s1"), entry("4000", -66000, "2", sale_id="s1")]},
    ),
)


def _bought(rule: str, breaks: Tables, count: int, amount_cents: int | None, examples: tuple[str, ...], keeps: Tables) -> Case:
    return Case(rule, breaks, count, amount_cents, examples, keeps, "purchases")


PURCHASES = (
    _bought("duplicate_key", bill(purchase(), purchase()), 1, None, ("purchases p1 is there 2 times",), bill()),
    _bought("orphan_row", bill(lines=[purchase_line(), purchase_line(100, "gone")]), 1, None,
            ("purchase_lines: gone is not in purchases",), bill()),
    _bought("date_outside_period", bill(purchase(business_date=BEFORE)), 1, None, ("purchases p1 is dated 2026-03-02",),
            bill(purchase(document_date=BEFORE))),
    Case("rows_outside_dates", bill(), 2, None, ("purchases: 2 rows",), bill(), "purchases",
         settings={"outside": {"cafe": {"sales": 3, "purchases": 2}}}, keeps_settings={"outside": {"cafe": {"sales": 3}}}),
    _bought("unmapped_purchase_category", bill(lines=[purchase_line(category="PENS")]), 1, 11000,
            ("PENS: 110.00; accounts.csv has no row purchase_category,PENS",),
            bill(lines=[purchase_line(category=None, account_code="4100")])),
    _bought("unmapped_purchase_other", bill(purchase(kind="receipt"), lines=[purchase_line(line_kind="admin_fee")]), 2, 22000,
            ("admin_fee: 110.00; accounts.csv has no row purchase_other,admin_fee",
             "inventory_suspense: 110.00; accounts.csv has no row other,inventory_suspense"),
            bill(lines=[purchase_line(line_kind="freight")])),
    _bought("duplicate_supplier_invoice",
            bill(purchase(), purchase(11000, "p2", supplier_reference="inv-77 ")), 2, 22000,
            ("Fresh Foods, bill INV-77: 110.00, purchase p1 and purchase p2",
             "Fresh Foods, bill inv-77: 110.00, purchase p2 and purchase p1"),
            bill(purchase(), purchase(11000, "p2", supplier_id="PAPERCO"), purchase(11000, "p3", kind="receipt"))),
    _bought("supplier_not_for_accounting", bill(purchase(supplier_id="CASHMKT")), 1, 11000, ("Cash Market, bill INV-77: 110.00",),
            bill()),
    _bought("supplier_unknown", bill(purchase(supplier_id="NOBODY")), 1, 11000, ("supplier NOBODY, bill INV-77: 110.00",),
            bill(purchase(supplier_id="NEW"), suppliers=[{"id": "NEW", "name": "New & Co"}])),
    _bought("supplier_number_missing", bill(purchase(supplier_reference=" ")), 1, 11000, ("Fresh Foods, bill p1: 110.00",),
            bill(purchase(supplier_reference="", kind="receipt"))),
    _bought("purchase_without_lines", bill(lines=[]), 1, 11000, ("bill INV-77: 110.00",), bill(purchase(0), lines=[])),
    _bought("purchase_lines_do_not_match", bill(lines=[purchase_line(10998)]), 1, 2, ("bill INV-77: lines 109.98, total 110.00",),
            bill(purchase(freight_cents=1100), lines=[purchase_line(9900)])),
    _bought("purchase_rounding_difference", bill(lines=[purchase_line(10999)]), 1, 1, ("bill INV-77: lines 109.99, total 110.00",),
            bill()),
    _bought("purchase_net_mismatch", bill(lines=[purchase_line(net_cents=9998)]), 1, -2,
            ("bill INV-77 line 1: net 99.98, gross 110.00, GST 10.00",), bill(lines=[purchase_line(net_cents=9999)])),
    _bought("purchase_gst_does_not_match_rate", bill(lines=[purchase_line(tax_cents=1100)]), 1, 100,
            ("bill INV-77 line 1: gross 110.00, GST 11.00, the rate gives 10.00",), bill(lines=[purchase_line(tax_cents=1001)])),
    _bought("unknown_tax_code", bill(lines=[purchase_line(tax_code="WET")]), 1, 11000, ("bill INV-77 line 1: tax code WET",), bill()),
    _bought("purchase_tax_not_recorded", bill(purchase(supplier_id="PAPERCO"), lines=[purchase_line(**NO_TAX)]), 1, 11000,
            ("bill INV-77 line 1: 110.00, GST",), bill(lines=[purchase_line(**NO_TAX)])),
    _bought("purchase_tax_unknown", bill(purchase(freight_cents=500), lines=[purchase_line(**NO_TAX)]), 2, 11500,
            ("supplier FRESH, bill INV-77 freight: 5.00", "supplier FRESH, bill INV-77 line 1: 110.00"),
            bill(purchase(supplier_id="PAPERCO"), lines=[purchase_line(**NO_TAX)])),
    _bought("purchase_marked_paid", bill(purchase(is_paid=True)), 1, 11000, ("Fresh Foods, bill INV-77: 110.00",), bill()),
    _bought("purchase_sign", bill(purchase(kind="credit")), 1, 11000, ("supplier credit INV-77: 110.00",),
            bill(purchase(-100, kind="credit"))),
    _bought("currency_not_own", bill(purchase(currency="NZD")), 1, None, ("bill INV-77: NZD 110.00",),
            bill(purchase(currency="NZD", supplier_id="CASHMKT"))),
    _bought("goods_received_not_invoiced", bill(purchase(kind="receipt", document_date=date(2026, 1, 31))), 1, 10000,
            ("receipt p1 of 2026-01-31: 100.00, 31 days",), bill(purchase(kind="receipt", document_date=date(2026, 2, 1)))),
)  # fmt: skip
CASES = SALES + PURCHASES
