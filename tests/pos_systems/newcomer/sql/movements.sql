-- Money that leaves the drawer without a ticket: paid out for a reason, or dropped into the safe.
SELECT
    CAST(x.ID AS TEXT) AS movement_id
  , :store AS store_id
  , datetime(x.TRANSACTION_TIME) AS occurred_local
  , CASE x.TRANSACTION_TYPE WHEN 'PAY_OUT' THEN 'paid_out' WHEN 'CASH_DROP' THEN 'safe_drop' END AS kind
  , p.REASON AS function_code
  , 'CASH' AS tender_code
  , -x.AMOUNT AS amount
FROM TRANSACTIONS AS x
LEFT JOIN PAYOUT_REASONS AS p ON p.ID = x.PAYOUT_REASON_ID
WHERE x.TICKET_ID IS NULL
  AND (SELECT r.ID FROM RESTAURANT AS r) = :store
  AND datetime(x.TRANSACTION_TIME) >= :from_local AND datetime(x.TRANSACTION_TIME) < :to_local
