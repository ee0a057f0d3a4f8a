-- Money that moves beside the closing of contracts: taken before one closes (function PREPAID; used as tender PREPAID when it closes, and
-- negative where it is given back before), taken after it closed (an account payment; movement_allocations.sql
-- names what it pays), bonds (function BOND: received, given back) and what is taken out of the drawer to the bank.
-- The business date is left to the store's clock and cut-over.
-- A site changes: its payment methods, the codes of the bond's type. Where money before closing goes straight into a bank account, and is
-- to be an overpayment in the ledger, the kind is account_payment, and tenders.sql leaves PREPAID out.
SELECT 'B' || b.DepositNo AS movement_id,
       b.StoreCode AS store_id,
       NULL AS business_date,
       b.DepositedAt AS occurred_local,
       'bank_deposit' AS kind,
       NULL AS function_code,
       CASE b.PayMethod WHEN 'CS' THEN 'CASH' WHEN 'EF' THEN 'EFTPOS' WHEN 'MC' THEN 'MASTERCARD' WHEN 'AX' THEN 'AMEX' END AS tender_code,
       NULL AS customer_id,
       NULL AS sale_id,
       -b.Amount AS amount_cents
FROM BankDeposits AS b
WHERE b.StoreCode = :store AND b.DepositedAt >= :from_local AND b.DepositedAt < :to_local
UNION ALL
SELECT 'P' || y.PrePayNo,
       y.StoreCode,
       NULL,
       y.PaidAt,
       CASE WHEN c.ContractStatus = 'C' AND y.PaidAt > c.ClosedAt THEN 'account_payment' ELSE 'prepayment' END,
       CASE WHEN c.ContractStatus = 'C' AND y.PaidAt > c.ClosedAt THEN NULL ELSE 'PREPAID' END,
       CASE y.PayMethod WHEN 'CS' THEN 'CASH' WHEN 'EF' THEN 'EFTPOS' WHEN 'MC' THEN 'MASTERCARD' WHEN 'AX' THEN 'AMEX' END,
       TRIM(y.CustNo),
       TRIM(y.ContractNo),
       y.Amount
FROM PrePayments AS y
JOIN ContractFile AS c ON c.ContractNo = y.ContractNo
WHERE y.StoreCode = :store AND y.PaidAt >= :from_local AND y.PaidAt < :to_local
UNION ALL
SELECT 'D' || d.BondNo,
       d.StoreCode,
       NULL,
       d.MovedAt,
       CASE d.BondType WHEN 'R' THEN 'received' WHEN 'F' THEN 'paid_out' END,
       'BOND',
       CASE d.PayMethod WHEN 'CS' THEN 'CASH' WHEN 'EF' THEN 'EFTPOS' WHEN 'MC' THEN 'MASTERCARD' WHEN 'AX' THEN 'AMEX' END,
       TRIM(d.CustNo),
       TRIM(d.ContractNo),
       CASE d.BondType WHEN 'R' THEN d.Amount WHEN 'F' THEN -d.Amount END
FROM ContractBonds AS d
WHERE d.StoreCode = :store AND d.MovedAt >= :from_local AND d.MovedAt < :to_local
ORDER BY 1
