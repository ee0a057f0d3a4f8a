-- Writes back what the ledger knows of one document, by the key under which it was delivered. It may run again and again: the same
-- content changes nothing, and an older state never overwrites a newer one.
-- A site changes: its own table or procedure (a site adds LedgerStatus beside the vendor's tables, or a database of its own, and gives the
-- writing login UPDATE and INSERT on it and nothing else).
UPDATE LedgerStatus
SET LedgerNumber = :number,
    Status = :status,
    AmountDue = CAST(:amount_due_cents AS decimal(19, 4)) * 0.01,
    AmountPaid = CAST(:amount_paid_cents AS decimal(19, 4)) * 0.01,
    PaidOn = CAST(:paid_on AS date),
    ChangedAt = CAST(:changed_at AS datetime2(3))
WHERE SiteCode = :store AND DocumentKind = :kind AND DocumentKey = :pos_id AND ChangedAt <= CAST(:changed_at AS datetime2(3));
INSERT INTO LedgerStatus (SiteCode, DocumentKind, DocumentKey, LedgerNumber, Status, AmountDue, AmountPaid, PaidOn, ChangedAt)
SELECT :store, :kind, :pos_id, :number, :status,
       CAST(:amount_due_cents AS decimal(19, 4)) * 0.01, CAST(:amount_paid_cents AS decimal(19, 4)) * 0.01,
       CAST(:paid_on AS date), CAST(:changed_at AS datetime2(3))
WHERE NOT EXISTS (SELECT 1 FROM LedgerStatus WHERE SiteCode = :store AND DocumentKind = :kind AND DocumentKey = :pos_id)
