-- All baskets of the period, by sale_time, which the till writes on the shop's clock (payment_time is the server's and dates nothing here).
-- Suspended baskets, quotes, work orders and cancelled sales come along with their status and are never booked.
-- Gross is what the till asks for: lines at four decimals as it keeps them, its rounded taxes on top, then the cent. Tax is that of the
-- receipt (sales_taxes). A cash adjustment is no payment, it changes what is due: it is the rounding. The till takes a basket for paid when
-- less than half a cent is left, and gives back half a cent as a whole one: then what was paid tells the rounding. An adjustment that
-- stands although a card paid the rest counts for nothing, for the till then asked for the exact amount.
-- A site changes: nothing.
SELECT CAST(s.sale_id AS CHAR) AS sale_id,
       COALESCE(NULLIF(s.invoice_number, ''), CONCAT('POS ', s.sale_id)) AS receipt_no,
       (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'company') AS store_id,
       CASE WHEN l.sold > 0 AND l.returned > 0 THEN 'exchange' WHEN l.returned > 0 THEN 'refund' ELSE 'sale' END AS kind,
       CASE
           WHEN s.sale_status = 2 THEN 'void'
           WHEN s.sale_type IN (2, 3) THEN 'open'
           WHEN s.sale_status = 1 THEN 'suspended'
           WHEN s.sale_status = 0 THEN 'completed'
       END AS status,
       CONVERT_TZ(s.sale_time, @@session.time_zone, @@global.time_zone) AS occurred_local,
       (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'currency_code') AS currency,
       CAST(s.customer_id AS CHAR) AS customer_id,
       CAST(100 * (ROUND(COALESCE(l.amount, 0) + COALESCE(t.on_top, 0), 2) - COALESCE(t.tax, 0)) AS SIGNED) AS net_cents,
       CAST(100 * COALESCE(t.tax, 0) AS SIGNED) AS tax_cents,
       CAST(100 * ROUND(COALESCE(l.amount, 0) + COALESCE(t.on_top, 0), 2) AS SIGNED) AS gross_cents,
       CAST(100 * CASE
           WHEN ABS(p.paid - COALESCE(l.amount, 0) - COALESCE(t.on_top, 0)) <= 0.005
               OR ABS(p.paid - p.adjustment - COALESCE(l.amount, 0) - COALESCE(t.on_top, 0)) <= 0.005
           THEN p.paid - ROUND(COALESCE(l.amount, 0) + COALESCE(t.on_top, 0), 2)
           ELSE p.adjustment
       END AS SIGNED) AS rounding_cents
FROM ospos_sales AS s
LEFT JOIN (
    SELECT x.sale_id,
           SUM(x.quantity_purchased > 0) AS sold,
           SUM(x.quantity_purchased < 0) AS returned,
           SUM(TRUNCATE(x.quantity_purchased * x.item_unit_price, 4)
               - CASE x.discount_type
                     WHEN 0 THEN ROUND(TRUNCATE(x.quantity_purchased * x.item_unit_price, 4) * x.discount / 100, 2)
                     ELSE ROUND(x.quantity_purchased * x.discount, 2)
                 END) AS amount
    FROM ospos_sales_items AS x
    JOIN ospos_sales AS a ON a.sale_id = x.sale_id
    WHERE a.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND a.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)
    GROUP BY x.sale_id) AS l ON l.sale_id = s.sale_id
LEFT JOIN (
    SELECT x.sale_id,
           SUM(ROUND(x.sale_tax_amount, 2)) AS tax,
           SUM(CASE WHEN x.tax_type = 1 THEN ROUND(x.sale_tax_amount, 2) ELSE 0 END) AS on_top
    FROM ospos_sales_taxes AS x
    JOIN ospos_sales AS a ON a.sale_id = x.sale_id
    WHERE a.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND a.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)
    GROUP BY x.sale_id) AS t ON t.sale_id = s.sale_id
LEFT JOIN (
    SELECT x.sale_id,
           SUM(CASE WHEN x.cash_adjustment = 0 THEN x.payment_amount - x.cash_refund ELSE 0 END) AS paid,
           SUM(CASE WHEN x.cash_adjustment = 0 THEN 0 ELSE x.payment_amount END) AS adjustment
    FROM ospos_sales_payments AS x
    JOIN ospos_sales AS a ON a.sale_id = x.sale_id
    WHERE a.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND a.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)
    GROUP BY x.sale_id) AS p ON p.sale_id = s.sale_id
WHERE s.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
    AND s.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)
ORDER BY s.sale_id
