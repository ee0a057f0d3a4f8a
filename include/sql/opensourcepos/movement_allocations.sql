-- What each later payment of the period pays: the sale that it is written on, whole.
-- A site changes: the 0 in `INTERVAL 0 MINUTE` (README.md); the names of Due, as in tenders.sql.
SELECT CONCAT('P', x.payment_id) AS movement_id,
       CAST(x.sale_id AS CHAR) AS sale_id,
       DATE(SUBTIME(CONVERT_TZ(s.sale_time, @@session.time_zone, @@global.time_zone), TIME(:from_local))) AS sale_date,
       CAST(100 * (x.payment_amount - x.cash_refund) AS SIGNED) AS amount_cents
FROM ospos_sales_payments AS x
JOIN ospos_sales AS s ON s.sale_id = x.sale_id
WHERE x.payment_time >= CONVERT_TZ(:from_local - INTERVAL 0 MINUTE, @@global.time_zone, @@session.time_zone)
    AND x.payment_time < CONVERT_TZ(:to_local - INTERVAL 0 MINUTE, @@global.time_zone, @@session.time_zone)
    AND DATE(SUBTIME(CONVERT_TZ(x.payment_time, @@session.time_zone, @@global.time_zone) + INTERVAL 0 MINUTE, TIME(:from_local)))
        > DATE(SUBTIME(CONVERT_TZ(s.sale_time, @@session.time_zone, @@global.time_zone), TIME(:from_local)))
    AND x.cash_adjustment = 0 AND s.sale_status = 0 AND s.sale_type IN (0, 1, 4)
    AND x.payment_type NOT IN ('Due', 'fällig', 'Adeudado', 'Dû', 'Te betalen', 'Dovuto')
ORDER BY x.payment_id
