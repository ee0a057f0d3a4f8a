-- Completed baskets: tickets of type 0 (sale) and 1 (refund). A basket that is parked lies in sharedtickets and is no ticket yet.
-- The shift (closedcash) decides the business date, whatever the clock said: what is rung past midnight belongs to the evening. A shift begins
-- in the moment in which the one before is closed, often the evening before, so that its date is that of its first receipt.
-- No total is stored: the lines hold net amounts and taxlines the tax, all as doubles; they are summed, then rounded once.
-- A site changes: the currency.
SELECT s.id AS sale_id,
       CAST(s.ticketid AS CHAR(20)) AS receipt_no,
       TRIM(CAST(:store AS CHAR(64))) AS store_id,
       s.host AS register_id,
       s.money AS shift_id,
       CASE s.tickettype WHEN 1 THEN 'refund' ELSE 'sale' END AS kind,
       'completed' AS status,
       s.business_date AS business_date,
       s.datenew AS occurred_local,
       'GBP' AS currency,
       s.customer AS customer_id,
       ROUND(CAST(s.tax AS DECIMAL(20, 6)), 2) AS tax,
       ROUND(CAST(s.net + s.tax AS DECIMAL(20, 6)), 2) AS gross
FROM (
    SELECT t.id, t.ticketid, t.tickettype, t.customer, cc.host, cc.business_date, r.money, r.datenew,
           COALESCE((SELECT SUM(l.units * l.price) FROM ticketlines AS l WHERE l.ticket = t.id), 0) AS net,
           COALESCE((SELECT SUM(x.amount) FROM taxlines AS x WHERE x.receipt = t.id), 0) AS tax
    FROM receipts AS r
    JOIN tickets AS t ON t.id = r.id
    JOIN (SELECT c.money, c.host, CAST(MIN(f.datenew) AS DATE) AS business_date
          FROM closedcash AS c
          JOIN receipts AS f ON f.money = c.money
          WHERE c.datestart < :to_date AND (c.dateend IS NULL OR c.dateend >= :from_date)
          GROUP BY c.money, c.host) AS cc ON cc.money = r.money
    WHERE t.tickettype IN (0, 1) AND cc.business_date >= :from_date AND cc.business_date < :to_date
) AS s
ORDER BY s.business_date, s.datenew, s.id
