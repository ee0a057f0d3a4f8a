-- Lines of the baskets in the period. The category is the sales category of the item's department; an item that is gone keeps its line.
-- A gift card that is sold is no income: no category, no tax code. A surcharge of the whole basket is a line of its own, inside the
-- basket's Nett; without a tax label it belongs to the goods.
-- A site changes: table names; the codes of the line type; the tax labels, if they are not GST and FRE.
SELECT l.TerminalNo || '-' || l.ShiftNo || '-' || l.TrxNo AS sale_id,
       CAST(l.LineNumber AS TEXT) AS line_no,
       CASE l.LineType WHEN 'I' THEN 'item' WHEN 'G' THEN 'gift_card_issue' END AS line_kind,
       TRIM(l.PLU) AS item_code,
       i.Description AS description,
       CASE WHEN l.LineType = 'I' THEN TRIM(d.CategoryCode) END AS category,
       l.Quantity AS quantity,
       CAST(l.Price / 100 AS TEXT) || '.' || SUBSTR('0' || l.Price % 100, -2) AS unit_price,
       l.Discount AS discount_cents,
       l.Nett - l.Tax AS net_cents,
       l.Tax AS tax_cents,
       l.Nett AS gross_cents,
       CASE WHEN l.LineType = 'I' THEN TRIM(l.TaxLabel) END AS tax_code,
       CASE
           WHEN l.LineType = 'G' THEN 'out_of_scope'
           WHEN TRIM(l.TaxLabel) = 'GST' THEN 'taxed'
           WHEN TRIM(l.TaxLabel) = 'FRE' THEN 'zero_rated'
       END AS tax_status,
       l.Cost AS cost_cents
FROM TransactionLines AS l
JOIN EndOfShift AS s ON s.SiteCode = l.SiteCode AND s.TerminalNo = l.TerminalNo AND s.ShiftNo = l.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
LEFT JOIN StockItems AS i ON i.PLU = l.PLU
LEFT JOIN Departments AS d ON d.DepartmentNo = i.DepartmentNo
WHERE l.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
UNION ALL
SELECT c.TerminalNo || '-' || c.ShiftNo || '-' || c.TrxNo,
       'S' || c.SurchargeNo,
       'surcharge',
       NULL,
       c.Description,
       NULL,
       NULL,
       NULL,
       NULL,
       c.Nett - c.Tax,
       c.Tax,
       c.Nett,
       TRIM(c.TaxLabel),
       CASE TRIM(c.TaxLabel) WHEN 'GST' THEN 'taxed' WHEN 'FRE' THEN 'zero_rated' END,
       NULL
FROM TransactionSurcharges AS c
JOIN EndOfShift AS s ON s.SiteCode = c.SiteCode AND s.TerminalNo = c.TerminalNo AND s.ShiftNo = c.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
WHERE c.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date
ORDER BY 1, 2
