-- Customers of the contracts, prepayments and bonds in the period, and no more of a person than the ledger is to hold.
-- A site changes: table names.
SELECT LTRIM(RTRIM(k.CustNo)) AS id,
       k.CustName AS name,
       LTRIM(RTRIM(k.CustNo)) AS account_number,
       k.Email AS email,
       k.TermsDays AS terms_days
FROM CustomerFile AS k
WHERE k.CustNo IN (
    SELECT c.CustNo FROM ContractFile AS c
    WHERE c.StoreCode = :store AND c.ClosedAt >= CAST(:from_local AS datetime2(0)) AND c.ClosedAt < CAST(:to_local AS datetime2(0))
    UNION
    SELECT y.CustNo FROM PrePayments AS y
    WHERE y.StoreCode = :store AND y.PaidAt >= CAST(:from_local AS datetime2(0)) AND y.PaidAt < CAST(:to_local AS datetime2(0))
    UNION
    SELECT d.CustNo FROM ContractBonds AS d
    WHERE d.StoreCode = :store AND d.MovedAt >= CAST(:from_local AS datetime2(0)) AND d.MovedAt < CAST(:to_local AS datetime2(0)))
ORDER BY id
