-- Supplier invoices and credits, selected by the date on which they were processed: one entered a week late belongs to that week.
-- The document number alone collides between suppliers, so that the key is supplier/number: with a hyphen, number C-1 of AB and number 1 of
-- AB-C would be one key. Credits are positive here and turned negative.
-- A site changes: table names; the codes of the document type; the slash (in the lines too), if its suppliers' codes hold one.
SELECT TRIM(u.SupplierCode) || '/' || TRIM(u.InvoiceNo) AS purchase_id,
       CASE u.DocType WHEN 'I' THEN 'invoice' WHEN 'C' THEN 'credit' END AS kind,
       u.SiteCode AS store_id,
       u.ProcessDate AS business_date,
       u.InvoiceDate AS document_date,
       u.DueDate AS due_date,
       i.Currency AS currency,
       TRIM(u.SupplierCode) AS supplier_id,
       TRIM(u.InvoiceNo) AS supplier_reference,
       CASE WHEN u.DocType = 'C' THEN u.TotalTax - u.Total ELSE u.Total - u.TotalTax END AS net_cents,
       CASE WHEN u.DocType = 'C' THEN -u.TotalTax ELSE u.TotalTax END AS tax_cents,
       CASE WHEN u.DocType = 'C' THEN -u.Total ELSE u.Total END AS gross_cents,
       'processed' AS status,
       u.Paid AS is_paid
FROM StockPurchases AS u
JOIN Sites AS i ON i.SiteCode = u.SiteCode
WHERE u.SiteCode = :store AND u.ProcessDate >= :from_date AND u.ProcessDate < :to_date
ORDER BY purchase_id
