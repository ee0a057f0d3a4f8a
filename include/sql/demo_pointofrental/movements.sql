-- Money taken out of the drawer to the bank. The business date is left to the store's clock and cut-over.
-- A site changes: its payment methods.
SELECT 'B' || b.DepositNo AS movement_id,
       b.StoreCode AS store_id,
       NULL AS business_date,
       b.DepositedAt AS occurred_local,
       'bank_deposit' AS kind,
       CASE b.PayMethod WHEN 'CS' THEN 'CASH' WHEN 'EF' THEN 'EFTPOS' WHEN 'MC' THEN 'MASTERCARD' WHEN 'AX' THEN 'AMEX' END AS tender_code,
       -b.Amount AS amount_cents
FROM BankDeposits AS b
WHERE b.StoreCode = :store AND b.DepositedAt >= :from_local AND b.DepositedAt < :to_local
ORDER BY b.DepositNo
