-- Suppliers of the purchases in the period, with their Accounting flag and terms.
-- A site changes: table names; it may leave out the flag, then all suppliers are sent.
SELECT TRIM(v.SupplierCode) AS id,
       v.SupplierName AS name,
       TRIM(v.SupplierCode) AS account_number,
       v.PaymentDays AS terms_days,
       v.Accounting AS for_accounting
FROM Suppliers AS v
WHERE v.SupplierCode IN (
    SELECT u.SupplierCode FROM StockPurchases AS u
    WHERE u.SiteCode = :store AND u.ProcessDate >= :from_date AND u.ProcessDate < :to_date)
ORDER BY id
