-- The store totals that End of Day prints: gross and GST of the closed contracts, each payment method with what was left on account and
-- what had been paid before, how many contracts, and what is outstanding of debtors, prepayments and bonds. An amount is money; the number of
-- contracts is delivered as amount 8 for 8 contracts, which in the unit of this column (hundredths) is 800.
-- A site changes: table names, the codes of total and method.
SELECT t.StoreCode AS store_id,
       t.TotalDate AS business_date,
       CASE t.TotalType
           WHEN 'GROSS' THEN 'gross' WHEN 'TAX' THEN 'tax' WHEN 'MONEY' THEN 'tender' WHEN 'CONTRACTS' THEN 'receipts'
           WHEN 'BALANCE' THEN 'balance'
       END AS measure,
       CASE
           WHEN t.TotalType = 'BALANCE' AND t.PayMethod = 'AR' THEN 'debtors'
           WHEN t.PayMethod = 'CS' THEN 'CASH'
           WHEN t.PayMethod = 'EF' THEN 'EFTPOS'
           WHEN t.PayMethod = 'MC' THEN 'MASTERCARD'
           WHEN t.PayMethod = 'AX' THEN 'AMEX'
           WHEN t.PayMethod = 'AR' THEN 'ACCOUNT'
           WHEN t.PayMethod = 'PP' THEN 'PREPAID'
           WHEN t.PayMethod = 'BD' THEN 'BOND'
       END AS code,
       CASE WHEN t.TotalType = 'CONTRACTS' THEN t.Number * 100 ELSE t.Amount END AS amount_cents
FROM StoreTotals AS t
WHERE t.StoreCode = :store AND t.TotalDate >= :from_date AND t.TotalDate < :to_date
ORDER BY t.TotalDate, measure, code
