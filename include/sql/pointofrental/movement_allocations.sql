-- Which contract the money taken after its closing pays, and on which business date that one closed. What a cash customer pays afterwards pays
-- nothing that is owed: it has no row here and becomes the customer's credit.
-- A site changes: table names; its own allocations, where one payment settles several contracts.
SELECT CONCAT('P', y.PrePayNo) AS movement_id,
       LTRIM(RTRIM(y.ContractNo)) AS sale_id,
       CASE
           WHEN CAST(c.ClosedAt AS time) < CAST(CAST(:from_local AS datetime2(0)) AS time) THEN DATEADD(day, -1, CAST(c.ClosedAt AS date))
           ELSE CAST(c.ClosedAt AS date)
       END AS sale_date,
       y.Amount AS amount
FROM PrePayments AS y
JOIN ContractFile AS c ON c.ContractNo = y.ContractNo
WHERE c.ContractType = 'A' AND c.ContractStatus = 'C' AND y.PaidAt > c.ClosedAt
  AND y.StoreCode = :store AND y.PaidAt >= CAST(:from_local AS datetime2(0)) AND y.PaidAt < CAST(:to_local AS datetime2(0))
ORDER BY movement_id
