"""The facts that are booked, summed as far as their document allows: queries over the views of ``pos.facts``.

A journal takes sums per code; an invoice takes its sale's own lines. So a year of lines never becomes Python objects:
lines of ordinary sales arrive summed by (store, business date, kind, category, tax code).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

import duckdb
import pyarrow as pa

from tillpost.build.context import BuildContext

# Lines without category and tax code that are spread over the items of their sale.
SPREAD_KINDS = ("basket_discount", "surcharge", "service_charge")

_BOOKED = f"""
CREATE OR REPLACE TEMP VIEW booked AS
WITH account_sales AS (SELECT DISTINCT store, sale_id FROM tenders WHERE tender_type = 'account' AND amount_cents <> 0),
spread_sales AS (
    SELECT DISTINCT store, sale_id FROM sale_lines
    WHERE line_kind IN {SPREAD_KINDS} AND category IS NULL AND tax_code IS NULL AND gross_cents <> 0
)
SELECT s.*, p.split_mixed_tax,
    CASE
        WHEN s.ledger_ref IS NOT NULL THEN 'nothing'
        WHEN s.kind = 'layby_open' AND p.layby_recognition <> 'sale_date' THEN 'nothing'
        WHEN s.kind = 'layby_complete' AND p.layby_recognition <> 'final_payment' THEN 'nothing'
        WHEN s.kind = 'layby_cancel' AND p.layby_recognition <> 'sale_date' THEN 'nothing'
        WHEN a.sale_id IS NOT NULL THEN 'invoice'
        WHEN s.layby_id IS NOT NULL THEN 'journal'
        WHEN p.mode = 'transaction' THEN 'invoice'
        WHEN p.mode = 'real_time' THEN 'event'
        ELSE 'journal'
    END AS becomes,
    a.sale_id IS NOT NULL AS on_account,
    x.sale_id IS NOT NULL AS is_spread
FROM sales s
JOIN build_days d ON s.store = d.store AND s.business_date = d.business_date
JOIN build_stores p ON s.store = p.store
LEFT JOIN account_sales a ON s.store = a.store AND s.sale_id = a.sale_id
LEFT JOIN spread_sales x ON s.store = x.store AND s.sale_id = x.sale_id
WHERE s.status = 'completed'
"""

# One row per line where the sale keeps its own lines, else one per code. `taxed_cents` is the part of a line whose tax is not
# what the rate gives (beyond a cent) that carries the tax; only stores that ask for the split have such rows apart.
_LINES = """
WITH lines AS (
    SELECT b.store, b.business_date, b.becomes, l.line_kind, coalesce(l.category, '') AS category, coalesce(l.tax_code, '') AS tax_code,
        l.gross_cents, l.tax_cents, b.becomes <> 'journal' OR b.is_spread AS own, l.sale_id, l.line_no,
        l.description, l.quantity, r.rate_bp,
        b.split_mixed_tax AND l.tax_cents IS NOT NULL AND r.rate_bp > 0
            AND abs(l.tax_cents - half_up(l.gross_cents * r.rate_bp, 10000 + r.rate_bp)) > 1 AS is_mixed
    FROM sale_lines l
    JOIN booked b ON l.store = b.store AND l.sale_id = b.sale_id
    LEFT JOIN build_rates r ON r.business_date = b.business_date AND r.tax_code = coalesce(l.tax_code, '')
    WHERE b.becomes <> 'nothing'
)
SELECT store, business_date, becomes, CASE WHEN own THEN sale_id ELSE '' END AS sale_id, CASE WHEN own THEN line_no ELSE '' END AS line_no,
    line_kind, category, tax_code, is_mixed,
    sum(gross_cents)::BIGINT AS gross_cents,
    coalesce(sum(tax_cents), 0)::BIGINT AS tax_cents,
    coalesce(sum(gross_cents) FILTER (tax_cents IS NULL), 0)::BIGINT AS unrecorded_cents,
    coalesce(sum(CASE WHEN is_mixed THEN half_up(tax_cents * (10000 + rate_bp), rate_bp) END), 0)::BIGINT AS taxed_cents,
    count(*) AS rows,
    count(*) FILTER (tax_cents IS NOT NULL AND rate_bp > 0) AS roundings,
    coalesce(any_value(CASE WHEN own THEN description END), '') AS description,
    coalesce(any_value(CASE WHEN own THEN trim(quantity::VARCHAR) END), '') AS quantity
