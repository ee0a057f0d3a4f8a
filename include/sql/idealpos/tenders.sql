-- Tenders of the baskets in the period, net of change; EFTPOS holds the cash handed out and the tip.
-- The code is the name of the medium without blanks and hyphens (Lay-By: LAYBY, Gift Voucher: GIFT_VOUCHER).
-- A site changes: the numbers of its media in the second CASE, one line each; the type must never come from a name. Points that only lower
-- the price are a discount, and no tender.
SELECT CONCAT(m.TerminalNo, '-', m.ShiftNo, '-', m.TrxNo) AS sale_id,
       m.MediaLine AS tender_no,
       UPPER(REPLACE(REPLACE(LTRIM(RTRIM(d.Description)), '-', ''), ' ', '_')) AS tender_code,
       CASE m.MediaNo
           WHEN 1 THEN 'cash'
           WHEN 3 THEN 'card'
           WHEN 4 THEN 'card'
           WHEN 6 THEN 'card'
           WHEN 7 THEN 'account'
           WHEN 8 THEN 'layby'
           WHEN 9 THEN 'gift_card'
           WHEN 10 THEN 'store_credit'
           WHEN 11 THEN 'prepaid'
           WHEN 12 THEN 'loyalty'
       END AS tender_type,
       m.Tendered - m.ChangeGiven AS amount,
       m.CashOut AS cash_out,
       m.Tip AS tip,
       m.Tendered AS tendered,
       m.ChangeGiven AS change,
       m.Reference AS reference
FROM TransactionMedia AS m
JOIN EndOfShift AS s ON s.SiteCode = m.SiteCode AND s.TerminalNo = m.TerminalNo AND s.ShiftNo = m.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN Media AS d ON d.MediaNo = m.MediaNo
WHERE m.SiteCode = :store AND p.PeriodDate >= CAST(:from_date AS date) AND p.PeriodDate < CAST(:to_date AS date)
ORDER BY m.TerminalNo, m.ShiftNo, m.TrxNo, m.MediaLine
