-- Goods received before their invoice, by the date of receipt, and vendor invoices and credits by the date on which they were posted.
-- An invoice names the receipt that it bills. Credits are positive here and turned negative. A key is R/vendor/number or I/vendor/number: a
-- receipt and an invoice of one vendor may have the same number, and with a hyphen number C-1 of AB and number 1 of AB-C would be one key.
-- A site changes: table names; the slash, if its vendors' codes hold one; where it does not accrue receipts, it deletes the first half (both
-- in the lines too).
SELECT 'R/' || TRIM(o.VendorNo) || '/' || TRIM(r.ReceiptNo) AS purchase_id,
       'receipt' AS kind,
       NULL AS receipt_id,
       o.StoreCode AS store_id,
       r.ReceivedOn AS business_date,
       r.ReceivedOn AS document_date,
       r.ReceivedOn AS received_date,
       NULL AS due_date,
       f.Currency AS currency,
       TRIM(o.VendorNo) AS supplier_id,
       TRIM(r.ReceiptNo) AS supplier_reference,
       SUM(l.Amount - l.Tax) AS net_cents,
       SUM(l.Tax) AS tax_cents,
       SUM(l.Amount) AS gross_cents,
       'received' AS status
FROM GoodsReceipts AS r
JOIN PurchaseOrders AS o ON o.PONo = r.PONo
JOIN StoreFile AS f ON f.StoreCode = o.StoreCode
JOIN GoodsReceiptLines AS l ON l.ReceiptNo = r.ReceiptNo
WHERE o.StoreCode = :store AND r.ReceivedOn >= :from_date AND r.ReceivedOn < :to_date
GROUP BY o.VendorNo, r.ReceiptNo, o.StoreCode, r.ReceivedOn, f.Currency
UNION ALL
SELECT 'I/' || TRIM(v.VendorNo) || '/' || TRIM(v.InvoiceNo),
       CASE WHEN v.IsCredit = 1 THEN 'credit' ELSE 'invoice' END,
       CASE WHEN r.ReceiptNo IS NULL THEN NULL ELSE 'R/' || TRIM(o.VendorNo) || '/' || TRIM(r.ReceiptNo) END,
       v.StoreCode,
       v.PostedOn,
       v.InvoiceDate,
       r.ReceivedOn,
       v.DueOn,
       f.Currency,
       TRIM(v.VendorNo),
       TRIM(v.InvoiceNo),
       CASE WHEN v.IsCredit = 1 THEN v.TaxTotal - v.Total ELSE v.Total - v.TaxTotal END,
       CASE WHEN v.IsCredit = 1 THEN -v.TaxTotal ELSE v.TaxTotal END,
       CASE WHEN v.IsCredit = 1 THEN -v.Total ELSE v.Total END,
       'posted'
FROM VendorInvoices AS v
JOIN StoreFile AS f ON f.StoreCode = v.StoreCode
LEFT JOIN GoodsReceipts AS r ON r.ReceiptNo = v.ReceiptNo
LEFT JOIN PurchaseOrders AS o ON o.PONo = r.PONo
WHERE v.StoreCode = :store AND v.PostedOn >= :from_date AND v.PostedOn < :to_date
ORDER BY 1