FROM lines GROUP BY ALL
ORDER BY ALL
"""

_TENDERS = """
SELECT b.store, b.business_date, b.becomes, CASE WHEN b.becomes = 'journal' THEN '' ELSE b.sale_id END AS sale_id,
    CASE WHEN b.becomes = 'invoice' THEN t.tender_no ELSE '' END AS tender_no, t.tender_code, t.tender_type,
    sum(t.amount_cents)::BIGINT AS amount_cents, coalesce(sum(t.cash_out_cents), 0)::BIGINT AS cash_out_cents, count(*) AS rows
FROM tenders t JOIN booked b ON t.store = b.store AND t.sale_id = b.sale_id
WHERE b.becomes <> 'nothing' GROUP BY ALL ORDER BY ALL
"""

# The tip is told once: on the sale, or on its tenders. `remainder` is what the lines lack to the sale's gross.
_SALES = """
WITH line_sums AS (SELECT store, sale_id, sum(gross_cents)::BIGINT AS gross_cents FROM sale_lines GROUP BY ALL),
tips AS (SELECT store, sale_id, sum(tip_cents)::BIGINT AS tip_cents FROM tenders GROUP BY ALL)
SELECT b.store, b.business_date, b.becomes, CASE WHEN b.becomes = 'journal' THEN '' ELSE b.sale_id END AS sale_id,
    CASE WHEN b.becomes = 'invoice' THEN coalesce(b.customer_id, '') ELSE '' END AS customer_id,
    b.becomes = 'invoice' AND (b.on_account OR coalesce(b.is_account_contract, FALSE)) AS on_account,
    CASE WHEN b.becomes = 'invoice' THEN coalesce(b.receipt_no, '') ELSE '' END AS receipt_no,
    sum(b.gross_cents)::BIGINT AS gross_cents,
    coalesce(sum(b.rounding_cents), 0)::BIGINT AS rounding_cents,
    coalesce(sum(coalesce(b.tip_cents, t.tip_cents)), 0)::BIGINT AS tip_cents,
    sum(b.gross_cents - coalesce(l.gross_cents, 0))::BIGINT AS remainder_cents,
    count(*) AS rows
FROM booked b
LEFT JOIN line_sums l ON b.store = l.store AND b.sale_id = l.sale_id
LEFT JOIN tips t ON b.store = t.store AND b.sale_id = t.sale_id
WHERE b.becomes <> 'nothing' GROUP BY ALL ORDER BY ALL
"""

_MOVEMENTS = """
SELECT m.store, m.business_date, m.movement_id, m.kind, coalesce(m.function_code, '') AS function_code,
    coalesce(m.tender_code, '') AS tender_code, coalesce(m.customer_id, '') AS customer_id, coalesce(m.sale_id, '') AS sale_id,
    m.amount_cents, coalesce(m.fee_cents, 0) AS fee_cents, coalesce(m.tax_code, '') AS tax_code, m.tax_cents
FROM movements m JOIN build_days d ON m.store = d.store AND m.business_date = d.business_date
ORDER BY m.store, m.business_date, m.movement_id
"""

_MOVEMENT_LINES = """
SELECT l.store, l.movement_id, l.line_no, l.line_kind, coalesce(l.category, '') AS category, coalesce(l.tax_code, '') AS tax_code,
    l.gross_cents, coalesce(l.tax_cents, 0) AS tax_cents
