-- Suppliers named by the stock diary of the period. An entry without one is of the supplier "-", which has no name: contacts.csv gives it one,
-- or its receipts are held.
-- A site changes: the reasons, as in purchases.sql.
SELECT DISTINCT s.id AS id, s.name AS name, s.searchkey AS account_number, s.email AS email, s.phone AS phone, s.vatid AS tax_number
FROM suppliers AS s
JOIN stockdiary AS d ON d.supplier = s.id
WHERE d.reason IN (1, -2) AND d.datenew >= :from_date AND d.datenew < :to_date
ORDER BY s.id
