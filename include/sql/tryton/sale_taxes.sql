-- The taxes of the lines, one row for each. Tryton keeps a line's tax as the difference of two prices and the taxes per ticket, in its ledger;
-- where several fall on a line, its tax is shared out by their rates, to the last cent.
WITH RECURSIVE categories AS (
    SELECT id, id AS taxed_as FROM product_category WHERE parent IS NULL
    UNION ALL
    SELECT c.id, CASE WHEN c.taxes_parent THEN above.taxed_as ELSE c.id END
    FROM product_category AS c
    JOIN categories AS above ON above.id = c.parent
),
lines AS (
    SELECT l.id, l.sale, s.move, s.company, i.tax_included, k.taxed_as,
           l.quantity::numeric * l.unit_gross_price AS gross,
           l.quantity::numeric * l.unit_list_price AS net,
           COALESCE(TO_JSONB(t) ->> 'gift_card' = 'true', FALSE) AS is_gift_card
    FROM sale_point_sale_line AS l
    JOIN sale_point_sale AS s ON s.id = l.sale
    JOIN sale_point AS i ON i.id = s.point
    JOIN product_product AS p ON p.id = l.product
    JOIN product_template AS t ON t.id = p.template
    LEFT JOIN categories AS k ON k.id = t.account_category
    WHERE s.point = ANY (STRING_TO_ARRAY(CAST(:store AS text), ',')::integer[])
      AND s.date >= CAST(:from_date AS date) AND s.date < CAST(:to_date AS date)
),
taxed AS (
    SELECT l.id, x.tax
    FROM lines AS l
    JOIN account_move_line AS m ON m.move = l.move AND m.origin = 'sale.point.sale.line,' || l.id
    JOIN account_tax_line AS x ON x.move_line = m.id AND x.type = 'base'
    UNION
    SELECT l.id, c.tax
    FROM lines AS l
    JOIN "product_category-customer-account_tax" AS c ON c.category = l.taxed_as
    JOIN account_tax AS a ON a.id = c.tax AND a.company = l.company
    WHERE l.move IS NULL AND NOT l.is_gift_card
),
rounded AS (
    SELECT id, sale, tax_included,
           CASE WHEN ABS(MOD(gross * 100, 2)) = 0.5 THEN TRUNC(gross, 2) ELSE ROUND(gross, 2) END AS gross,
           CASE WHEN ABS(MOD(net * 100, 2)) = 0.5 THEN TRUNC(net, 2) ELSE ROUND(net, 2) END AS net
    FROM lines
),
shares AS (
    SELECT r.sale, r.id, x.name, x.rate, r.tax_included, r.net, r.gross - r.net AS tax,
           SUM(x.rate) OVER (PARTITION BY r.id ORDER BY x.name, x.id) AS up_to,
           SUM(x.rate) OVER (PARTITION BY r.id) AS rates,
           COUNT(*) OVER (PARTITION BY r.id) AS taxes
    FROM rounded AS r
    JOIN taxed AS g ON g.id = r.id
    JOIN account_tax AS x ON x.id = g.tax
)
SELECT sale AS sale_id,
       id AS line_no,
       name AS tax_code,
       rate * 100 AS rate_percent,
       tax_included AS included_in_price,
       net AS base,
       CASE WHEN rates = 0 THEN 0 ELSE ROUND(tax * up_to / rates, 2) - ROUND(tax * (up_to - rate) / rates, 2) END AS amount,
       taxes > 1 AS allocated
FROM shares
ORDER BY sale, id, name