FROM movement_lines l JOIN movements m ON l.store = m.store AND l.movement_id = m.movement_id
JOIN build_days d ON m.store = d.store AND m.business_date = d.business_date ORDER BY ALL
"""

_ALLOCATIONS = """
SELECT a.store, a.movement_id, a.sale_id, a.amount_cents
FROM movement_allocations a JOIN movements m ON a.store = m.store AND a.movement_id = m.movement_id
JOIN build_days d ON m.store = d.store AND m.business_date = d.business_date ORDER BY ALL
"""

# Where the POS tells no expectation it is what tenders and movements brought in.
_COUNTS = """
WITH wanted AS (SELECT c.* FROM counts c JOIN build_days d ON c.store = d.store AND c.business_date = d.business_date),
taken AS (
    SELECT s.store, s.business_date, t.tender_code, sum(t.amount_cents) AS cents
    FROM tenders t JOIN sales s ON t.store = s.store AND t.sale_id = s.sale_id WHERE s.status = 'completed' GROUP BY ALL
    UNION ALL
    SELECT s.store, s.business_date, c.tender_code, -sum(coalesce(t.cash_out_cents, 0))
    FROM tenders t JOIN sales s ON t.store = s.store AND t.sale_id = s.sale_id JOIN build_cash c ON c.store = s.store
    WHERE s.status = 'completed' GROUP BY ALL
    UNION ALL
    SELECT store, business_date, tender_code, sum(amount_cents) FROM movements WHERE tender_code IS NOT NULL GROUP BY ALL
)
SELECT w.store, w.business_date, w.tender_code, sum(w.counted_cents)::BIGINT AS counted_cents,
    CASE WHEN count(w.expected_cents) = count(*) THEN sum(w.expected_cents)
         ELSE coalesce(any_value(t.cents), 0) END::BIGINT AS expected_cents,
    count(*) AS rows
FROM wanted w
LEFT JOIN (SELECT store, business_date, tender_code, sum(cents) AS cents FROM taken GROUP BY ALL) t
    ON t.store = w.store AND t.business_date = w.business_date AND t.tender_code = w.tender_code
