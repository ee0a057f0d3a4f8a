SELECT t.sale_id, t.tender_no, t.code AS tender_code, t.type AS tender_type, t.amount_numeric AS amount
FROM till_sales AS s
JOIN till_tenders AS t ON t.sale_id = s.sale_id
WHERE s.store = :store AND s.day >= :from_date AND s.day < :to_date
ORDER BY t.sale_id, t.tender_no
