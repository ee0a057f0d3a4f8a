-- Which contract the money taken after its closing pays, and on which business date that one closed. What a cash customer pays afterwards pays
-- nothing that is owed: it has no row here and becomes the customer's credit.
-- A site changes: table names; its own allocations, where one payment settles several contracts.
SELECT 'P' || y.PrePayNo AS movement_id,
       TRIM(y.ContractNo) AS sale_id,
       CASE
           WHEN TIME(c.ClosedAt) < TIME(:from_local) THEN DATE(c.ClosedAt, '-1 day')
           ELSE DATE(c.ClosedAt)
       END AS sale_date,
       y.Amount AS amount_cents
FROM PrePayments AS y
JOIN ContractFile AS c ON c.ContractNo = y.ContractNo
WHERE c.ContractType = 'A' AND c.ContractStatus = 'C' AND y.PaidAt > c.ClosedAt
  AND y.StoreCode = :store AND y.PaidAt >= :from_local AND y.PaidAt < :to_local
ORDER BY movement_id
