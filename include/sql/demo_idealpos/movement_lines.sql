-- What a payment on a lay-by buys, line by line, where the sale is recognised with each payment (cash basis). This POS keeps amounts
-- positive; a cancelled lay-by takes back what its payments had bought.
-- A site changes: table names; it deletes the file where a lay-by becomes a sale at the final payment.
SELECT 'L' || l.LaybyNo || '-' || l.SeqNo AS movement_id,
       CAST(l.LineNumber AS TEXT) AS line_no,
       'item' AS line_kind,
       TRIM(l.PLU) AS item_code,
       i.Description AS description,
       TRIM(d.CategoryCode) AS category,
       CASE WHEN y.Action = 'CAN' THEN l.Tax - l.Nett ELSE l.Nett - l.Tax END AS net_cents,
       CASE WHEN y.Action = 'CAN' THEN -l.Tax ELSE l.Tax END AS tax_cents,
       CASE WHEN y.Action = 'CAN' THEN -l.Nett ELSE l.Nett END AS gross_cents,
       TRIM(l.TaxLabel) AS tax_code,
       CASE TRIM(l.TaxLabel) WHEN 'GST' THEN 'taxed' WHEN 'FRE' THEN 'zero_rated' END AS tax_status
FROM LaybyTransactionLines AS l
JOIN LaybyTransactions AS y ON y.SiteCode = l.SiteCode AND y.LaybyNo = l.LaybyNo AND y.SeqNo = l.SeqNo
JOIN EndOfShift AS s ON s.SiteCode = y.SiteCode AND s.TerminalNo = y.TerminalNo AND s.ShiftNo = y.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
LEFT JOIN StockItems AS i ON i.PLU = l.PLU
LEFT JOIN Departments AS d ON d.DepartmentNo = i.DepartmentNo
WHERE l.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
ORDER BY 1, 2
