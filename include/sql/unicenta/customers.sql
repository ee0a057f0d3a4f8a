-- Account customers named by the tickets of the period, and no more of a person than the ledger is to hold.
-- A site changes: nothing.
SELECT DISTINCT c.id AS id, c.name AS name, c.searchkey AS account_number, c.email AS email, c.phone AS phone, c.taxid AS tax_number
FROM customers AS c
JOIN tickets AS t ON t.customer = c.id
JOIN receipts AS r ON r.id = t.id
JOIN closedcash AS cc ON cc.money = r.money
WHERE cc.datestart >= :from_date AND cc.datestart < :to_date
ORDER BY c.id
