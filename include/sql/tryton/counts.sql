-- What was in the drawer when a session was closed, without what it began with. Tryton closes a session only where the amount is the one that
-- it expects; what is missing or too much is entered as a cash transfer before (README.md).
-- A session that holds several dates was not counted at the end of each: it has no row.
WITH entries AS (
    SELECT y.session, s.date
    FROM sale_point_payment AS y
    JOIN sale_point_sale AS s ON s.id = y.sale
    WHERE s.point = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[]) AND y.session IS NOT NULL
    UNION ALL
    SELECT x.session, x.date
    FROM sale_point_cash_transfer AS x
    WHERE x.point = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[])
),
sessions AS (
    SELECT session, MIN(date) AS date
    FROM entries
    WHERE session IN (
        SELECT session FROM entries WHERE date >= CAST(:from_date AS date) AND date < CAST(:to_date AS date)
    )
    GROUP BY session
    HAVING MIN(date) = MAX(date)
)
SELECT CAST(:store AS text) AS store_id,
       e.date AS business_date,
       c.id AS shift_id,
       c.point AS register_id,
       m.name AS tender_code,
       c.end_amount - COALESCE(before.end_amount, 0) AS expected,
       c.end_amount - COALESCE(before.end_amount, 0) AS counted
FROM sessions AS e
JOIN sale_point_cash_session AS c ON c.id = e.session
JOIN sale_point AS p ON p.id = c.point
JOIN sale_point_payment_method AS m ON m.company = p.company AND m.cash AND m.active
LEFT JOIN sale_point_cash_session AS before ON before.id = c.previous_session
WHERE c.state <> 'open'
ORDER BY c.id
