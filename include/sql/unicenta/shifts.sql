-- The closings of each till ("close cash"): a date is ready when all that were opened on it are closed.
-- A site changes: nothing.
SELECT cc.money AS shift_id,
       TRIM(CAST(:store AS CHAR(64))) AS store_id,
       cc.host AS register_id,
       CAST(cc.datestart AS DATE) AS business_date,
       cc.datestart AS opened_at,
       cc.dateend AS closed_at,
       CASE WHEN cc.dateend IS NULL THEN 'open' ELSE 'closed' END AS state
FROM closedcash AS cc
WHERE cc.datestart >= :from_date AND cc.datestart < :to_date
ORDER BY cc.host, cc.hostsequence
