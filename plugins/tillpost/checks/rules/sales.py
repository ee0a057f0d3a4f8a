"""A sale in itself: it has lines, they add up to it, and what is not booked is told (contract: invariants 1, 2 and 5)."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.model.findings import Severity

_SALES = ("sale", "sales")
_APART = "{} apart"

# Per completed sale whose lines do not come to it: how far they are apart. A tax that is not recorded cannot be compared.
_LINE_SUMS = """
    WITH apart AS (
        SELECT store, business_date, what, lines, gross_cents - line_gross AS gross_apart, gross_cents, line_gross AS gross, tax_apart,
            tax_cents, line_tax AS tax
        FROM odd_sales WHERE lines IS NOT NULL)"""
_APART_EXAMPLE = """what || ': ' || CASE WHEN gross_apart <> 0 THEN 'lines ' || money(gross) || ', sale ' || money(gross_cents)
    ELSE 'GST of the lines ' || money(tax) || ', of the sale ' || money(tax_cents) END"""

RULES = (
    Rule(
        name="sale_without_lines",
        hints=("sales without lines",),
        severity=Severity.BLOCKER,
        title="A completed sale has an amount or tenders but no line, so that nothing tells what was sold",
        remedy="Look at the sale in the POS; if its lines are there, the SQL file of the lines leaves them out.",
        unit=_SALES,
        amount="{} in all",
        sql="""
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents, what || ': ' || money(gross_cents) AS example
        FROM odd_sales WHERE lines IS NULL AND (gross_cents <> 0 OR tenders IS NOT NULL)""",
    ),
    Rule(
        name="line_net_mismatch",
        hints=("lines with net apart", "sales with net apart", "movement_lines"),
        severity=Severity.BLOCKER,
        title="The net amount that the POS gives is more than a cent away from gross less GST",
        remedy="Check in the SQL file which of its columns are with and which are without GST.",
        unit=("row", "rows"),
        amount=_APART,
        sql="""
        SELECT store, business_date, 1 AS n, net_cents - gross_cents + tax_cents AS amount_cents,
            what || ': net ' || money(net_cents) || ', gross ' || money(gross_cents) || ', GST ' || money(tax_cents) AS example
        FROM (SELECT store, business_date, what, net_cents, gross_cents, tax_cents FROM revenue_lines
            UNION ALL SELECT store, business_date, what, net_cents, gross_cents, tax_cents FROM booked_sales)
        WHERE abs(net_cents - gross_cents + tax_cents) > 1""",
    ),
    Rule(
        name="lines_do_not_match_sale",
        hints=("sales with lines apart",),
        severity=Severity.BLOCKER,
        title="The lines of a sale do not add up to the sale, by more than a cent a line",
        remedy="Look at the sale in the POS; a discount or surcharge that is no line of its own is the usual cause.",
        unit=_SALES,
        amount=_APART,
        sql=f"""{_LINE_SUMS}
        SELECT store, business_date, 1 AS n, CASE WHEN gross_apart <> 0 THEN gross_apart ELSE tax_apart END::BIGINT AS amount_cents,
            {_APART_EXAMPLE} AS example
        FROM apart WHERE abs(gross_apart) > lines OR abs(coalesce(tax_apart, 0)) > lines""",
    ),
    Rule(
        name="line_rounding_difference",
        hints=("sales with lines apart",),
        severity=Severity.INFO,
        title="The lines of a sale differ from the sale by no more than a cent a line, as rounding does",
        remedy="Nothing to do: the difference in gross is booked as one amount of its own.",
        unit=_SALES,
        amount=_APART,
        sql=f"""{_LINE_SUMS}
        SELECT store, business_date, 1 AS n, gross_apart::BIGINT AS amount_cents, {_APART_EXAMPLE} AS example
        FROM apart WHERE abs(gross_apart) <= lines AND abs(coalesce(tax_apart, 0)) <= lines
            AND (gross_apart <> 0 OR coalesce(tax_apart, 0) <> 0)""",
    ),
    Rule(
        name="cent_difference_above_cap",
        hints=("sales with lines apart",),
        severity=Severity.BLOCKER,
        title="Cents that nobody recorded come to more than 5 in one document",
        remedy="Find what the lines leave out: rounding that the till records goes into the sale's rounding and has no cap.",
        unit=("document", "documents"),
        amount=_APART,
        # A sale on account, and every sale where the store does not book by the day, is a document of its own.
        sql=f"""{_LINE_SUMS},
        documents AS (
            SELECT a.store, a.business_date, sum(a.gross_apart)::BIGINT AS cents,
                CASE WHEN d.mode <> 'batch' OR own.sale IS NOT NULL THEN a.what ELSE 'the day' END AS document
            FROM apart AS a LEFT JOIN store_dates AS d ON d.store = a.store AND d.business_date = a.business_date
            LEFT JOIN (SELECT DISTINCT store, what AS sale FROM booked_tenders WHERE tender_type = 'account') AS own
                ON own.store = a.store AND own.sale = a.what
            WHERE abs(a.gross_apart) <= a.lines GROUP BY ALL)
        SELECT store, business_date, 1 AS n, cents AS amount_cents, document || ': ' || money(cents) AS example
        FROM documents WHERE abs(cents) > 5""",
    ),
    Rule(
        name="sale_taxes_do_not_match",
        hints=("sale_taxes",),
        severity=Severity.BLOCKER,
        title="The taxes that are listed for a sale do not add up to its GST, by more than a cent each",
        remedy="Check in the SQL file that each tax of a sale is listed once, per line or per sale.",
        unit=_SALES,
        amount=_APART,
        sql="""
        WITH listed AS (SELECT store, sale_id, count(*) AS n, sum(amount_cents) AS cents FROM sale_taxes GROUP BY store, sale_id)
        SELECT s.store, s.business_date, 1 AS n, (s.tax_cents - t.cents)::BIGINT AS amount_cents,
            s.what || ': listed ' || money(t.cents) || ', sale ' || money(s.tax_cents) AS example
        FROM booked_sales AS s JOIN listed AS t ON t.store = s.store AND t.sale_id = s.sale_id
        WHERE abs(s.tax_cents - t.cents) > t.n""",
    ),
    Rule(
        name="baskets_not_booked",
        hints=("baskets",),
        severity=Severity.INFO,
        title="Void, open, suspended and training baskets are not booked",
        remedy="Nothing to do, unless one of them should have been completed.",
        unit=("basket", "baskets"),
        amount="{} in all",
        sql="""
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents,
            sale_name(sale_id, receipt_no) || ': ' || status || ', ' || money(gross_cents) AS example
        FROM sales WHERE status <> 'completed'""",
    ),
    Rule(
        name="already_in_ledger",
        hints=("sales in ledger",),
        severity=Severity.INFO,
        title="Sales that the POS has invoiced elsewhere are not booked again",
        remedy="Nothing to do.",
        unit=_SALES,
        amount="{} in all",
        sql="""
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents, what || ': ' || ledger_ref AS example
        FROM booked_sales WHERE ledger_ref IS NOT NULL""",
    ),
    Rule(
        name="zero_price_line",
        hints=("lines at zero", "movement_lines"),
        severity=Severity.INFO,
        title="Lines at price zero are in completed sales and book nothing",
        remedy="Look through them: a write-off or a give-away may need a stock adjustment.",
        unit=("line", "lines"),
        sql="""
        SELECT store, business_date, 1 AS n, NULL AS amount_cents, what || ': ' || coalesce(category, line_kind)
            || coalesce(', quantity ' || rtrim(rtrim(quantity::VARCHAR, '0'), '.'), '') AS example
        FROM revenue_lines WHERE gross_cents = 0 AND coalesce(tax_cents, 0) = 0""",
    ),
    Rule(
        name="currency_not_own",
        hints=("foreign sales",),
        severity=Severity.BLOCKER,
        title="A sale is in a currency that is not the organisation's own",
        remedy="Sales in foreign currency are not supported yet: take it out of this store, or book it by hand.",
        unit=_SALES,
        sql="""
        SELECT s.store, s.business_date, 1 AS n, NULL AS amount_cents,
            s.what || ': ' || s.currency || ' ' || money(s.gross_cents) AS example
        FROM booked_sales AS s, organisation AS o WHERE s.currency <> o.currency""",
    ),
    Rule(
        name="sub_cent_amounts",
        hints=("dust",),
        severity=Severity.WARNING,
        title="The POS delivered amounts that are not whole cents; they were rounded",
        remedy="Round them in the SQL file as the POS prints them, or deliver them with more care where they are floats.",
        unit=("amount", "amounts"),
        sql="""
        SELECT store, NULL::DATE AS business_date, n, NULL AS amount_cents, table_name || ': ' || n || ' amounts' AS example FROM dust""",
    ),
)
