"""What the facts say is to be booked, per account, asked of them anew: in the contract's words, and not by the way that building takes.

Each query tells ``store, business_date, what, account, side, cents`` (debit positive, tax inside). ``side`` is ``batch`` for what belongs
into the date's one document, ``sent`` for what goes out on its own. Rows of the account ``ignore`` are counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from tillpost.checks.context import CheckContext
from tillpost.checks.relations import mapped, open_cursor
from tillpost.mapping.patterns import CLASS
from tillpost.model.findings import Stream

INCOME, TENDERS, EXTRAS, DEBTORS = "income lines", "tenders", "rounding and tips", "sales on account"
MOVEMENTS, ACCOUNTS, COUNTS, ENTRIES = "movements", "account payments", "counts", "ledger entries"
PURCHASES, RECEIVED = "purchase lines", "goods received"
# In place of an account: what customers owe, and the GST of entries that goes into their taxed lines.
RECEIVABLE, ENTRY_GST = "receivable", "gst"
IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Figure:
    """What of a kind is to be booked on an account: in the date's one document, and one by one."""

    store: str
    business_date: date
    stream: Stream
    what: str
    account: str
    side: str
    cents: int


@dataclass(frozen=True, slots=True)
class Asked:
    """All figures of the facts. By store and id: the movements of customers' accounts, and the purchases that another store may book."""

    figures: tuple[Figure, ...]
    account_movements: frozenset[tuple[str, str]]
    shared_purchases: frozenset[tuple[str, str]]


def ask(facts: duckdb.DuckDBPyConnection, context: CheckContext) -> Asked:
    """What is to be booked of the context's store-dates that have begun."""
    cursor = open_cursor(facts, context)
    try:
        _register(cursor, context)
        for statement in VIEWS:
            cursor.execute(statement)
        figures = tuple(
            Figure(store, day, stream, what, account, side, cents)
            for stream, query in QUERIES
            for store, day, what, account, side, cents in cursor.execute(query).fetchall()
        )
        moved, shared = (frozenset(cursor.execute(query).fetchall()) for query in (_ACCOUNT_MOVEMENTS, "FROM shared_purchases"))
        return Asked(figures, moved, shared)
    finally:
        cursor.close()


def _register(cursor: duckdb.DuckDBPyConnection, context: CheckContext) -> None:
    stores = context.organisation.stores
    drafts = [(key, day, key in stores and stores[key].sends_drafts_on(day)) for key, day in sorted(set(context.store_dates))]
    tables = (
        ("drafts", (("store", pa.string()), ("business_date", pa.date32()), ("is_draft", pa.bool_())), drafts),
        ("banks", (("account", pa.string()),), [(code,) for code in sorted(context.bank_accounts)]),
        ("unaccrued_receipts", (("store", pa.string()), ("purchase_id", pa.string())), context.unaccrued_receipts),
    )
    for name, columns, rows in tables:
        values = [dict(zip((column for column, _ in columns), row, strict=True)) for row in rows]
        cursor.register(f"arrow_{name}", pa.Table.from_pylist(values, schema=pa.schema(list(columns))))
        cursor.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM arrow_{name}")
        cursor.unregister(f"arrow_{name}")


def _account(kind: str, code: str, rows: str, name: str = "a") -> str:
    """A join to the mapping row of a code that holds on the date of ``rows``."""
    return f"""JOIN account_spans AS {name} ON {name}.store = {rows}.store AND {name}.kind = '{kind}' AND {name}.code = {code}
        AND {rows}.business_date >= {name}.valid_from AND {rows}.business_date < {name}.valid_until"""


_ACCOUNT_MOVEMENTS = "SELECT store, movement_id FROM movements WHERE kind IN ('account_payment', 'account_adjustment')"

