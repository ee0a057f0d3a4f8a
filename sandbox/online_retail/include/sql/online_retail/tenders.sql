-- The card payment of each invoice; one that comes to nothing has none.
SELECT
    p.invoice_no AS sale_id,
    1 AS tender_no,
    p.method AS tender_code,
    CASE p.method WHEN 'CARD' THEN 'card' ELSE 'other' END AS tender_type,
    p.amount_cents
FROM invoices AS i
JOIN payments AS p ON p.invoice_no = i.invoice_no
WHERE i.store_id = :store AND i.business_date >= :from_date AND i.business_date < :to_date
ORDER BY p.invoice_no
