"""What the demo shops have no rows of, entered into a copy of a demo database: the same events for both dialects."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

DAY = "2026-09-16"

# At the cafe, whose shift 1-213 and receipt 9494 are of 16 September: found by the query below, so that another seed would do as well.
_SHIFT = "SELECT ShiftNo, MIN(TrxNo), MAX(TrxNo) FROM Transactions WHERE SiteCode = 'cafe' AND TerminalNo = 1 AND TrxTime LIKE ? GROUP BY ShiftNo"

_IDEALPOS = """
UPDATE TransactionLines SET LineType = 'G', TaxLabel = 'FRE', Tax = 0 WHERE SiteCode = 'cafe' AND ShiftNo = :shift AND TrxNo = :first AND LineNumber = 1;
INSERT INTO TransactionSurcharges VALUES
    ('cafe', 1, :shift, :first, 1, 'Public holiday 10 %', 110, 'GST', 10),
    ('cafe', 1, :shift, :last, 1, 'Card fee', 33, NULL, NULL);
INSERT INTO TransactionMedia VALUES ('cafe', 1, :shift, :first, 9, 12, 500, 0, 0, 0, 'P-77');
INSERT INTO TenderChanges VALUES ('cafe', 4, 1, :shift, '2026-09-16 16:05:00', 1, :shift, :last, 1, 6, 1250);
INSERT INTO DebtorAdjustments VALUES
    ('cafe', 7, 1, :shift, '2026-09-16 15:01:00', '    C100', 'C', 1100, 'GST', 100),
    ('cafe', 8, 1, :shift, '2026-09-16 15:02:00', '    C102', 'D', 550, NULL, NULL);
INSERT INTO DebtorAdjustmentAllocations VALUES ('cafe', 7, 1, :shift, :last, 1100);
INSERT INTO Laybys VALUES ('cafe', 90, '    C102', 5000, 'OPEN');
INSERT INTO LaybyTransactions VALUES
    ('cafe', 90, 1, 1, :shift, '2026-09-16 11:00:00', 'PAY', 1, 2000, 0, NULL, NULL),
    ('cafe', 90, 2, 1, :shift, '2026-09-16 12:00:00', 'CAN', 1, 2000, 0, NULL, NULL);
INSERT INTO LaybyTransactionLines VALUES
    ('cafe', 90, 1, 1, '    1003', 1490, 'GST', 135), ('cafe', 90, 1, 2, '    1021', 510, 'FRE', 0),
    ('cafe', 90, 2, 1, '    1003', 1490, 'GST', 135), ('cafe', 90, 2, 2, '    1021', 510, 'FRE', 0);
INSERT INTO ZReport VALUES ('cafe', 1, :shift, 90, 'REFUNDS', NULL, 0, NULL);
INSERT INTO SalesPeriods SELECT SiteCode, 900, PeriodDate, Ended FROM SalesPeriods WHERE SiteCode = 'cafe' AND PeriodDate = '2026-09-16';
INSERT INTO OutstandingBalances SELECT 'cafe', PeriodNo, 1, 'LAYBY', NULL, 99999 FROM SalesPeriods
    WHERE SiteCode = 'cafe' AND PeriodDate = '2026-09-16' AND PeriodNo <> 900;
INSERT INTO OutstandingBalances VALUES
    ('cafe', 900, 1, 'LAYBY', NULL, 0), ('cafe', 900, 2, 'DEBTORS', NULL, 13700), ('cafe', 900, 3, 'MEDIA', 9, 5000);
"""

_HIRE = """
INSERT INTO ContractFile VALUES
    ('    2001', 'hire', '    ACME', 'A', 'C', '2026-09-15 08:00:00', '2026-09-16 10:00:00', NULL, 66000, 6000),
    ('    2002', 'hire', '   TWEED', 'A', 'O', '2026-09-16 09:00:00', NULL, NULL, 22000, 2000);
INSERT INTO ContractItems VALUES
    ('    2001', 1, 'EX17', 2, 33000, 0, 66000, 6000, 'GST'), ('    2001', 2, 'GONE', 1, 0, 0, 0, 0, 'GST'),
    ('    2002', 1, 'EX17', 1, 22000, 0, 22000, 2000, 'GST');
