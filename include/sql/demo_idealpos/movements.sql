-- Money that moves without a sale: drawer movements (functions Received on Account and Paid Out, floats, bags to the bank), tenders put
-- right after the sale (two rows that add to zero), lay-by entries, payments and adjustments of account customers. This POS keeps amounts
-- positive and a type tells the direction; here into the till is positive, and an adjustment is positive where the customer owes less.
-- A credit adjustment of a lay-by has no tender; a cancelled lay-by gives back the amount and keeps the fee.
-- A site changes: the function that takes money for pre-paid tabs (RA2), the codes of type and action.
SELECT 'D' || m.MoveNo AS movement_id,
       m.SiteCode AS store_id,
       m.TerminalNo || '-' || m.ShiftNo AS shift_id,
       p.PeriodDate AS business_date,
       m.MoveTime AS occurred_local,
       CASE
           WHEN m.MoveType = 'RA' AND m.FunctionNo = 'RA2' THEN 'prepayment'
           WHEN m.MoveType = 'RA' THEN 'received'
           WHEN m.MoveType = 'PO' THEN 'paid_out'
           WHEN m.MoveType = 'BK' THEN 'bank_deposit'
           WHEN m.MoveType IN ('FI', 'FO') THEN 'float'
       END AS kind,
       UPPER(REPLACE(REPLACE(TRIM(f.Description), '-', ''), ' ', '_')) AS function_code,
       UPPER(REPLACE(REPLACE(TRIM(d.Description), '-', ''), ' ', '_')) AS tender_code,
       TRIM(m.CustomerCode) AS customer_id,
       NULL AS layby_id,
       CASE WHEN m.MoveType IN ('RA', 'FI') THEN m.Amount ELSE -m.Amount END AS amount_cents,
       NULL AS fee_cents,
       TRIM(m.TaxLabel) AS tax_code,
       CASE WHEN m.MoveType IN ('RA', 'FI') THEN m.Tax ELSE -m.Tax END AS tax_cents
FROM DrawerMovements AS m
JOIN EndOfShift AS s ON s.SiteCode = m.SiteCode AND s.TerminalNo = m.TerminalNo AND s.ShiftNo = m.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN Media AS d ON d.MediaNo = m.MediaNo
LEFT JOIN FunctionDescriptors AS f ON f.FunctionNo = m.FunctionNo
WHERE m.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
UNION ALL
SELECT 'T' || h.ChangeNo || '-' || w.Way,
       h.SiteCode,
       h.TerminalNo || '-' || h.ShiftNo,
       p.PeriodDate,
       h.ChangeTime,
       'tender_change',
       NULL,
       UPPER(REPLACE(REPLACE(TRIM(d.Description), '-', ''), ' ', '_')),
       NULL,
       NULL,
       CASE w.Way WHEN 'OUT' THEN -h.Amount ELSE h.Amount END,
       NULL,
       NULL,
       NULL
FROM TenderChanges AS h
CROSS JOIN (SELECT 'OUT' AS Way UNION ALL SELECT 'IN') AS w
JOIN EndOfShift AS s ON s.SiteCode = h.SiteCode AND s.TerminalNo = h.TerminalNo AND s.ShiftNo = h.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN Media AS d ON d.MediaNo = CASE w.Way WHEN 'OUT' THEN h.FromMediaNo ELSE h.ToMediaNo END
WHERE h.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
UNION ALL
SELECT 'L' || l.LaybyNo || '-' || l.SeqNo,
       l.SiteCode,
       l.TerminalNo || '-' || l.ShiftNo,
       p.PeriodDate,
       l.TrxTime,
       CASE l.Action WHEN 'PAY' THEN 'layby_payment' WHEN 'ADJ' THEN 'layby_adjustment' WHEN 'CAN' THEN 'layby_cancel' END,
       NULL,
       UPPER(REPLACE(REPLACE(TRIM(d.Description), '-', ''), ' ', '_')),
       TRIM(b.CustomerCode),
       'LB' || l.LaybyNo,
       CASE WHEN l.Action = 'CAN' THEN -l.Amount ELSE l.Amount END,
       CASE WHEN l.Fee = 0 THEN NULL ELSE l.Fee END,
       TRIM(l.TaxLabel),
       l.Tax
FROM LaybyTransactions AS l
JOIN Laybys AS b ON b.SiteCode = l.SiteCode AND b.LaybyNo = l.LaybyNo
JOIN EndOfShift AS s ON s.SiteCode = l.SiteCode AND s.TerminalNo = l.TerminalNo AND s.ShiftNo = l.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
LEFT JOIN Media AS d ON d.MediaNo = l.MediaNo
WHERE l.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
UNION ALL
SELECT 'P' || a.PaymentNo,
       a.SiteCode,
       a.TerminalNo || '-' || a.ShiftNo,
       p.PeriodDate,
       a.PaidTime,
       'account_payment',
       NULL,
       UPPER(REPLACE(REPLACE(TRIM(d.Description), '-', ''), ' ', '_')),
       TRIM(a.CustomerCode),
       NULL,
       a.Amount,
       NULL,
       NULL,
       NULL
FROM DebtorPayments AS a
JOIN EndOfShift AS s ON s.SiteCode = a.SiteCode AND s.TerminalNo = a.TerminalNo AND s.ShiftNo = a.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN Media AS d ON d.MediaNo = a.MediaNo
WHERE a.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
UNION ALL
SELECT 'A' || a.AdjustNo,
       a.SiteCode,
       a.TerminalNo || '-' || a.ShiftNo,
       p.PeriodDate,
       a.AdjustTime,
       'account_adjustment',
       NULL,
       NULL,
       TRIM(a.CustomerCode),
       NULL,
       CASE a.AdjustType WHEN 'C' THEN a.Amount WHEN 'D' THEN -a.Amount END,
       NULL,
       TRIM(a.TaxLabel),
       CASE a.AdjustType WHEN 'C' THEN a.Tax WHEN 'D' THEN -a.Tax END
FROM DebtorAdjustments AS a
JOIN EndOfShift AS s ON s.SiteCode = a.SiteCode AND s.TerminalNo = a.TerminalNo AND s.ShiftNo = a.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
WHERE a.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
ORDER BY 1
