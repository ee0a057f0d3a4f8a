-- Tenders of the baskets in the period, net of change; EFTPOS holds the cash handed out and the tip.
-- The code is the name of the medium without blanks and hyphens (Lay-By: LAYBY, Gift Voucher: GIFT_VOUCHER).
-- A site changes: the numbers of its media in the second CASE, one line each; the type must never come from a name.
SELECT m.TerminalNo || '-' || m.ShiftNo || '-' || m.TrxNo AS sale_id,
       CAST(m.MediaLine AS TEXT) AS tender_no,
       UPPER(REPLACE(REPLACE(TRIM(d.Description), '-', ''), ' ', '_')) AS tender_code,
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
       m.Tendered - m.ChangeGiven AS amount_cents,
       m.CashOut AS cash_out_cents,
       m.Tip AS tip_cents,
       m.Tendered AS tendered_cents,
       m.ChangeGiven AS change_cents,
       m.Reference AS reference
FROM TransactionMedia AS m
JOIN EndOfShift AS s ON s.SiteCode = m.SiteCode AND s.TerminalNo = m.TerminalNo AND s.ShiftNo = m.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
JOIN Media AS d ON d.MediaNo = m.MediaNo
WHERE m.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
ORDER BY m.TerminalNo, m.ShiftNo, m.TrxNo, m.MediaLine
