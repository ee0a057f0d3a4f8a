-- A worked example of the other form: sales.sql as a stored procedure, for a site that gives the login EXECUTE on its own procedures and no
-- right on any table. sales.sql is then the one line of procedure_call.sql. The parameters are typed, so that no setting of the login's
-- language turns a date around; NOCOUNT keeps a count of rows from being taken for the answer.
CREATE PROCEDURE dbo.Tillpost_sales @store varchar(12), @from_date date, @to_date date
AS
BEGIN
    SET NOCOUNT ON;
    SELECT CONCAT(t.TerminalNo, '-', t.ShiftNo, '-', t.TrxNo) AS sale_id,
           RIGHT(CONCAT('0000', t.TrxNo), 4) AS receipt_no,
           t.SiteCode AS store_id,
           t.TerminalNo AS register_id,
           CONCAT(t.TerminalNo, '-', t.ShiftNo) AS shift_id,
           CASE t.TrxType
               WHEN 'SALE' THEN 'sale' WHEN 'REFUND' THEN 'refund' WHEN 'EXCH' THEN 'exchange'
               WHEN 'LBNEW' THEN 'layby_open' WHEN 'LBDONE' THEN 'layby_complete'
           END AS kind,
           CASE t.TrxState
               WHEN 'C' THEN 'completed' WHEN 'V' THEN 'void' WHEN 'O' THEN 'open' WHEN 'S' THEN 'suspended' WHEN 'T' THEN 'training'
           END AS status,
           CASE WHEN t.OrigTrxNo IS NOT NULL THEN CONCAT(t.OrigTerminalNo, '-', t.OrigShiftNo, '-', t.OrigTrxNo) END AS original_sale_id,
           CAST(p.PeriodDate AS date) AS business_date,
           t.TrxTime AS occurred_local,
           i.Currency AS currency,
           LTRIM(RTRIM(t.CustomerCode)) AS customer_id,
           CASE WHEN t.LaybyNo IS NOT NULL THEN CONCAT('LB', t.LaybyNo) END AS layby_id,
           t.Nett - t.Tax AS net,
           t.Tax AS tax,
           t.Nett AS gross,
           t.Rounding AS rounding,
           (SELECT SUM(m.Tip) FROM TransactionMedia AS m
            WHERE m.SiteCode = t.SiteCode AND m.TerminalNo = t.TerminalNo AND m.ShiftNo = t.ShiftNo AND m.TrxNo = t.TrxNo) AS tip
    FROM Transactions AS t
    JOIN EndOfShift AS s ON s.SiteCode = t.SiteCode AND s.TerminalNo = t.TerminalNo AND s.ShiftNo = t.ShiftNo
    JOIN SalesPeriods AS p ON p.SiteCode = s.SiteCode AND p.PeriodNo = s.PeriodNo
    JOIN Sites AS i ON i.SiteCode = t.SiteCode
    WHERE t.SiteCode = @store AND p.PeriodDate >= @from_date AND p.PeriodDate < @to_date
    ORDER BY t.TerminalNo, t.ShiftNo, t.TrxTime, t.TrxNo;
END
