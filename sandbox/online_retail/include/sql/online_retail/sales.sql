-- One row per invoice. The shop has no tax and no total on the invoice: both are the sum of its lines.
-- An invoice of a series other than none (sale) and C (refund) is not understood here: shown, never booked.
SELECT
    i.invoice_no AS sale_id,
    i.invoice_no AS receipt_no,
    i.store_id,
    i.register_id,
    CASE i.series WHEN 'C' THEN 'refund' ELSE 'sale' END AS kind,
    CASE WHEN i.series IN ('', 'C') THEN 'completed' ELSE 'suspended' END AS status,
    i.business_date,
    i.placed_at AS occurred_local,
    s.currency,
    i.customer_id,
    sum(l.gross_cents) - sum(l.vat_cents) AS net_cents,
    sum(l.vat_cents) AS tax_cents,
    sum(l.gross_cents) AS gross_cents
FROM invoices AS i
JOIN stores AS s ON s.store_id = i.store_id
JOIN invoice_lines AS l ON l.invoice_no = i.invoice_no
WHERE i.store_id = :store AND i.business_date >= :from_date AND i.business_date < :to_date
GROUP BY i.invoice_no
ORDER BY i.invoice_no
