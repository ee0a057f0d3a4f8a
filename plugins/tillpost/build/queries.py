"""The queries of selection, over the views of facts: what is booked, summed as far as its document allows.

They read the tables ``build_days`` (store-dates with their mode), ``build_stores`` (policies) and ``build_rates`` (tax rates) that
selection registers.
"""

from __future__ import annotations

from tillpost.build.facts import SPREAD_KINDS

# The few sales that are told apart by their tenders or lines: found once, not by each query that asks what is booked.
ACCOUNT_SALES = """
CREATE OR REPLACE TEMP TABLE account_sales AS
SELECT DISTINCT store, sale_id FROM tenders WHERE tender_type = 'account' AND amount_cents <> 0
"""
SPREAD_SALES = f"""
CREATE OR REPLACE TEMP TABLE spread_sales AS
SELECT DISTINCT store, sale_id FROM sale_lines
WHERE line_kind IN {SPREAD_KINDS} AND category IS NULL AND tax_code IS NULL AND gross_cents <> 0
"""

BOOKED = """
CREATE OR REPLACE TEMP VIEW booked AS
SELECT s.*, p.split_mixed_tax,
    CASE
        WHEN s.ledger_ref IS NOT NULL THEN 'nothing'
        WHEN s.kind = 'layby_open' AND p.layby_recognition <> 'sale_date' THEN 'nothing'
        WHEN s.kind = 'layby_complete' AND p.layby_recognition <> 'final_payment' THEN 'nothing'
        WHEN s.kind = 'layby_cancel' AND p.layby_recognition <> 'sale_date' THEN 'nothing'
        WHEN a.sale_id IS NOT NULL THEN 'invoice'
        WHEN s.layby_id IS NOT NULL THEN 'journal'
        WHEN d.mode = 'transaction' THEN 'invoice'
        WHEN d.mode = 'real_time' THEN 'event'
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
# The lines of the few and those of the many are asked apart: of the many, neither ids nor descriptions are read.
_LINES = """
SELECT store, business_date, becomes, sale_id, line_no, line_kind, category, tax_code, is_mixed,
    sum(gross_cents)::BIGINT AS gross_cents,
    coalesce(sum(tax_cents), 0)::BIGINT AS tax_cents,
    coalesce(sum(gross_cents) FILTER (tax_cents IS NULL), 0)::BIGINT AS unrecorded_cents,
    coalesce(sum(CASE WHEN is_mixed THEN half_up(tax_cents * (10000 + rate_bp), rate_bp) END), 0)::BIGINT AS taxed_cents,
    count(*) AS rows,
    count(*) FILTER (tax_cents IS NOT NULL) AS roundings,
    coalesce(any_value(description), '') AS description,
    coalesce(any_value(trim(quantity::VARCHAR)), '') AS quantity
FROM (
    SELECT b.store, b.business_date, b.becomes, {named}, l.line_kind, coalesce(l.category, '') AS category,
        coalesce(l.tax_code, '') AS tax_code, l.gross_cents, l.tax_cents, r.rate_bp,
        b.split_mixed_tax AND l.tax_cents IS NOT NULL AND r.rate_bp > 0
            AND abs(l.tax_cents - half_up(l.gross_cents * r.rate_bp, 10000 + r.rate_bp)) > 1 AS is_mixed
    FROM sale_lines l
    JOIN booked b ON l.store = b.store AND l.sale_id = b.sale_id
    LEFT JOIN build_rates r ON r.business_date = b.business_date AND r.tax_code = coalesce(l.tax_code, '')
    WHERE b.becomes <> 'nothing' AND {whose})
GROUP BY ALL"""
_OWN = "(b.becomes <> 'journal' OR b.is_spread)"
_LINES_BY_CODE = _LINES.format(named="'' AS sale_id, '' AS line_no, NULL AS description, NULL AS quantity", whose=f"NOT {_OWN}")
_OWN_LINES = _LINES.format(named="l.sale_id, l.line_no, l.description, l.quantity", whose=_OWN)
LINE_SUMS = f"CREATE OR REPLACE TEMP TABLE line_sums AS {_LINES_BY_CODE} UNION ALL {_OWN_LINES}"
LINES = """
FROM line_sums
ORDER BY store, business_date, becomes, sale_id, try_cast(line_no AS BIGINT), line_no, line_kind, category, tax_code, is_mixed
"""

TENDERS = """
SELECT b.store, b.business_date, b.becomes, CASE WHEN b.becomes = 'journal' THEN '' ELSE b.sale_id END AS sale_id,
    CASE WHEN b.becomes = 'invoice' THEN t.tender_no ELSE '' END AS tender_no, t.tender_code, t.tender_type,
    CASE WHEN t.tender_type = 'layby' THEN coalesce(b.layby_id, '') ELSE '' END AS layby_id,
    sum(t.amount_cents)::BIGINT AS amount_cents, coalesce(sum(t.cash_out_cents), 0)::BIGINT AS cash_out_cents, count(*) AS rows
