-- Lines of the contracts in the period, also those of 0.00.
-- A site changes: table names; the tax tables' codes.
SELECT TRIM(l.ContractNo) AS sale_id,
       CAST(l.LineNumber AS TEXT) AS line_no,
       'item' AS line_kind,
       TRIM(l.ItemKey) AS item_code,
       i.ItemName AS description,
       TRIM(i.ItemCategory) AS category,
       CAST(l.Days AS TEXT) AS quantity,
       CAST(l.Rate / 100 AS TEXT) || '.' || SUBSTR('0' || l.Rate % 100, -2) AS unit_price,
       l.Discount AS discount_cents,
       l.Amount - l.Tax AS net_cents,
       l.Tax AS tax_cents,
       l.Amount AS gross_cents,
       TRIM(l.TaxTable) AS tax_code,
       CASE TRIM(l.TaxTable) WHEN 'GST' THEN 'taxed' END AS tax_status
FROM ContractItems AS l
JOIN ContractFile AS c ON c.ContractNo = l.ContractNo
LEFT JOIN ItemFile AS i ON i.ItemKey = l.ItemKey
WHERE c.StoreCode = :store AND c.ClosedAt >= :from_local AND c.ClosedAt < :to_local
ORDER BY sale_id, l.LineNumber
