-- A ticket is a sale, also one that is void or still open. A refund is a transaction of the ticket, on whatever day: a sale of its own.
-- TOTAL_PRICE has the gratuity in it; a ticket that is open has no closing date yet.
SELECT
    CAST(t.ID AS TEXT) AS sale_id
  , CAST(t.ID AS TEXT) AS receipt_no
  , :store AS store_id
  , CAST(t.TERMINAL_ID AS TEXT) AS register_id
  , 'sale' AS kind
  , CASE WHEN t.VOIDED = 1 THEN 'void' WHEN t.SETTLED = 1 THEN 'completed' ELSE 'open' END AS status
  , NULL AS original_sale_id
  , datetime(COALESCE(t.CLOSING_DATE, t.CREATE_DATE)) AS occurred_local
  , 'AUD' AS currency
  , t.TOTAL_TAX AS tax
  , t.TOTAL_PRICE - COALESCE(g.AMOUNT, 0) AS gross
  , g.AMOUNT AS tip
FROM TICKET AS t
LEFT JOIN GRATUITY AS g ON g.ID = t.GRATUITY_ID
WHERE (SELECT r.ID FROM RESTAURANT AS r) = :store
  AND datetime(COALESCE(t.CLOSING_DATE, t.CREATE_DATE)) >= :from_local
  AND datetime(COALESCE(t.CLOSING_DATE, t.CREATE_DATE)) < :to_local
UNION ALL
SELECT
    'R' || x.ID
  , CAST(t.ID AS TEXT)
  , :store
  , CAST(x.TERMINAL_ID AS TEXT)
  , 'refund'
  , 'completed'
  , CAST(t.ID AS TEXT)
  , datetime(x.TRANSACTION_TIME)
  , 'AUD'
  , -t.TOTAL_TAX
  , -x.AMOUNT
  , NULL
FROM TRANSACTIONS AS x
JOIN TICKET AS t ON t.ID = x.TICKET_ID
WHERE x.TRANSACTION_TYPE = 'REFUND'
  AND (SELECT r.ID FROM RESTAURANT AS r) = :store
  AND datetime(x.TRANSACTION_TIME) >= :from_local AND datetime(x.TRANSACTION_TIME) < :to_local
