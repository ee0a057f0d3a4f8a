-- Each tax of each line. The till keeps a second record, the tax of the receipt (ospos_sales_taxes), which is the tax in sales.sql: with
-- prices that include tax it is the sum at four decimals, rounded once, so that the two may be cents apart. The checks compare them.
-- The base is the line's amount without the taxes inside it.
-- A site changes: nothing.
SELECT CAST(y.sale_id AS CHAR) AS sale_id,
       CAST(y.line AS CHAR) AS line_no,
       CONCAT(TRIM(y.name), ' ', TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(y.percent AS CHAR))), '%') AS tax_code,
       y.percent AS rate_percent,
       CASE WHEN y.tax_type = 0 THEN 1 ELSE 0 END AS included_in_price,
       CAST(100 * (ROUND(TRUNCATE(x.quantity_purchased * x.item_unit_price, 4)
            - CASE x.discount_type
                  WHEN 0 THEN ROUND(TRUNCATE(x.quantity_purchased * x.item_unit_price, 4) * x.discount / 100, 2)
                  ELSE ROUND(x.quantity_purchased * x.discount, 2)
              END, 2)
            - CASE WHEN y.tax_type = 0 THEN ROUND(y.item_tax_amount, 2) ELSE 0 END) AS SIGNED) AS base_cents,
       CAST(100 * ROUND(y.item_tax_amount, 2) AS SIGNED) AS amount_cents
FROM ospos_sales_items_taxes AS y
JOIN ospos_sales AS s ON s.sale_id = y.sale_id
JOIN ospos_sales_items AS x ON x.sale_id = y.sale_id AND x.item_id = y.item_id AND x.line = y.line
WHERE s.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
    AND s.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)
ORDER BY y.sale_id, y.line, y.name
