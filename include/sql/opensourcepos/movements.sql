-- Money that moves without a sale: expenses, cash put into or taken out of the drawer (cash-up: transfer), and debts that are paid later.
-- An expense carries the money that was paid, its tax inside; the code of its function is its category in capitals. Only cash leaves the
-- drawer: other ways of paying have codes of their own (EXPENSE_CARD). An unpaid expense (Due) is a bill: purchases.sql.
-- The tax code of an expense with tax is the shop's default tax, as the till records an amount and no rate; without, UNTAXED.
-- A payment that came on a later date than its sale, and more than two hours after it, is an account payment of that date (tenders.sql
-- delivers the sale as due). The names of payments, and what is later, are the same in tenders.sql.
-- A site changes: the names in its language, as in tenders.sql; the 0 in `INTERVAL 0 MINUTE` (README.md).
SELECT CONCAT('E', e.expense_id) AS movement_id,
       (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'company') AS store_id,
       e.occurred_local,
       'paid_out' AS kind,
       UPPER(REPLACE(TRIM(g.category_name), ' ', '_')) AS function_code,
       e.tender_code,
       NULL AS customer_id,
       NULL AS sale_id,
       CAST(-100 * e.amount AS SIGNED) AS amount_cents,
       CASE WHEN COALESCE(e.tax_amount, 0) = 0 THEN 'UNTAXED'
           ELSE (SELECT CONCAT(TRIM(n.value), ' ',
                     TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(CAST(r.value AS DECIMAL(15, 4)) AS CHAR))), '%')
                 FROM ospos_app_config AS n
                 JOIN ospos_app_config AS r ON r.`key` = 'default_tax_1_rate'
                 WHERE n.`key` = 'default_tax_1_name' AND n.value <> '' AND r.value <> '')
       END AS tax_code,
       CAST(-100 * COALESCE(e.tax_amount, 0) AS SIGNED) AS tax_cents
FROM (
    SELECT x.expense_id, CONVERT_TZ(x.`date`, @@session.time_zone, @@global.time_zone) AS occurred_local,
           x.amount, x.tax_amount, x.expense_category_id,
           CASE
               WHEN x.payment_type IN ('Cash', 'Bar', 'Efectivo', 'Espèce', 'Contant', 'Contanti') THEN 'CASH'
               WHEN x.payment_type IN ('Debit Card', 'EC-Karte', 'Tarjeta de Débito', 'Carte de Débit', 'Betaalpas', 'Carta di Debito',
                   'Credit Card', 'Kreditkarte', 'Tarjeta de Crédito', 'Carte de Crédit', 'Creditcard', 'Carta di Credito')
                   THEN 'EXPENSE_CARD'
               WHEN x.payment_type IN ('Check', 'Cheque', 'Scheck', 'Chèque', 'Assegno') THEN 'EXPENSE_CHEQUE'
               WHEN x.payment_type IN ('Bank Transfer', 'Transferencia Bancaria', 'Virement Bancaire') THEN 'EXPENSE_BANK_TRANSFER'
               WHEN x.payment_type IN ('Due', 'fällig', 'Adeudado', 'Dû', 'Te betalen', 'Dovuto') THEN 'DUE'
               ELSE CONCAT('EXPENSE_', UPPER(REPLACE(TRIM(x.payment_type), ' ', '_')))
           END AS tender_code
    FROM ospos_expenses AS x
    WHERE x.`date` >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
        AND x.`date` < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND x.deleted = 0) AS e
LEFT JOIN ospos_expense_categories AS g ON g.expense_category_id = e.expense_category_id
WHERE e.tender_code <> 'DUE'
UNION ALL
SELECT CONCAT('C', u.cashup_id),
       (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'company'),
       CONVERT_TZ(u.open_date, @@session.time_zone, @@global.time_zone),
       CASE WHEN u.transfer_amount_cash > 0 THEN 'received' ELSE 'paid_out' END,
       'CASH_TRANSFER',
       'CASH',
       NULL,
       NULL,
       CAST(100 * u.transfer_amount_cash AS SIGNED),
       NULL,
       NULL
FROM ospos_cash_up AS u
WHERE u.open_date >= CONVERT_TZ(:from_local, @@global.time_zone, @@session.time_zone)
    AND u.open_date < CONVERT_TZ(:to_local, @@global.time_zone, @@session.time_zone) AND u.deleted = 0 AND u.transfer_amount_cash <> 0
UNION ALL
SELECT CONCAT('P', p.payment_id),
       (SELECT c.value FROM ospos_app_config AS c WHERE c.`key` = 'company'),
       p.paid_at,
       'account_payment',
       NULL,
       p.tender_code,
       CAST(p.customer_id AS CHAR),
       CAST(p.sale_id AS CHAR),
       CAST(100 * (p.payment_amount - p.cash_refund) AS SIGNED),
       NULL,
       NULL
FROM (
    SELECT w.payment_id, w.sale_id, w.customer_id, w.payment_amount, w.cash_refund, w.paid_at,
           CASE
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
        SELECT x.payment_id, x.sale_id, s.customer_id, x.payment_amount, x.cash_refund, TRIM(SUBSTRING_INDEX(x.payment_type, ':', 1)) AS word,
               CONVERT_TZ(x.payment_time, @@session.time_zone, @@global.time_zone) + INTERVAL 0 MINUTE AS paid_at,
               CONVERT_TZ(s.sale_time, @@session.time_zone, @@global.time_zone) AS sold_at
        FROM ospos_sales_payments AS x
        JOIN ospos_sales AS s ON s.sale_id = x.sale_id
        WHERE x.payment_time >= CONVERT_TZ(:from_local - INTERVAL 0 MINUTE, @@global.time_zone, @@session.time_zone)
            AND x.payment_time < CONVERT_TZ(:to_local - INTERVAL 0 MINUTE, @@global.time_zone, @@session.time_zone)
            AND x.cash_adjustment = 0 AND s.sale_status = 0 AND s.sale_type IN (0, 1, 4)) AS w
    WHERE w.paid_at > w.sold_at + INTERVAL 2 HOUR
        AND DATE(SUBTIME(w.paid_at, TIME(:from_local))) > DATE(SUBTIME(w.sold_at, TIME(:from_local)))) AS p
WHERE p.tender_code <> 'DUE'
ORDER BY 1
