-- Cash sessions. A session has no date of its own: it belongs to the first date of the tickets and transfers that it holds, and one that
-- holds none is not told. Tickets keep their own date, by which Tryton posts them.
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
    SELECT session, MIN(date) AS first_date
    FROM entries
    WHERE session IN (
        SELECT session FROM entries WHERE date >= CAST(:from_date AS date) AND date < CAST(:to_date AS date)
    )
    GROUP BY session
)
SELECT c.id AS shift_id,
       CAST(:store AS text) AS store_id,
       c.point AS register_id,
       e.first_date AS business_date,
       CASE c.state WHEN 'posted' THEN 'reconciled' ELSE c.state END AS state,
       COALESCE(before.end_amount, 0) AS opening_float
FROM sessions AS e
JOIN sale_point_cash_session AS c ON c.id = e.session
LEFT JOIN sale_point_cash_session AS before ON before.id = c.previous_session
WHERE e.first_date >= CAST(:from_date AS date)
ORDER BY c.id
