-- The Z report of each shift: gross and GST of all completed baskets, each medium over those baskets (net of change, cash-out and tips
-- inside, movements apart), and how many they were; and what the last sales period of a date lists as outstanding when it ends. An amount
-- is money; the number of receipts is delivered as amount 45 for 45 receipts, which in the unit of this column (hundredths) is 4500.
-- A site changes: table names and the codes of the report's lines.
SELECT z.SiteCode AS store_id,
       p.PeriodDate AS business_date,
       CASE z.LineType
           WHEN 'GROSS' THEN 'gross' WHEN 'TAX' THEN 'tax' WHEN 'MEDIA' THEN 'tender' WHEN 'REFUNDS' THEN 'refunds'
           WHEN 'RECEIPTS' THEN 'receipts'
       END AS measure,
       UPPER(REPLACE(REPLACE(TRIM(d.Description), '-', ''), ' ', '_')) AS code,
       z.TerminalNo || '-' || z.ShiftNo AS shift_id,
       CASE WHEN z.LineType = 'RECEIPTS' THEN z.Number * 100 ELSE z.Amount END AS amount_cents
FROM ZReport AS z
JOIN EndOfShift AS s ON s.SiteCode = z.SiteCode AND s.TerminalNo = z.TerminalNo AND s.ShiftNo = z.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
LEFT JOIN Media AS d ON d.MediaNo = z.MediaNo
WHERE z.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
UNION ALL
SELECT b.SiteCode,
       p.PeriodDate,
       'balance',
       CASE b.BalanceType
           WHEN 'LAYBY' THEN 'layby'
           WHEN 'DEBTORS' THEN 'debtors'
           WHEN 'MEDIA' THEN UPPER(REPLACE(REPLACE(TRIM(d.Description), '-', ''), ' ', '_'))
       END,
       NULL,
       b.Amount
FROM OutstandingBalances AS b
JOIN SalesPeriods AS p ON p.SiteCode = b.SiteCode AND p.PeriodNo = b.PeriodNo
LEFT JOIN Media AS d ON d.MediaNo = b.MediaNo
WHERE b.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
  AND NOT EXISTS (SELECT 1 FROM SalesPeriods AS later
                  WHERE later.SiteCode = p.SiteCode AND later.PeriodDate = p.PeriodDate AND later.PeriodNo > p.PeriodNo)
ORDER BY 2, 3, 4, 5
