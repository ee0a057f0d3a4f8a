-- Writes back what the ledger knows of one document, by the key under which it was delivered. It may run again and again: the same
-- content changes nothing, and an older state never overwrites a newer one.
-- A site changes: its own table or procedure; where there is no ON CONFLICT, MERGE does the same.
INSERT INTO LedgerStatus (StoreCode, DocumentKind, DocumentKey, LedgerNumber, Status, AmountDue, AmountPaid, PaidOn, ChangedAt)
VALUES (:store, :kind, :pos_id, :number, :status, :amount_due_cents, :amount_paid_cents, :paid_on, :changed_at)
ON CONFLICT (StoreCode, DocumentKind, DocumentKey) DO UPDATE SET
    LedgerNumber = excluded.LedgerNumber,
    Status = excluded.Status,
    AmountDue = excluded.AmountDue,
    AmountPaid = excluded.AmountPaid,
    PaidOn = excluded.PaidOn,
    ChangedAt = excluded.ChangedAt
WHERE excluded.ChangedAt >= LedgerStatus.ChangedAt
