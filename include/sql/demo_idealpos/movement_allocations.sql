-- Which sales an account payment or adjustment of the period pays, and on which business date each was made.
-- A site changes: table names.
SELECT 'P' || x.PaymentNo AS movement_id,
       x.TerminalNo || '-' || x.ShiftNo || '-' || x.TrxNo AS sale_id,
       sold.PeriodDate AS sale_date,
       x.Amount AS amount_cents
FROM DebtorAllocations AS x
JOIN DebtorPayments AS a ON a.SiteCode = x.SiteCode AND a.PaymentNo = x.PaymentNo
JOIN EndOfShift AS s ON s.SiteCode = a.SiteCode AND s.TerminalNo = a.TerminalNo AND s.ShiftNo = a.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN EndOfShift AS t ON t.SiteCode = x.SiteCode AND t.TerminalNo = x.TerminalNo AND t.ShiftNo = x.ShiftNo
JOIN SalesPeriods AS sold ON sold.SiteCode = t.SiteCode AND sold.PeriodNo = t.PeriodNo
WHERE x.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
UNION ALL
SELECT 'A' || x.AdjustNo,
       x.TerminalNo || '-' || x.ShiftNo || '-' || x.TrxNo,
       sold.PeriodDate,
       x.Amount
FROM DebtorAdjustmentAllocations AS x
JOIN DebtorAdjustments AS a ON a.SiteCode = x.SiteCode AND a.AdjustNo = x.AdjustNo
JOIN EndOfShift AS s ON s.SiteCode = a.SiteCode AND s.TerminalNo = a.TerminalNo AND s.ShiftNo = a.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN EndOfShift AS t ON t.SiteCode = x.SiteCode AND t.TerminalNo = x.TerminalNo AND t.ShiftNo = x.ShiftNo
JOIN SalesPeriods AS sold ON sold.SiteCode = t.SiteCode AND sold.PeriodNo = t.PeriodNo
WHERE x.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
ORDER BY 1, 2
