-- Ended shifts of each terminal. The business date is that of the sales period to which the shift was consolidated, whatever the clock
-- said.
-- A site changes: table names; the flag that tells a reconciled period.
SELECT CONCAT(s.TerminalNo, '-', s.ShiftNo) AS shift_id,
       s.SiteCode AS store_id,
       s.TerminalNo AS register_id,
       CAST(p.PeriodDate AS date) AS business_date,
       s.Opened AS opened_at,
       s.Closed AS closed_at,
       CASE WHEN s.Closed IS NULL THEN 'open' WHEN s.Reconciled = 1 THEN 'reconciled' ELSE 'closed' END AS state,
       s.FloatAmount AS opening_float
FROM EndOfShift AS s
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
WHERE s.SiteCode = :store AND p.PeriodDate >= CAST(:from_date AS date) AND p.PeriodDate < CAST(:to_date AS date)
ORDER BY s.TerminalNo, s.ShiftNo
