-- Which sales an account payment or adjustment of the period pays, and on which business date each was made.
-- A site changes: table names.
SELECT CONCAT('P', x.PaymentNo) AS movement_id,
       CONCAT(x.TerminalNo, '-', x.ShiftNo, '-', x.TrxNo) AS sale_id,
       CAST(sold.PeriodDate AS date) AS sale_date,
       x.Amount AS amount
FROM DebtorAllocations AS x
JOIN DebtorPayments AS a ON a.SiteCode = x.SiteCode AND a.PaymentNo = x.PaymentNo
JOIN EndOfShift AS s ON s.SiteCode = a.SiteCode AND s.TerminalNo = a.TerminalNo AND s.ShiftNo = a.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN EndOfShift AS t ON t.SiteCode = x.SiteCode AND t.TerminalNo = x.TerminalNo AND t.ShiftNo = x.ShiftNo
JOIN SalesPeriods AS sold ON sold.SiteCode = t.SiteCode AND sold.PeriodNo = t.PeriodNo
WHERE x.SiteCode = :store AND p.PeriodDate >= CAST(:from_date AS date) AND p.PeriodDate < CAST(:to_date AS date)
UNION ALL
SELECT CONCAT('A', x.AdjustNo),
       CONCAT(x.TerminalNo, '-', x.ShiftNo, '-', x.TrxNo),
       CAST(sold.PeriodDate AS date),
       x.Amount
FROM DebtorAdjustmentAllocations AS x
JOIN DebtorAdjustments AS a ON a.SiteCode = x.SiteCode AND a.AdjustNo = x.AdjustNo
JOIN EndOfShift AS s ON s.SiteCode = a.SiteCode AND s.TerminalNo = a.TerminalNo AND s.ShiftNo = a.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN EndOfShift AS t ON t.SiteCode = x.SiteCode AND t.TerminalNo = x.TerminalNo AND t.ShiftNo = x.ShiftNo
JOIN SalesPeriods AS sold ON sold.SiteCode = t.SiteCode AND sold.PeriodNo = t.PeriodNo
WHERE x.SiteCode = :store AND p.PeriodDate >= CAST(:from_date AS date) AND p.PeriodDate < CAST(:to_date AS date)
ORDER BY movement_id, sale_id
