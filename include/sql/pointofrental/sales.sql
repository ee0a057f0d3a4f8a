-- Contracts by the time of closing (no shifts: the business date is left to the store's clock and cut-over). One that is still out is no
-- event yet: told on the date on which it went out, it would be gone when it closes, a late change of 0.00; money for it is in movements.sql.
-- A changed closed contract is a contract of its own that names the other: an adjustment, whose amounts are negative where less is owed.
-- A site changes: table names, the codes of type and status.
SELECT LTRIM(RTRIM(c.ContractNo)) AS sale_id,
       LTRIM(RTRIM(c.ContractNo)) AS receipt_no,
       c.StoreCode AS store_id,
       CASE WHEN c.AdjustsContract IS NULL THEN 'sale' ELSE 'adjustment' END AS kind,
       CASE c.ContractStatus WHEN 'C' THEN 'completed' WHEN 'V' THEN 'void' WHEN 'Q' THEN 'suspended' ELSE 'open' END AS status,
       LTRIM(RTRIM(c.AdjustsContract)) AS original_sale_id,
       CAST(NULL AS date) AS business_date,
       c.ClosedAt AS occurred_local,
       f.Currency AS currency,
       LTRIM(RTRIM(c.CustNo)) AS customer_id,
       CASE WHEN c.ContractType = 'A' THEN 1 ELSE 0 END AS is_account_contract,
       c.Total - c.TaxTotal AS net,
       c.TaxTotal AS tax,
       c.Total AS gross
FROM ContractFile AS c
JOIN StoreFile AS f ON f.StoreCode = c.StoreCode
WHERE c.StoreCode = :store AND c.ClosedAt >= CAST(:from_local AS datetime2(0)) AND c.ClosedAt < CAST(:to_local AS datetime2(0))
ORDER BY occurred_local, sale_id
