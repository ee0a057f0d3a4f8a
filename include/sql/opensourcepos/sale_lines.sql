-- Lines of the baskets in the period. A line's amount is its quantity at the unit price less its discount: a percentage of the line, or a
-- fixed amount per unit. Its taxes are rounded one by one; those of type 0 are inside the amount, those of type 1 come on top.
-- The tax code names all taxes of the line with their rates ("GST 10%", "City 4%+State 6%"); a line without any has the code UNTAXED.
-- Deleted articles stay in ospos_items; category and name are those of today, for the till keeps no others.
-- A site changes: the categories of articles that are gift cards, if it sells them as articles.
SELECT CAST(i.sale_id AS CHAR) AS sale_id,
       CAST(i.line AS CHAR) AS line_no,
       CASE WHEN a.category IN ('Gift Card', 'Gift Cards') THEN 'gift_card_issue' ELSE 'item' END AS line_kind,
       COALESCE(NULLIF(a.item_number, ''), CAST(i.item_id AS CHAR)) AS item_code,
       COALESCE(NULLIF(i.description, ''), a.name) AS description,
       COALESCE(NULLIF(TRIM(a.category), ''), 'NO_CATEGORY') AS category,
       i.quantity_purchased AS quantity,
       i.item_unit_price AS unit_price,
       CAST(100 * i.discounted AS SIGNED) AS discount_cents,
       CAST(100 * (ROUND(i.amount - i.discounted, 2) + COALESCE(t.on_top, 0) - COALESCE(t.tax, 0)) AS SIGNED) AS net_cents,
       CAST(100 * COALESCE(t.tax, 0) AS SIGNED) AS tax_cents,
       CAST(100 * (ROUND(i.amount - i.discounted, 2) + COALESCE(t.on_top, 0)) AS SIGNED) AS gross_cents,
       COALESCE(t.code, 'UNTAXED') AS tax_code,
       CASE WHEN t.rate > 0 THEN 'taxed' WHEN t.rate = 0 THEN 'zero_rated' END AS tax_status,
       CAST(100 * ROUND(i.quantity_purchased * i.item_cost_price, 2) AS SIGNED) AS cost_cents
FROM (
    SELECT x.sale_id, x.line, x.item_id, x.description, x.quantity_purchased, x.item_unit_price, x.item_cost_price,
           TRUNCATE(x.quantity_purchased * x.item_unit_price, 4) AS amount,
           CASE x.discount_type
               WHEN 0 THEN ROUND(TRUNCATE(x.quantity_purchased * x.item_unit_price, 4) * x.discount / 100, 2)
               ELSE ROUND(x.quantity_purchased * x.discount, 2)
           END AS discounted
    FROM ospos_sales_items AS x
    JOIN ospos_sales AS s ON s.sale_id = x.sale_id
    WHERE s.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND s.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)) AS i
LEFT JOIN ospos_items AS a ON a.item_id = i.item_id
LEFT JOIN (
    SELECT y.sale_id, y.item_id, y.line,
           SUM(ROUND(y.item_tax_amount, 2)) AS tax,
           SUM(CASE WHEN y.tax_type = 1 THEN ROUND(y.item_tax_amount, 2) ELSE 0 END) AS on_top,
           SUM(y.percent) AS rate,
           GROUP_CONCAT(CONCAT(TRIM(y.name), ' ', TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(y.percent AS CHAR))), '%')
                        ORDER BY y.cascade_sequence, y.name SEPARATOR '+') AS code
    FROM ospos_sales_items_taxes AS y
    JOIN ospos_sales AS s ON s.sale_id = y.sale_id
    WHERE s.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND s.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)
    GROUP BY y.sale_id, y.item_id, y.line) AS t ON t.sale_id = i.sale_id AND t.item_id = i.item_id AND t.line = i.line
ORDER BY i.sale_id, i.line
