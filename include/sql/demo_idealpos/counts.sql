-- What Sales Reconciliation expected and counted of each medium, without the float. Expected is what the tenders bring, plus the movements,
-- less the cash handed out with EFTPOS.
-- A site changes: table names.
SELECT r.SiteCode AS store_id,
       p.PeriodDate AS business_date,
       r.TerminalNo || '-' || r.ShiftNo AS shift_id,
       CAST(r.TerminalNo AS TEXT) AS register_id,
       UPPER(REPLACE(REPLACE(TRIM(d.Description), '-', ''), ' ', '_')) AS tender_code,
       r.Expected AS expected_cents,
       r.Counted AS counted_cents
FROM SalesReconciliation AS r
JOIN EndOfShift AS s ON s.SiteCode = r.SiteCode AND s.TerminalNo = r.TerminalNo AND s.ShiftNo = r.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN Media AS d ON d.MediaNo = r.MediaNo
WHERE r.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
ORDER BY r.TerminalNo, r.ShiftNo, r.MediaNo
