-- Lines of the baskets in the period. The category is the sales category of the item's department; an item that is gone keeps its line.
-- A site changes: table names; the tax labels, if they are not GST and FRE.
SELECT l.TerminalNo || '-' || l.ShiftNo || '-' || l.TrxNo AS sale_id,
       CAST(l.LineNo AS TEXT) AS line_no,
       'item' AS line_kind,
       TRIM(l.PLU) AS item_code,
       i.Description AS description,
       TRIM(d.CategoryCode) AS category,
       l.Quantity AS quantity,
       CAST(l.Price / 100 AS TEXT) || '.' || SUBSTR('0' || l.Price % 100, -2) AS unit_price,
       l.Discount AS discount_cents,
       l.Nett - l.Tax AS net_cents,
       l.Tax AS tax_cents,
       l.Nett AS gross_cents,
       TRIM(l.TaxLabel) AS tax_code,
       CASE TRIM(l.TaxLabel) WHEN 'GST' THEN 'taxed' WHEN 'FRE' THEN 'zero_rated' END AS tax_status,
       l.Cost AS cost_cents
FROM TransactionLines AS l
JOIN EndOfShift AS s ON s.SiteCode = l.SiteCode AND s.TerminalNo = l.TerminalNo AND s.ShiftNo = l.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
LEFT JOIN StockItems AS i ON i.PLU = l.PLU
LEFT JOIN Departments AS d ON d.DepartmentNo = i.DepartmentNo
WHERE l.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
ORDER BY l.TerminalNo, l.ShiftNo, l.TrxNo, l.LineNo