VIEWS = (
    """CREATE TEMP VIEW begun AS
    SELECT d.*, st.layby_recognition, f.is_draft, CASE d.mode WHEN 'real_time' THEN 'sent' ELSE 'batch' END AS event_side
    FROM store_dates AS d JOIN stores AS st ON st.store = d.store
    JOIN drafts AS f ON f.store = d.store AND f.business_date = d.business_date
    WHERE d.business_date >= st.starts_on""",
    # Completed sales that are to be booked here. On account, and outside batch mode, a sale goes out on its own; a lay-by's does not.
    """CREATE TEMP TABLE sold AS
    WITH owing AS (SELECT DISTINCT store, sale_id FROM tenders WHERE tender_type = 'account' AND amount_cents <> 0)
    SELECT s.store, s.sale_id, s.business_date, s.gross_cents, s.rounding_cents, s.tip_cents, b.is_draft,
        o.sale_id IS NOT NULL OR b.mode = 'transaction' AND s.layby_id IS NULL AS is_invoiced,
        CASE WHEN o.sale_id IS NOT NULL OR b.mode <> 'batch' AND s.layby_id IS NULL THEN 'sent' ELSE 'batch' END AS side
    FROM booked_sales AS s JOIN begun AS b ON b.store = s.store AND b.business_date = s.business_date
    LEFT JOIN owing AS o ON o.store = s.store AND o.sale_id = s.sale_id
    WHERE s.ledger_ref IS NULL AND b.layby_recognition = CASE s.kind WHEN 'layby_open' THEN 'sale_date'
        WHEN 'layby_cancel' THEN 'sale_date' WHEN 'layby_complete' THEN 'final_payment' ELSE b.layby_recognition END""",
    f"""CREATE TEMP VIEW paid AS
    SELECT t.store, t.sale_id, t.tender_code, t.amount_cents, coalesce(t.cash_out_cents, 0) AS cash_out_cents, coalesce(t.tip_cents, 0)
        AS tip_cents, s.business_date, s.is_invoiced, s.side, s.is_draft, a.account
    FROM tenders AS t JOIN sold AS s ON s.store = t.store AND s.sale_id = t.sale_id {_account("tender", "t.tender_code", "s")}""",
    # A draft takes no payments: all of it stays owed on it, whatever was taken at once.
    """CREATE TEMP VIEW settled AS
    SELECT store, business_date, account, amount_cents - cash_out_cents AS cents,
        account = 'receivable' OR is_draft AND account <> 'ignore' AS is_owed FROM paid WHERE is_invoiced""",
    """CREATE TEMP TABLE basket_shares AS
    WITH spread AS (SELECT store, owner, sum(gross_cents)::BIGINT AS total FROM revenue_lines
        WHERE owner_kind = 'sale' AND is_spread AND gross_cents <> 0 GROUP BY store, owner),
    weighed AS (
        SELECT l.store, l.owner, l.line_no, w.total, abs(w.total)::HUGEINT * abs(l.gross_cents) AS part,
            sum(abs(l.gross_cents)) OVER (PARTITION BY l.store, l.owner) AS size
        FROM revenue_lines AS l JOIN spread AS w ON w.store = l.store AND w.owner = l.owner
        WHERE l.owner_kind = 'sale' AND l.line_kind = 'item' AND l.gross_cents <> 0),
    ranked AS (
        SELECT *, part // size AS whole, row_number() OVER (PARTITION BY store, owner
            ORDER BY part % size DESC, try_cast(line_no AS BIGINT), line_no) AS place FROM weighed)
    SELECT store, owner, line_no, sign(total)::BIGINT
        * (whole + CASE WHEN place <= abs(total) - sum(whole) OVER (PARTITION BY store, owner) THEN 1 ELSE 0 END)::BIGINT AS cents
    FROM ranked""",
    """CREATE TEMP VIEW moved AS
    SELECT m.*, b.layby_recognition, CASE m.kind WHEN 'tender_change' THEN 'batch' ELSE b.event_side END AS side, b.is_draft,
        coalesce(m.fee_cents, 0) AS fee
    FROM movements AS m JOIN begun AS b ON b.store = m.store AND b.business_date = m.business_date
    WHERE m.kind <> 'layby_adjustment' OR b.layby_recognition <> 'each_payment'""",
    # Purchases of no store, where several stores read one database: which of them books one, the record decides too.
    """CREATE TEMP VIEW shared_purchases AS
    SELECT p.store, p.purchase_id FROM purchases AS p JOIN stores AS st ON st.store = p.store
    WHERE coalesce(p.store_id, '') = ''
        AND EXISTS (SELECT 1 FROM stores AS o WHERE o.store <> st.store AND o.pos = st.pos AND o.connection = st.connection)""",
    """CREATE TEMP VIEW own_purchase_lines AS
    SELECT l.* FROM booked_purchase_lines AS l JOIN begun AS b ON b.store = l.store AND b.business_date = l.business_date
    WHERE NOT EXISTS (SELECT 1 FROM shared_purchases AS s WHERE s.store = l.store AND s.purchase_id = l.purchase_id)
        AND NOT EXISTS (SELECT 1 FROM unaccrued_receipts AS u WHERE u.store = l.store AND u.purchase_id = l.purchase_id)""",
)