FROM tenders t JOIN booked b ON t.store = b.store AND t.sale_id = b.sale_id
WHERE b.becomes <> 'nothing' GROUP BY ALL ORDER BY ALL
"""

# The tip is told once: on the sale, or on its tenders. `remainder` is what the lines lack to the sales' gross.
SALES = """
WITH lines AS (
    SELECT store, business_date, becomes, CASE WHEN becomes = 'journal' THEN '' ELSE sale_id END AS sale_id,
        sum(gross_cents)::BIGINT AS gross_cents
    FROM line_sums GROUP BY ALL),
tips AS (SELECT store, sale_id, sum(tip_cents)::BIGINT AS tip_cents FROM tenders WHERE tip_cents IS NOT NULL GROUP BY ALL),
sale_sums AS (
    SELECT b.store, b.business_date, b.becomes, CASE WHEN b.becomes = 'journal' THEN '' ELSE b.sale_id END AS sale_id,
        CASE WHEN b.becomes = 'invoice' THEN coalesce(b.customer_id, '') ELSE '' END AS customer_id,
        b.becomes = 'invoice' AND (b.on_account OR coalesce(b.is_account_contract, FALSE)) AS on_account,
        CASE WHEN b.becomes = 'invoice' THEN coalesce(b.receipt_no, '') ELSE '' END AS receipt_no,
        sum(b.gross_cents)::BIGINT AS gross_cents,
        coalesce(sum(b.rounding_cents), 0)::BIGINT AS rounding_cents,
        coalesce(sum(coalesce(b.tip_cents, t.tip_cents)), 0)::BIGINT AS tip_cents,
        count(*) AS rows
    FROM booked b
    LEFT JOIN tips t ON b.store = t.store AND b.sale_id = t.sale_id
    WHERE b.becomes <> 'nothing' GROUP BY ALL)
SELECT s.store, s.business_date, s.becomes, s.sale_id, s.customer_id, s.on_account, s.receipt_no, s.gross_cents, s.rounding_cents,
    s.tip_cents, s.gross_cents - coalesce(l.gross_cents, 0) AS remainder_cents, s.rows
FROM sale_sums s LEFT JOIN lines l
    ON s.store = l.store AND s.business_date = l.business_date AND s.becomes = l.becomes AND s.sale_id = l.sale_id
ORDER BY ALL
"""

MOVEMENTS = """
SELECT m.store, m.business_date, m.movement_id, m.kind, coalesce(m.function_code, '') AS function_code,
    coalesce(m.tender_code, '') AS tender_code, coalesce(m.customer_id, '') AS customer_id, coalesce(m.layby_id, '') AS layby_id,
    coalesce(m.sale_id, '') AS sale_id, m.amount_cents, coalesce(m.fee_cents, 0) AS fee_cents, coalesce(m.tax_code, '') AS tax_code,
    m.tax_cents
FROM movements m JOIN build_days d ON m.store = d.store AND m.business_date = d.business_date
ORDER BY m.store, m.business_date, m.movement_id
"""

LAYBY_CANCELS = """
SELECT DISTINCT store, business_date, layby_id FROM booked WHERE kind = 'layby_cancel' AND layby_id IS NOT NULL ORDER BY ALL
"""

MOVEMENT_LINES = """
SELECT l.store, l.movement_id, l.line_no, l.line_kind, coalesce(l.category, '') AS category, coalesce(l.tax_code, '') AS tax_code,
    l.gross_cents, l.tax_cents
