-- Lines of the purchases in the period. The true quantity is quantity_purchased times receiving_quantity (0 counts as 1), and item_unit_price
-- is what one of them cost. A percentage lowers the line; a fixed discount is of the whole line here, not of a unit as in sales.
-- Requisitions are left out as in purchases.sql. An expense is one line, its category in capitals, with the shop's default tax where it has tax.
-- A site changes: the names of Due, as in tenders.sql.
SELECT CONCAT('R', x.receiving_id) AS purchase_id,
       CAST(x.line AS CHAR) AS line_no,
       'goods' AS line_kind,
       COALESCE(NULLIF(a.item_number, ''), CAST(x.item_id AS CHAR)) AS item_code,
       COALESCE(NULLIF(x.description, ''), a.name) AS description,
       COALESCE(NULLIF(TRIM(a.category), ''), 'NO_CATEGORY') AS category,
       x.quantity_purchased * CASE x.receiving_quantity WHEN 0 THEN 1 ELSE x.receiving_quantity END AS quantity,
       x.item_unit_price AS unit_cost,
       NULL AS tax_cents,
       CAST(100 * ROUND(x.quantity_purchased * CASE x.receiving_quantity WHEN 0 THEN 1 ELSE x.receiving_quantity END * x.item_unit_price
            * CASE x.discount_type WHEN 0 THEN 1 - x.discount / 100 ELSE 1 END
            - CASE x.discount_type WHEN 0 THEN 0 ELSE x.discount END, 2) AS SIGNED) AS gross_cents,
       NULL AS tax_code
FROM ospos_receivings_items AS x
JOIN ospos_receivings AS r ON r.receiving_id = x.receiving_id
LEFT JOIN ospos_items AS a ON a.item_id = x.item_id
WHERE r.receiving_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
    AND r.receiving_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)
    AND NOT (r.supplier_id IS NULL AND EXISTS (
        SELECT 1 FROM ospos_receivings_items AS y
        WHERE y.receiving_id = r.receiving_id
        HAVING SUM(y.quantity_purchased * CASE y.receiving_quantity WHEN 0 THEN 1 ELSE y.receiving_quantity END) = 0
            AND SUM(ROUND(y.quantity_purchased * CASE y.receiving_quantity WHEN 0 THEN 1 ELSE y.receiving_quantity END * y.item_unit_price
                * CASE y.discount_type WHEN 0 THEN 1 - y.discount / 100 ELSE 1 END
                - CASE y.discount_type WHEN 0 THEN 0 ELSE y.discount END, 2)) = 0))
UNION ALL
SELECT CONCAT('E', e.expense_id),
       '1',
       'goods',
       NULL,
       e.description,
       UPPER(REPLACE(TRIM(g.category_name), ' ', '_')),
       1,
       e.amount,
       CAST(100 * COALESCE(e.tax_amount, 0) AS SIGNED),
       CAST(100 * e.amount AS SIGNED),
       CASE WHEN COALESCE(e.tax_amount, 0) = 0 THEN 'UNTAXED'
           ELSE (SELECT CONCAT(TRIM(n.value), ' ',
                     TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(CAST(r.value AS DECIMAL(15, 4)) AS CHAR))), '%')
                 FROM ospos_app_config AS n
                 JOIN ospos_app_config AS r ON r.`key` = 'default_tax_1_rate'
                 WHERE n.`key` = 'default_tax_1_name' AND n.value <> '' AND r.value <> '')
       END
FROM ospos_expenses AS e
LEFT JOIN ospos_expense_categories AS g ON g.expense_category_id = e.expense_category_id
WHERE e.`date` >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
    AND e.`date` < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND e.deleted = 0
    AND e.payment_type IN ('Due', 'fällig', 'Adeudado', 'Dû', 'Te betalen', 'Dovuto')
ORDER BY 1, 2
