-- What Tryton itself posted for the tickets of a date: its own arithmetic, in its own ledger. A date with a ticket that is not posted yet has
-- no totals, and the report says so.
WITH dates AS (
    SELECT s.date
    FROM sale_point_sale AS s
    WHERE s.point = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[])
      AND s.date >= CAST(:from_date AS date) AND s.date < CAST(:to_date AS date)
      AND s.state IN ('done', 'posted')
    GROUP BY s.date
    HAVING BOOL_AND(s.state = 'posted')
),
posted AS (
    SELECT s.date, s.id AS sale, l.credit - l.debit AS amount, m.name AS method, k.statement,
           l.origin IS NOT NULL AND STARTS_WITH(l.origin, 'sale.point.sale.line,') AS is_line
    FROM sale_point_sale AS s
    JOIN dates AS d ON d.date = s.date
    JOIN account_move_line AS l ON l.move = s.move
    LEFT JOIN sale_point_payment AS y ON y.sale = s.id AND l.origin = 'sale.point.payment,' || y.id
    LEFT JOIN sale_point_payment_method AS m ON m.id = y.method
    LEFT JOIN account_account AS a ON a.id = m.account
    LEFT JOIN account_account_type AS k ON k.id = a.type
    WHERE s.point = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[]) AND s.state = 'posted'
)
SELECT CAST(:store AS text) AS store_id, date AS business_date, 'gross' AS measure, NULL AS code,
       COALESCE(SUM(amount) FILTER (WHERE method IS NULL), 0) AS amount
FROM posted
GROUP BY date
UNION ALL
SELECT CAST(:store AS text), date, 'net', NULL, COALESCE(SUM(amount) FILTER (WHERE is_line), 0)
FROM posted
GROUP BY date
UNION ALL
SELECT CAST(:store AS text), date, 'tax', NULL, COALESCE(SUM(amount) FILTER (WHERE method IS NULL AND NOT is_line), 0)
FROM posted
GROUP BY date
UNION ALL
SELECT CAST(:store AS text), date, 'receipts', NULL, COUNT(DISTINCT sale)
FROM posted
GROUP BY date
UNION ALL
SELECT CAST(:store AS text), date, 'tender', method, -SUM(amount)
FROM posted
WHERE statement <> 'income'
GROUP BY date, method
ORDER BY 2, 3, 4
