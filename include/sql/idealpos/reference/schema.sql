-- The reference schema that the files of include/sql/idealpos read: ours, not the vendor's. README.md explains tables and codes.
-- Nobody needs to create it to use the templates; it is here to try them on an empty database, and the tests read it.
-- Codes are right-aligned in char columns (PLU, customer, supplier), names are nvarchar, amounts decimal(19, 4) in dollars with the GST
-- inside, times datetime on the shop's wall clock.
CREATE TABLE Sites (
    SiteCode varchar(12) NOT NULL PRIMARY KEY,
    SiteName nvarchar(60) NOT NULL,
    Currency char(3) NOT NULL
);
CREATE TABLE PosTerminals (
    SiteCode varchar(12) NOT NULL REFERENCES Sites (SiteCode),
    TerminalNo smallint NOT NULL,
    TerminalName nvarchar(40) NOT NULL,
    LastUploadUtc datetime NOT NULL,
    Active bit NOT NULL,
    CONSTRAINT PK_PosTerminals PRIMARY KEY (SiteCode, TerminalNo)
);
CREATE TABLE SalesPeriods (
    SiteCode varchar(12) NOT NULL REFERENCES Sites (SiteCode),
    PeriodNo int NOT NULL,
    PeriodDate datetime NOT NULL,
    Ended datetime NULL,
    CONSTRAINT PK_SalesPeriods PRIMARY KEY (SiteCode, PeriodNo)
);
CREATE TABLE EndOfShift (
    SiteCode varchar(12) NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    PeriodNo int NOT NULL,
    Opened datetime NOT NULL,
    Closed datetime NULL,
    FloatAmount decimal(19, 4) NOT NULL,
    Reconciled bit NOT NULL,
    CONSTRAINT PK_EndOfShift PRIMARY KEY (SiteCode, TerminalNo, ShiftNo),
    CONSTRAINT FK_EndOfShift_Terminal FOREIGN KEY (SiteCode, TerminalNo) REFERENCES PosTerminals (SiteCode, TerminalNo),
    CONSTRAINT FK_EndOfShift_Period FOREIGN KEY (SiteCode, PeriodNo) REFERENCES SalesPeriods (SiteCode, PeriodNo)
);

CREATE TABLE SalesCategories (
    CategoryCode char(10) NOT NULL PRIMARY KEY,
    Description nvarchar(40) NOT NULL
);
CREATE TABLE Departments (
    DepartmentNo smallint NOT NULL PRIMARY KEY,
    Description nvarchar(40) NOT NULL,
    CategoryCode char(10) NOT NULL REFERENCES SalesCategories (CategoryCode)
);
CREATE TABLE StockItems (
    PLU char(8) NOT NULL PRIMARY KEY,
    Description nvarchar(60) NOT NULL,
    DepartmentNo smallint NOT NULL REFERENCES Departments (DepartmentNo),
    Price decimal(19, 4) NOT NULL,
    TaxLabel char(3) NOT NULL,
    Cost decimal(19, 4) NOT NULL
);
CREATE TABLE Media (
    MediaNo smallint NOT NULL PRIMARY KEY,
    Description nvarchar(20) NOT NULL
);
CREATE TABLE FunctionDescriptors (
    FunctionNo char(3) NOT NULL PRIMARY KEY,
    Description nvarchar(20) NOT NULL
);
CREATE TABLE Customers (
    CustomerCode char(8) NOT NULL PRIMARY KEY,
    CustomerName nvarchar(60) NOT NULL,
    Email varchar(120) NULL,
    AccountDays smallint NULL,
    BarTab bit NOT NULL
);

