"""GST per line is what the rate gives, within a cent; otherwise held, or split where the store says so (contract: invariant 4)."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.model.findings import Severity

# A line's own code tells the POS's rate; where the mapping overrules a code that is not known, the mapping's.
_RATED = """
    WITH rated AS (
        SELECT l.*, r.rate_bp, tax_inside(l.gross_cents, r.rate_bp) AS due_cents, coalesce(st.split_mixed_tax, false) AS may_split
        FROM mapped_lines AS l
        LEFT JOIN tax_spans AS own ON own.code = l.tax_code AND l.business_date >= own.valid_from AND l.business_date < own.valid_until
        JOIN tax_spans AS r ON r.code = coalesce(own.code, l.overruling_code, l.tax_code, 'NONE')
            AND l.business_date >= r.valid_from AND l.business_date < r.valid_until
        LEFT JOIN stores AS st ON st.store = l.store
        WHERE l.line_kind <> 'tax_only' AND NOT l.is_spread),
    off AS (
        SELECT *, may_split AND tax_cents * sign(due_cents) BETWEEN 0 AND abs(due_cents) AS is_split
        FROM rated WHERE abs(tax_cents - due_cents) > 1)"""
_EXAMPLE = "what || ': gross ' || money(gross_cents) || ', GST ' || money(tax_cents) || ', the rate gives ' || money(due_cents)"

RULES = (
    Rule(
        name="gst_does_not_match_rate",
        hints=("lines off their rate", "lines without tax", "movements"),
        severity=Severity.BLOCKER,
        title="The GST of a line is more than a cent away from what its tax code's rate gives",
        remedy="Correct the item's tax code in the POS; where its codes are not reliable, set split_mixed_tax for the store.",
        unit=("amount", "amounts"),
        amount="{} apart",
        sql=f"""{_RATED},
        whole AS (
            -- A POS that keeps GST per sale only: what all its lines come to. A discount spread over the lines cannot be told apart there.
            SELECT store, owner, count(*) AS lines, sum(coalesce(tax_cents, due_cents)) AS due
            FROM rated WHERE owner_kind = 'sale' GROUP BY store, owner HAVING bool_or(tax_cents IS NULL AND gross_cents <> 0)),
        unspread AS (
            SELECT w.* FROM whole AS w WHERE NOT EXISTS (
                SELECT 1 FROM revenue_lines AS l WHERE l.store = w.store AND l.owner = w.owner AND l.owner_kind = 'sale' AND l.is_spread)),
        moved AS (
            SELECT m.store, m.business_date, 'movement ' || m.movement_id AS what, m.tax_cents,
                CASE WHEN coalesce(m.fee_cents, 0) <> 0 THEN m.fee_cents ELSE m.amount_cents END AS gross_cents, r.rate_bp
            FROM movements AS m
            LEFT JOIN account_spans AS f ON f.store = m.store AND f.kind = 'function' AND f.code = m.function_code
                AND m.business_date >= f.valid_from AND m.business_date < f.valid_until
            JOIN tax_spans AS r ON r.code = coalesce(nullif(m.tax_code, ''), nullif(f.tax_code, ''), 'NONE')
                AND m.business_date >= r.valid_from AND m.business_date < r.valid_until)
        SELECT store, business_date, 1 AS n, tax_cents - due_cents AS amount_cents, {_EXAMPLE} AS example FROM off WHERE NOT is_split
        UNION ALL
        SELECT s.store, s.business_date, 1, (s.tax_cents - u.due)::BIGINT,
            s.what || ': GST ' || money(s.tax_cents) || ', the rates of its lines give ' || money(u.due)
        FROM unspread AS u JOIN booked_sales AS s ON s.store = u.store AND s.sale_id = u.owner WHERE abs(s.tax_cents - u.due) > u.lines
        UNION ALL
        SELECT store, business_date, 1, abs(tax_cents) - abs(tax_inside(gross_cents, rate_bp)),
            what || ': amount ' || money(gross_cents) || ', GST ' || money(tax_cents) || ', the rate gives '
            || money(tax_inside(gross_cents, rate_bp))
        FROM moved WHERE abs(abs(tax_cents) - abs(tax_inside(gross_cents, rate_bp))) > 1""",
    ),
    Rule(
        name="mixed_tax_split",
        hints=("lines off their rate", "movement_lines"),
        severity=Severity.INFO,
        title="Lines whose GST is less than their rate gives are split in a taxed and a free part",
        remedy="Nothing to do: the store has split_mixed_tax. Correct the items' tax codes in the POS if they should not be mixed.",
        unit=("line", "lines"),
        amount="{} of gross",
        sql=f"{_RATED} SELECT store, business_date, 1 AS n, gross_cents AS amount_cents, {_EXAMPLE} AS example FROM off WHERE is_split",
    ),
    Rule(
        name="unknown_tax_code",
        hints=("lines of unknown tax code", "tenders of unknown tax code", "movements"),
        severity=Severity.BLOCKER,
        title="A tax code is not in taxes.csv for this country and date",
        remedy="Add a row with the code, its rate and Xero's tax types to taxes.csv, or correct the code in the POS.",
        unit=("amount", "amounts"),
        amount="{} in all",
        sql="""
        WITH functions AS (
            SELECT m.store, m.business_date, 'movement ' || m.movement_id AS what, m.amount_cents,
                coalesce(nullif(f.tax_code, ''), nullif(m.tax_code, ''), 'NONE') AS code
            FROM movements AS m
            LEFT JOIN account_spans AS f ON f.store = m.store AND f.kind = 'function' AND f.code = m.function_code
                AND m.business_date >= f.valid_from AND m.business_date < f.valid_until
            WHERE m.kind IN ('paid_out', 'received', 'prepayment') OR nullif(m.tax_code, '') IS NOT NULL),
        tenders_used AS (
            SELECT t.store, t.business_date, t.what, t.amount_cents, nullif(a.tax_code, '') AS code
            FROM booked_tenders AS t JOIN account_spans AS a ON a.store = t.store AND a.kind = 'tender' AND a.code = t.tender_code
                AND t.business_date >= a.valid_from AND t.business_date < a.valid_until),
        used AS (
            SELECT store, business_date, what, gross_cents AS cents, coalesce(overruling_code, tax_code, 'NONE') AS code
            FROM mapped_lines WHERE NOT is_spread
            UNION ALL SELECT * FROM functions
            UNION ALL SELECT * FROM tenders_used WHERE code IS NOT NULL)
        SELECT u.store, u.business_date, 1 AS n, u.cents AS amount_cents, u.what || ': tax code ' || u.code AS example
        FROM used AS u
        LEFT JOIN tax_spans AS r ON r.code = u.code AND u.business_date >= r.valid_from AND u.business_date < r.valid_until
        WHERE r.code IS NULL AND u.cents <> 0""",
    ),
    Rule(
        name="gst_overruled_by_mapping",
        hints=("overruled lines", "movement_lines"),
        severity=Severity.INFO,
        title="The mapping gives lines another tax rate than the POS",
        remedy="Nothing to do if accounts.csv means it; otherwise empty the tax_code of that row, and the line's own code decides.",
        unit=("line", "lines"),
        amount="{} of gross",
        sql="""
        SELECT l.store, l.business_date, 1 AS n, l.gross_cents AS amount_cents,
            l.what || ': ' || l.tax_code || ' in the POS, ' || l.overruling_code || ' in accounts.csv' AS example
        FROM mapped_lines AS l
        JOIN tax_spans AS own ON own.code = l.tax_code AND l.business_date >= own.valid_from AND l.business_date < own.valid_until
        JOIN tax_spans AS m ON m.code = l.overruling_code AND l.business_date >= m.valid_from AND l.business_date < m.valid_until
        WHERE own.rate_bp <> m.rate_bp AND l.gross_cents <> 0""",
    ),
)
