-- Lines of the tickets. Net and gross are the quantity at two stored unit prices, each rounded half to even as Tryton rounds; the tax is what
-- lies between them. Gift cards are lines: sold with a positive quantity, redeemed with a negative one.
-- The category is the accounting category with those above it, as Tryton shows it: Food / Bakery.
-- Tryton keeps no taxes on a line: a posted one has those of its ledger entry, another those of its category today. Several are one code.
WITH RECURSIVE categories AS (
    SELECT id, name::text AS path, id AS taxed_as FROM product_category WHERE parent IS NULL
    UNION ALL
    SELECT c.id, above.path || ' / ' || c.name, CASE WHEN c.taxes_parent THEN above.taxed_as ELSE c.id END
    FROM product_category AS c
    JOIN categories AS above ON above.id = c.parent
),
lines AS (
    SELECT l.id, l.sale, l.quantity, s.move, s.company, i.tax_included, l.unit_gross_price, l.unit_list_price, p.code AS item_code, t.name,
           l.quantity::numeric * l.unit_gross_price AS gross,
           l.quantity::numeric * l.unit_list_price AS net,
           COALESCE(TO_JSONB(t) ->> 'gift_card' = 'true', FALSE) AS is_gift_card,
           k.path, k.taxed_as
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
taxes AS (
    SELECT g.id, STRING_AGG(x.name, ' + ' ORDER BY x.name) AS code, BOOL_OR(x.rate <> 0) AS is_taxed
    FROM taxed AS g
    JOIN account_tax AS x ON x.id = g.tax
    GROUP BY g.id
),
rounded AS (
    SELECT id,
           CASE WHEN ABS(MOD(gross * 100, 2)) = 0.5 THEN TRUNC(gross, 2) ELSE ROUND(gross, 2) END AS gross,
           CASE WHEN ABS(MOD(net * 100, 2)) = 0.5 THEN TRUNC(net, 2) ELSE ROUND(net, 2) END AS net
    FROM lines
)
SELECT l.sale AS sale_id,
       l.id AS line_no,
       CASE WHEN NOT l.is_gift_card THEN 'item' WHEN l.quantity < 0 THEN 'gift_card_redeem' ELSE 'gift_card_issue' END AS line_kind,
       l.item_code AS item_code,
       l.name AS description,
       l.path AS category,
       l.quantity::numeric AS quantity,
       CASE WHEN l.tax_included THEN l.unit_gross_price ELSE l.unit_list_price END AS unit_price,
       r.net AS net,
       r.gross - r.net AS tax,
       r.gross AS gross,
       x.code AS tax_code,
       CASE WHEN x.is_taxed THEN 'taxed' WHEN x.code IS NOT NULL THEN 'zero_rated' WHEN l.is_gift_card THEN 'out_of_scope' END AS tax_status
FROM lines AS l
JOIN rounded AS r ON r.id = l.id
LEFT JOIN taxes AS x ON x.id = l.id
ORDER BY l.sale, l.id
