-- One row per line of the data set, the same item twice on one invoice included. A line at price zero has category WRITE_OFF.
SELECT
    l.invoice_no AS sale_id,
    l.line_no,
    CASE l.category WHEN 'GIFT_VOUCHER' THEN 'gift_card_issue' ELSE 'item' END AS line_kind,
    l.stock_code AS item_code,
    nullif(trim(l.description), '') AS description,
    l.category,
    l.quantity,
    l.unit_price,
    l.gross_cents - l.vat_cents AS net_cents,
    l.vat_cents AS tax_cents,
    l.gross_cents,
    l.vat_code AS tax_code,
    CASE l.vat_code WHEN 'STD' THEN 'taxed' WHEN 'ZERO' THEN 'zero_rated' ELSE 'out_of_scope' END AS tax_status
FROM invoices AS i
JOIN invoice_lines AS l ON l.invoice_no = i.invoice_no
WHERE i.store_id = :store AND i.business_date >= :from_date AND i.business_date < :to_date
ORDER BY l.invoice_no, l.line_no