CREATE TABLE Laybys (
    SiteCode varchar(12) NOT NULL REFERENCES Sites (SiteCode),
    LaybyNo int NOT NULL,
    CustomerCode char(8) NOT NULL REFERENCES Customers (CustomerCode),
    Total decimal(19, 4) NOT NULL,
    LaybyState varchar(10) NOT NULL,
    CONSTRAINT PK_Laybys PRIMARY KEY (SiteCode, LaybyNo)
);
CREATE TABLE Transactions (
    SiteCode varchar(12) NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    TrxNo int NOT NULL,
    TrxTime datetime NOT NULL,
    TrxType varchar(6) NOT NULL,
    TrxState char(1) NOT NULL,
    CustomerCode char(8) NULL REFERENCES Customers (CustomerCode),
    LaybyNo int NULL,
    OrigTerminalNo smallint NULL,
    OrigShiftNo int NULL,
    OrigTrxNo int NULL,
    Nett decimal(19, 4) NOT NULL,
    Tax decimal(19, 4) NOT NULL,
    Rounding decimal(19, 4) NOT NULL,
    CONSTRAINT PK_Transactions PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, TrxNo),
    CONSTRAINT FK_Transactions_Shift FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift (SiteCode, TerminalNo, ShiftNo),
    CONSTRAINT FK_Transactions_Layby FOREIGN KEY (SiteCode, LaybyNo) REFERENCES Laybys (SiteCode, LaybyNo)
);
CREATE TABLE TransactionLines (
    SiteCode varchar(12) NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    TrxNo int NOT NULL,
    LineNumber smallint NOT NULL,
    LineType char(1) NOT NULL,
    PLU char(8) NOT NULL,
    Quantity decimal(12, 3) NOT NULL,
    Price decimal(19, 4) NOT NULL,
    Discount decimal(19, 4) NOT NULL,
    Nett decimal(19, 4) NOT NULL,
    TaxLabel char(3) NOT NULL,
    Tax decimal(19, 4) NOT NULL,
    Cost decimal(19, 4) NOT NULL,
    CONSTRAINT PK_TransactionLines PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, TrxNo, LineNumber),
    CONSTRAINT FK_TransactionLines_Transaction FOREIGN KEY (SiteCode, TerminalNo, ShiftNo, TrxNo)
        REFERENCES Transactions (SiteCode, TerminalNo, ShiftNo, TrxNo)
);
CREATE TABLE TransactionSurcharges (
    SiteCode varchar(12) NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    TrxNo int NOT NULL,
    SurchargeNo smallint NOT NULL,
    Description nvarchar(40) NOT NULL,
    Nett decimal(19, 4) NOT NULL,
    TaxLabel char(3) NULL,
    Tax decimal(19, 4) NULL,
    CONSTRAINT PK_TransactionSurcharges PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, TrxNo, SurchargeNo),
    CONSTRAINT FK_TransactionSurcharges_Transaction FOREIGN KEY (SiteCode, TerminalNo, ShiftNo, TrxNo)
        REFERENCES Transactions (SiteCode, TerminalNo, ShiftNo, TrxNo)
);
CREATE TABLE TransactionMedia (
    SiteCode varchar(12) NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    TrxNo int NOT NULL,
    MediaLine smallint NOT NULL,
    MediaNo smallint NOT NULL REFERENCES Media (MediaNo),
    Tendered decimal(19, 4) NOT NULL,
    ChangeGiven decimal(19, 4) NOT NULL,
    CashOut decimal(19, 4) NOT NULL,
    Tip decimal(19, 4) NOT NULL,
    Reference varchar(40) NULL,
    CONSTRAINT PK_TransactionMedia PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, TrxNo, MediaLine),
    CONSTRAINT FK_TransactionMedia_Transaction FOREIGN KEY (SiteCode, TerminalNo, ShiftNo, TrxNo)
        REFERENCES Transactions (SiteCode, TerminalNo, ShiftNo, TrxNo)
);