FROM movement_lines l JOIN movements m ON l.store = m.store AND l.movement_id = m.movement_id
JOIN build_days d ON m.store = d.store AND m.business_date = d.business_date ORDER BY ALL
"""

ALLOCATIONS = """
SELECT a.store, a.movement_id, a.sale_id, coalesce(a.sale_date, s.business_date) AS sale_date, a.amount_cents
FROM movement_allocations a JOIN movements m ON a.store = m.store AND a.movement_id = m.movement_id
LEFT JOIN sales s ON a.store = s.store AND a.sale_id = s.sale_id
JOIN build_days d ON m.store = d.store AND m.business_date = d.business_date ORDER BY ALL
"""

# Where the POS tells no expectation it is what tenders and movements brought in.
COUNTS = """
WITH wanted AS (SELECT c.* FROM counts c JOIN build_days d ON c.store = d.store AND c.business_date = d.business_date),
counted AS (SELECT DISTINCT store, business_date FROM wanted),
taken AS (
    SELECT s.store, s.business_date, t.tender_code, sum(t.amount_cents) AS cents
    FROM tenders t JOIN sales s ON t.store = s.store AND t.sale_id = s.sale_id
    JOIN counted d ON d.store = s.store AND d.business_date = s.business_date
    WHERE s.status = 'completed' GROUP BY ALL
    UNION ALL
    SELECT s.store, s.business_date, c.tender_code, -sum(coalesce(t.cash_out_cents, 0))
    FROM tenders t JOIN sales s ON t.store = s.store AND t.sale_id = s.sale_id
    JOIN counted d ON d.store = s.store AND d.business_date = s.business_date
    JOIN build_cash c ON c.store = s.store AND c.business_date = s.business_date
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
HALF_UP = """
CREATE OR REPLACE TEMP MACRO half_up(numerator, denominator) AS
CASE WHEN numerator < 0 THEN -((2 * -(numerator::BIGINT) + denominator) // (2 * denominator))
     ELSE (2 * numerator::BIGINT + denominator) // (2 * denominator) END
"""

CASH = """
CREATE OR REPLACE TEMP TABLE build_cash AS
SELECT s.store, s.business_date, min(t.tender_code) AS tender_code
FROM tenders t JOIN sales s ON t.store = s.store AND t.sale_id = s.sale_id WHERE t.tender_type = 'cash' GROUP BY ALL
"""

CUSTOMERS = (
    "SELECT store, id, name, coalesce(account_number, '') AS account_number, coalesce(email, '') AS email, terms_days FROM {} ORDER BY ALL"
)

PURCHASES = """
SELECT p.store, p.business_date, p.purchase_id, coalesce(p.store_id, '') = '' AS is_shared, p.kind,
    coalesce(p.receipt_id, '') AS receipt_id, p.document_date, p.due_date, p.currency,
    p.supplier_id, coalesce(p.supplier_reference, '') AS supplier_reference,
    p.gross_cents, p.tax_cents, coalesce(p.freight_cents, 0) AS freight_cents,
    coalesce(s.name, '') AS supplier_name, s.terms_days, coalesce(s.for_accounting, TRUE) AS for_accounting
FROM purchases p JOIN build_days d ON p.store = d.store AND p.business_date = d.business_date
LEFT JOIN (SELECT store, id, any_value(name) AS name, any_value(terms_days) AS terms_days,
           bool_and(for_accounting) AS for_accounting FROM suppliers GROUP BY ALL) s ON p.store = s.store AND p.supplier_id = s.id
ORDER BY p.store, p.business_date, p.purchase_id
"""

PURCHASE_LINES = """
SELECT l.store, l.purchase_id, l.line_kind, coalesce(l.category, '') AS category, coalesce(l.account_code, '') AS account_code,
    l.tax_code, sum(l.gross_cents)::BIGINT AS gross_cents, coalesce(sum(l.tax_cents), 0)::BIGINT AS tax_cents,
    count(*) FILTER (l.tax_cents IS NULL) AS unrecorded, count(*) AS rows, count(*) FILTER (l.tax_cents <> 0) AS roundings
FROM purchase_lines l JOIN purchases p ON l.store = p.store AND l.purchase_id = p.purchase_id
JOIN build_days d ON p.store = d.store AND p.business_date = d.business_date GROUP BY ALL ORDER BY ALL
"""

GL_ENTRIES = """
SELECT g.store, g.business_date, g.entry_id, g.line_no, g.account_code, g.amount_cents, coalesce(g.class, '') AS class,
    coalesce(g.description, '') AS description
FROM gl_entries g JOIN build_days d ON g.store = d.store AND g.business_date = d.business_date
WHERE g.sale_id IS NULL ORDER BY g.store, g.business_date, g.entry_id, g.line_no
"""
