-- What End of Day expected and counted of each payment method, per drawer, without the float and without what had gone to the bank.
-- A site changes: table names, its payment methods.
SELECT k.StoreCode AS store_id,
       k.CountDate AS business_date,
       CAST(k.DrawerNo AS TEXT) AS register_id,
       CASE k.PayMethod WHEN 'CS' THEN 'CASH' WHEN 'EF' THEN 'EFTPOS' WHEN 'MC' THEN 'MASTERCARD' WHEN 'AX' THEN 'AMEX' END AS tender_code,
       k.Expected AS expected_cents,
       k.Counted AS counted_cents
FROM DrawerCounts AS k
WHERE k.StoreCode = :store AND k.CountDate >= :from_date AND k.CountDate < :to_date
ORDER BY k.CountDate, k.DrawerNo, k.PayMethod
