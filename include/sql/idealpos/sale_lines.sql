-- Lines of the baskets in the period. The category is the sales category of the item's department; an item that is gone keeps its line.
-- A gift card that is sold is no income: no category, no tax code. A surcharge of the whole basket is a line of its own, inside the
-- basket's Nett; without a tax label it belongs to the goods.
-- A site changes: table names; the codes of the line type; the tax labels, if they are not GST and FRE. Where items were filed again under
-- another category, it takes the category that the line was sold under, if its lines keep it.
SELECT CONCAT(l.TerminalNo, '-', l.ShiftNo, '-', l.TrxNo) AS sale_id,
       CAST(l.LineNumber AS varchar(12)) AS line_no,
       CASE l.LineType WHEN 'I' THEN 'item' WHEN 'G' THEN 'gift_card_issue' END AS line_kind,
       LTRIM(RTRIM(l.PLU)) AS item_code,
       i.Description AS description,
       CASE WHEN l.LineType = 'I' THEN RTRIM(d.CategoryCode) END AS category,
       l.Quantity AS quantity,
       l.Price AS unit_price,
       l.Discount AS discount,
       l.Nett - l.Tax AS net,
       l.Tax AS tax,
       l.Nett AS gross,
       CASE WHEN l.LineType = 'I' THEN RTRIM(l.TaxLabel) END AS tax_code,
       CASE
           WHEN l.LineType = 'G' THEN 'out_of_scope'
           WHEN l.TaxLabel = 'GST' THEN 'taxed'
           WHEN l.TaxLabel = 'FRE' THEN 'zero_rated'
       END AS tax_status,
       l.Cost AS cost
FROM TransactionLines AS l
JOIN EndOfShift AS s ON s.SiteCode = l.SiteCode AND s.TerminalNo = l.TerminalNo AND s.ShiftNo = l.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
LEFT JOIN StockItems AS i ON i.PLU = l.PLU
LEFT JOIN Departments AS d ON d.DepartmentNo = i.DepartmentNo
WHERE l.SiteCode = :store AND p.PeriodDate >= CAST(:from_date AS date) AND p.PeriodDate < CAST(:to_date AS date)
UNION ALL
SELECT CONCAT(c.TerminalNo, '-', c.ShiftNo, '-', c.TrxNo),
       CONCAT('S', c.SurchargeNo),
       'surcharge',
       CAST(NULL AS varchar(8)),
       c.Description,
       CAST(NULL AS varchar(10)),
       CAST(NULL AS decimal(12, 3)),
       CAST(NULL AS decimal(19, 4)),
       CAST(NULL AS decimal(19, 4)),
       c.Nett - c.Tax,
       c.Tax,
       c.Nett,
       RTRIM(c.TaxLabel),
       CASE c.TaxLabel WHEN 'GST' THEN 'taxed' WHEN 'FRE' THEN 'zero_rated' END,
       CAST(NULL AS decimal(19, 4))
FROM TransactionSurcharges AS c
JOIN EndOfShift AS s ON s.SiteCode = c.SiteCode AND s.TerminalNo = c.TerminalNo AND s.ShiftNo = c.ShiftNo
JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
WHERE c.SiteCode = :store AND p.PeriodDate >= CAST(:from_date AS date) AND p.PeriodDate < CAST(:to_date AS date)
ORDER BY sale_id, line_no
