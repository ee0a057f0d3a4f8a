-- Payments of the tickets. Change is a payment of its own with a negative amount, in cash whatever was handed over.
-- What a payment method is, its account tells (README.md): the cash method, a receivable, an account of the income statement (cash rounding,
-- which is no tender but the rounding of sales.sql); all others are cards.
-- A site changes: the last line of the CASE, where a method that is neither cash nor receivable is no card.
SELECT y.sale AS sale_id,
       y.id AS tender_no,
       m.name AS tender_code,
       CASE
           WHEN m.cash THEN 'cash'
           WHEN k.receivable THEN 'account'
           ELSE 'card'
       END AS tender_type,
       y.amount AS amount
FROM sale_point_payment AS y
JOIN sale_point_sale AS s ON s.id = y.sale
JOIN sale_point_payment_method AS m ON m.id = y.method
JOIN account_account AS a ON a.id = m.account
JOIN account_account_type AS k ON k.id = a.type
WHERE s.point = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[])
  AND s.date >= CAST(:from_date AS date) AND s.date < CAST(:to_date AS date)
  AND k.statement <> 'income'
ORDER BY y.sale, y.id
