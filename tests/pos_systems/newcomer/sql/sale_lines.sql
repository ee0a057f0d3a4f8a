-- TOTAL_PRICE of an item has its modifiers and its tax in it. What a ticket's total has beyond its items is its discount and its delivery.
WITH sold AS (
    SELECT CAST(t.ID AS TEXT) AS sale_id, t.ID AS ticket, 1 AS sign, datetime(COALESCE(t.CLOSING_DATE, t.CREATE_DATE)) AS at FROM TICKET AS t
    UNION ALL
    SELECT 'R' || x.ID, x.TICKET_ID, -1, datetime(x.TRANSACTION_TIME) FROM TRANSACTIONS AS x WHERE x.TRANSACTION_TYPE = 'REFUND'),
asked AS (
    SELECT * FROM sold WHERE (SELECT r.ID FROM RESTAURANT AS r) = :store AND at >= :from_local AND at < :to_local)
SELECT
    a.sale_id
  , CAST(i.ITEM_ORDER AS TEXT) AS line_no
  , 'item' AS line_kind
  , i.ITEM_NAME AS description
  , i.CATEGORY_NAME AS category
  , a.sign * (CASE WHEN i.ITEM_COUNT = 0 THEN i.ITEM_QUANTITY ELSE i.ITEM_COUNT END) AS quantity
  , a.sign * i.TAX_AMOUNT AS tax
  , a.sign * i.TOTAL_PRICE AS gross
  , CASE WHEN i.ITEM_TAX_RATE = 0 THEN 'FRE' ELSE 'GST' END AS tax_code
FROM asked AS a
JOIN TICKET_ITEM AS i ON i.TICKET_ID = a.ticket
UNION ALL
SELECT
    a.sale_id, 'D', 'basket_discount', 'Discount', NULL, a.sign
  , a.sign * (t.TOTAL_TAX - (SELECT SUM(i.TAX_AMOUNT) FROM TICKET_ITEM AS i WHERE i.TICKET_ID = t.ID))
  , a.sign * (t.TOTAL_PRICE - t.DELIVERY_CHARGE - COALESCE(g.AMOUNT, 0)
        - (SELECT SUM(i.TOTAL_PRICE) FROM TICKET_ITEM AS i WHERE i.TICKET_ID = t.ID))
  , NULL
FROM asked AS a
JOIN TICKET AS t ON t.ID = a.ticket
LEFT JOIN GRATUITY AS g ON g.ID = t.GRATUITY_ID
WHERE t.TOTAL_DISCOUNT <> 0
UNION ALL
SELECT a.sale_id, 'F', 'fee', 'Delivery', 'Delivery', a.sign, 0, a.sign * t.DELIVERY_CHARGE, 'FRE'
FROM asked AS a
JOIN TICKET AS t ON t.ID = a.ticket
WHERE t.DELIVERY_CHARGE <> 0
