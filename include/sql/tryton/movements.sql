-- Cash transfers: money that enters or leaves the drawer without a ticket. The type of the transfer is the function that the mapping goes by;
-- it moves the company's cash method, as Tryton posts it: the active one, or the last that was.
SELECT x.id AS movement_id,
       CAST(:store AS text) AS store_id,
       x.session AS shift_id,
       x.date AS business_date,
       CASE WHEN x.amount < 0 THEN 'paid_out' ELSE 'received' END AS kind,
       t.name AS function_code,
       m.name AS tender_code,
       x.amount AS amount
FROM sale_point_cash_transfer AS x
JOIN sale_point AS p ON p.id = x.point
JOIN sale_point_cash_transfer_type AS t ON t.id = x.type
LEFT JOIN LATERAL (
    SELECT c.name FROM sale_point_payment_method AS c WHERE c.company = p.company AND c.cash ORDER BY c.active DESC, c.id DESC LIMIT 1
) AS m ON TRUE
WHERE x.point = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[])
  AND x.date >= CAST(:from_date AS date) AND x.date < CAST(:to_date AS date)
ORDER BY x.id
