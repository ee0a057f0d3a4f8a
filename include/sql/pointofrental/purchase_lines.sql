-- Lines of the receipts, invoices and credits in the period, by the general-ledger category of the order line; where the order line names
-- an account of the system's ledger, that account decides.
-- A site changes: table names; the category that means freight.
SELECT CONCAT('R/', LTRIM(RTRIM(o.VendorNo)), '/', LTRIM(RTRIM(r.ReceiptNo))) AS purchase_id,
       l.LineNumber AS line_no,
       CASE RTRIM(l.GLCategory) WHEN 'FREIGHT' THEN 'freight' ELSE 'goods' END AS line_kind,
       l.Description AS description,
       CASE WHEN RTRIM(l.GLCategory) <> 'FREIGHT' THEN RTRIM(l.GLCategory) END AS category,
       LTRIM(RTRIM(l.GLAccount)) AS account_code,
       l.Quantity AS quantity,
       l.Amount - l.Tax AS net,
       l.Tax AS tax,
       l.Amount AS gross,
       RTRIM(l.TaxTable) AS tax_code
FROM GoodsReceiptLines AS l
JOIN GoodsReceipts AS r ON r.ReceiptNo = l.ReceiptNo
JOIN PurchaseOrders AS o ON o.PONo = r.PONo
WHERE o.StoreCode = :store AND r.ReceivedOn >= CAST(:from_date AS date) AND r.ReceivedOn < CAST(:to_date AS date)
UNION ALL
SELECT CONCAT('I/', LTRIM(RTRIM(v.VendorNo)), '/', LTRIM(RTRIM(v.InvoiceNo))),
       l.LineNumber,
       CASE RTRIM(l.GLCategory) WHEN 'FREIGHT' THEN 'freight' ELSE 'goods' END,
       l.Description,
       CASE WHEN RTRIM(l.GLCategory) <> 'FREIGHT' THEN RTRIM(l.GLCategory) END,
       LTRIM(RTRIM(l.GLAccount)),
       l.Quantity,
       CASE WHEN v.IsCredit = 1 THEN l.Tax - l.Amount ELSE l.Amount - l.Tax END,
       CASE WHEN v.IsCredit = 1 THEN -l.Tax ELSE l.Tax END,
       CASE WHEN v.IsCredit = 1 THEN -l.Amount ELSE l.Amount END,
       RTRIM(l.TaxTable)
FROM VendorInvoiceLines AS l
JOIN VendorInvoices AS v ON v.VendorNo = l.VendorNo AND v.InvoiceNo = l.InvoiceNo
WHERE v.StoreCode = :store AND v.PostedOn >= CAST(:from_date AS date) AND v.PostedOn < CAST(:to_date AS date)
ORDER BY purchase_id, line_no