# Lines are summed by code before they are mapped, for they are many and the codes are few.
_INCOME = f"""
WITH lines AS (
    SELECT s.store, s.business_date, s.side, l.line_kind, l.category, sum(l.gross_cents)::BIGINT AS cents
    FROM sale_lines AS l JOIN sold AS s ON s.store = l.store AND s.sale_id = l.sale_id
    WHERE NOT (is_spread(l.line_kind, l.category, l.tax_code)
        AND EXISTS (SELECT 1 FROM basket_shares AS x WHERE x.store = l.store AND x.owner = l.sale_id))
    GROUP BY ALL),
shares AS (
    SELECT s.store, s.business_date, s.side, l.line_kind, l.category, b.cents
    FROM basket_shares AS b
    JOIN revenue_lines AS l ON l.owner_kind = 'sale' AND l.store = b.store AND l.owner = b.owner AND l.line_no = b.line_no
    JOIN sold AS s ON s.store = b.store AND s.sale_id = b.owner)
SELECT store, business_date, '{INCOME}', account, side, -sum(cents)::BIGINT
FROM ({mapped("(FROM lines UNION ALL FROM shares)")}) WHERE account IS NOT NULL GROUP BY ALL"""

_TENDERS = f"""
SELECT store, business_date, '{TENDERS}', account, side, sum(amount_cents)::BIGINT FROM paid
WHERE NOT is_invoiced AND account <> 'receivable' GROUP BY ALL
UNION ALL
SELECT store, business_date, '{TENDERS}', account, 'sent', sum(cents)::BIGINT FROM settled WHERE NOT is_owed GROUP BY ALL
UNION ALL
-- Cash handed out with a card leaves the drawer, also where the sale itself goes out on its own.
SELECT store, business_date, '{TENDERS}', account, 'batch', sum(cash_out_cents)::BIGINT FROM paid
WHERE is_invoiced AND account <> 'receivable' GROUP BY ALL
UNION ALL
SELECT p.store, p.business_date, '{TENDERS}', a.account, CASE WHEN p.is_invoiced THEN 'batch' ELSE p.side END,
    -sum(p.cash_out_cents)::BIGINT
FROM paid AS p LEFT JOIN (SELECT t.store, s.business_date, min(t.tender_code) AS code FROM tenders AS t
    JOIN sales AS s ON s.store = t.store AND s.sale_id = t.sale_id WHERE t.tender_type = 'cash' GROUP BY ALL) AS c
    ON c.store = p.store AND c.business_date = p.business_date
{_account("tender", "coalesce(c.code, 'CASH')", "p")}
WHERE p.cash_out_cents <> 0 GROUP BY ALL"""

_DEBTORS = f"""
SELECT store, business_date, '{DEBTORS}', '{RECEIVABLE}', 'sent', sum(cents)::BIGINT FROM settled WHERE is_owed GROUP BY ALL"""

