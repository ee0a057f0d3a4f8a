-- Lines of the receipts: one per entry of the stock diary. The category is that of the article.
-- A site changes: the reasons, as in purchases.sql.
SELECT CONCAT(COALESCE(d.supplier, '-'), '/', COALESCE(NULLIF(TRIM(d.supplierdoc), ''), d.id), '/', CAST(CAST(d.datenew AS DATE) AS CHAR(10))) AS purchase_id,
       d.id AS line_no,
       'goods' AS line_kind,
       p.reference AS item_code,
       p.name AS description,
       UPPER(c.name) AS category,
       d.units AS quantity,
       d.price AS unit_cost,
       ROUND(CAST(d.units * d.price AS DECIMAL(20, 6)), 2) AS net,
       0 AS tax,
       ROUND(CAST(d.units * d.price AS DECIMAL(20, 6)), 2) AS gross,
       'NONE' AS tax_code
FROM stockdiary AS d
LEFT JOIN products AS p ON p.id = d.product
LEFT JOIN categories AS c ON c.id = p.category
WHERE d.reason IN (1, -2) AND d.datenew >= :from_date AND d.datenew < :to_date
ORDER BY d.id
