"""What the rules' queries may name beside the contract's tables: settings, mapping and a few views, as temporary relations.

They live in a cursor of their own, so that nothing of them is seen by others who use the facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from tillpost.checks.spans import SPAN_COLUMNS, account_spans
from tillpost.model.facts import TABLES

if TYPE_CHECKING:
    from tillpost.checks.context import CheckContext

# The smallest coin in cents: cash is rounded by less than that.
SMALLEST_COIN = {"AU": 5, "NZ": 10, "GB": 1}
_BEGINNING = date(1, 1, 1)

_COLUMNS: dict[str, tuple[tuple[str, pa.DataType], ...]] = {
    "store_dates": (
        ("store", pa.string()), ("business_date", pa.date32()), ("first_date", pa.date32()), ("end_date", pa.date32()),
        ("mode", pa.string()), ("debtor", pa.string()),
    ),
    "stores": (
        ("store", pa.string()), ("pos", pa.string()), ("layby_recognition", pa.string()), ("starts_on", pa.date32()),
        ("cash_contracts", pa.string()), ("split_mixed_tax", pa.bool_()), ("connection", pa.string()), ("surplus", pa.string()),
        ("before_start", pa.string()),
    ),
    "organisation": (("country", pa.string()), ("currency", pa.string()), ("gst_basis", pa.string()), ("smallest_coin", pa.int64())),
    "account_spans": SPAN_COLUMNS,
    "tax_rows": (("code", pa.string()), ("rate_bp", pa.int64()), ("valid_from", pa.date32())),
    "contact_rows": (
        ("store", pa.string()), ("kind", pa.string()), ("code", pa.string()), ("contact_name", pa.string()), ("for_accounting", pa.bool_()),
        ("tax_code", pa.string()),
    ),
    "known_bills": (("supplier_id", pa.string()), ("supplier_reference", pa.string()), ("purchase_id", pa.string())),
    "known_sales": (("store", pa.string()), ("sale_id", pa.string())),
    "open_receipts": (("store", pa.string()), ("purchase_id", pa.string()), ("document_date", pa.date32()), ("cents", pa.int64())),
    "dust": (("store", pa.string()), ("table_name", pa.string()), ("n", pa.int64())),
    "outside": (("store", pa.string()), ("table_name", pa.string()), ("n", pa.int64())),
}  # fmt: skip


def open_cursor(facts: duckdb.DuckDBPyConnection, context: CheckContext) -> duckdb.DuckDBPyConnection:
    """A cursor over the facts that also knows the context's settings and mapping, the macros and the views."""
    cursor = facts.cursor()
    cursor.execute("SET TimeZone = 'UTC'")
    for name, rows in _rows(context).items():
        _create(cursor, name, rows)
    _create(cursor, "account_spans", account_spans(cursor, context))
    for statement in (*MACROS, *VIEWS, keyed_rows_view()):
        cursor.execute(statement)
    return cursor


def _create(cursor: duckdb.DuckDBPyConnection, name: str, rows: Iterable[Sequence[object]]) -> None:
    columns = _COLUMNS[name]
    names = [column for column, _ in columns]
    table = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=pa.schema(list(columns)))
    cursor.register(f"arrow_{name}", table)
    cursor.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM arrow_{name}")
    cursor.unregister(f"arrow_{name}")


def _rows(context: CheckContext) -> dict[str, list[tuple[object, ...]]]:
    organisation, mapping = context.organisation, context.mapping
    coin = SMALLEST_COIN.get(organisation.country, 1)
    return {
        "store_dates": _store_dates(context),
        "stores": [
            (
                s.key,
                s.pos,
                s.layby_recognition,
                s.starts_on,
                s.cash_contracts,
                s.split_mixed_tax,
                s.connection,
                s.surplus,
                s.before_start,
            )
            for s in organisation.stores.values()
        ],
        "organisation": [(organisation.country, organisation.currency, organisation.gst_basis, coin)],
        "tax_rows": [(r.pos_tax_code, r.rate_bp, r.valid_from or _BEGINNING) for r in mapping.taxes if r.country == organisation.country],
        "contact_rows": [
            (store, r.kind, r.code, r.contact_name, r.for_accounting, r.tax_code)
            for store in organisation.stores
            for r in mapping.for_store(store).contacts
        ],
        "known_bills": list(context.known_bills),
        "known_sales": list(context.known_sales),
        "open_receipts": list(context.open_receipts),
        "dust": _counts(context.dust),
        "outside": _counts(context.outside),
    }


def _counts(counts: Mapping[str, Mapping[str, int]]) -> list[tuple[object, ...]]:
    return [(store, table, n) for store, tables in counts.items() for table, n in tables.items() if n]


def _store_dates(context: CheckContext) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for store, day in sorted(set(context.store_dates)):
        period, policies = context.period(store), context.organisation.stores.get(store)
        first, end = (period.start, period.end) if period else (day, day + timedelta(days=1))
        modes = (policies.mode_on(day), policies.debtor_on(day)) if policies else ("batch", "pos_debtor")
        rows.append((store, day, first, end, *modes))
    return rows


