-- The shop knows its customers by number only, and nothing is posted to them.
SELECT DISTINCT
    i.customer_id AS id,
    'Customer ' || i.customer_id AS name,
    0 AS for_accounting
FROM invoices AS i
WHERE i.store_id = :store AND i.business_date >= :from_date AND i.business_date < :to_date
    AND i.customer_id IS NOT NULL
ORDER BY i.customer_id
