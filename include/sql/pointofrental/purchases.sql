-- Goods received before their invoice, by the date of receipt, and vendor invoices and credits by the date on which they were posted.
-- An invoice names the receipt that it bills. Credits are positive here and turned negative. A key is R/vendor/number or I/vendor/number: a
-- receipt and an invoice of one vendor may have the same number, and with a hyphen number C-1 of AB and number 1 of AB-C would be one key.
-- A site changes: table names; the slash, if its vendors' codes hold one; where it does not accrue receipts, it deletes the first half (both
-- in the lines too).
SELECT CONCAT('R/', LTRIM(RTRIM(o.VendorNo)), '/', LTRIM(RTRIM(r.ReceiptNo))) AS purchase_id,
       'receipt' AS kind,
       CAST(NULL AS varchar(40)) AS receipt_id,
       o.StoreCode AS store_id,
       CAST(r.ReceivedOn AS date) AS business_date,
       CAST(r.ReceivedOn AS date) AS document_date,
       CAST(r.ReceivedOn AS date) AS received_date,
       CAST(NULL AS date) AS due_date,
       f.Currency AS currency,
       LTRIM(RTRIM(o.VendorNo)) AS supplier_id,
       LTRIM(RTRIM(r.ReceiptNo)) AS supplier_reference,
       SUM(l.Amount - l.Tax) AS net,
       SUM(l.Tax) AS tax,
       SUM(l.Amount) AS gross,
       'received' AS status
FROM GoodsReceipts AS r
JOIN PurchaseOrders AS o ON o.PONo = r.PONo
JOIN StoreFile AS f ON f.StoreCode = o.StoreCode
JOIN GoodsReceiptLines AS l ON l.ReceiptNo = r.ReceiptNo
WHERE o.StoreCode = :store AND r.ReceivedOn >= CAST(:from_date AS date) AND r.ReceivedOn < CAST(:to_date AS date)
GROUP BY o.VendorNo, r.ReceiptNo, o.StoreCode, r.ReceivedOn, f.Currency
UNION ALL
SELECT CONCAT('I/', LTRIM(RTRIM(v.VendorNo)), '/', LTRIM(RTRIM(v.InvoiceNo))),
       CASE WHEN v.IsCredit = 1 THEN 'credit' ELSE 'invoice' END,
       CASE WHEN r.ReceiptNo IS NOT NULL THEN CONCAT('R/', LTRIM(RTRIM(o.VendorNo)), '/', LTRIM(RTRIM(r.ReceiptNo))) END,
       v.StoreCode,
       CAST(v.PostedOn AS date),
       CAST(v.InvoiceDate AS date),
       CAST(r.ReceivedOn AS date),
       CAST(v.DueOn AS date),
       f.Currency,
       LTRIM(RTRIM(v.VendorNo)),
       LTRIM(RTRIM(v.InvoiceNo)),
       CASE WHEN v.IsCredit = 1 THEN v.TaxTotal - v.Total ELSE v.Total - v.TaxTotal END,
       CASE WHEN v.IsCredit = 1 THEN -v.TaxTotal ELSE v.TaxTotal END,
       CASE WHEN v.IsCredit = 1 THEN -v.Total ELSE v.Total END,
       'posted'
FROM VendorInvoices AS v
JOIN StoreFile AS f ON f.StoreCode = v.StoreCode
LEFT JOIN GoodsReceipts AS r ON r.ReceiptNo = v.ReceiptNo
LEFT JOIN PurchaseOrders AS o ON o.PONo = r.PONo
WHERE v.StoreCode = :store AND v.PostedOn >= CAST(:from_date AS date) AND v.PostedOn < CAST(:to_date AS date)
ORDER BY purchase_id
