-- Money without a sale: account customers who pay what they owe (tickets of type 2: money in, and the same taken off as `debtpaid`), and
-- petty cash (receipts without a ticket). The till does not record which sales a customer pays.
-- A site changes: nothing.
SELECT p.id AS movement_id,
       TRIM(CAST(:store AS CHAR(64))) AS store_id,
       r.money AS shift_id,
       cc.business_date AS business_date,
       r.datenew AS occurred_local,
       CASE WHEN t.id IS NOT NULL THEN 'account_payment' WHEN p.total < 0 THEN 'paid_out' ELSE 'received' END AS kind,
       CASE WHEN t.id IS NULL THEN UPPER(p.payment) END AS function_code,
       CASE WHEN t.id IS NULL OR p.payment IN ('cash', 'cashrefund') THEN 'CASH'
            WHEN p.payment IN ('ccard', 'ccardrefund', 'magcard', 'magcardrefund') THEN 'CARD'
            WHEN p.payment IN ('cheque', 'chequerefund') THEN 'CHEQUE'
            WHEN p.payment IN ('paperin', 'paperout') THEN 'PAPER_VOUCHER'
            WHEN p.payment IN ('voucher', 'voucherin', 'voucherout') THEN 'GIFT_VOUCHER'
            ELSE UPPER(p.payment)
       END AS tender_code,
       t.customer AS customer_id,
       ROUND(CAST(p.total AS DECIMAL(20, 6)), 2) AS amount
FROM payments AS p
JOIN receipts AS r ON r.id = p.receipt
JOIN (SELECT c.money, c.host, CAST(MIN(f.datenew) AS DATE) AS business_date
      FROM closedcash AS c
      JOIN receipts AS f ON f.money = c.money
      WHERE c.datestart < :to_date AND (c.dateend IS NULL OR c.dateend >= :from_date)
      GROUP BY c.money, c.host) AS cc ON cc.money = r.money
LEFT JOIN tickets AS t ON t.id = p.receipt
WHERE (t.id IS NULL OR t.tickettype = 2) AND p.payment <> 'debtpaid'
  AND cc.business_date >= :from_date AND cc.business_date < :to_date
ORDER BY p.id
