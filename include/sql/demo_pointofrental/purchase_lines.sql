-- Lines of the receipts, invoices and credits in the period, by the general-ledger category of the order line; where the order line names
-- an account of the system's ledger, that account decides.
-- A site changes: table names; the category that means freight.
SELECT 'R/' || TRIM(o.VendorNo) || '/' || TRIM(r.ReceiptNo) AS purchase_id,
       CAST(l.LineNumber AS TEXT) AS line_no,
       CASE l.GLCategory WHEN 'FREIGHT' THEN 'freight' ELSE 'goods' END AS line_kind,
       l.Description AS description,
       CASE l.GLCategory WHEN 'FREIGHT' THEN NULL ELSE TRIM(l.GLCategory) END AS category,
       TRIM(l.GLAccount) AS account_code,
       CAST(l.Quantity AS TEXT) AS quantity,
       l.Amount - l.Tax AS net_cents,
       l.Tax AS tax_cents,
       l.Amount AS gross_cents,
       TRIM(l.TaxTable) AS tax_code
FROM GoodsReceiptLines AS l
JOIN GoodsReceipts AS r ON r.ReceiptNo = l.ReceiptNo
JOIN PurchaseOrders AS o ON o.PONo = r.PONo
WHERE o.StoreCode = :store AND r.ReceivedOn >= :from_date AND r.ReceivedOn < :to_date
UNION ALL
SELECT 'I/' || TRIM(v.VendorNo) || '/' || TRIM(v.InvoiceNo),
       CAST(l.LineNumber AS TEXT),
       CASE l.GLCategory WHEN 'FREIGHT' THEN 'freight' ELSE 'goods' END,
       l.Description,
       CASE l.GLCategory WHEN 'FREIGHT' THEN NULL ELSE TRIM(l.GLCategory) END,
       TRIM(l.GLAccount),
       CAST(l.Quantity AS TEXT),
       CASE WHEN v.IsCredit = 1 THEN l.Tax - l.Amount ELSE l.Amount - l.Tax END,
       CASE WHEN v.IsCredit = 1 THEN -l.Tax ELSE l.Tax END,
       CASE WHEN v.IsCredit = 1 THEN -l.Amount ELSE l.Amount END,
       TRIM(l.TaxTable)
FROM VendorInvoiceLines AS l
JOIN VendorInvoices AS v ON v.VendorNo = l.VendorNo AND v.InvoiceNo = l.InvoiceNo
WHERE v.StoreCode = :store AND v.PostedOn >= :from_date AND v.PostedOn < :to_date
ORDER BY 1, 2
