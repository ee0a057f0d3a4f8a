-- All tickets of the store's points of sale. Tryton keeps no totals: a line is its quantity at a unit price with four decimals, rounded half
-- to even, as in sale_lines.sql. Done and posted tickets are paid in full and completed; posting is a step of Tryton's own ledger only.
-- A payment method whose account is of the income statement brings in no money: it is cash rounding (README.md).
WITH amounts AS (
    SELECT l.sale, l.quantity, p.template,
           l.quantity::numeric * l.unit_gross_price AS gross,
           l.quantity::numeric * l.unit_list_price AS net
    FROM sale_point_sale_line AS l
    JOIN sale_point_sale AS s ON s.id = l.sale
    JOIN product_product AS p ON p.id = l.product
    WHERE s.point = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[])
      AND s.date >= CAST(:from_date AS date) AND s.date < CAST(:to_date AS date)
),
totals AS (
    SELECT sale,
           SUM(CASE WHEN ABS(MOD(gross * 100, 2)) = 0.5 THEN TRUNC(gross, 2) ELSE ROUND(gross, 2) END) AS gross,
           SUM(CASE WHEN ABS(MOD(net * 100, 2)) = 0.5 THEN TRUNC(net, 2) ELSE ROUND(net, 2) END) AS net,
           BOOL_OR(quantity < 0 AND NOT is_gift_card) AS takes_back,
           BOOL_OR(quantity >= 0 AND NOT is_gift_card) AS sells
    FROM amounts
    JOIN (SELECT id, COALESCE(TO_JSONB(t) ->> 'gift_card' = 'true', FALSE) AS is_gift_card FROM product_template AS t) AS template
        ON template.id = amounts.template
    GROUP BY sale
)
SELECT s.id AS sale_id,
       s.number AS receipt_no,
       CAST(:store AS text) AS store_id,
       s.point AS register_id,
       CASE WHEN t.takes_back AND t.sells THEN 'exchange' WHEN t.takes_back THEN 'refund' ELSE 'sale' END AS kind,
       CASE s.state WHEN 'done' THEN 'completed' WHEN 'posted' THEN 'completed' WHEN 'cancelled' THEN 'void' ELSE 'open' END AS status,
       s.date AS business_date,
       u.code AS currency,
       COALESCE(t.net, 0) AS net,
       COALESCE(t.gross - t.net, 0) AS tax,
       COALESCE(t.gross, 0) AS gross,
       -COALESCE((
           SELECT SUM(y.amount)
           FROM sale_point_payment AS y
           JOIN sale_point_payment_method AS m ON m.id = y.method
           JOIN account_account AS a ON a.id = m.account
           JOIN account_account_type AS k ON k.id = a.type
           WHERE y.sale = s.id AND k.statement = 'income'
       ), 0) AS rounding
FROM sale_point_sale AS s
JOIN company_company AS c ON c.id = s.company
JOIN currency_currency AS u ON u.id = c.currency
LEFT JOIN totals AS t ON t.sale = s.id
WHERE s.point = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[])
  AND s.date >= CAST(:from_date AS date) AND s.date < CAST(:to_date AS date)
ORDER BY s.id
