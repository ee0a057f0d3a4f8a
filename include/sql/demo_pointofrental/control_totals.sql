-- The store totals that End of Day prints: gross and GST of the closed contracts, each payment method with what was left on account, and
-- how many contracts. An amount is money; the number of contracts is delivered as amount 8 for 8 contracts, which in the unit of this column
-- (hundredths) is 800.
-- A site changes: table names, the codes of total and method.
SELECT t.StoreCode AS store_id,
       t.TotalDate AS business_date,
       CASE t.TotalType WHEN 'GROSS' THEN 'gross' WHEN 'TAX' THEN 'tax' WHEN 'MONEY' THEN 'tender' WHEN 'CONTRACTS' THEN 'receipts' END AS measure,
       CASE t.PayMethod
           WHEN 'CS' THEN 'CASH' WHEN 'EF' THEN 'EFTPOS' WHEN 'MC' THEN 'MASTERCARD' WHEN 'AX' THEN 'AMEX' WHEN 'AR' THEN 'ACCOUNT'
       END AS code,
       CASE WHEN t.TotalType = 'CONTRACTS' THEN t.Number * 100 ELSE t.Amount END AS amount_cents
FROM StoreTotals AS t
WHERE t.StoreCode = :store AND t.TotalDate >= :from_date AND t.TotalDate < :to_date
ORDER BY t.TotalDate, measure, code
