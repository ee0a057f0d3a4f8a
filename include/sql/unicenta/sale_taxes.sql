-- The tax of each basket by tax: the only amounts of tax that are stored. They are per receipt, so that they have no line.
-- A site changes: nothing.
SELECT x.receipt AS sale_id,
       UPPER(t.name) AS tax_code,
       t.rate * 100 AS rate_percent,
       ROUND(CAST(x.base AS DECIMAL(20, 6)), 2) AS base,
       ROUND(CAST(x.amount AS DECIMAL(20, 6)), 2) AS amount
FROM taxlines AS x
JOIN taxes AS t ON t.id = x.taxid
JOIN tickets AS k ON k.id = x.receipt
JOIN receipts AS r ON r.id = x.receipt
JOIN (SELECT c.money, c.host, CAST(MIN(f.datenew) AS DATE) AS business_date
      FROM closedcash AS c
      JOIN receipts AS f ON f.money = c.money
      WHERE c.datestart < :to_date AND (c.dateend IS NULL OR c.dateend >= :from_date)
      GROUP BY c.money, c.host) AS cc ON cc.money = r.money
WHERE k.tickettype IN (0, 1) AND cc.business_date >= :from_date AND cc.business_date < :to_date
ORDER BY x.receipt, t.name