INSERT INTO ContractPayments VALUES ('    2001', 1, 'BD', 10000, '2026-09-16 10:00:00');
INSERT INTO PrePayments VALUES
    (1, 'hire', '    2001', '    ACME', 'CS', 20000, '2026-09-15 08:00:00'), (2, 'hire', '    2001', '    ACME', 'EF', -5000, '2026-09-16 09:00:00'),
    (3, 'hire', '    2001', '    ACME', 'EF', 7000, '2026-09-17 09:00:00'), (4, 'hire', '    2002', '   TWEED', 'EF', 5000, '2026-09-16 09:05:00');
INSERT INTO ContractBonds VALUES
    (1, 'hire', '    2001', '    ACME', 'R', 'EF', 30000, '2026-09-15 08:00:00'),
    (2, 'hire', '    2001', '    ACME', 'F', 'EF', 20000, '2026-09-16 10:05:00');
INSERT INTO GLEntries VALUES
    ('hire', 31, 1, '2026-09-16', 'CT', '    2001', '11000', NULL, 'Contract 2001', 66000, 0),
    ('hire', 31, 2, '2026-09-16', 'CT', '    2001', '40000', 'EXCAV', 'Contract 2001', 0, 66000),
    ('hire', 32, 1, '2026-09-16', 'CG', '    2001', '50000', 'EXCAV', 'Cost of goods', 1250, 0),
    ('hire', 32, 2, '2026-09-16', 'CG', '    2001', '14000', NULL, 'Cost of goods', 0, 1250),
    ('hire', 33, 1, '2026-09-16', 'PM', '    2001', '10500', NULL, 'Payment', 15000, 0),
    ('hire', 33, 2, '2026-09-16', 'PM', '    2001', '25000', NULL, 'Payment', 0, 15000);
INSERT INTO StoreTotals VALUES
    ('hire', '2026-09-16', 'BALANCE', 'AR', 1234500, NULL), ('hire', '2026-09-16', 'BALANCE', 'PP', 5000, NULL),
    ('hire', '2026-09-16', 'BALANCE', 'BD', 0, NULL), ('hire', '2026-09-16', 'MONEY', 'PP', 15000, NULL),
    ('hire', '2026-09-16', 'MONEY', 'BD', 10000, NULL);
UPDATE StoreTotals SET Amount = Amount + CASE TotalType WHEN 'GROSS' THEN 66000 WHEN 'TAX' THEN 6000 ELSE 41000 END
    WHERE TotalDate = '2026-09-16' AND (TotalType IN ('GROSS', 'TAX') OR (TotalType = 'MONEY' AND PayMethod = 'AR'));
UPDATE StoreTotals SET Number = Number + 1 WHERE TotalDate = '2026-09-16' AND TotalType = 'CONTRACTS';
UPDATE DrawerCounts SET Expected = Expected + 20000, Counted = Counted + 20000 WHERE CountDate = '2026-09-15' AND PayMethod = 'CS';
UPDATE DrawerCounts SET Expected = Expected + 30000, Counted = Counted + 30000 WHERE CountDate = '2026-09-15' AND PayMethod = 'EF';
UPDATE DrawerCounts SET Expected = Expected - 20000, Counted = Counted - 20000 WHERE CountDate = '2026-09-16' AND PayMethod = 'EF';
UPDATE DrawerCounts SET Expected = Expected + 7000, Counted = Counted + 7000 WHERE CountDate = '2026-09-17' AND PayMethod = 'EF';
UPDATE VendorInvoiceLines SET GLAccount = '51000' WHERE InvoiceNo = 'PC-310' AND LineNumber = 1;
"""


def with_added_trade(shops: Path, name: str, into: Path) -> Path:
    """A copy of a demo database with the events that the demo leaves out."""
    file = Path(shutil.copy(shops / name, into / name))
    with closing(sqlite3.connect(file)) as database, database:
        if name == "harbour_hire.sqlite":
            database.executescript(_HIRE)
        else:
            shift, first, last = database.execute(_SHIFT, [f"{DAY}%"]).fetchone()
            script = _IDEALPOS.replace(":shift", str(shift)).replace(":first", str(first)).replace(":last", str(last))
            database.executescript(script)
    return file
