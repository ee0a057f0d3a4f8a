-- Goods received: entries of the stock diary with reason 1 (bought) and -2 (sent back), put together by supplier, document and day. The diary knows
-- buying prices without tax and no supplier invoice, so that it is a receipt of goods; the invoice itself is entered in Xero (README.md).
-- An entry without a document number is a receipt of its own. The document number alone collides between suppliers.
-- A site changes: the currency; the reasons, if it uses others for deliveries.
SELECT CONCAT(COALESCE(d.supplier, '-'), '/', COALESCE(NULLIF(TRIM(d.supplierdoc), ''), d.id), '/', CAST(CAST(d.datenew AS DATE) AS CHAR(10))) AS purchase_id,
       'receipt' AS kind,
       TRIM(CAST(:store AS CHAR(64))) AS store_id,
       CAST(d.datenew AS DATE) AS business_date,
       CAST(d.datenew AS DATE) AS document_date,
       CAST(d.datenew AS DATE) AS received_date,
       'GBP' AS currency,
       COALESCE(d.supplier, '-') AS supplier_id,
       MAX(NULLIF(TRIM(d.supplierdoc), '')) AS supplier_reference,
       SUM(ROUND(CAST(d.units * d.price AS DECIMAL(20, 6)), 2)) AS net,
       0 AS tax,
       SUM(ROUND(CAST(d.units * d.price AS DECIMAL(20, 6)), 2)) AS gross,
       'received' AS status
FROM stockdiary AS d
WHERE d.reason IN (1, -2) AND d.datenew >= :from_date AND d.datenew < :to_date
GROUP BY d.supplier, COALESCE(NULLIF(TRIM(d.supplierdoc), ''), d.id), CAST(d.datenew AS DATE)
ORDER BY 1
