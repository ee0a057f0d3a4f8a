-- What is outstanding on gift cards at the end of each date with trade, from the till's list of cards. The till sells a card without a sale:
-- it only appears in the list. So a card whose sale was not rung as an article too shows as a balance that moved and was not booked
-- (subledger_does_not_tie), with its amount. A card began with what is left on it and all that was paid with it since.
-- A site changes: the names of the gift card in its language, as in tenders.sql. Delete the file if the shop has no gift cards.
SELECT (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'company') AS store_id,
       d.business_date,
       'balance' AS measure,
       'GIFT_CARD' AS code,
       CAST(100 * (
           COALESCE((SELECT SUM(g.value) FROM ospos_giftcards AS g
                     WHERE DATE(SUBTIME(CONVERT_TZ(g.record_time, @@session.time_zone, @@global.time_zone), TIME(:from_local)))
                         <= d.business_date), 0)
           + COALESCE((SELECT SUM(p.payment_amount - p.cash_refund)
                       FROM ospos_sales_payments AS p
                       JOIN ospos_sales AS s ON s.sale_id = p.sale_id
                       JOIN ospos_giftcards AS g ON g.giftcard_number = SUBSTRING_INDEX(p.payment_type, ':', -1)
                       WHERE s.sale_status = 0
                           AND SUBSTRING_INDEX(p.payment_type, ':', 1) IN ('Gift Card', 'Gutschein', 'Tarjeta de Regalo',
                               'Carte Cadeau', 'Cadeaubon', 'Carta Regalo')
                           AND DATE(SUBTIME(CONVERT_TZ(g.record_time, @@session.time_zone, @@global.time_zone), TIME(:from_local)))
                               <= d.business_date
                           AND DATE(SUBTIME(CONVERT_TZ(s.sale_time, @@session.time_zone, @@global.time_zone), TIME(:from_local)))
                               > d.business_date), 0)
       ) AS SIGNED) AS amount_cents
FROM (
    SELECT DISTINCT DATE(SUBTIME(CONVERT_TZ(a.sale_time, @@session.time_zone, @@global.time_zone), TIME(:from_local))) AS business_date
    FROM ospos_sales AS a
    WHERE a.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND a.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)) AS d
ORDER BY d.business_date
