-- Customers of the sales in the period and of the payments that came later: no more of a person than the ledger is to hold.
-- A site changes: the 0 in `INTERVAL 0 MINUTE` (README.md).
SELECT CAST(c.person_id AS CHAR) AS id,
       COALESCE(NULLIF(TRIM(c.company_name), ''), NULLIF(TRIM(CONCAT(p.first_name, ' ', p.last_name)), ''), CONCAT('Customer ', c.person_id)) AS name,
       NULLIF(c.account_number, '') AS account_number,
       NULLIF(p.email, '') AS email,
       NULLIF(p.phone_number, '') AS phone,
       NULLIF(c.tax_id, '') AS tax_number
FROM (
    SELECT s.customer_id FROM ospos_sales AS s
    WHERE s.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND s.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND s.customer_id IS NOT NULL
    UNION
    SELECT s.customer_id FROM ospos_sales_payments AS x
    JOIN ospos_sales AS s ON s.sale_id = x.sale_id
    WHERE x.payment_time >= CONVERT_TZ(:from_local - INTERVAL 0 MINUTE, @@global.time_zone, @@session.time_zone)
        AND x.payment_time < CONVERT_TZ(:to_local - INTERVAL 0 MINUTE, @@global.time_zone, @@session.time_zone)
        AND s.customer_id IS NOT NULL) AS n
JOIN ospos_customers AS c ON c.person_id = n.customer_id
JOIN ospos_people AS p ON p.person_id = c.person_id
ORDER BY c.person_id
