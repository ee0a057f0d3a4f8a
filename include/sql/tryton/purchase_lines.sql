-- Lines of the posted supplier invoices, with the amount and the account of their ledger entry. Tryton keeps the tax per invoice and tax: it is
-- shared out over the lines that carry the tax, by their net amounts, to the last cent. The account of the line is what the mapping goes by.
WITH lines AS (
    SELECT l.id, l.invoice, l.product, l.quantity, l.unit_price, l.description, a.code, a.name,
           COALESCE(e.amount_second_currency, e.debit - e.credit) AS net
    FROM account_invoice AS i
    JOIN account_move AS m ON m.id = i.move
    JOIN account_invoice_line AS l ON l.invoice = i.id
    JOIN account_move_line AS e ON e.move = i.move AND e.origin = 'account.invoice.line,' || l.id
    JOIN account_account AS a ON a.id = e.account
    WHERE i.type = 'in' AND i.state IN ('posted', 'paid')
      AND i.company IN (SELECT company FROM sale_point WHERE id = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[]))
      AND m.post_date >= CAST(:from_date AS date) AND m.post_date < CAST(:to_date AS date)
),
carried AS (
    SELECT l.id, t.amount, t.tax,
           SUM(l.net) OVER (PARTITION BY t.id ORDER BY l.id) AS up_to, l.net, SUM(l.net) OVER (PARTITION BY t.id) AS base
    FROM lines AS l
    JOIN "account_invoice_line-account_tax" AS c ON c.line = l.id
    JOIN account_invoice_tax AS t ON t.invoice = l.invoice AND t.tax = c.tax
),
taxes AS (
    SELECT s.id, STRING_AGG(x.name, ' + ' ORDER BY x.name) AS code,
           SUM(CASE WHEN s.base = 0 THEN 0
               ELSE ROUND(s.amount * s.up_to / s.base, 2) - ROUND(s.amount * (s.up_to - s.net) / s.base, 2) END) AS amount
    FROM carried AS s
    JOIN account_tax AS x ON x.id = s.tax
    GROUP BY s.id
)
SELECT l.invoice AS purchase_id,
       l.id AS line_no,
       'goods' AS line_kind,
       p.code AS item_code,
       COALESCE(t.name, l.description) AS description,
       COALESCE(l.code, l.name) AS account_code,
       l.quantity::numeric AS quantity,
       l.unit_price AS unit_cost,
       l.net AS net,
       COALESCE(x.amount, 0) AS tax,
       l.net + COALESCE(x.amount, 0) AS gross,
       x.code AS tax_code
FROM lines AS l
LEFT JOIN taxes AS x ON x.id = l.id
LEFT JOIN product_product AS p ON p.id = l.product
LEFT JOIN product_template AS t ON t.id = p.template
ORDER BY l.invoice, l.id
