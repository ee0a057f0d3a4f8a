-- What the baskets were paid with. `total` is net of change already; `tendered` is what was handed over. A refund has its own words for
-- the same means (cashrefund), which are brought back to one code here, as the mapping goes by the code.
-- A site changes: words that it added to its payment panel; what is not listed keeps its own name as code, and its type is other.
SELECT p.receipt AS sale_id,
       p.id AS tender_no,
       CASE WHEN p.payment IN ('cash', 'cashrefund') THEN 'CASH'
            WHEN p.payment IN ('ccard', 'ccardrefund', 'magcard', 'magcardrefund') THEN 'CARD'
            WHEN p.payment IN ('cheque', 'chequerefund') THEN 'CHEQUE'
            WHEN p.payment IN ('paperin', 'paperout') THEN 'PAPER_VOUCHER'
            WHEN p.payment IN ('voucher', 'voucherin', 'voucherout') THEN 'GIFT_VOUCHER'
            WHEN p.payment = 'debt' THEN 'ACCOUNT'
            ELSE UPPER(p.payment)
       END AS tender_code,
       CASE WHEN p.payment IN ('cash', 'cashrefund') THEN 'cash'
            WHEN p.payment IN ('ccard', 'ccardrefund', 'magcard', 'magcardrefund') THEN 'card'
            WHEN p.payment IN ('paperin', 'paperout') THEN 'voucher'
            WHEN p.payment IN ('voucher', 'voucherin', 'voucherout') THEN 'gift_card'
            WHEN p.payment = 'debt' THEN 'account'
            ELSE 'other'
       END AS tender_type,
       ROUND(CAST(p.total AS DECIMAL(20, 6)), 2) AS amount,
       CASE WHEN p.tendered > 0 THEN ROUND(CAST(p.tendered AS DECIMAL(20, 6)), 2) END AS tendered,
       CASE WHEN p.tendered > 0
            THEN ROUND(CAST(p.tendered AS DECIMAL(20, 6)), 2) - ROUND(CAST(p.total AS DECIMAL(20, 6)), 2)
       END AS "change",
       p.voucher AS reference
FROM payments AS p
JOIN tickets AS t ON t.id = p.receipt
JOIN receipts AS r ON r.id = p.receipt
JOIN (SELECT c.money, c.host, CAST(MIN(f.datenew) AS DATE) AS business_date
      FROM closedcash AS c
      JOIN receipts AS f ON f.money = c.money
      WHERE c.datestart < :to_date AND (c.dateend IS NULL OR c.dateend >= :from_date)
      GROUP BY c.money, c.host) AS cc ON cc.money = r.money
WHERE t.tickettype IN (0, 1) AND cc.business_date >= :from_date AND cc.business_date < :to_date
ORDER BY p.receipt, p.id
