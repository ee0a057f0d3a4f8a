"""What the POS itself counted and printed: control totals, and the drawer's count (contract: invariant 6)."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.model.findings import Severity

LARGE_VARIANCE_CENTS = 5000

# The completed sales in the measures of a Z report. Tenders are net of change, cash-out and tip inside. `balance` has no sales to match.
_TOTALS = """
    WITH printed AS (
        SELECT store, business_date, measure, CASE WHEN measure = 'tender' THEN code END AS code, sum(amount_cents)::BIGINT AS cents
        FROM control_totals WHERE measure <> 'balance' GROUP BY ALL),
    refunds AS (
        SELECT store, business_date, sum(gross_cents)::BIGINT AS cents FROM booked_sales WHERE kind = 'refund' GROUP BY ALL),
    booked AS (
        SELECT store, business_date, 'gross' AS measure, NULL AS code, sum(gross_cents)::BIGINT AS cents FROM booked_sales GROUP BY ALL
        UNION ALL SELECT store, business_date, 'tax', NULL, sum(tax_cents)::BIGINT FROM booked_sales GROUP BY ALL
        UNION ALL SELECT store, business_date, 'net', NULL, sum(coalesce(net_cents, gross_cents - tax_cents))::BIGINT
            FROM booked_sales GROUP BY ALL
        UNION ALL SELECT store, business_date, 'receipts', NULL, count(*) FROM booked_sales GROUP BY ALL
        UNION ALL SELECT store, business_date, 'refunds', NULL, cents FROM refunds
        UNION ALL SELECT store, business_date, 'tender', tender_code, sum(amount_cents)::BIGINT FROM booked_tenders GROUP BY ALL),
    compared AS (
        SELECT p.store, p.business_date, p.measure || coalesce(' ' || p.code, '') AS what, p.measure, p.cents AS printed,
            coalesce(b.cents, 0) AS booked
        FROM printed AS p LEFT JOIN booked AS b ON b.store = p.store AND b.business_date = p.business_date AND b.measure = p.measure
            AND b.code IS NOT DISTINCT FROM p.code
        UNION ALL
        -- A tender that was taken although the POS, which prints its tenders, does not print it.
        SELECT b.store, b.business_date, 'tender ' || b.code, 'tender', 0, b.cents
        FROM booked AS b
        WHERE b.measure = 'tender' AND b.cents <> 0
            AND EXISTS (SELECT 1 FROM printed AS p WHERE p.store = b.store AND p.business_date = b.business_date AND p.measure = 'tender')
            AND NOT EXISTS (SELECT 1 FROM printed AS p WHERE p.store = b.store AND p.business_date = b.business_date
                AND p.measure = 'tender' AND p.code IS NOT DISTINCT FROM b.code))"""

RULES = (
    Rule(
        name="control_totals_differ",
        hints=("control_totals",),
        severity=Severity.BLOCKER,
        title="What was read is not what the POS itself printed at the end of the period",
        remedy="Read the date again once the POS has uploaded everything; if it stays, compare the report with the SQL files.",
        unit=("figure", "figures"),
        # A number of receipts may come as an amount (45 is 4500 hundredths) or as such; a refund may be printed without its sign.
        sql=f"""{_TOTALS}
        SELECT store, business_date, 1 AS n, NULL AS amount_cents,
            what || ': printed ' || CASE WHEN measure <> 'receipts' THEN money(printed)
                WHEN abs(printed - booked * 100) < abs(printed - booked) THEN (printed // 100)::VARCHAR ELSE printed::VARCHAR END
            || ', read ' || CASE WHEN measure = 'receipts' THEN booked::VARCHAR ELSE money(booked) END AS example
        FROM compared
        WHERE CASE measure WHEN 'receipts' THEN printed NOT IN (booked, booked * 100)
            WHEN 'refunds' THEN abs(printed) <> abs(booked) ELSE printed <> booked END""",
    ),
    Rule(
        name="no_control_totals",
        hints=("sales",),
        severity=Severity.INFO,
        title="The POS gives no control totals, so that completeness is proved by nothing outside the sales themselves",
        remedy="Add control_totals.sql to the POS's folder if it prints totals at the end of a shift or day.",
        unit=("date", "dates"),
        sql="""
        SELECT d.store, d.business_date, 1 AS n, NULL AS amount_cents, NULL AS example
        FROM (SELECT DISTINCT store, business_date FROM booked_sales) AS d
        WHERE NOT EXISTS (SELECT 1 FROM control_totals AS c WHERE c.store = d.store AND c.business_date = d.business_date)""",
    ),
    Rule(
        name="expected_does_not_match_takings",
        hints=("counts",),
        severity=Severity.BLOCKER,
        title="What the POS expects in the drawer is not what its sales and movements come to",
        remedy="Compare the tenders and movements that were read with the POS's cash report: one is missing or told twice.",
        unit=("tender", "tenders"),
        amount="{} apart",
        sql="""
        SELECT store, business_date, 1 AS n, given_cents - computed_cents AS amount_cents,
            tender_code || ': expected ' || money(given_cents) || ', sales and movements ' || money(computed_cents) AS example
        FROM counted WHERE given_cents <> computed_cents""",
    ),
    Rule(
        name="expected_not_given",
        hints=("counts",),
        severity=Severity.INFO,
        title="The POS does not say what was expected of a tender; it was computed from sales and movements",
        remedy="Nothing to do.",
        unit=("tender", "tenders"),
        amount="{} expected",
        sql="""
        SELECT store, business_date, 1 AS n, expected_cents AS amount_cents,
            tender_code || ': expected ' || money(expected_cents) || ', counted ' || money(counted_cents) AS example
        FROM counted WHERE given_cents IS NULL""",
    ),
    *(
        Rule(
            name=name,
            hints=("counts",),
            severity=severity,
            title=title,
            remedy=remedy,
            unit=("tender", "tenders"),
            amount="{} over (short is negative)",
            sql=f"""
            SELECT store, business_date, 1 AS n, counted_cents - expected_cents AS amount_cents,
                tender_code || ': expected ' || money(expected_cents) || ', counted ' || money(counted_cents) AS example
            FROM counted WHERE counted_cents <> expected_cents
                AND abs(counted_cents - expected_cents) {compared} {LARGE_VARIANCE_CENTS}""",
        )
        for name, severity, compared, title, remedy in (
            ("variance", Severity.INFO, "<=", "What was counted is not what was expected", "Nothing to do: it is booked as variance."),
            (
                "variance_large",
                Severity.WARNING,
                ">",
                "What was counted is more than 50.00 from what was expected",
                "Find out why: a wrong count, a missing movement, or money that is gone. It is booked as variance.",
            ),
        )
    ),
)
