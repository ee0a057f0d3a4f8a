-- All baskets of the shifts in the period. Receipt numbers start again after 9999, so that the key holds terminal and shift too.
-- Nett is after discounts and holds the GST; baskets that are no sales come along with their status and are never booked.
-- A site changes: table names, the codes of type and state.
SELECT t.TerminalNo || '-' || t.ShiftNo || '-' || t.TrxNo AS sale_id,
       SUBSTR('0000' || t.TrxNo, -4) AS receipt_no,
       t.SiteCode AS store_id,
       CAST(t.TerminalNo AS TEXT) AS register_id,
       t.TerminalNo || '-' || t.ShiftNo AS shift_id,
       CASE t.TrxType
           WHEN 'SALE' THEN 'sale' WHEN 'REFUND' THEN 'refund' WHEN 'EXCH' THEN 'exchange'
           WHEN 'LBNEW' THEN 'layby_open' WHEN 'LBDONE' THEN 'layby_complete'
       END AS kind,
       CASE t.TrxState
           WHEN 'C' THEN 'completed' WHEN 'V' THEN 'void' WHEN 'O' THEN 'open' WHEN 'S' THEN 'suspended' WHEN 'T' THEN 'training'
       END AS status,
       CASE WHEN t.OrigTrxNo IS NULL THEN NULL ELSE t.OrigTerminalNo || '-' || t.OrigShiftNo || '-' || t.OrigTrxNo END AS original_sale_id,
       p.PeriodDate AS business_date,
       t.TrxTime AS occurred_local,
       i.Currency AS currency,
       TRIM(t.CustomerCode) AS customer_id,
       CASE WHEN t.LaybyNo IS NULL THEN NULL ELSE 'LB' || t.LaybyNo END AS layby_id,
       t.Nett - t.Tax AS net_cents,
       t.Tax AS tax_cents,
       t.Nett AS gross_cents,
       t.Rounding AS rounding_cents,
       (SELECT SUM(m.Tip) FROM TransactionMedia AS m
        WHERE m.SiteCode = t.SiteCode AND m.TerminalNo = t.TerminalNo AND m.ShiftNo = t.ShiftNo AND m.TrxNo = t.TrxNo) AS tip_cents
FROM Transactions AS t
JOIN EndOfShift AS s ON s.SiteCode = t.SiteCode AND s.TerminalNo = t.TerminalNo AND s.ShiftNo = t.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN Sites AS i ON i.SiteCode = t.SiteCode
WHERE t.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
ORDER BY t.TerminalNo, t.ShiftNo, t.TrxTime, t.TrxNo
