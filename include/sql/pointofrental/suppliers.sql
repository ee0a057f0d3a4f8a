-- Vendors of the receipts, invoices and credits in the period.
-- A site changes: table names. There is no accounting flag: every vendor is sent.
SELECT LTRIM(RTRIM(n.VendorNo)) AS id,
       n.VendorName AS name,
       LTRIM(RTRIM(n.VendorNo)) AS account_number,
       n.TermsDays AS terms_days,
       1 AS for_accounting
FROM VendorFile AS n
WHERE n.VendorNo IN (
    SELECT v.VendorNo FROM VendorInvoices AS v
    WHERE v.StoreCode = :store AND v.PostedOn >= CAST(:from_date AS date) AND v.PostedOn < CAST(:to_date AS date)
    UNION
    SELECT o.VendorNo FROM GoodsReceipts AS r
    JOIN PurchaseOrders AS o ON o.PONo = r.PONo
    WHERE o.StoreCode = :store AND r.ReceivedOn >= CAST(:from_date AS date) AND r.ReceivedOn < CAST(:to_date AS date))
ORDER BY id