def keyed_rows_view() -> str:
    """A view of every key of every table that has one: which table, whose key, and on which row of which parent its date hangs."""
    parts = (
        f"SELECT store, '{table.name}' AS table_name, concat_ws(' / ', {', '.join(table.key)}) AS row_key, "
        f"{table.key[0]} AS parent_key, {'business_date' if _is_dated(table.name) else 'NULL::DATE'} AS business_date FROM {table.name}"
        for table in TABLES.values()
        if table.key
    )
    return "CREATE TEMP VIEW keyed_rows AS " + " UNION ALL ".join(parts)


def _is_dated(table: str) -> bool:
    return any(column.name == "business_date" for column in TABLES[table].columns)


def mapped(rows: str) -> str:
    """A query of sale lines with their mapping row: an item's category; of another kind of line its own row, else its category's."""
    return f"""
    SELECT l.*, CASE WHEN l.line_kind = 'item' THEN c.account ELSE coalesce(k.account, c.account) END AS account,
        nullif(CASE WHEN l.line_kind = 'item' OR k.account IS NULL THEN c.tax_code ELSE k.tax_code END, '') AS overruling_code
    FROM {rows} AS l
    LEFT JOIN account_spans AS c ON c.store = l.store AND c.kind = 'sales_category' AND c.code = l.category
        AND l.business_date >= c.valid_from AND l.business_date < c.valid_until
    LEFT JOIN account_spans AS k ON k.store = l.store AND k.kind = 'line_kind' AND k.code = l.line_kind
        AND l.business_date >= k.valid_from AND l.business_date < k.valid_until"""


MACROS = (
    # As tillpost.model.money.format_cents, divide_half_up and tax_inside: the tests hold them against each other.
    "CREATE TEMP MACRO money(c) AS CASE WHEN c < 0 THEN '-' ELSE '' END || format('{:,}', (abs(c) // 100)::BIGINT) || '.' "
    "|| lpad((abs(c) % 100)::VARCHAR, 2, '0')",
    "CREATE TEMP MACRO tax_on(net, rate) AS sign(net)::BIGINT * ((2 * abs(net) * rate + 10000) // 20000)",
    "CREATE TEMP MACRO tax_inside(gross, rate) AS sign(gross)::BIGINT * ((2 * abs(gross) * rate + 10000 + rate) // (2 * (10000 + rate)))",
    "CREATE TEMP MACRO sale_name(id, receipt) AS 'sale ' || id || coalesce(' (receipt ' || receipt || ')', '')",
    "CREATE TEMP MACRO same_number(reference) AS upper(trim(reference))",
    # Lines that are spread over the items of their sale.
    "CREATE TEMP MACRO is_spread(kind, category, code) AS kind IN ('basket_discount', 'service_charge', 'surcharge') "
    "AND category IS NULL AND nullif(code, '') IS NULL",
)

