-- The day's total as the files give it, added up apart from the invoices.
SELECT
    d.store_id,
    d.business_date,
    'gross' AS measure,
    NULL AS code,
    NULL AS shift_id,
    d.total_cents AS amount_cents
FROM days AS d
WHERE d.store_id = :store AND d.business_date >= :from_date AND d.business_date < :to_date
ORDER BY d.business_date
