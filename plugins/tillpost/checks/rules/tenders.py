"""How a sale was paid: tenders = gross + tip + rounding, cash-out apart; rounding only with cash (contract: invariants 3 and 9)."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.model.findings import Severity

_SALES = ("sale", "sales")

RULES = (
    Rule(
        name="tenders_do_not_match_sales",
        hints=("sales with tenders apart",),
        severity=Severity.BLOCKER,
        title="The tenders of a sale do not add up to its gross, tip and rounding",
        remedy="Look at the sale in the POS: a tender, a tip or a rounding is missing or told twice.",
        unit=_SALES,
        amount="{} apart",
        sql="""
        SELECT store, business_date, 1 AS n, paid - owed AS amount_cents,
            what || ': tenders ' || money(paid) || ', sale ' || money(owed) AS example
        FROM odd_sales WHERE paid <> owed""",
    ),
    Rule(
        name="tips_do_not_match",
        hints=("sales with tips apart",),
        severity=Severity.BLOCKER,
        title="The tip of a sale is not the sum of the tips on its tenders",
        remedy="Tell a tip once: the sale's tip is the sum of its tenders' tips.",
        unit=_SALES,
        amount="{} apart",
        sql="""
        SELECT store, business_date, 1 AS n, (tip_cents - tender_tip)::BIGINT AS amount_cents,
            what || ': tip ' || money(tip_cents) || ', on the tenders ' || money(tender_tip) AS example
        FROM odd_sales WHERE tip_cents <> tender_tip""",
    ),
    Rule(
        name="change_does_not_match",
        hints=("tenders with change apart",),
        severity=Severity.BLOCKER,
        title="A tender is not what was handed over less the change",
        remedy="Deliver the tender net of change.",
        unit=("tender", "tenders"),
        amount="{} apart",
        sql="""
        SELECT store, business_date, 1 AS n, amount_cents - tendered_cents + change_cents AS amount_cents,
            what || ': ' || tender_code || ' ' || money(amount_cents) || ', handed over ' || money(tendered_cents)
            || ', change ' || money(change_cents) AS example
        FROM booked_tenders WHERE amount_cents <> tendered_cents - change_cents""",
    ),
    Rule(
        name="rounding_without_cash",
        hints=("sales with rounding",),
        severity=Severity.WARNING,
        title="A sale was rounded although nothing of it was paid in cash",
        remedy="Look at the sale in the POS: only cash is rounded.",
        unit=_SALES,
        amount="{} of rounding",
        sql="""
        SELECT s.store, s.business_date, 1 AS n, s.rounding_cents AS amount_cents,
            s.what || ': rounding ' || money(s.rounding_cents) AS example
        FROM booked_sales AS s WHERE s.rounding_cents <> 0 AND NOT EXISTS (
            SELECT 1 FROM tenders AS t WHERE t.store = s.store AND t.sale_id = s.sale_id AND t.tender_type = 'cash')""",
    ),
    Rule(
        name="rounding_too_large",
        hints=("sales with rounding",),
        severity=Severity.WARNING,
        title="A sale was rounded by the smallest coin or more",
        remedy="Look at the sale in the POS: rounding is below the smallest coin (Australia 5 cents, New Zealand 10, Britain 1p).",
        unit=_SALES,
        amount="{} of rounding",
        sql="""
        SELECT s.store, s.business_date, 1 AS n, s.rounding_cents AS amount_cents,
            s.what || ': rounding ' || money(s.rounding_cents) AS example
        FROM booked_sales AS s, organisation AS o WHERE abs(s.rounding_cents) >= o.smallest_coin""",
    ),
    Rule(
        name="tip_told_twice",
        hints=("tip lines",),
        severity=Severity.BLOCKER,
        title="A tip is told both as a line and as an amount of its sale, or as a movement of the same sale",
        remedy="Deliver a tip once: as a line inside the gross, in the column tip, or as a movement.",
        unit=_SALES,
        amount="{} in all",
        sql="""
        WITH told AS (
            SELECT store, sale_id, 'line' AS how, sum(gross_cents)::BIGINT AS cents FROM sale_lines WHERE line_kind = 'tip' GROUP BY ALL
            UNION ALL
            SELECT s.store, s.sale_id, 'tip', coalesce(s.tip_cents, t.cents) FROM booked_sales AS s
                LEFT JOIN (SELECT store, sale_id, sum(tip_cents)::BIGINT AS cents FROM tenders GROUP BY ALL) AS t
                ON t.store = s.store AND t.sale_id = s.sale_id),
        twins AS (
            SELECT a.store, a.sale_id, a.how, a.cents, 'tip ' || money(b.cents) AS again FROM told AS a
            JOIN told AS b ON b.store = a.store AND b.sale_id = a.sale_id AND a.how = 'line' AND b.how = 'tip' AND b.cents <> 0
            UNION ALL
            SELECT a.store, a.sale_id, a.how, a.cents, 'movement ' || m.movement_id FROM told AS a
            JOIN movements AS m ON m.store = a.store AND m.sale_id = a.sale_id AND m.kind = 'received' AND m.amount_cents = a.cents
            WHERE a.how = 'line')
        SELECT s.store, s.business_date, 1 AS n, w.cents AS amount_cents,
            s.what || ': ' || w.how || ' ' || money(w.cents) || ', ' || w.again AS example
        FROM twins AS w JOIN booked_sales AS s ON s.store = w.store AND s.sale_id = w.sale_id WHERE w.cents <> 0""",
    ),
    Rule(
        name="gift_card_told_twice",
        hints=("gift card lines",),
        severity=Severity.BLOCKER,
        title="A gift card is told both as a line and as a tender or movement of the same sale",
        remedy="Deliver a gift card sold or redeemed once: as a line, as a tender or as a movement.",
        unit=_SALES,
        amount="{} in all",
        sql="""
        SELECT l.store, s.business_date, 1 AS n, abs(l.gross_cents) AS amount_cents,
            s.what || ': ' || l.line_kind || ' ' || money(l.gross_cents) || ', again as ' || o.what AS example
        FROM sale_lines AS l JOIN booked_sales AS s ON s.store = l.store AND s.sale_id = l.sale_id
        JOIN (SELECT store, sale_id, 'gift_card_redeem' AS line_kind, -amount_cents AS cents, 'tender ' || tender_code AS what
            FROM tenders WHERE tender_type = 'gift_card'
            UNION ALL
            SELECT store, sale_id, 'gift_card_issue', amount_cents, 'movement ' || movement_id FROM movements WHERE kind = 'received') AS o
            ON o.store = l.store AND o.sale_id = l.sale_id AND o.line_kind = l.line_kind AND o.cents = l.gross_cents
        WHERE l.gross_cents <> 0""",
    ),
    Rule(
        name="deposit_told_twice",
        hints=("deposit lines",),
        severity=Severity.BLOCKER,
        title="A deposit is told both as a line of a sale and as a movement for it",
        remedy="Deliver a deposit once: as a line of the sale or as a movement.",
        unit=_SALES,
        amount="{} in all",
        sql="""
        SELECT l.store, s.business_date, 1 AS n, abs(l.gross_cents) AS amount_cents,
            s.what || ': ' || l.line_kind || ' ' || money(l.gross_cents) || ', again as movement ' || m.movement_id AS example
        FROM sale_lines AS l JOIN booked_sales AS s ON s.store = l.store AND s.sale_id = l.sale_id
        JOIN movements AS m ON m.store = l.store AND m.sale_id = l.sale_id AND m.amount_cents = l.gross_cents
            AND m.kind IN ('prepayment', 'received', 'paid_out')
        WHERE l.line_kind IN ('deposit', 'deposit_return') AND l.gross_cents <> 0""",
    ),
)
