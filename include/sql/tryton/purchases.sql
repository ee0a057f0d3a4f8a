-- Supplier invoices and credits that are posted, of the company of the store's points of sale; Tryton gives them no store. They are selected
-- by the date on which they were posted, not by the one that they carry. A draft or validated one is not final.
SELECT i.id AS purchase_id,
       CASE WHEN i.total_amount_cache < 0 THEN 'credit' ELSE 'invoice' END AS kind,
       m.post_date AS business_date,
       i.invoice_date AS document_date,
       (SELECT MIN(l.maturity_date) FROM account_move_line AS l WHERE l.move = i.move AND l.account = i.account) AS due_date,
       u.code AS currency,
       p.code AS supplier_id,
       i.reference AS supplier_reference,
       i.untaxed_amount_cache AS net,
       i.tax_amount_cache AS tax,
       i.total_amount_cache AS gross,
       i.state AS status,
       i.state = 'paid' AS is_paid
FROM account_invoice AS i
JOIN account_move AS m ON m.id = i.move
JOIN party_party AS p ON p.id = i.party
JOIN currency_currency AS u ON u.id = i.currency
WHERE i.type = 'in' AND i.state IN ('posted', 'paid')
  AND i.company IN (SELECT company FROM sale_point WHERE id = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[]))
  AND m.post_date >= CAST(:from_date AS date) AND m.post_date < CAST(:to_date AS date)
ORDER BY i.id
