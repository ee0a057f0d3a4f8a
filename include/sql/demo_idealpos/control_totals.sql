-- The Z report of each shift: gross and GST of all completed baskets, each medium over those baskets (net of change, cash-out and tips
-- inside, movements apart), and how many they were. An amount is money; the number of receipts is delivered as amount 45 for 45 receipts,
-- which in the unit of this column (hundredths) is 4500.
-- A site changes: table names and the codes of the report's lines.
SELECT z.SiteCode AS store_id,
       p.PeriodDate AS business_date,
       CASE z.LineType WHEN 'GROSS' THEN 'gross' WHEN 'TAX' THEN 'tax' WHEN 'MEDIA' THEN 'tender' WHEN 'RECEIPTS' THEN 'receipts' END AS measure,
       UPPER(REPLACE(REPLACE(TRIM(d.Description), '-', ''), ' ', '_')) AS code,
       z.TerminalNo || '-' || z.ShiftNo AS shift_id,
       CASE WHEN z.LineType = 'RECEIPTS' THEN z.Number * 100 ELSE z.Amount END AS amount_cents
FROM ZReport AS z
JOIN EndOfShift AS s ON s.SiteCode = z.SiteCode AND s.TerminalNo = z.TerminalNo AND s.ShiftNo = z.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
LEFT JOIN Media AS d ON d.MediaNo = z.MediaNo
WHERE z.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
ORDER BY z.TerminalNo, z.ShiftNo, z.ZLine
