-- Suppliers of the purchases in the period, with their Accounting flag and terms.
-- A site changes: table names; it may leave out the flag, then all suppliers are sent.
SELECT LTRIM(RTRIM(v.SupplierCode)) AS id,
       v.SupplierName AS name,
       LTRIM(RTRIM(v.SupplierCode)) AS account_number,
       v.PaymentDays AS terms_days,
       v.Accounting AS for_accounting
FROM Suppliers AS v
WHERE v.SupplierCode IN (
    SELECT u.SupplierCode FROM StockPurchases AS u
    WHERE u.SiteCode = :store AND u.ProcessDate >= CAST(:from_date AS date) AND u.ProcessDate < CAST(:to_date AS date))
ORDER BY id
