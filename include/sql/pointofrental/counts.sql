-- What End of Day expected and counted of each payment method, per drawer, without the float and without what had gone to the bank.
-- A site changes: table names, its payment methods.
SELECT k.StoreCode AS store_id,
       CAST(k.CountDate AS date) AS business_date,
       k.DrawerNo AS register_id,
       CASE k.PayMethod WHEN 'CS' THEN 'CASH' WHEN 'EF' THEN 'EFTPOS' WHEN 'MC' THEN 'MASTERCARD' WHEN 'AX' THEN 'AMEX' END AS tender_code,
       k.Expected AS expected,
       k.Counted AS counted
FROM DrawerCounts AS k
WHERE k.StoreCode = :store AND k.CountDate >= CAST(:from_date AS date) AND k.CountDate < CAST(:to_date AS date)
ORDER BY k.CountDate, k.DrawerNo, k.PayMethod
