"""Every code with an amount has a mapping row valid on its date (contract: invariant 6). A code without one holds the day and is named."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.model.findings import Severity, Stream

_AMOUNTS = ("amount", "amounts")


def missing(needs: str) -> str:
    """What has no mapping row: ``needs`` tells store, business_date, kind, code and cents."""
    return f"""
    SELECT n.store, n.business_date, count(*) AS n, sum(n.cents)::BIGINT AS amount_cents,
        n.code || ': ' || money(sum(n.cents)::BIGINT) || '; accounts.csv has no row ' || n.kind || ',' || n.code AS example
    FROM ({needs}) AS n
    LEFT JOIN account_spans AS a ON a.store = n.store AND a.kind = n.kind AND a.code = n.code
        AND n.business_date >= a.valid_from AND n.business_date < a.valid_until
    WHERE a.account IS NULL AND n.cents <> 0
    GROUP BY n.store, n.business_date, n.kind, n.code"""


def unmapped(what: str, title: str, kind: str, needs: str, *hints: str, stream: Stream = Stream.SALES) -> Rule:
    """The rule that all of a kind of code are mapped."""
    return Rule(
        name=f"unmapped_{what}",
        stream=stream,
        severity=Severity.BLOCKER,
        title=title,
        remedy=f"Add a row of kind {kind} with that code, valid on the date, to accounts.csv; write the account ignore to book nothing.",
        unit=_AMOUNTS,
        amount="{} in all",
        sql=missing(needs),
        hints=hints,
    )


# What is booked to an account of kind other, and when it is needed.
OTHERS = """
    SELECT store, business_date, 'other' AS kind, 'variance' AS code,
        counted_cents - expected_cents AS cents FROM counted
    UNION ALL SELECT store, business_date, 'other', 'rounding', rounding_cents FROM booked_sales
    UNION ALL SELECT s.store, s.business_date, 'other', 'tips', coalesce(s.tip_cents, t.tip)
        FROM booked_sales AS s
        LEFT JOIN (SELECT store, sale_id, sum(tip_cents) AS tip FROM tenders GROUP BY store, sale_id) AS t
            ON t.store = s.store AND t.sale_id = s.sale_id
    UNION ALL SELECT m.store, m.business_date, 'other', 'layby', m.amount_cents
        FROM movements AS m LEFT JOIN stores AS st ON st.store = m.store
        WHERE m.kind = 'layby_adjustment' OR m.kind IN ('layby_payment', 'layby_cancel')
            AND coalesce(st.layby_recognition, '') <> 'each_payment'
    UNION ALL SELECT store, business_date, 'other', 'layby_adjustment', amount_cents
        FROM movements WHERE kind = 'layby_adjustment'
    UNION ALL SELECT store, business_date, 'other', CASE WHEN kind LIKE 'layby%' THEN 'layby_fee' ELSE 'payment_fee' END, fee_cents
        FROM movements
    UNION ALL SELECT m.store, m.business_date, 'other', 'deposit', m.amount_cents - coalesce(m.fee_cents, 0) - coalesce(a.cents, 0)
        FROM movements AS m JOIN stores AS st ON st.store = m.store AND st.surplus = 'deposit'
        LEFT JOIN (SELECT store, movement_id, sum(amount_cents) AS cents FROM movement_allocations GROUP BY ALL) AS a
            ON a.store = m.store AND a.movement_id = m.movement_id
        WHERE m.kind = 'account_payment'
    UNION ALL SELECT store, business_date, 'other', 'account_adjustment', amount_cents
        FROM movements WHERE kind = 'account_adjustment'
    UNION ALL SELECT store, business_date, 'other', kind, amount_cents
        FROM movements WHERE kind IN ('float', 'bank_deposit', 'safe_drop')
    UNION ALL SELECT s.store, s.business_date, 'other', 'rounding', s.gross_cents - l.cents
        FROM booked_sales AS s
        JOIN (SELECT store, sale_id, sum(gross_cents)::BIGINT AS cents, count(*) AS lines FROM sale_lines GROUP BY store, sale_id) AS l
            ON l.store = s.store AND l.sale_id = s.sale_id
        WHERE abs(s.gross_cents - l.cents) <= l.lines"""

RULES = (
    unmapped(
        "category",
        "A sales category with takings has no mapping row",
        "sales_category",
        """SELECT store, business_date, 'sales_category' AS kind, coalesce(category, '(no category)') AS code,
            gross_cents AS cents
        FROM mapped_lines WHERE account IS NULL AND NOT is_spread AND (line_kind = 'item' OR category IS NOT NULL)""",
        *("unmapped lines", "movement_lines"),
    ),
    unmapped(
        "line_kind",
        "Lines that are no items have no mapping row for their kind",
        "line_kind",
        """SELECT store, business_date, 'line_kind' AS kind, line_kind AS code, gross_cents AS cents
        FROM mapped_lines WHERE account IS NULL AND NOT is_spread AND line_kind <> 'item' AND category IS NULL""",
        *("unmapped lines", "movement_lines"),
    ),
    Rule(
        name="nothing_to_spread_over",
        hints=("spread lines",),
        severity=Severity.BLOCKER,
        title="A discount or surcharge of a whole sale has no items to be spread over",
        remedy="Give the line a category or a tax code in the SQL file, so that it stands for itself.",
        unit=("line", "lines"),
        amount="{} in all",
        sql="""
        SELECT l.store, l.business_date, 1 AS n, l.gross_cents AS amount_cents, l.what || ': ' || money(l.gross_cents) AS example
        FROM mapped_lines AS l
        WHERE l.is_spread AND l.gross_cents <> 0 AND l.account IS NULL AND NOT EXISTS (
            SELECT 1 FROM revenue_lines AS i WHERE i.store = l.store AND i.owner_kind = l.owner_kind AND i.owner = l.owner
                AND i.line_kind = 'item' AND i.gross_cents <> 0)""",
    ),
    unmapped(
        "tender",
        "A tender with an amount has no mapping row",
        "tender",
        """SELECT store, business_date, 'tender' AS kind, tender_code AS code, amount_cents AS cents FROM booked_tenders
        UNION ALL SELECT store, business_date, 'tender', tender_code, amount_cents FROM movements WHERE tender_code IS NOT NULL
        UNION ALL SELECT store, business_date, 'tender', tender_code, counted_cents - expected_cents FROM counted
        UNION ALL SELECT store, business_date, 'tender', cash_code, -cash_out_cents FROM cash_handed_out""",
        *("unmapped tenders", "tenders with cash-out", "movements", "counts"),
    ),
    unmapped(
        "function",
        "Money paid out, received or taken in advance has no mapping row for its function",
        "function",
        """SELECT store, business_date, 'function' AS kind, coalesce(function_code, '(no function)') AS code,
            amount_cents AS cents
        FROM movements WHERE kind IN ('paid_out', 'received', 'prepayment')""",
        "movements",
    ),
    unmapped(
        "other",
        "An amount that the books need has no mapping row",
        "other",
        OTHERS,
        *("sales with rounding", "sales with tip", "tenders with tip", "sales with lines apart", "movements", "counts"),
    ),
    unmapped(
        "gl_account",
        "An account of the POS's own ledger has no mapping row",
        "gl_account",
        """SELECT store, business_date, 'gl_account' AS kind, account_code AS code, amount_cents AS cents
        FROM gl_entries""",
        "gl_entries",
    ),
    unmapped(
        "purchase_category",
        "A purchase category with an amount has no mapping row",
        "purchase_category (for an account that the POS names: gl_account)",
        """SELECT store, business_date, 'purchase_category' AS kind, coalesce(category, '(no category)') AS code,
            gross_cents AS cents
        FROM booked_purchase_lines WHERE account IS NULL AND line_kind = 'goods' AND (category IS NOT NULL OR account_code IS NULL)
        UNION ALL SELECT store, business_date, 'gl_account', account_code, gross_cents
        FROM booked_purchase_lines WHERE line_kind = 'goods' AND category IS NULL AND account_code IS NOT NULL""",
        "purchases",
        stream=Stream.PURCHASES,
    ),
    unmapped(
        "purchase_other",
        "Freight, a fee or goods received of a purchase have no mapping row",
        "purchase_other (for goods received: other)",
        """SELECT store, business_date, 'purchase_other' AS kind, line_kind AS code, gross_cents AS cents
        FROM booked_purchase_lines WHERE account IS NULL AND line_kind <> 'goods'
        UNION ALL SELECT store, business_date, 'other', 'inventory_suspense', gross_cents
            FROM booked_purchases WHERE kind = 'receipt'""",
        "purchases",
        stream=Stream.PURCHASES,
    ),
)
