-- What each later payment of the period pays: the sale that it is written on, whole. What is later is said in tenders.sql.
-- A site changes: the 0 in `INTERVAL 0 MINUTE` (README.md); the names of Due, as in tenders.sql.
SELECT CONCAT('P', w.payment_id) AS movement_id,
       CAST(w.sale_id AS CHAR) AS sale_id,
       DATE(SUBTIME(w.sold_at, TIME(:from_local))) AS sale_date,
       CAST(100 * (w.payment_amount - w.cash_refund) AS SIGNED) AS amount_cents
FROM (
    SELECT x.payment_id, x.sale_id, x.payment_amount, x.cash_refund, TRIM(SUBSTRING_INDEX(x.payment_type, ':', 1)) AS word,
           CONVERT_TZ(x.payment_time, @@session.time_zone, @@global.time_zone) + INTERVAL 0 MINUTE AS paid_at,
           CONVERT_TZ(s.sale_time, @@session.time_zone, @@global.time_zone) AS sold_at
    FROM ospos_sales_payments AS x
    JOIN ospos_sales AS s ON s.sale_id = x.sale_id
    WHERE x.payment_time >= CONVERT_TZ(:from_local - INTERVAL 0 MINUTE, @@global.time_zone, @@session.time_zone)
        AND x.payment_time < CONVERT_TZ(:to_local - INTERVAL 0 MINUTE, @@global.time_zone, @@session.time_zone)
        AND x.cash_adjustment = 0 AND s.sale_status = 0 AND s.sale_type IN (0, 1, 4)) AS w
WHERE w.paid_at > w.sold_at + INTERVAL 2 HOUR
    AND DATE(SUBTIME(w.paid_at, TIME(:from_local))) > DATE(SUBTIME(w.sold_at, TIME(:from_local)))
    AND w.word NOT IN ('Due', 'fällig', 'Adeudado', 'Dû', 'Te betalen', 'Dovuto')
ORDER BY w.payment_id
