-- Suppliers of the receivings and expenses in the period; deleted ones stay in the till's tables. NO_SUPPLIER is what was received without.
-- A site changes: nothing.
SELECT CAST(v.person_id AS CHAR) AS id,
       COALESCE(NULLIF(TRIM(v.company_name), ''), NULLIF(TRIM(CONCAT(p.first_name, ' ', p.last_name)), ''), CONCAT('Supplier ', v.person_id)) AS name,
       NULLIF(v.account_number, '') AS account_number,
       NULLIF(p.email, '') AS email,
       NULLIF(p.phone_number, '') AS phone,
       NULLIF(v.tax_id, '') AS tax_number
FROM (
    SELECT r.supplier_id FROM ospos_receivings AS r
    WHERE r.receiving_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND r.receiving_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND r.supplier_id IS NOT NULL
    UNION
    SELECT e.supplier_id FROM ospos_expenses AS e
    WHERE e.`date` >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND e.`date` < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND e.supplier_id IS NOT NULL) AS n
JOIN ospos_suppliers AS v ON v.person_id = n.supplier_id
JOIN ospos_people AS p ON p.person_id = v.person_id
UNION ALL
SELECT 'NO_SUPPLIER', 'No supplier in the till', NULL, NULL, NULL, NULL
FROM ospos_app_config AS c
WHERE c.`key` = 'company' AND (
    EXISTS (SELECT 1 FROM ospos_receivings AS r
            WHERE r.receiving_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
                AND r.receiving_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND r.supplier_id IS NULL)
    OR EXISTS (SELECT 1 FROM ospos_expenses AS e WHERE e.`date` >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
    AND e.`date` < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND e.supplier_id IS NULL))
ORDER BY 1