# A tip is told on the sale or on its tenders; what the lines lack to the sale is rounding that nobody recorded.
_EXTRAS = f"""
WITH tips AS (SELECT store, sale_id, sum(tip_cents)::BIGINT AS cents FROM tenders WHERE tip_cents IS NOT NULL GROUP BY ALL),
lines AS (SELECT store, sale_id, sum(gross_cents)::BIGINT AS cents FROM sale_lines GROUP BY ALL),
extras AS (
    SELECT store, business_date, side, 'rounding' AS code, -coalesce(rounding_cents, 0) AS cents FROM sold
    UNION ALL SELECT s.store, s.business_date, s.side, 'tips', -coalesce(s.tip_cents, t.cents, 0)
        FROM sold AS s LEFT JOIN tips AS t ON t.store = s.store AND t.sale_id = s.sale_id
    UNION ALL SELECT s.store, s.business_date, s.side, 'rounding', coalesce(l.cents, 0) - s.gross_cents
        FROM sold AS s LEFT JOIN lines AS l ON l.store = s.store AND l.sale_id = s.sale_id)
SELECT e.store, e.business_date, '{EXTRAS}', a.account, e.side, sum(e.cents)::BIGINT
FROM extras AS e {_account("other", "e.code", "e")} WHERE e.cents <> 0 GROUP BY ALL"""

# What moves the balance of a lay-by is whatever its other amounts leave, which the journal's own balance proves.
_MOVEMENTS = f"""
WITH coded AS (
    SELECT store, business_date, side, 'tender' AS kind, tender_code AS code, amount_cents AS cents FROM moved
        WHERE kind NOT LIKE 'account%'
    -- On a customer's account it goes out on its own.
    UNION ALL SELECT m.store, m.business_date, CASE WHEN a.account IS NULL THEN m.side ELSE 'sent' END, 'function', m.function_code,
            -m.amount_cents
        FROM moved AS m LEFT {_account("tender", "m.tender_code", "m")} AND a.account = 'receivable'
        WHERE m.kind IN ('paid_out', 'received', 'prepayment')
    UNION ALL SELECT store, business_date, side, 'other', kind, -amount_cents FROM moved
        WHERE kind IN ('bank_deposit', 'safe_drop', 'float')
    UNION ALL SELECT store, business_date, side, 'other', 'layby_fee', -fee FROM moved WHERE kind IN ('layby_payment', 'layby_cancel')
    UNION ALL SELECT store, business_date, side, 'other', 'layby_adjustment', amount_cents FROM moved WHERE kind = 'layby_adjustment')
SELECT c.store, c.business_date, '{MOVEMENTS}', a.account, c.side, sum(c.cents)::BIGINT
FROM coded AS c JOIN account_spans AS a ON a.store = c.store AND a.kind = c.kind AND a.code = c.code
    AND c.business_date >= a.valid_from AND c.business_date < a.valid_until
WHERE a.account <> 'receivable' GROUP BY ALL
UNION ALL
SELECT m.store, m.business_date, '{MOVEMENTS}', l.account, m.side, -sum(l.gross_cents)::BIGINT
FROM mapped_lines AS l JOIN moved AS m ON l.owner_kind = 'movement' AND m.store = l.store AND m.movement_id = l.owner
WHERE m.kind IN ('layby_payment', 'layby_cancel') AND l.account IS NOT NULL
    AND (m.layby_recognition = 'each_payment' OR m.layby_recognition = 'sale_date' AND m.kind = 'layby_cancel') GROUP BY ALL"""

# Money on a customer's account comes in whole, whatever it pays; the fee inside it is the day's income, save where a bank account takes
# it, which no journal may name. A draft takes no payment; a tender with a tax code of its own is none.
_ACCOUNTS = f"""
WITH paid_in AS (
    SELECT m.*, a.account, a.tax_code AS own_tax_code, k.account IS NOT NULL AS is_bank,
        CASE WHEN k.account IS NULL THEN m.side ELSE 'sent' END AS fee_side
    FROM moved AS m {_account("tender", "m.tender_code", "m")} LEFT JOIN banks AS k ON k.account = a.account
    WHERE m.kind = 'account_payment' AND a.account <> 'receivable'),
coded AS (
    SELECT store, business_date, fee_side AS side, 'payment_fee' AS code, -fee AS cents FROM paid_in WHERE account <> 'ignore'
    UNION ALL SELECT store, business_date, 'sent', 'account_adjustment', amount_cents FROM moved WHERE kind = 'account_adjustment')
SELECT store, business_date, '{ACCOUNTS}', account, 'sent', sum(amount_cents - fee)::BIGINT FROM paid_in
WHERE NOT is_draft OR own_tax_code NOT IN ('', 'NONE') GROUP BY ALL
UNION ALL
SELECT store, business_date, '{ACCOUNTS}', account, fee_side, sum(fee)::BIGINT FROM paid_in
WHERE NOT (is_draft AND is_bank) GROUP BY ALL
UNION ALL
SELECT c.store, c.business_date, '{ACCOUNTS}', a.account, c.side, sum(c.cents)::BIGINT
FROM coded AS c {_account("other", "c.code", "c")} GROUP BY ALL"""

