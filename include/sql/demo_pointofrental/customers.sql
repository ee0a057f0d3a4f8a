-- Customers of the contracts, prepayments and bonds in the period, and no more of a person than the ledger is to hold.
-- A site changes: table names.
SELECT TRIM(k.CustNo) AS id,
       k.CustName AS name,
       TRIM(k.CustNo) AS account_number,
       k.Email AS email,
       k.TermsDays AS terms_days
FROM CustomerFile AS k
WHERE k.CustNo IN (
    SELECT c.CustNo FROM ContractFile AS c
    WHERE c.StoreCode = :store AND c.ClosedAt >= :from_local AND c.ClosedAt < :to_local
    UNION
    SELECT y.CustNo FROM PrePayments AS y
    WHERE y.StoreCode = :store AND y.PaidAt >= :from_local AND y.PaidAt < :to_local
    UNION
    SELECT d.CustNo FROM ContractBonds AS d
    WHERE d.StoreCode = :store AND d.MovedAt >= :from_local AND d.MovedAt < :to_local)
ORDER BY id
