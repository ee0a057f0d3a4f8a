-- Customers named by the baskets and movements of the period, and no more of a person than the ledger is to hold.
-- A site changes: table names.
SELECT TRIM(c.CustomerCode) AS id,
       c.CustomerName AS name,
       TRIM(c.CustomerCode) AS account_number,
       c.Email AS email,
       c.AccountDays AS terms_days
FROM Customers AS c
WHERE c.CustomerCode IN (
    SELECT n.CustomerCode
    FROM (
        SELECT t.CustomerCode, t.SiteCode, t.TerminalNo, t.ShiftNo FROM Transactions AS t
        UNION ALL
        SELECT m.CustomerCode, m.SiteCode, m.TerminalNo, m.ShiftNo FROM DrawerMovements AS m
        UNION ALL
        SELECT a.CustomerCode, a.SiteCode, a.TerminalNo, a.ShiftNo FROM DebtorPayments AS a
        UNION ALL
        SELECT j.CustomerCode, j.SiteCode, j.TerminalNo, j.ShiftNo FROM DebtorAdjustments AS j
        UNION ALL
        SELECT b.CustomerCode, l.SiteCode, l.TerminalNo, l.ShiftNo
        FROM LaybyTransactions AS l
        JOIN Laybys AS b ON b.SiteCode = l.SiteCode AND b.LaybyNo = l.LaybyNo
    ) AS n
    JOIN EndOfShift AS s ON s.SiteCode = n.SiteCode AND s.TerminalNo = n.TerminalNo AND s.ShiftNo = n.ShiftNo
    JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
    WHERE n.SiteCode = :store AND p.PeriodDate >= :from_date AND p.PeriodDate < :to_date)
ORDER BY id
