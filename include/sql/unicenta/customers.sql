-- Account customers named by the tickets of the period, and no more of a person than the ledger is to hold.
-- A site changes: nothing.
SELECT DISTINCT c.id AS id, c.name AS name, c.searchkey AS account_number, c.email AS email, c.phone AS phone, c.taxid AS tax_number
FROM customers AS c
JOIN tickets AS t ON t.customer = c.id
JOIN receipts AS r ON r.id = t.id
JOIN (SELECT c.money, c.host, CAST(MIN(f.datenew) AS DATE) AS business_date
      FROM closedcash AS c
      JOIN receipts AS f ON f.money = c.money
      WHERE c.datestart < :to_date AND (c.dateend IS NULL OR c.dateend >= :from_date)
      GROUP BY c.money, c.host) AS cc ON cc.money = r.money
WHERE cc.business_date >= :from_date AND cc.business_date < :to_date
ORDER BY c.id
