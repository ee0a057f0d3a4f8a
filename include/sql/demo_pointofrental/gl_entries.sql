-- Entries that End of Day makes in the system's own ledger and that no other file tells: value of the inventory (IV), transfers (TF), cost
-- of goods (CG), depreciation (DP). Entries of contracts (CT) name their contract, which is booked by its own rows, so that they book nothing
-- again. Payments, bonds and purchase orders are left out: movements and purchases tell them.
-- A site changes: the codes of the source. One that books from this ledger alone delivers all its entries without sale_id, and lets
-- sales.sql select nothing.
SELECT CAST(g.EntryNo AS TEXT) AS entry_id,
       CAST(g.LineNumber AS TEXT) AS line_no,
       g.StoreCode AS store_id,
       g.EntryDate AS business_date,
       TRIM(g.AccountNo) AS account_code,
       g.Debit - g.Credit AS amount_cents,
       TRIM(g.Class) AS class,
       g.Description AS description,
       CASE WHEN g.SourceType = 'CT' THEN TRIM(g.ContractNo) END AS sale_id
FROM GLEntries AS g
WHERE g.SourceType IN ('CT', 'IV', 'TF', 'CG', 'DP') AND g.StoreCode = :store AND g.EntryDate >= :from_date AND g.EntryDate < :to_date
ORDER BY g.EntryNo, g.LineNumber
