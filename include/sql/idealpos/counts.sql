-- What Sales Reconciliation expected and counted of each medium, without the float. Expected is what the tenders bring, plus the movements,
-- less the cash handed out with EFTPOS.
-- A site changes: table names.
SELECT r.SiteCode AS store_id,
       CAST(p.PeriodDate AS date) AS business_date,
       CONCAT(r.TerminalNo, '-', r.ShiftNo) AS shift_id,
       r.TerminalNo AS register_id,
       UPPER(REPLACE(REPLACE(LTRIM(RTRIM(d.Description)), '-', ''), ' ', '_')) AS tender_code,
       r.Expected AS expected,
       r.Counted AS counted
FROM SalesReconciliation AS r
JOIN EndOfShift AS s ON s.SiteCode = r.SiteCode AND s.TerminalNo = r.TerminalNo AND s.ShiftNo = r.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN Media AS d ON d.MediaNo = r.MediaNo
WHERE r.SiteCode = :store AND p.PeriodDate >= CAST(:from_date AS date) AND p.PeriodDate < CAST(:to_date AS date)
ORDER BY r.TerminalNo, r.ShiftNo, r.MediaNo
