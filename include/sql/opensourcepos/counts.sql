-- What was counted at the closed cash-ups. The drawer's cash holds the opening amount, which is taken off here, and what was put in or
-- taken out (a movement). Both kinds of card are one amount, hence their one code in tenders.sql. What was expected the till does not keep.
-- A site changes: it leaves out the row of the cards if tenders.sql keeps debit and credit cards apart.
SELECT (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'company') AS store_id,
       DATE(SUBTIME(CONVERT_TZ(u.open_date, @@session.time_zone, @@global.time_zone), TIME(:from_local))) AS business_date,
       CAST(u.cashup_id AS CHAR) AS shift_id,
       t.tender_code,
       CAST(100 * CASE t.tender_code
           WHEN 'CASH' THEN u.closed_amount_cash - u.open_amount_cash
           WHEN 'CARD' THEN u.closed_amount_card
           WHEN 'CHEQUE' THEN u.closed_amount_check
       END AS SIGNED) AS counted_cents
FROM ospos_cash_up AS u
JOIN (SELECT 'CASH' AS tender_code UNION ALL SELECT 'CARD' UNION ALL SELECT 'CHEQUE') AS t
WHERE u.open_date >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
    AND u.open_date < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND u.deleted = 0
    AND (u.closed_amount_cash <> 0 OR u.closed_amount_due <> 0 OR u.closed_amount_card <> 0 OR u.closed_amount_check <> 0)
ORDER BY u.cashup_id, t.tender_code