CREATE TABLE DrawerMovements (
    SiteCode varchar(12) NOT NULL,
    MoveNo int NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    MoveTime datetime NOT NULL,
    MoveType char(2) NOT NULL,
    FunctionNo char(3) NULL REFERENCES FunctionDescriptors (FunctionNo),
    MediaNo smallint NOT NULL REFERENCES Media (MediaNo),
    CustomerCode char(8) NULL REFERENCES Customers (CustomerCode),
    Amount decimal(19, 4) NOT NULL,
    TaxLabel char(3) NULL,
    Tax decimal(19, 4) NULL,
    Note nvarchar(100) NULL,
    CONSTRAINT PK_DrawerMovements PRIMARY KEY (SiteCode, MoveNo),
    CONSTRAINT FK_DrawerMovements_Shift FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift (SiteCode, TerminalNo, ShiftNo)
);
CREATE TABLE TenderChanges (
    SiteCode varchar(12) NOT NULL,
    ChangeNo int NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    ChangeTime datetime NOT NULL,
    OrigTerminalNo smallint NOT NULL,
    OrigShiftNo int NOT NULL,
    OrigTrxNo int NOT NULL,
    FromMediaNo smallint NOT NULL REFERENCES Media (MediaNo),
    ToMediaNo smallint NOT NULL REFERENCES Media (MediaNo),
    Amount decimal(19, 4) NOT NULL,
    CONSTRAINT PK_TenderChanges PRIMARY KEY (SiteCode, ChangeNo),
    CONSTRAINT FK_TenderChanges_Shift FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift (SiteCode, TerminalNo, ShiftNo),
    CONSTRAINT FK_TenderChanges_Transaction FOREIGN KEY (SiteCode, OrigTerminalNo, OrigShiftNo, OrigTrxNo)
        REFERENCES Transactions (SiteCode, TerminalNo, ShiftNo, TrxNo)
);
CREATE TABLE LaybyTransactions (
    SiteCode varchar(12) NOT NULL,
    LaybyNo int NOT NULL,
    SeqNo smallint NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    TrxTime datetime NOT NULL,
    Action char(3) NOT NULL,
    MediaNo smallint NULL REFERENCES Media (MediaNo),
    Amount decimal(19, 4) NOT NULL,
    Fee decimal(19, 4) NOT NULL,
    TaxLabel char(3) NULL,
    Tax decimal(19, 4) NULL,
    CONSTRAINT PK_LaybyTransactions PRIMARY KEY (SiteCode, LaybyNo, SeqNo),
    CONSTRAINT FK_LaybyTransactions_Layby FOREIGN KEY (SiteCode, LaybyNo) REFERENCES Laybys (SiteCode, LaybyNo),
    CONSTRAINT FK_LaybyTransactions_Shift FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift (SiteCode, TerminalNo, ShiftNo)
);
CREATE TABLE LaybyTransactionLines (
    SiteCode varchar(12) NOT NULL,
    LaybyNo int NOT NULL,
    SeqNo smallint NOT NULL,
    LineNumber smallint NOT NULL,
    PLU char(8) NOT NULL,
    Nett decimal(19, 4) NOT NULL,
    TaxLabel char(3) NOT NULL,
    Tax decimal(19, 4) NOT NULL,
    CONSTRAINT PK_LaybyTransactionLines PRIMARY KEY (SiteCode, LaybyNo, SeqNo, LineNumber),
    CONSTRAINT FK_LaybyTransactionLines_Entry FOREIGN KEY (SiteCode, LaybyNo, SeqNo) REFERENCES LaybyTransactions (SiteCode, LaybyNo, SeqNo)
);
CREATE TABLE GiftVouchers (
    VoucherNo varchar(20) NOT NULL PRIMARY KEY,
    SiteCode varchar(12) NOT NULL,
    MoveNo int NULL,
    Amount decimal(19, 4) NOT NULL,
    Balance decimal(19, 4) NOT NULL,
    CONSTRAINT FK_GiftVouchers_Movement FOREIGN KEY (SiteCode, MoveNo) REFERENCES DrawerMovements (SiteCode, MoveNo)
);
CREATE TABLE DebtorPayments (
    SiteCode varchar(12) NOT NULL,
    PaymentNo int NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    PaidTime datetime NOT NULL,
    CustomerCode char(8) NOT NULL REFERENCES Customers (CustomerCode),
    MediaNo smallint NOT NULL REFERENCES Media (MediaNo),
    Amount decimal(19, 4) NOT NULL,
    CONSTRAINT PK_DebtorPayments PRIMARY KEY (SiteCode, PaymentNo),
    CONSTRAINT FK_DebtorPayments_Shift FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift (SiteCode, TerminalNo, ShiftNo)
);
CREATE TABLE DebtorAllocations (
    SiteCode varchar(12) NOT NULL,
    PaymentNo int NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    TrxNo int NOT NULL,
    Amount decimal(19, 4) NOT NULL,
    CONSTRAINT PK_DebtorAllocations PRIMARY KEY (SiteCode, PaymentNo, TerminalNo, ShiftNo, TrxNo),
    CONSTRAINT FK_DebtorAllocations_Payment FOREIGN KEY (SiteCode, PaymentNo) REFERENCES DebtorPayments (SiteCode, PaymentNo),
    CONSTRAINT FK_DebtorAllocations_Transaction FOREIGN KEY (SiteCode, TerminalNo, ShiftNo, TrxNo)
        REFERENCES Transactions (SiteCode, TerminalNo, ShiftNo, TrxNo)
);
CREATE TABLE DebtorAdjustments (
    SiteCode varchar(12) NOT NULL,
    AdjustNo int NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    AdjustTime datetime NOT NULL,
    CustomerCode char(8) NOT NULL REFERENCES Customers (CustomerCode),
    AdjustType char(1) NOT NULL,
    Amount decimal(19, 4) NOT NULL,
    TaxLabel char(3) NULL,
    Tax decimal(19, 4) NULL,
    CONSTRAINT PK_DebtorAdjustments PRIMARY KEY (SiteCode, AdjustNo),
    CONSTRAINT FK_DebtorAdjustments_Shift FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift (SiteCode, TerminalNo, ShiftNo)
);
CREATE TABLE DebtorAdjustmentAllocations (
    SiteCode varchar(12) NOT NULL,
    AdjustNo int NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    TrxNo int NOT NULL,
    Amount decimal(19, 4) NOT NULL,
    CONSTRAINT PK_DebtorAdjustmentAllocations PRIMARY KEY (SiteCode, AdjustNo, TerminalNo, ShiftNo, TrxNo),
    CONSTRAINT FK_DebtorAdjustmentAllocations_Adjustment FOREIGN KEY (SiteCode, AdjustNo) REFERENCES DebtorAdjustments (SiteCode, AdjustNo),
    CONSTRAINT FK_DebtorAdjustmentAllocations_Transaction FOREIGN KEY (SiteCode, TerminalNo, ShiftNo, TrxNo)
        REFERENCES Transactions (SiteCode, TerminalNo, ShiftNo, TrxNo)
);

