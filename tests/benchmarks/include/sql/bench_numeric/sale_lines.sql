-- As bench/sale_lines.sql, with amounts as NUMERIC.
SELECT l.sale_id, l.line_no, 'item' AS line_kind, l.item AS item_code, l.description, l.category, l.quantity, l.tax_amount AS tax,
    l.gross_amount AS gross, l.tax_code, CASE l.tax_code WHEN 'GST' THEN 'taxed' ELSE 'zero_rated' END AS tax_status
FROM till_sales AS s
JOIN till_lines AS l ON l.sale_id = s.sale_id
WHERE s.store = :store AND s.day >= :from_date AND s.day < :to_date
ORDER BY l.sale_id, l.line_no
