-- Payments of the baskets in the period, net of change (cash_refund). The till stores the name of the payment in the language of the
-- installation, for a gift card with its number behind a colon (Gift Card:7001): the list below tells which name means what. A name that is
-- not in it keeps itself as code and is of type other; without a mapping row its date is held.
-- What was not paid on the date of the sale is its due: payments left open (Due), and payments that came on a later date. Both are one
-- tender of type account, so that a sale looks the same before and after it is paid; the later money is an account payment (movements.sql).
-- Later is a later date and more than two hours after the sale: the till writes a payment seconds after its sale, the cut-over may lie
-- between them, and a server whose clock keeps no summer time is an hour off for half the year. The list of names and what is later are
-- the same in movements.sql.
-- A cash adjustment is no payment (sales.sql).
-- A site changes: the names in its language; the two kinds of card, if it keeps them apart; the 0 in `INTERVAL 0 MINUTE`, here and in
-- movements.sql, movement_allocations.sql, customers.sql and control_totals.sql, where the clock of the database server is not the shop's
-- (README.md).
SELECT CAST(p.sale_id AS CHAR) AS sale_id,
       CASE p.tender_code WHEN 'DUE' THEN 'due' ELSE CAST(MIN(p.payment_id) AS CHAR) END AS tender_no,
       p.tender_code,
       CASE
           WHEN p.tender_code IN ('CASH', 'CASH_DEPOSIT') THEN 'cash'
           WHEN p.tender_code IN ('CARD', 'CARD_DEPOSIT') THEN 'card'
           WHEN p.tender_code = 'DUE' THEN 'account'
           WHEN p.tender_code = 'GIFT_CARD' THEN 'gift_card'
           WHEN p.tender_code = 'REWARD_POINTS' THEN 'loyalty'
           ELSE 'other'
       END AS tender_type,
       CAST(100 * SUM(p.payment_amount - p.cash_refund) AS SIGNED) AS amount_cents,
       CASE p.tender_code WHEN 'DUE' THEN NULL ELSE CAST(100 * SUM(p.payment_amount) AS SIGNED) END AS tendered_cents,
       CASE p.tender_code WHEN 'DUE' THEN NULL ELSE CAST(100 * SUM(p.cash_refund) AS SIGNED) END AS change_cents,
       CASE p.tender_code WHEN 'DUE' THEN NULL ELSE MIN(p.reference) END AS reference
FROM (
    SELECT w.sale_id, w.payment_id, w.payment_amount, w.cash_refund, w.reference,
           CASE
               WHEN w.paid_at > w.sold_at + INTERVAL 2 HOUR
                   AND DATE(SUBTIME(w.paid_at, TIME(:from_local))) > DATE(SUBTIME(w.sold_at, TIME(:from_local)))
                   THEN 'DUE'
               WHEN w.word IN ('Cash', 'Bar', 'Efectivo', 'Espèce', 'Contant', 'Contanti') THEN 'CASH'
               WHEN w.word IN ('Debit Card', 'EC-Karte', 'Tarjeta de Débito', 'Carte de Débit', 'Betaalpas', 'Carta di Debito') THEN 'CARD'
               WHEN w.word IN ('Credit Card', 'Kreditkarte', 'Tarjeta de Crédito', 'Carte de Crédit', 'Creditcard', 'Carta di Credito')
                   THEN 'CARD'
               WHEN w.word IN ('Check', 'Cheque', 'Scheck', 'Chèque', 'Assegno') THEN 'CHEQUE'
               WHEN w.word IN ('Due', 'fällig', 'Adeudado', 'Dû', 'Te betalen', 'Dovuto') THEN 'DUE'
               WHEN w.word IN ('Gift Card', 'Gutschein', 'Tarjeta de Regalo', 'Carte Cadeau', 'Cadeaubon', 'Carta Regalo') THEN 'GIFT_CARD'
               WHEN w.word IN ('Reward Points', 'Prämienpunkte', 'Puntos', 'Points de fidélité', 'Beloningspunten', 'Punti Raccolta')
                   THEN 'REWARD_POINTS'
               WHEN w.word IN ('Bank Transfer', 'Transferencia Bancaria', 'Virement Bancaire') THEN 'BANK_TRANSFER'
               WHEN w.word IN ('Wallet', 'Monedero', 'Portefeuille') THEN 'WALLET'
               WHEN w.word IN ('Cash Deposit', 'Bareinzahlung', 'Deposito Efectivo', 'Dépôt d''Espèce', 'Dépôt d&#039;Espèce',
                   'Contact storting', 'Deposito Contanti') THEN 'CASH_DEPOSIT'
               WHEN w.word IN ('Credit Deposit', 'Krediteinlage', 'Deposito Credito', 'Dépôt de crédit', 'Krediet storting')
                   THEN 'CARD_DEPOSIT'
               ELSE UPPER(REPLACE(w.word, ' ', '_'))
           END AS tender_code
    FROM (
        SELECT x.sale_id, x.payment_id, x.payment_amount, x.cash_refund, TRIM(SUBSTRING_INDEX(x.payment_type, ':', 1)) AS word,
               CASE WHEN x.payment_type LIKE '%:%' THEN SUBSTRING_INDEX(x.payment_type, ':', -1) ELSE NULLIF(x.reference_code, '') END AS reference,
               CONVERT_TZ(x.payment_time, @@session.time_zone, @@global.time_zone) + INTERVAL 0 MINUTE AS paid_at,
               CONVERT_TZ(s.sale_time, @@session.time_zone, @@global.time_zone) AS sold_at
        FROM ospos_sales_payments AS x
        JOIN ospos_sales AS s ON s.sale_id = x.sale_id
        WHERE s.sale_time >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
            AND s.sale_time < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND x.cash_adjustment = 0) AS w) AS p
GROUP BY p.sale_id, p.tender_code, CASE p.tender_code WHEN 'DUE' THEN 0 ELSE p.payment_id END
ORDER BY p.sale_id, MIN(p.payment_id)