CREATE TABLE SalesReconciliation (
    SiteCode varchar(12) NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    MediaNo smallint NOT NULL REFERENCES Media (MediaNo),
    Expected decimal(19, 4) NOT NULL,
    Counted decimal(19, 4) NOT NULL,
    CONSTRAINT PK_SalesReconciliation PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, MediaNo),
    CONSTRAINT FK_SalesReconciliation_Shift FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift (SiteCode, TerminalNo, ShiftNo)
);
CREATE TABLE ZReport (
    SiteCode varchar(12) NOT NULL,
    TerminalNo smallint NOT NULL,
    ShiftNo int NOT NULL,
    ZLine smallint NOT NULL,
    LineType varchar(10) NOT NULL,
    MediaNo smallint NULL REFERENCES Media (MediaNo),
    Amount decimal(19, 4) NULL,
    Number int NULL,
    CONSTRAINT PK_ZReport PRIMARY KEY (SiteCode, TerminalNo, ShiftNo, ZLine),
    CONSTRAINT FK_ZReport_Shift FOREIGN KEY (SiteCode, TerminalNo, ShiftNo) REFERENCES EndOfShift (SiteCode, TerminalNo, ShiftNo)
);
CREATE TABLE OutstandingBalances (
    SiteCode varchar(12) NOT NULL,
    PeriodNo int NOT NULL,
    BalanceNo smallint NOT NULL,
    BalanceType varchar(10) NOT NULL,
    MediaNo smallint NULL REFERENCES Media (MediaNo),
    Amount decimal(19, 4) NOT NULL,
    CONSTRAINT PK_OutstandingBalances PRIMARY KEY (SiteCode, PeriodNo, BalanceNo),
    CONSTRAINT FK_OutstandingBalances_Period FOREIGN KEY (SiteCode, PeriodNo) REFERENCES SalesPeriods (SiteCode, PeriodNo)
);

