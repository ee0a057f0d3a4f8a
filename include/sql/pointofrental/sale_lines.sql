-- Lines of the contracts in the period, also those of 0.00.
-- A site changes: table names; the tax tables' codes.
SELECT LTRIM(RTRIM(l.ContractNo)) AS sale_id,
       l.LineNumber AS line_no,
       'item' AS line_kind,
       RTRIM(l.ItemKey) AS item_code,
       i.ItemName AS description,
       RTRIM(i.ItemCategory) AS category,
       l.Days AS quantity,
       l.Rate AS unit_price,
       l.Discount AS discount,
       l.Amount - l.Tax AS net,
       l.Tax AS tax,
       l.Amount AS gross,
       RTRIM(l.TaxTable) AS tax_code,
       CASE l.TaxTable WHEN 'GST' THEN 'taxed' END AS tax_status
FROM ContractItems AS l
JOIN ContractFile AS c ON c.ContractNo = l.ContractNo
LEFT JOIN ItemFile AS i ON i.ItemKey = l.ItemKey
WHERE c.StoreCode = :store AND c.ClosedAt >= CAST(:from_local AS datetime2(0)) AND c.ClosedAt < CAST(:to_local AS datetime2(0))
ORDER BY sale_id, line_no
