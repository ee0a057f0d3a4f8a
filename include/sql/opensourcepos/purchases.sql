-- Receivings as supplier invoices, returns to a supplier as credits: quantity times pack size (receiving_quantity) at item_unit_price, which
-- is what was paid (item_cost_price is the old catalogue cost). The till records no tax: NULL, so that the supplier's configured rate holds.
-- Expenses that are not paid yet (Due) are invoices too, with the tax that was entered; their number is their own.
-- A receiving without reference is held until it is entered in the till; one without supplier is of the supplier NO_SUPPLIER.
-- Requisitions (stock from one location to another: no supplier, in all no units and no money) are no purchases.
-- A site changes: the names of Due, as in tenders.sql; kind to receipt, if receivings are deliveries whose bills are entered elsewhere.
SELECT CONCAT('R', r.receiving_id) AS purchase_id,
       CASE WHEN COALESCE(i.amount, 0) < 0 THEN 'credit' ELSE 'invoice' END AS kind,
       (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'company') AS store_id,
       DATE(SUBTIME(CONVERT_TZ(r.receiving_time, @@session.time_zone, @@global.time_zone), TIME(:from_local))) AS business_date,
       DATE(SUBTIME(CONVERT_TZ(r.receiving_time, @@session.time_zone, @@global.time_zone), TIME(:from_local))) AS document_date,
       (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'currency_code') AS currency,
       COALESCE(CAST(r.supplier_id AS CHAR), 'NO_SUPPLIER') AS supplier_id,
       NULLIF(TRIM(r.reference), '') AS supplier_reference,
       NULL AS tax_cents,
       CAST(100 * COALESCE(i.amount, 0) AS SIGNED) AS gross_cents,
       'received' AS status,
       CASE WHEN r.payment_type IS NULL OR r.payment_type IN ('', 'Due', 'fällig', 'Adeudado', 'Dû', 'Te betalen', 'Dovuto')
           THEN 0 ELSE 1 END AS is_paid
FROM ospos_receivings AS r
LEFT JOIN (
    SELECT x.receiving_id,
           SUM(x.quantity_purchased * CASE x.receiving_quantity WHEN 0 THEN 1 ELSE x.receiving_quantity END) AS units,
           SUM(ROUND(x.quantity_purchased * CASE x.receiving_quantity WHEN 0 THEN 1 ELSE x.receiving_quantity END * x.item_unit_price
               * CASE x.discount_type WHEN 0 THEN 1 - x.discount / 100 ELSE 1 END
               - CASE x.discount_type WHEN 0 THEN 0 ELSE x.discount END, 2)) AS amount
    FROM ospos_receivings_items AS x
    JOIN ospos_receivings AS a ON a.receiving_id = x.receiving_id
    WHERE a.receiving_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND a.receiving_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)
    GROUP BY x.receiving_id) AS i ON i.receiving_id = r.receiving_id
WHERE r.receiving_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
    AND r.receiving_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone)
    AND NOT (r.supplier_id IS NULL AND COALESCE(i.units, 0) = 0 AND COALESCE(i.amount, 0) = 0)
UNION ALL
SELECT CONCAT('E', e.expense_id),
       'invoice',
       (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'company'),
       DATE(SUBTIME(CONVERT_TZ(e.`date`, @@session.time_zone, @@global.time_zone), TIME(:from_local))),
       DATE(SUBTIME(CONVERT_TZ(e.`date`, @@session.time_zone, @@global.time_zone), TIME(:from_local))),
       (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'currency_code'),
       COALESCE(CAST(e.supplier_id AS CHAR), 'NO_SUPPLIER'),
       CONCAT('EXPENSE-', e.expense_id),
       CAST(100 * COALESCE(e.tax_amount, 0) AS SIGNED),
       CAST(100 * e.amount AS SIGNED),
       'expense',
       0
FROM ospos_expenses AS e
WHERE e.`date` >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
    AND e.`date` < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND e.deleted = 0
    AND e.payment_type IN ('Due', 'fällig', 'Adeudado', 'Dû', 'Te betalen', 'Dovuto')
ORDER BY 1