CREATE TABLE Suppliers (
    SupplierCode char(8) NOT NULL PRIMARY KEY CHECK (SupplierCode NOT LIKE '%/%'),
    SupplierName nvarchar(60) NOT NULL,
    Accounting bit NOT NULL,
    PaymentDays smallint NOT NULL
);
CREATE TABLE PurchaseCategories (
    CategoryNo smallint NOT NULL PRIMARY KEY,
    Description nvarchar(20) NOT NULL
);
CREATE TABLE StockPurchases (
    SiteCode varchar(12) NOT NULL REFERENCES Sites (SiteCode),
    SupplierCode char(8) NOT NULL REFERENCES Suppliers (SupplierCode),
    InvoiceNo varchar(20) NOT NULL,
    DocType char(1) NOT NULL,
    InvoiceDate datetime NOT NULL,
    ProcessDate datetime NOT NULL,
    DueDate datetime NULL,
    Freight decimal(19, 4) NOT NULL,
    FreightTax decimal(19, 4) NOT NULL,
    AdminFee decimal(19, 4) NOT NULL,
    AdminFeeTax decimal(19, 4) NOT NULL,
    Total decimal(19, 4) NOT NULL,
    TotalTax decimal(19, 4) NOT NULL,
    Paid bit NOT NULL,
    CONSTRAINT PK_StockPurchases PRIMARY KEY (SupplierCode, InvoiceNo)
);
CREATE TABLE StockPurchaseLines (
    SupplierCode char(8) NOT NULL,
    InvoiceNo varchar(20) NOT NULL,
    LineNumber smallint NOT NULL,
    Description nvarchar(60) NOT NULL,
    CategoryNo smallint NOT NULL REFERENCES PurchaseCategories (CategoryNo),
    Quantity decimal(12, 3) NOT NULL,
    LineTotal decimal(19, 4) NOT NULL,
    TaxLabel char(3) NOT NULL,
    Tax decimal(19, 4) NOT NULL,
    CONSTRAINT PK_StockPurchaseLines PRIMARY KEY (SupplierCode, InvoiceNo, LineNumber),
    CONSTRAINT FK_StockPurchaseLines_Purchase FOREIGN KEY (SupplierCode, InvoiceNo) REFERENCES StockPurchases (SupplierCode, InvoiceNo)
);

CREATE TABLE LedgerStatus (
    SiteCode varchar(12) NOT NULL,
    DocumentKind varchar(20) NOT NULL,
    DocumentKey varchar(80) NOT NULL,
    LedgerNumber varchar(255) NOT NULL,
    Status varchar(20) NOT NULL,
    AmountDue decimal(19, 4) NOT NULL,
    AmountPaid decimal(19, 4) NOT NULL,
    PaidOn date NULL,
    ChangedAt datetime2(3) NOT NULL,
    CONSTRAINT PK_LedgerStatus PRIMARY KEY (SiteCode, DocumentKind, DocumentKey)
);
CREATE INDEX PeriodByDate ON SalesPeriods (SiteCode, PeriodDate);
CREATE INDEX ShiftByPeriod ON EndOfShift (SiteCode, PeriodNo);