GROUP BY w.store, w.business_date, w.tender_code ORDER BY ALL
"""

# As `model.money.divide_half_up`, in integers: no float touches money.
_HALF_UP = """
CREATE OR REPLACE TEMP MACRO half_up(numerator, denominator) AS
CASE WHEN numerator < 0 THEN -((2 * -numerator + denominator) // (2 * denominator))
     ELSE (2 * numerator + denominator) // (2 * denominator) END
"""

_CASH = """
CREATE OR REPLACE TEMP VIEW build_cash AS
SELECT store, min(tender_code) AS tender_code FROM tenders WHERE tender_type = 'cash' GROUP BY store
"""

_CUSTOMERS = (
    "SELECT store, id, name, coalesce(account_number, '') AS account_number, coalesce(email, '') AS email, terms_days FROM {} ORDER BY ALL"
)

_PURCHASES = """
SELECT p.store, p.business_date, p.purchase_id, p.kind, coalesce(p.receipt_id, '') AS receipt_id, p.document_date, p.due_date, p.currency,
    p.supplier_id, p.supplier_reference, p.gross_cents, p.tax_cents, coalesce(p.freight_cents, 0) AS freight_cents,
    coalesce(s.name, '') AS supplier_name, s.terms_days, coalesce(s.for_accounting, TRUE) AS for_accounting,
    coalesce(s.account_number, '') AS supplier_account
FROM purchases p JOIN build_days d ON p.store = d.store AND p.business_date = d.business_date
LEFT JOIN (SELECT store, id, any_value(name) AS name, any_value(terms_days) AS terms_days, bool_and(for_accounting) AS for_accounting,
           any_value(account_number) AS account_number FROM suppliers GROUP BY ALL) s ON p.store = s.store AND p.supplier_id = s.id
ORDER BY p.store, p.business_date, p.purchase_id
"""

_PURCHASE_LINES = """
SELECT l.store, l.purchase_id, l.line_kind, coalesce(l.category, '') AS category, coalesce(l.account_code, '') AS account_code,
    l.tax_code, sum(l.gross_cents)::BIGINT AS gross_cents, coalesce(sum(l.tax_cents), 0)::BIGINT AS tax_cents,
    count(*) FILTER (l.tax_cents IS NULL) AS unrecorded, count(*) AS rows, count(*) FILTER (l.tax_cents <> 0) AS roundings
FROM purchase_lines l JOIN purchases p ON l.store = p.store AND l.purchase_id = p.purchase_id
JOIN build_days d ON p.store = d.store AND p.business_date = d.business_date GROUP BY ALL ORDER BY ALL
"""

_GL_ENTRIES = """
SELECT g.store, g.business_date, g.entry_id, g.line_no, g.account_code, g.amount_cents, coalesce(g.class, '') AS class,
    coalesce(g.description, '') AS description
FROM gl_entries g JOIN build_days d ON g.store = d.store AND g.business_date = d.business_date
LEFT JOIN booked b ON b.store = g.store AND b.sale_id = g.sale_id AND b.becomes IN ('invoice', 'event')
WHERE b.sale_id IS NULL ORDER BY g.store, g.business_date, g.entry_id, g.line_no
"""


@dataclass(frozen=True, slots=True)
class LineSum:
    """Sale lines, summed by code (``sale_id`` empty) or one line of a sale. ``taxed_cents``: see ``is_mixed``."""

    store: str
    business_date: date
    becomes: str
    sale_id: str
    line_no: str
    line_kind: str
    category: str
    tax_code: str
    is_mixed: bool
    gross_cents: int
    tax_cents: int
    unrecorded_cents: int
    taxed_cents: int
    rows: int
    roundings: int
    description: str
    quantity: str

    @property
    def is_spread(self) -> bool:
        """Whether it is spread over the items of its sale."""
        return self.line_kind in SPREAD_KINDS and not self.category and not self.tax_code


@dataclass(frozen=True, slots=True)
class TenderSum:
    """Tenders, summed by code or of one sale. ``amount_cents`` includes cash-out and tip."""

    store: str
    business_date: date
    becomes: str
    sale_id: str
    tender_no: str
    tender_code: str
    tender_type: str
    amount_cents: int
    cash_out_cents: int
    rows: int


@dataclass(frozen=True, slots=True)
class SaleSum:
    """What sales carry beside lines and tenders, summed for a journal or of one sale."""

    store: str
    business_date: date
    becomes: str
    sale_id: str
    customer_id: str
    on_account: bool
    receipt_no: str
    gross_cents: int
    rounding_cents: int
    tip_cents: int
    remainder_cents: int
    rows: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of the contract."""

    store: str
    business_date: date
    movement_id: str
    kind: str
    function_code: str
    tender_code: str
    customer_id: str
    sale_id: str
    amount_cents: int
    fee_cents: int
    tax_code: str
    tax_cents: int | None


@dataclass(frozen=True, slots=True)
class MovementLine:
    """Revenue that a lay-by movement recognises or reverses."""

    store: str
    movement_id: str
    line_no: str
    line_kind: str
    category: str
    tax_code: str
    gross_cents: int
    tax_cents: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """What an account payment or adjustment pays."""

    store: str
    movement_id: str
    sale_id: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class CountSum:
    """A tender as counted and as expected, both without the float."""

    store: str
    business_date: date
    tender_code: str
    counted_cents: int
    expected_cents: int
    rows: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase with what the POS says of its supplier."""

    store: str
    business_date: date
    purchase_id: str
    kind: str
    receipt_id: str
    document_date: date
    due_date: date | None
    currency: str
    supplier_id: str
    supplier_reference: str
    gross_cents: int
    tax_cents: int | None
    freight_cents: int
    supplier_name: str
    terms_days: int | None
    for_accounting: bool
    supplier_account: str


@dataclass(frozen=True, slots=True)
class PurchaseLineSum:
    """Lines of one purchase, summed by what they are. ``unrecorded``: how many have no tax recorded."""

    store: str
    purchase_id: str
    line_kind: str
    category: str
    account_code: str
    tax_code: str | None
    gross_cents: int
    tax_cents: int
    unrecorded: int
    rows: int
    roundings: int


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as the POS names them."""

    store: str
    id: str
    name: str
    account_number: str
    email: str
    terms_days: int | None


@dataclass(frozen=True, slots=True)
class GlLine:
    """One line of an entry that the POS's own ledger made."""

    store: str
    business_date: date
    entry_id: str
    line_no: str
    account_code: str
    amount_cents: int
    class_: str
    description: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything of the store-dates that is booked."""

    lines: tuple[LineSum, ...]
    tenders: tuple[TenderSum, ...]
    sales: tuple[SaleSum, ...]
    movements: tuple[Movement, ...]
    movement_lines: tuple[MovementLine, ...]
    allocations: tuple[Allocation, ...]
    counts: tuple[CountSum, ...]
    purchases: tuple[Purchase, ...]
    purchase_lines: tuple[PurchaseLineSum, ...]
    customers: tuple[Person, ...]
    gl_lines: tuple[GlLine, ...]
    cash_tender: dict[str, str]


Row = TypeVar("Row")


def select_facts(facts: duckdb.DuckDBPyConnection, context: BuildContext) -> Selection:
    """Select and sum what is booked of the context's store-dates. Dates before a store's start are never booked."""
    _register(facts, context)
    facts.execute(_HALF_UP)
    facts.execute(_CASH)
    facts.execute(_BOOKED)

    def rows(kind: type[Row], query: str) -> tuple[Row, ...]:
        return tuple(_rows(facts, kind, query))

    return Selection(
        lines=rows(LineSum, _LINES),
        tenders=rows(TenderSum, _TENDERS),
        sales=rows(SaleSum, _SALES),
        movements=rows(Movement, _MOVEMENTS),
        movement_lines=rows(MovementLine, _MOVEMENT_LINES),
        allocations=rows(Allocation, _ALLOCATIONS),
        counts=rows(CountSum, _COUNTS),
        purchases=rows(Purchase, _PURCHASES),
        purchase_lines=rows(PurchaseLineSum, _PURCHASE_LINES),
        customers=rows(Person, _CUSTOMERS.format("customers")),
        gl_lines=rows(GlLine, _GL_ENTRIES),
        cash_tender=dict(facts.execute("SELECT store, tender_code FROM build_cash").fetchall()),
    )


def _rows(facts: duckdb.DuckDBPyConnection, kind: type[Row], query: str) -> Iterator[Row]:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    cursor = facts.execute(query)
    found = [column[0] for column in cursor.description]
    assert [name.rstrip("_") for name in names] == found, f"{kind.__name__}: {names} is not {found}"
    for row in cursor.fetchall():
        yield kind(*row)


def _register(facts: duckdb.DuckDBPyConnection, context: BuildContext) -> None:
    """Hand the policies to the queries as tables."""
    days = [(store, day) for store, day in context.store_dates if day >= context.store(store).starts_on]
    used = sorted({store for store, _ in days})
    stores = [context.store(key) for key in used]
    facts.register(
        "build_days",
        pa.table({"store": pa.array([s for s, _ in days], pa.string()), "business_date": pa.array([d for _, d in days], pa.date32())}),
    )
    facts.register(
        "build_stores",
        pa.table(
            {
                "store": pa.array(used, pa.string()),
                "mode": pa.array([s.mode for s in stores], pa.string()),
                "layby_recognition": pa.array([s.layby_recognition for s in stores], pa.string()),
                "split_mixed_tax": pa.array([s.split_mixed_tax for s in stores], pa.bool_()),
            }
        ),
    )
    dates, codes = sorted({d for _, d in days}), sorted({t.pos_tax_code for t in context.mapping.taxes})
    rates = [(day, code, tax.rate_bp) for day in dates for code in codes if (tax := context.mapping.tax(code, day))]
    facts.register(
        "build_rates",
        pa.table(
            {
                "business_date": pa.array([r[0] for r in rates], pa.date32()),
                "tax_code": pa.array([r[1] for r in rates], pa.string()),
                "rate_bp": pa.array([r[2] for r in rates], pa.int64()),
            }
        ),
    )
