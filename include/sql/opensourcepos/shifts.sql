-- Cash-ups. The till does not link sales to them: they tell when a date is closed, and the float. One without any closing amount is open
-- still, and its date waits until it is closed or deleted in the till.
-- A site changes: nothing; it deletes this file and counts.sql if it opens cash-ups and never closes them.
SELECT CAST(u.cashup_id AS CHAR) AS shift_id,
       (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'company') AS store_id,
       DATE(SUBTIME(CONVERT_TZ(u.open_date, @@session.time_zone, @@global.time_zone), TIME(:from_local))) AS business_date,
       CONVERT_TZ(u.open_date, @@session.time_zone, @@global.time_zone) AS opened_at,
       CASE WHEN u.closed_amount_cash = 0 AND u.closed_amount_due = 0 AND u.closed_amount_card = 0 AND u.closed_amount_check = 0
           THEN NULL ELSE CONVERT_TZ(u.close_date, @@session.time_zone, @@global.time_zone) END AS closed_at,
       CASE WHEN u.closed_amount_cash = 0 AND u.closed_amount_due = 0 AND u.closed_amount_card = 0 AND u.closed_amount_check = 0
           THEN 'open' ELSE 'closed' END AS state,
       CAST(100 * u.open_amount_cash AS SIGNED) AS opening_float_cents
FROM ospos_cash_up AS u
WHERE u.open_date >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
    AND u.open_date < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND u.deleted = 0
ORDER BY u.cashup_id