VIEWS = (
    """CREATE TEMP TABLE tax_spans AS
    SELECT *, coalesce(lead(valid_from) OVER (PARTITION BY code ORDER BY valid_from), DATE '9999-12-31') AS valid_until FROM tax_rows""",
    """CREATE TEMP VIEW booked_sales AS
    SELECT s.*, sale_name(s.sale_id, s.receipt_no) AS what FROM sales AS s WHERE s.status = 'completed'""",
    """CREATE TEMP VIEW booked_tenders AS
    SELECT t.*, s.business_date, s.what, s.customer_id
    FROM tenders AS t JOIN booked_sales AS s ON s.store = t.store AND s.sale_id = t.sale_id""",
    # Every line that says what was sold: of a completed sale, or of a lay-by movement that recognises or reverses revenue.
    """CREATE TEMP VIEW revenue_lines AS
    SELECT l.store, s.business_date, s.what || ' line ' || l.line_no AS what, l.sale_id AS owner, 'sale' AS owner_kind, l.line_no,
        l.line_kind, l.category, l.quantity, l.net_cents, l.tax_cents, l.gross_cents, nullif(l.tax_code, '') AS tax_code,
        is_spread(l.line_kind, l.category, l.tax_code) AS is_spread
    FROM sale_lines AS l JOIN booked_sales AS s ON s.store = l.store AND s.sale_id = l.sale_id
    UNION ALL
    SELECT l.store, m.business_date, 'movement ' || l.movement_id || ' line ' || l.line_no, l.movement_id, 'movement', l.line_no,
        l.line_kind, l.category, l.quantity, l.net_cents, l.tax_cents, l.gross_cents, nullif(l.tax_code, ''), false
    FROM movement_lines AS l JOIN movements AS m ON m.store = l.store AND m.movement_id = l.movement_id""",
    f"CREATE TEMP VIEW mapped_lines AS {mapped('revenue_lines')}",
    # Bills, credits and receipts that go to the ledger; the contact's own row decides, then the one for all, then the POS.
    """CREATE TEMP VIEW known_purchases AS
    SELECT p.*, coalesce(own.contact_name, nullif(s.name, '')) AS supplier_name,
        coalesce(own.tax_code, everyone.tax_code) AS supplier_tax_code,
        CASE WHEN own.contact_name IS NOT NULL THEN 'contact ' || own.contact_name
            WHEN s.name IS NOT NULL THEN 'supplier ' || s.name ELSE st.pos || ' ' || p.supplier_id END AS supplier_identity,
        coalesce(own.for_accounting, everyone.for_accounting, true) AND coalesce(s.for_accounting, true) AS is_for_accounting,
        CASE p.kind WHEN 'invoice' THEN 'bill ' WHEN 'credit' THEN 'supplier credit ' ELSE 'receipt of goods ' END
            || coalesce(nullif(trim(p.supplier_reference), ''), p.purchase_id) AS what
    FROM purchases AS p
    LEFT JOIN stores AS st ON st.store = p.store
    LEFT JOIN (SELECT DISTINCT ON (store, id) * FROM suppliers) AS s ON s.store = p.store AND s.id = p.supplier_id
    LEFT JOIN contact_rows AS own ON own.store = p.store AND own.kind = 'supplier' AND own.code = p.supplier_id
    LEFT JOIN contact_rows AS everyone ON everyone.store = p.store AND everyone.kind = 'supplier' AND everyone.code = '*'""",
    "CREATE TEMP VIEW booked_purchases AS SELECT * FROM known_purchases WHERE is_for_accounting",
    """CREATE TEMP VIEW booked_purchase_lines AS
    SELECT l.*, p.business_date, p.kind, p.supplier_id, p.supplier_name, a.account, nullif(a.tax_code, '') AS overruling_code,
        p.what || CASE WHEN l.line_no IS NULL THEN ' freight' ELSE ' line ' || l.line_no END AS what,
        nullif(p.supplier_tax_code, '') AS supplier_tax_code
    FROM (SELECT store, purchase_id, line_no, line_kind, category, account_code, gross_cents, net_cents, tax_cents, tax_code
            FROM purchase_lines
        UNION ALL
        -- Freight that no line carries is a line of its own, whose tax nobody recorded.
        SELECT store, purchase_id, NULL, 'freight', NULL, NULL, freight_cents, NULL, NULL, NULL
            FROM purchases WHERE freight_cents <> 0) AS l
    JOIN booked_purchases AS p ON p.store = l.store AND p.purchase_id = l.purchase_id
    LEFT JOIN account_spans AS a ON a.store = p.store AND p.business_date >= a.valid_from AND p.business_date < a.valid_until
        AND a.kind = CASE WHEN l.line_kind <> 'goods' THEN 'purchase_other' WHEN l.category IS NULL THEN 'gl_account'
            ELSE 'purchase_category' END
        AND a.code = CASE WHEN l.line_kind <> 'goods' THEN l.line_kind ELSE coalesce(l.category, l.account_code) END""",
    # Cash handed out with a card sale leaves the cash tender of its date.
    """CREATE TEMP VIEW cash_handed_out AS
    WITH cash AS (
        SELECT s.store, s.business_date, min(t.tender_code) AS tender_code
        FROM tenders AS t JOIN sales AS s ON s.store = t.store AND s.sale_id = t.sale_id WHERE t.tender_type = 'cash' GROUP BY ALL)
    SELECT t.store, t.business_date, t.what, t.cash_out_cents, coalesce(cash.tender_code, 'CASH') AS cash_code
    FROM booked_tenders AS t LEFT JOIN cash ON cash.store = t.store AND cash.business_date = t.business_date
    WHERE t.cash_out_cents <> 0""",
    # What should be counted per tender: takings, less cash handed out with cards, and what moved. NULL of the POS is computed.
    """CREATE TEMP VIEW takings AS
    SELECT t.store, t.business_date, t.tender_code, sum(t.cents)::BIGINT AS cents FROM (
        SELECT store, business_date, tender_code, amount_cents AS cents FROM booked_tenders
        UNION ALL SELECT store, business_date, cash_code, -cash_out_cents FROM cash_handed_out
        UNION ALL
        SELECT store, business_date, tender_code, amount_cents FROM movements WHERE tender_code IS NOT NULL) AS t
    JOIN (SELECT DISTINCT store, business_date FROM counts) AS c ON c.store = t.store AND c.business_date = t.business_date
    GROUP BY ALL""",
    """CREATE TEMP TABLE counted AS
    SELECT c.store, c.business_date, c.tender_code, c.counted_cents, coalesce(t.cents, 0) AS computed_cents,
        c.expected_cents AS given_cents, coalesce(c.expected_cents, t.cents, 0) AS expected_cents
    FROM (SELECT store, business_date, tender_code, sum(counted_cents)::BIGINT AS counted_cents,
            CASE WHEN count(*) = count(expected_cents) THEN sum(expected_cents)::BIGINT END AS expected_cents
        FROM counts GROUP BY ALL) AS c
    LEFT JOIN takings AS t ON t.store = c.store AND t.business_date = c.business_date AND t.tender_code = c.tender_code""",
)
