"""What many rules ask of sales, lines and tenders, taken in one pass over each: sums by code, and the sales that do not add up.

The temporary tables are small, whatever the facts are: a row per store, business date and code. Only ``odd_sales`` has a row per
sale: of those whose lines or tenders do not come to it exactly.
"""

from __future__ import annotations

import duckdb

TAX_RATES = """
CREATE TEMP TABLE tax_rates AS
SELECT rate_bp, (row_number() OVER (ORDER BY rate_bp) - 1)::BIGINT AS place FROM (SELECT DISTINCT rate_bp FROM tax_rows)"""

# `fits`: a bit per place in `tax_rates`, set where the GST of all these lines is what that rate gives, within a cent.
_LINE_CODES = """
CREATE TEMP TABLE line_codes AS
SELECT l.store, s.business_date, s.sale_id IS NULL AS is_orphan, coalesce(s.status = 'completed', false) AS is_booked,
    l.line_kind, l.category, nullif(l.tax_code, '') AS tax_code, is_spread(l.line_kind, l.category, l.tax_code) AS is_spread,
    count(*) FILTER (WHERE l.gross_cents <> 0) AS amounts,
    count(*) FILTER (WHERE l.gross_cents = 0 AND coalesce(l.tax_cents, 0) = 0) AS zeros,
    count(*) FILTER (WHERE abs(l.net_cents - l.gross_cents + l.tax_cents) > 1) AS net_apart,
    count(*) FILTER (WHERE l.tax_cents IS NULL AND l.gross_cents <> 0) AS untaxed,
    bit_and({fits}) AS fits
FROM sale_lines AS l LEFT JOIN sales AS s ON s.store = l.store AND s.sale_id = l.sale_id GROUP BY ALL"""

_TENDER_CODES = """
CREATE TEMP TABLE tender_codes AS
SELECT t.store, s.business_date, s.sale_id IS NULL AS is_orphan, coalesce(s.status = 'completed', false) AS is_booked,
    t.tender_code, t.tender_type,
    count(*) FILTER (WHERE t.amount_cents <> 0) AS amounts,
    count(*) FILTER (WHERE t.cash_out_cents <> 0) AS cash_outs,
    count(*) FILTER (WHERE t.tip_cents <> 0) AS tips,
    count(*) FILTER (WHERE t.amount_cents <> t.tendered_cents - t.change_cents) AS change_apart
FROM tenders AS t LEFT JOIN sales AS s ON s.store = t.store AND s.sale_id = t.sale_id GROUP BY ALL"""

_SALE_CODES = """
CREATE TEMP TABLE sale_codes AS
SELECT store, business_date, kind, status = 'completed' AS is_booked, currency,
    count(*) FILTER (WHERE ledger_ref IS NOT NULL) AS in_ledger,
    count(*) FILTER (WHERE rounding_cents <> 0) AS roundings,
    count(*) FILTER (WHERE tip_cents <> 0) AS tips,
    count(*) FILTER (WHERE abs(net_cents - gross_cents + tax_cents) > 1) AS net_apart
FROM sales GROUP BY ALL"""

# Completed sales only. `tenders` and `lines` are NULL where a sale has none; `owed` is what its tenders should come to.
_ODD_SALES = """
CREATE TEMP TABLE odd_sales AS
WITH sums AS (
    SELECT store, sale_id, count(*) AS lines, sum(gross_cents) AS gross, sum(tax_cents) AS tax,
        count(*) FILTER (WHERE tax_cents IS NULL AND gross_cents <> 0) AS untaxed
    FROM sale_lines GROUP BY store, sale_id),
taken AS (
    SELECT store, sale_id, count(*) AS tenders, sum(amount_cents - coalesce(cash_out_cents, 0)) AS paid, sum(tip_cents) AS tip
    FROM tenders GROUP BY store, sale_id),
sold AS (
    SELECT s.store, s.business_date, s.sale_id, s.receipt_no, s.gross_cents, s.tax_cents, s.tip_cents, l.lines, l.gross AS line_gross,
        l.tax AS line_tax, CASE WHEN l.untaxed = 0 THEN s.tax_cents - coalesce(l.tax, 0) END AS tax_apart, t.tenders, t.tip AS tender_tip,
        coalesce(t.paid, 0)::BIGINT AS paid,
        (s.gross_cents + coalesce(s.tip_cents, t.tip, 0) + coalesce(s.rounding_cents, 0))::BIGINT AS owed
    FROM sales AS s
    LEFT JOIN sums AS l ON l.store = s.store AND l.sale_id = s.sale_id
    LEFT JOIN taken AS t ON t.store = s.store AND t.sale_id = s.sale_id
    WHERE s.status = 'completed')
SELECT *, sale_name(sale_id, receipt_no) AS what FROM sold
WHERE lines IS NULL OR gross_cents <> line_gross OR tax_apart <> 0 OR paid <> owed OR tip_cents <> tender_tip"""


def summarise(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the tables in a cursor of ``relations.open_cursor``."""
    cursor.execute(TAX_RATES)
    rates = cursor.execute("SELECT rate_bp, place FROM tax_rates ORDER BY place").fetchall()
    fits = " | ".join(f"((abs(l.tax_cents - tax_inside(l.gross_cents, {rate})) <= 1)::BIGINT << {place})" for rate, place in rates)
    every = f"CASE WHEN l.tax_cents IS NULL THEN -1 ELSE {fits or 0} END"
    for statement in (_ODD_SALES, _SALE_CODES, _LINE_CODES.format(fits=every), _TENDER_CODES):
        cursor.execute(statement)
