-- What was paid for the contracts in the period; as tender PREPAID, what was taken before a contract closed; and as tender ACCOUNT, what a
-- closed account contract leaves the customer owing: this system has no row for that. A bond that is kept pays by method BD for the
-- contract that charges for the damage.
-- A site changes: its payment methods in both CASEs, one line each.
SELECT LTRIM(RTRIM(y.ContractNo)) AS sale_id,
       CAST(y.PayNo AS varchar(12)) AS tender_no,
       CASE y.PayMethod
           WHEN 'CS' THEN 'CASH' WHEN 'EF' THEN 'EFTPOS' WHEN 'MC' THEN 'MASTERCARD' WHEN 'AX' THEN 'AMEX' WHEN 'BD' THEN 'BOND'
       END AS tender_code,
       CASE y.PayMethod
           WHEN 'CS' THEN 'cash' WHEN 'EF' THEN 'card' WHEN 'MC' THEN 'card' WHEN 'AX' THEN 'card' WHEN 'BD' THEN 'prepaid'
       END AS tender_type,
       y.Amount AS amount
FROM ContractPayments AS y
JOIN ContractFile AS c ON c.ContractNo = y.ContractNo
WHERE c.StoreCode = :store AND c.ClosedAt >= CAST(:from_local AS datetime2(0)) AND c.ClosedAt < CAST(:to_local AS datetime2(0))
UNION ALL
SELECT LTRIM(RTRIM(c.ContractNo)), 'PP', 'PREPAID', 'prepaid', SUM(y.Amount)
FROM PrePayments AS y
JOIN ContractFile AS c ON c.ContractNo = y.ContractNo
WHERE c.ContractStatus = 'C' AND y.PaidAt <= c.ClosedAt AND c.StoreCode = :store
  AND c.ClosedAt >= CAST(:from_local AS datetime2(0)) AND c.ClosedAt < CAST(:to_local AS datetime2(0))
GROUP BY c.ContractNo
HAVING SUM(y.Amount) <> 0
UNION ALL
SELECT o.sale_id, 'AR', 'ACCOUNT', 'account', o.owed
FROM (
    SELECT LTRIM(RTRIM(c.ContractNo)) AS sale_id,
           c.Total
               - COALESCE((SELECT SUM(y.Amount) FROM ContractPayments AS y WHERE y.ContractNo = c.ContractNo), 0)
               - COALESCE((SELECT SUM(y.Amount) FROM PrePayments AS y WHERE y.ContractNo = c.ContractNo AND y.PaidAt <= c.ClosedAt), 0)
               AS owed
    FROM ContractFile AS c
    WHERE c.ContractType = 'A' AND c.ContractStatus = 'C' AND c.StoreCode = :store
      AND c.ClosedAt >= CAST(:from_local AS datetime2(0)) AND c.ClosedAt < CAST(:to_local AS datetime2(0))
) AS o
WHERE o.owed <> 0
ORDER BY sale_id, tender_no
