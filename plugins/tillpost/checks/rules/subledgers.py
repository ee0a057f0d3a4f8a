"""What only the record of earlier dates can tell: sales sent in another mode, goods received and not billed, purchases of no store
(accounting policy 10 and 12)."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.model.findings import Severity, Stream

# Goods that wait longer than this for their bill are listed.
DAYS_UNTIL_LISTED = 30

RULES = (
    Rule(
        name="gl_sale_not_booked",
        hints=("gl_entries",),
        severity=Severity.BLOCKER,
        title="Entries of the POS's own ledger are of sales that were sent in another mode, and no document of ours carries them",
        remedy="Deliver the sale itself too, or leave its id out of the entry, so that the entry books it.",
        unit=("sale", "sales"),
        amount="{} in all",
        sql="""
        SELECT g.store, g.business_date, 1 AS n, (sum(g.amount_cents) FILTER (WHERE g.amount_cents > 0))::BIGINT AS amount_cents,
            'sale ' || g.sale_id || ': entry ' || min(g.entry_id) AS example
        FROM gl_entries AS g
        WHERE g.sale_id IS NOT NULL AND g.amount_cents <> 0
            AND NOT EXISTS (SELECT 1 FROM booked_sales AS s WHERE s.store = g.store AND s.sale_id = g.sale_id)
            AND NOT EXISTS (SELECT 1 FROM known_sales AS k WHERE k.store = g.store AND k.sale_id = g.sale_id)
        GROUP BY g.store, g.business_date, g.sale_id""",
    ),
    Rule(
        name="goods_received_not_invoiced",
        hints=("purchases", "open receipts"),
        severity=Severity.INFO,
        title=f"Goods were received more than {DAYS_UNTIL_LISTED} days ago, and no bill names their receipt",
        remedy="Ask the supplier for the bill, or let the bill name the receipt in the POS.",
        unit=("receipt of goods", "receipts of goods"),
        amount="{} in all",
        stream=Stream.PURCHASES,
        sql=f"""
        WITH today AS (SELECT store, max(business_date) AS business_date FROM store_dates GROUP BY store),
        received AS (
            SELECT store, purchase_id, document_date, cents FROM open_receipts
            UNION SELECT store, purchase_id, document_date, gross_cents - coalesce(tax_cents, 0)
            FROM booked_purchases AS p WHERE kind = 'receipt'
                AND NOT EXISTS (SELECT 1 FROM open_receipts AS o WHERE o.store = p.store AND o.purchase_id = p.purchase_id))
        SELECT r.store, t.business_date, 1 AS n, r.cents AS amount_cents,
            'receipt ' || r.purchase_id || ' of ' || r.document_date || ': ' || money(r.cents) || ', '
            || (t.business_date - r.document_date) || ' days' AS example
        FROM received AS r JOIN today AS t ON t.store = r.store
        WHERE t.business_date - r.document_date > {DAYS_UNTIL_LISTED}
            AND NOT EXISTS (SELECT 1 FROM purchases AS b WHERE b.store = r.store AND b.receipt_id = r.purchase_id)""",
    ),
    Rule(
        name="purchase_of_no_store_told_twice",
        hints=("purchases",),
        severity=Severity.INFO,
        title="Purchases of no store are delivered by several stores; each is booked once",
        remedy="Nothing to do: the first of them in tillpost.yml books it, or the one that has before.",
        unit=("purchase", "purchases"),
        amount="{} in all",
        stream=Stream.PURCHASES,
        sql="""
        SELECT a.store, a.business_date, 1 AS n, a.gross_cents AS amount_cents,
            a.what || ': also delivered by ' || string_agg(DISTINCT b.store, ', ' ORDER BY b.store) AS example
        FROM booked_purchases AS a JOIN stores AS sa ON sa.store = a.store
        JOIN booked_purchases AS b ON b.purchase_id = a.purchase_id AND b.kind = a.kind AND b.store <> a.store
        JOIN stores AS sb ON sb.store = b.store AND sb.pos = sa.pos AND sb.connection = sa.connection
        WHERE coalesce(a.store_id, '') = '' AND coalesce(b.store_id, '') = ''
        GROUP BY a.store, a.business_date, a.purchase_id, a.gross_cents, a.what""",
    ),
)
