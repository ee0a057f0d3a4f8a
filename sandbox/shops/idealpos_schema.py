"""Tables of a demo POS that works as Idealpos does. The names are ours: no vendor's schema is public, and none is copied.

Its habits are kept because a real site has them: codes are padded with spaces on the left, receipt numbers start again after 9999 on
each terminal, times are naive, drawer movements and supplier credits are positive and a type tells the direction.
Money is in cents.
"""

SCHEMA = """
CREATE TABLE Sites (SiteCode TEXT PRIMARY KEY, SiteName TEXT NOT NULL, Currency TEXT NOT NULL);
CREATE TABLE PosTerminals (SiteCode TEXT NOT NULL REFERENCES Sites, TerminalNo INTEGER NOT NULL, TerminalName TEXT NOT NULL,
    LastUploadUtc TEXT NOT NULL, Active INTEGER NOT NULL, PRIMARY KEY (SiteCode, TerminalNo));
CREATE TABLE SalesPeriods (SiteCode TEXT NOT NULL REFERENCES Sites, PeriodNo INTEGER NOT NULL, PeriodDate TEXT NOT NULL, Ended TEXT,
    PRIMARY KEY (SiteCode, PeriodNo));
CREATE TABLE EndOfShift (SiteCode TEXT NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL, PeriodNo INTEGER NOT NULL,
    Opened TEXT NOT NULL, Closed TEXT, FloatAmount INTEGER NOT NULL, Reconciled INTEGER NOT NULL,
    PRIMARY KEY (SiteCode, TerminalNo, ShiftNo),
    FOREIGN KEY (SiteCode, TerminalNo) REFERENCES PosTerminals, FOREIGN KEY (SiteCode, PeriodNo) REFERENCES SalesPeriods);

CREATE TABLE SalesCategories (CategoryCode TEXT PRIMARY KEY, Description TEXT NOT NULL);
CREATE TABLE Departments (DepartmentNo INTEGER PRIMARY KEY, Description TEXT NOT NULL,
    CategoryCode TEXT NOT NULL REFERENCES SalesCategories);
CREATE TABLE StockItems (PLU TEXT PRIMARY KEY, Description TEXT NOT NULL, DepartmentNo INTEGER NOT NULL REFERENCES Departments,
    Price INTEGER NOT NULL, TaxLabel TEXT NOT NULL, Cost INTEGER NOT NULL);
CREATE TABLE Media (MediaNo INTEGER PRIMARY KEY, Description TEXT NOT NULL);
CREATE TABLE FunctionDescriptors (FunctionNo TEXT PRIMARY KEY, Description TEXT NOT NULL);
CREATE TABLE Customers (CustomerCode TEXT PRIMARY KEY, CustomerName TEXT NOT NULL, Email TEXT, AccountDays INTEGER,
    BarTab INTEGER NOT NULL);

CREATE TABLE Laybys (SiteCode TEXT NOT NULL REFERENCES Sites, LaybyNo INTEGER NOT NULL, CustomerCode TEXT NOT NULL REFERENCES Customers,
    Total INTEGER NOT NULL, LaybyState TEXT NOT NULL, PRIMARY KEY (SiteCode, LaybyNo));
CREATE TABLE Transactions (SiteCode TEXT NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL, TrxNo INTEGER NOT NULL,
    TrxTime TEXT NOT NULL, TrxType TEXT NOT NULL, TrxState TEXT NOT NULL, CustomerCode TEXT REFERENCES Customers, LaybyNo INTEGER,
    OrigTerminalNo INTEGER, OrigShiftNo INTEGER, OrigTrxNo INTEGER, Nett INTEGER NOT NULL, Tax INTEGER NOT NULL,
    Rounding INTEGER NOT NULL,
    PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, TrxNo), FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift,
    FOREIGN KEY (SiteCode, LaybyNo) REFERENCES Laybys);
CREATE TABLE TransactionLines (SiteCode TEXT NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL, TrxNo INTEGER NOT NULL,
    LineNumber INTEGER NOT NULL, LineType TEXT NOT NULL, PLU TEXT NOT NULL REFERENCES StockItems, Quantity TEXT NOT NULL,
    Price INTEGER NOT NULL, Discount INTEGER NOT NULL, Nett INTEGER NOT NULL, TaxLabel TEXT NOT NULL, Tax INTEGER NOT NULL,
    Cost INTEGER NOT NULL, PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, TrxNo, LineNumber),
    FOREIGN KEY (SiteCode, TerminalNo, ShiftNo, TrxNo) REFERENCES Transactions);
CREATE TABLE TransactionSurcharges (SiteCode TEXT NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL, TrxNo INTEGER NOT NULL,
    SurchargeNo INTEGER NOT NULL, Description TEXT NOT NULL, Nett INTEGER NOT NULL, TaxLabel TEXT, Tax INTEGER,
    PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, TrxNo, SurchargeNo),
    FOREIGN KEY (SiteCode, TerminalNo, ShiftNo, TrxNo) REFERENCES Transactions);
CREATE TABLE TransactionMedia (SiteCode TEXT NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL, TrxNo INTEGER NOT NULL,
    MediaLine INTEGER NOT NULL, MediaNo INTEGER NOT NULL REFERENCES Media, Tendered INTEGER NOT NULL, ChangeGiven INTEGER NOT NULL,
    CashOut INTEGER NOT NULL, Tip INTEGER NOT NULL, Reference TEXT, PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, TrxNo, MediaLine),
    FOREIGN KEY (SiteCode, TerminalNo, ShiftNo, TrxNo) REFERENCES Transactions);

CREATE TABLE DrawerMovements (SiteCode TEXT NOT NULL, MoveNo INTEGER NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL,
    MoveTime TEXT NOT NULL, MoveType TEXT NOT NULL, FunctionNo TEXT REFERENCES FunctionDescriptors,
    MediaNo INTEGER NOT NULL REFERENCES Media, CustomerCode TEXT REFERENCES Customers, Amount INTEGER NOT NULL, TaxLabel TEXT, Tax INTEGER,
    Note TEXT, PRIMARY KEY (SiteCode, MoveNo), FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift);
CREATE TABLE TenderChanges (SiteCode TEXT NOT NULL, ChangeNo INTEGER NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL,
    ChangeTime TEXT NOT NULL, OrigTerminalNo INTEGER NOT NULL, OrigShiftNo INTEGER NOT NULL, OrigTrxNo INTEGER NOT NULL,
    FromMediaNo INTEGER NOT NULL REFERENCES Media, ToMediaNo INTEGER NOT NULL REFERENCES Media, Amount INTEGER NOT NULL,
    PRIMARY KEY (SiteCode, ChangeNo),
    FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift,
    FOREIGN KEY (SiteCode, OrigTerminalNo, OrigShiftNo, OrigTrxNo) REFERENCES Transactions);
CREATE TABLE LaybyTransactions (SiteCode TEXT NOT NULL, LaybyNo INTEGER NOT NULL, SeqNo INTEGER NOT NULL, TerminalNo INTEGER NOT NULL,
    ShiftNo INTEGER NOT NULL, TrxTime TEXT NOT NULL, Action TEXT NOT NULL, MediaNo INTEGER REFERENCES Media, Amount INTEGER NOT NULL,
    Fee INTEGER NOT NULL, TaxLabel TEXT, Tax INTEGER, PRIMARY KEY (SiteCode, LaybyNo, SeqNo),
    FOREIGN KEY (SiteCode, LaybyNo) REFERENCES Laybys, FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift);
CREATE TABLE LaybyTransactionLines (SiteCode TEXT NOT NULL, LaybyNo INTEGER NOT NULL, SeqNo INTEGER NOT NULL, LineNumber INTEGER NOT NULL,
    PLU TEXT NOT NULL REFERENCES StockItems, Nett INTEGER NOT NULL, TaxLabel TEXT NOT NULL, Tax INTEGER NOT NULL,
    PRIMARY KEY (SiteCode, LaybyNo, SeqNo, LineNumber), FOREIGN KEY (SiteCode, LaybyNo, SeqNo) REFERENCES LaybyTransactions);
CREATE TABLE GiftVouchers (VoucherNo TEXT PRIMARY KEY, SiteCode TEXT NOT NULL, MoveNo INTEGER, Amount INTEGER NOT NULL,
    Balance INTEGER NOT NULL, FOREIGN KEY (SiteCode, MoveNo) REFERENCES DrawerMovements);
CREATE TABLE DebtorPayments (SiteCode TEXT NOT NULL, PaymentNo INTEGER NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL,
    PaidTime TEXT NOT NULL, CustomerCode TEXT NOT NULL REFERENCES Customers, MediaNo INTEGER NOT NULL REFERENCES Media,
    Amount INTEGER NOT NULL, PRIMARY KEY (SiteCode, PaymentNo), FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift);
CREATE TABLE DebtorAllocations (SiteCode TEXT NOT NULL, PaymentNo INTEGER NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL,
    TrxNo INTEGER NOT NULL, Amount INTEGER NOT NULL, PRIMARY KEY (SiteCode, PaymentNo, TerminalNo, ShiftNo, TrxNo),
    FOREIGN KEY (SiteCode, PaymentNo) REFERENCES DebtorPayments,
    FOREIGN KEY (SiteCode, TerminalNo, ShiftNo, TrxNo) REFERENCES Transactions);
CREATE TABLE DebtorAdjustments (SiteCode TEXT NOT NULL, AdjustNo INTEGER NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL,
    AdjustTime TEXT NOT NULL, CustomerCode TEXT NOT NULL REFERENCES Customers, AdjustType TEXT NOT NULL, Amount INTEGER NOT NULL,
    TaxLabel TEXT, Tax INTEGER, PRIMARY KEY (SiteCode, AdjustNo), FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift);
CREATE TABLE DebtorAdjustmentAllocations (SiteCode TEXT NOT NULL, AdjustNo INTEGER NOT NULL, TerminalNo INTEGER NOT NULL,
    ShiftNo INTEGER NOT NULL, TrxNo INTEGER NOT NULL, Amount INTEGER NOT NULL,
    PRIMARY KEY (SiteCode, AdjustNo, TerminalNo, ShiftNo, TrxNo), FOREIGN KEY (SiteCode, AdjustNo) REFERENCES DebtorAdjustments,
    FOREIGN KEY (SiteCode, TerminalNo, ShiftNo, TrxNo) REFERENCES Transactions);

CREATE TABLE SalesReconciliation (SiteCode TEXT NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL,
    MediaNo INTEGER NOT NULL REFERENCES Media, Expected INTEGER NOT NULL, Counted INTEGER NOT NULL,
    PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, MediaNo), FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift);
CREATE TABLE ZReport (SiteCode TEXT NOT NULL, TerminalNo INTEGER NOT NULL, ShiftNo INTEGER NOT NULL, ZLine INTEGER NOT NULL,
    LineType TEXT NOT NULL, MediaNo INTEGER REFERENCES Media, Amount INTEGER, Number INTEGER,
    PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, ZLine), FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift);
CREATE TABLE OutstandingBalances (SiteCode TEXT NOT NULL, PeriodNo INTEGER NOT NULL, BalanceNo INTEGER NOT NULL,
    BalanceType TEXT NOT NULL, MediaNo INTEGER REFERENCES Media, Amount INTEGER NOT NULL, PRIMARY KEY (SiteCode, PeriodNo, BalanceNo),
    FOREIGN KEY (SiteCode, PeriodNo) REFERENCES SalesPeriods);

CREATE TABLE Suppliers (SupplierCode TEXT PRIMARY KEY CHECK (SupplierCode NOT LIKE '%/%'), SupplierName TEXT NOT NULL,
    Accounting INTEGER NOT NULL, PaymentDays INTEGER NOT NULL);
CREATE TABLE PurchaseCategories (CategoryNo INTEGER PRIMARY KEY, Description TEXT NOT NULL);
CREATE TABLE StockPurchases (SiteCode TEXT NOT NULL REFERENCES Sites, SupplierCode TEXT NOT NULL REFERENCES Suppliers,
    InvoiceNo TEXT NOT NULL, DocType TEXT NOT NULL, InvoiceDate TEXT NOT NULL, ProcessDate TEXT NOT NULL, DueDate TEXT,
    Freight INTEGER NOT NULL, FreightTax INTEGER NOT NULL, AdminFee INTEGER NOT NULL, AdminFeeTax INTEGER NOT NULL,
    Total INTEGER NOT NULL, TotalTax INTEGER NOT NULL, Paid INTEGER NOT NULL, PRIMARY KEY (SupplierCode, InvoiceNo));
CREATE TABLE StockPurchaseLines (SupplierCode TEXT NOT NULL, InvoiceNo TEXT NOT NULL, LineNumber INTEGER NOT NULL,
    Description TEXT NOT NULL, CategoryNo INTEGER NOT NULL REFERENCES PurchaseCategories, Quantity TEXT NOT NULL,
    LineTotal INTEGER NOT NULL, TaxLabel TEXT NOT NULL, Tax INTEGER NOT NULL, PRIMARY KEY (SupplierCode, InvoiceNo, LineNumber),
    FOREIGN KEY (SupplierCode, InvoiceNo) REFERENCES StockPurchases);

CREATE TABLE LedgerStatus (SiteCode TEXT NOT NULL, DocumentKind TEXT NOT NULL, DocumentKey TEXT NOT NULL, LedgerNumber TEXT NOT NULL,
    Status TEXT NOT NULL, AmountDue INTEGER NOT NULL, AmountPaid INTEGER NOT NULL, PaidOn TEXT, ChangedAt TEXT NOT NULL,
    PRIMARY KEY (SiteCode, DocumentKind, DocumentKey));
CREATE INDEX PeriodByDate ON SalesPeriods (SiteCode, PeriodDate);
CREATE INDEX ShiftByPeriod ON EndOfShift (SiteCode, PeriodNo);
"""
