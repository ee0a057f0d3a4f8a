-- Lines of the purchases in the period: the goods by purchase category, then freight and admin fee, which the document's header keeps.
-- A site changes: table names; the purchase categories' names are the codes of its mapping.
SELECT TRIM(u.SupplierCode) || '/' || TRIM(u.InvoiceNo) AS purchase_id,
       CAST(l.LineNumber AS TEXT) AS line_no,
       'goods' AS line_kind,
       l.Description AS description,
       UPPER(REPLACE(TRIM(c.Description), ' ', '_')) AS category,
       l.Quantity AS quantity,
       CASE WHEN u.DocType = 'C' THEN l.Tax - l.LineTotal ELSE l.LineTotal - l.Tax END AS net_cents,
       CASE WHEN u.DocType = 'C' THEN -l.Tax ELSE l.Tax END AS tax_cents,
       CASE WHEN u.DocType = 'C' THEN -l.LineTotal ELSE l.LineTotal END AS gross_cents,
       TRIM(l.TaxLabel) AS tax_code
FROM StockPurchaseLines AS l
JOIN StockPurchases AS u ON u.SupplierCode = l.SupplierCode AND u.InvoiceNo = l.InvoiceNo
JOIN PurchaseCategories AS c ON c.CategoryNo = l.CategoryNo
WHERE u.SiteCode = :store AND u.ProcessDate >= :from_date AND u.ProcessDate < :to_date
UNION ALL
SELECT TRIM(u.SupplierCode) || '/' || TRIM(u.InvoiceNo), 'F', 'freight', 'Freight', NULL, NULL,
       CASE WHEN u.DocType = 'C' THEN u.FreightTax - u.Freight ELSE u.Freight - u.FreightTax END,
       CASE WHEN u.DocType = 'C' THEN -u.FreightTax ELSE u.FreightTax END,
       CASE WHEN u.DocType = 'C' THEN -u.Freight ELSE u.Freight END,
       'GST'
FROM StockPurchases AS u
WHERE u.Freight <> 0 AND u.SiteCode = :store AND u.ProcessDate >= :from_date AND u.ProcessDate < :to_date
UNION ALL
SELECT TRIM(u.SupplierCode) || '/' || TRIM(u.InvoiceNo), 'A', 'admin_fee', 'Admin fee', NULL, NULL,
       CASE WHEN u.DocType = 'C' THEN u.AdminFeeTax - u.AdminFee ELSE u.AdminFee - u.AdminFeeTax END,
       CASE WHEN u.DocType = 'C' THEN -u.AdminFeeTax ELSE u.AdminFeeTax END,
       CASE WHEN u.DocType = 'C' THEN -u.AdminFee ELSE u.AdminFee END,
       'GST'
FROM StockPurchases AS u
WHERE u.AdminFee <> 0 AND u.SiteCode = :store AND u.ProcessDate >= :from_date AND u.ProcessDate < :to_date
ORDER BY 1, 2
