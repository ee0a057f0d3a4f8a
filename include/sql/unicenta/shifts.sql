-- The shifts of each till ("close cash"): a date is ready when all that began on it are closed. A shift begins in the moment in which the one
-- before is closed; its date is that of its first receipt, and one without receipts has none.
-- A site changes: nothing.
SELECT s.money AS shift_id,
       TRIM(CAST(:store AS CHAR(64))) AS store_id,
       s.host AS register_id,
       CAST(s.first_receipt AS DATE) AS business_date,
       s.first_receipt AS opened_at,
       s.dateend AS closed_at,
       CASE WHEN s.dateend IS NULL THEN 'open' ELSE 'closed' END AS state
FROM (
    SELECT c.money, c.host, c.hostsequence, c.dateend, MIN(f.datenew) AS first_receipt
    FROM closedcash AS c
    JOIN receipts AS f ON f.money = c.money
    WHERE c.datestart < :to_date AND (c.dateend IS NULL OR c.dateend >= :from_date)
    GROUP BY c.money, c.host, c.hostsequence, c.dateend
) AS s
WHERE s.first_receipt >= :from_date AND s.first_receipt < :to_date
ORDER BY s.host, s.hostsequence
