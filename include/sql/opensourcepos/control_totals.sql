-- What is outstanding on gift cards at the end of each date with trade, from the till's list of cards. The till sells a card without a sale:
-- it only appears in the list. So a card whose sale was not rung as an article too shows as a balance that moved and was not booked
-- (subledger_does_not_tie), with its amount. A card began with what is left on it and all that was paid with it since; a payment counts on
-- the date on which it is booked (tenders.sql says what is later). Only sales and payments since the first date are read.
-- A site changes: the names of the gift card in its language, as in tenders.sql; the 0 in `INTERVAL 0 MINUTE` (README.md). Delete the file if
-- the shop has no gift cards.
SELECT (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'company') AS store_id,
       d.business_date,
       'balance' AS measure,
       'GIFT_CARD' AS code,
       CAST(100 * (
           COALESCE((SELECT SUM(g.value) FROM ospos_giftcards AS g
                     WHERE DATE(SUBTIME(CONVERT_TZ(g.record_time, @@session.time_zone, @@global.time_zone), TIME(:from_local)))
                         <= d.business_date), 0)
           + COALESCE(SUM(u.amount), 0)) AS SIGNED) AS amount_cents
FROM (
    SELECT DISTINCT DATE(SUBTIME(CONVERT_TZ(a.sale_time, @@session.time_zone, @@global.time_zone), TIME(:from_local))) AS business_date
    FROM ospos_sales AS a
    WHERE a.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND a.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)) AS d
LEFT JOIN (
    SELECT w.amount,
           DATE(SUBTIME(CONVERT_TZ(g.record_time, @@session.time_zone, @@global.time_zone), TIME(:from_local))) AS made_on,
           CASE WHEN w.paid_at > w.sold_at + INTERVAL 2 HOUR THEN GREATEST(
                    DATE(SUBTIME(w.paid_at, TIME(:from_local))), DATE(SUBTIME(w.sold_at, TIME(:from_local))))
               ELSE DATE(SUBTIME(w.sold_at, TIME(:from_local))) END AS used_on
    FROM (
        SELECT x.payment_id, x.payment_type, x.payment_amount - x.cash_refund AS amount,
               CONVERT_TZ(x.payment_time, @@session.time_zone, @@global.time_zone) + INTERVAL 0 MINUTE AS paid_at,
               CONVERT_TZ(s.sale_time, @@session.time_zone, @@global.time_zone) AS sold_at
        FROM ospos_sales AS s
        JOIN ospos_sales_payments AS x ON x.sale_id = s.sale_id
        WHERE s.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
            AND s.sale_status = 0 AND x.payment_type LIKE '%:%'
        UNION
        SELECT x.payment_id, x.payment_type, x.payment_amount - x.cash_refund,
               CONVERT_TZ(x.payment_time, @@session.time_zone, @@global.time_zone) + INTERVAL 0 MINUTE,
               CONVERT_TZ(s.sale_time, @@session.time_zone, @@global.time_zone)
        FROM ospos_sales_payments AS x
        JOIN ospos_sales AS s ON s.sale_id = x.sale_id
        WHERE x.payment_time >= CONVERT_TZ(:from_local - INTERVAL 0 MINUTE, @@global.time_zone, @@session.time_zone)
            AND s.sale_status = 0 AND x.payment_type LIKE '%:%') AS w
    JOIN ospos_giftcards AS g ON g.giftcard_number = SUBSTRING_INDEX(w.payment_type, ':', -1)
    WHERE TRIM(SUBSTRING_INDEX(w.payment_type, ':', 1)) IN ('Gift Card', 'Gutschein', 'Tarjeta de Regalo', 'Carte Cadeau', 'Cadeaubon',
        'Carta Regalo')) AS u ON u.used_on > d.business_date AND u.made_on <= d.business_date
GROUP BY d.business_date
ORDER BY d.business_date
