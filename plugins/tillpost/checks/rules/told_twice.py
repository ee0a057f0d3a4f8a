"""One event, one row: what pays a customer's account is told once, as a line, a tender or a movement (contract: invariant 9; policy 10)."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.model.findings import Severity

RULES = (
    Rule(
        name="account_payment_told_twice",
        hints=("account payment lines",),
        severity=Severity.BLOCKER,
        title="A payment on account is told both as a line of a sale and as a movement",
        remedy="Deliver a payment on account once: as a line of the sale or as a movement.",
        unit=("payment", "payments"),
        amount="{} in all",
        # Of the same sale; or, where the movement names none, of the same customer, date and amount.
        sql="""
        WITH twins AS (
            SELECT l.store, l.gross_cents, s.what, s.business_date AS sold, m.business_date AS moved, m.movement_id
            FROM sale_lines AS l JOIN booked_sales AS s ON s.store = l.store AND s.sale_id = l.sale_id
            JOIN movements AS m ON m.store = l.store AND m.kind = 'account_payment' AND l.gross_cents IN (m.amount_cents,
                m.amount_cents - coalesce(m.fee_cents, 0))
                AND (m.sale_id = l.sale_id
                    OR m.sale_id IS NULL AND m.customer_id = s.customer_id AND m.business_date = s.business_date)
            WHERE l.line_kind = 'account_payment' AND l.gross_cents <> 0)
        SELECT store, business_date, 1 AS n, abs(gross_cents) AS amount_cents,
            what || ': account_payment ' || money(gross_cents) || ', again as movement ' || movement_id AS example
        FROM (SELECT * EXCLUDE (sold, moved), sold AS business_date FROM twins UNION SELECT * EXCLUDE (sold, moved), moved FROM twins)""",
    ),
    Rule(
        name="sale_paid_twice",
        hints=("movement_allocations",),
        severity=Severity.BLOCKER,
        title="More is paid on a sale than went on account: a payment is told as its tender and as a movement",
        remedy="Deliver what is paid at once as a tender of the sale, and what is paid later as a movement.",
        unit=("sale", "sales"),
        amount="{} too much",
        sql="""
        WITH paid AS (
            SELECT a.store, a.sale_id, sum(a.amount_cents)::BIGINT AS cents, max(m.business_date) AS business_date
            FROM movement_allocations AS a JOIN movements AS m ON m.store = a.store AND m.movement_id = a.movement_id
            GROUP BY a.store, a.sale_id),
        owed AS (
            SELECT store, sale_id, coalesce(sum(amount_cents) FILTER (WHERE tender_type = 'account'), 0)::BIGINT AS cents
            FROM tenders GROUP BY store, sale_id)
        SELECT p.store, p.business_date, 1 AS n, abs(p.cents) - abs(coalesce(o.cents, 0)) AS amount_cents,
            s.what || ': on account ' || money(coalesce(o.cents, 0)) || ', paid by movements ' || money(p.cents) AS example
        FROM paid AS p JOIN booked_sales AS s ON s.store = p.store AND s.sale_id = p.sale_id
        LEFT JOIN owed AS o ON o.store = p.store AND o.sale_id = p.sale_id
        WHERE abs(p.cents) > abs(coalesce(o.cents, 0))""",
    ),
)