_COUNTS = f"""
WITH varied AS (
    SELECT c.store, c.business_date, t.account AS tender, v.account AS variance, c.counted_cents - c.expected_cents AS cents
    FROM counted AS c JOIN begun AS b ON b.store = c.store AND b.business_date = c.business_date
    {_account("tender", "c.tender_code", "c", "t")} {_account("other", "'variance'", "c", "v")}
    WHERE t.account NOT IN ('receivable', 'ignore') AND v.account <> 'ignore')
SELECT store, business_date, '{COUNTS}', tender, 'batch', sum(cents)::BIGINT FROM varied GROUP BY ALL
UNION ALL SELECT store, business_date, '{COUNTS}', variance, 'batch', -sum(cents)::BIGINT FROM varied GROUP BY ALL"""

_ENTRIES = f"""
SELECT g.store, g.business_date, '{ENTRIES}', replace(a.account, '{CLASS}', coalesce(g.class, '')), 'batch', sum(g.amount_cents)::BIGINT
FROM gl_entries AS g JOIN begun AS b ON b.store = g.store AND b.business_date = g.business_date
{_account("gl_account", "g.account_code", "g")}
WHERE g.sale_id IS NULL GROUP BY ALL"""

_RATED = """tax_spans AS r ON r.code = coalesce(l.overruling_code, nullif(l.tax_code, ''), l.supplier_tax_code, 'NONE')
    AND l.business_date >= r.valid_from AND l.business_date < r.valid_until"""

_PURCHASES = f"""
SELECT l.store, l.business_date, '{PURCHASES}', l.account, 'sent', sum(l.gross_cents)::BIGINT
FROM own_purchase_lines AS l
WHERE l.kind <> 'receipt' AND l.account IS NOT NULL GROUP BY ALL"""

# A receipt is accrued without its GST: the recorded one, else what the rate gives of its lines of one code.
_RECEIVED = f"""
WITH coded AS (
    SELECT l.store, l.business_date, l.purchase_id, l.account, r.rate_bp, sum(l.gross_cents)::BIGINT AS gross,
        CASE WHEN count(*) = count(l.tax_cents) THEN sum(l.tax_cents)::BIGINT END AS tax
    FROM own_purchase_lines AS l JOIN {_RATED}
    WHERE l.kind = 'receipt' AND l.account IS NOT NULL
    GROUP BY l.store, l.business_date, l.purchase_id, l.account, r.rate_bp, l.line_kind, l.category, l.account_code, l.tax_code),
net AS (SELECT *, gross - coalesce(tax, tax_inside(gross, rate_bp)) AS cents FROM coded)
SELECT store, business_date, '{RECEIVED}', account, 'sent', sum(cents)::BIGINT FROM net GROUP BY ALL
UNION ALL
SELECT n.store, n.business_date, '{RECEIVED}', a.account, 'sent', -sum(n.cents)::BIGINT
FROM net AS n {_account("other", "'inventory_suspense'", "n")} WHERE n.account <> 'ignore' GROUP BY ALL"""

QUERIES = (
    *((Stream.SALES, query) for query in (_INCOME, _TENDERS, _DEBTORS, _EXTRAS, _MOVEMENTS, _ACCOUNTS, _COUNTS, _ENTRIES)),
    *((Stream.PURCHASES, query) for query in (_PURCHASES, _RECEIVED)),
)
