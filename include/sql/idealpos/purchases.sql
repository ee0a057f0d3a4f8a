-- Supplier invoices and credits, selected by the date on which they were processed: one entered a week late belongs to that week.
-- The document number alone collides between suppliers, so that the key is supplier/number: with a hyphen, number C-1 of AB and number 1 of
-- AB-C would be one key. Credits are positive here and turned negative.
-- A site changes: table names; the codes of the document type; the slash (in the lines too), if its suppliers' codes hold one.
SELECT CONCAT(LTRIM(RTRIM(u.SupplierCode)), '/', LTRIM(RTRIM(u.InvoiceNo))) AS purchase_id,
       CASE u.DocType WHEN 'I' THEN 'invoice' WHEN 'C' THEN 'credit' END AS kind,
       u.SiteCode AS store_id,
       CAST(u.ProcessDate AS date) AS business_date,
       CAST(u.InvoiceDate AS date) AS document_date,
       CAST(u.DueDate AS date) AS due_date,
       i.Currency AS currency,
       LTRIM(RTRIM(u.SupplierCode)) AS supplier_id,
       LTRIM(RTRIM(u.InvoiceNo)) AS supplier_reference,
       CASE WHEN u.DocType = 'C' THEN u.TotalTax - u.Total ELSE u.Total - u.TotalTax END AS net,
       CASE WHEN u.DocType = 'C' THEN -u.TotalTax ELSE u.TotalTax END AS tax,
       CASE WHEN u.DocType = 'C' THEN -u.Total ELSE u.Total END AS gross,
       'processed' AS status,
       u.Paid AS is_paid
FROM StockPurchases AS u
JOIN Sites AS i ON i.SiteCode = u.SiteCode
WHERE u.SiteCode = :store AND u.ProcessDate >= CAST(:from_date AS date) AND u.ProcessDate < CAST(:to_date AS date)
ORDER BY purchase_id
