SELECT s.sale_id, s.store AS store_id, s.register AS register_id, 'sale' AS kind, 'completed' AS status, s.day AS business_date,
    'AUD' AS currency, s.tax_amount AS tax, s.gross_amount AS gross
FROM till_sales AS s
WHERE s.store = :store AND s.day >= :from_date AND s.day < :to_date
ORDER BY s.sale_id
