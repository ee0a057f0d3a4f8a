-- The reference schema that the files of include/sql/pointofrental read: ours, not the vendor's. README.md explains tables and codes.
-- Nobody needs to create it to use the templates; it is here to try them on an empty database, and the tests read it.
-- Contract, customer and vendor numbers are right-aligned in char columns, names are nvarchar, amounts money in dollars with the GST inside,
-- times datetime on the store's wall clock.
CREATE TABLE StoreFile (
    StoreCode varchar(12) NOT NULL PRIMARY KEY,
    StoreName nvarchar(60) NOT NULL,
    Currency char(3) NOT NULL,
    LastSyncUtc datetime NOT NULL
);
CREATE TABLE CustomerFile (
    CustNo char(8) NOT NULL PRIMARY KEY,
    CustName nvarchar(60) NOT NULL,
    AccountType char(1) NOT NULL,
    Email varchar(120) NULL,
    TermsDays smallint NOT NULL
);
CREATE TABLE ItemFile (
    ItemKey char(10) NOT NULL PRIMARY KEY,
    ItemName nvarchar(60) NOT NULL,
    ItemCategory char(12) NOT NULL,
    DayRate money NOT NULL
);
CREATE TABLE ContractFile (
    ContractNo char(8) NOT NULL PRIMARY KEY,
    StoreCode varchar(12) NOT NULL REFERENCES StoreFile (StoreCode),
    CustNo char(8) NOT NULL REFERENCES CustomerFile (CustNo),
    ContractType char(1) NOT NULL,
    ContractStatus char(1) NOT NULL,
    OutAt datetime NOT NULL,
    ClosedAt datetime NULL,
    AdjustsContract char(8) NULL REFERENCES ContractFile (ContractNo),
    Total money NOT NULL,
    TaxTotal money NOT NULL
);
CREATE TABLE ContractItems (
    ContractNo char(8) NOT NULL REFERENCES ContractFile (ContractNo),
    LineNumber smallint NOT NULL,
    ItemKey char(10) NOT NULL,
    Days decimal(9, 2) NOT NULL,
    Rate money NOT NULL,
    Discount money NOT NULL,
    Amount money NOT NULL,
    Tax money NOT NULL,
    TaxTable char(3) NOT NULL,
    CONSTRAINT PK_ContractItems PRIMARY KEY (ContractNo, LineNumber)
);
CREATE TABLE ContractPayments (
    ContractNo char(8) NOT NULL REFERENCES ContractFile (ContractNo),
    PayNo smallint NOT NULL,
    PayMethod char(2) NOT NULL,
    Amount money NOT NULL,
    PaidAt datetime NOT NULL,
    CONSTRAINT PK_ContractPayments PRIMARY KEY (ContractNo, PayNo)
);
CREATE TABLE PrePayments (
    PrePayNo int NOT NULL PRIMARY KEY,
    StoreCode varchar(12) NOT NULL REFERENCES StoreFile (StoreCode),
    ContractNo char(8) NOT NULL REFERENCES ContractFile (ContractNo),
    CustNo char(8) NOT NULL REFERENCES CustomerFile (CustNo),
    PayMethod char(2) NOT NULL,
    Amount money NOT NULL,
    PaidAt datetime NOT NULL
);
CREATE TABLE ContractBonds (
    BondNo int NOT NULL PRIMARY KEY,
    StoreCode varchar(12) NOT NULL REFERENCES StoreFile (StoreCode),
    ContractNo char(8) NOT NULL REFERENCES ContractFile (ContractNo),
    CustNo char(8) NOT NULL REFERENCES CustomerFile (CustNo),
    BondType char(1) NOT NULL,
    PayMethod char(2) NOT NULL,
    Amount money NOT NULL,
    MovedAt datetime NOT NULL
);
CREATE TABLE BankDeposits (
    DepositNo int NOT NULL PRIMARY KEY,
    StoreCode varchar(12) NOT NULL REFERENCES StoreFile (StoreCode),
    DepositedAt datetime NOT NULL,
    PayMethod char(2) NOT NULL,
    Amount money NOT NULL
);
CREATE TABLE DrawerCounts (
    StoreCode varchar(12) NOT NULL REFERENCES StoreFile (StoreCode),
    CountDate datetime NOT NULL,
    DrawerNo smallint NOT NULL,
    PayMethod char(2) NOT NULL,
    Expected money NOT NULL,
    Counted money NOT NULL,
    CONSTRAINT PK_DrawerCounts PRIMARY KEY (StoreCode, CountDate, DrawerNo, PayMethod)
);
CREATE TABLE StoreTotals (
    StoreCode varchar(12) NOT NULL REFERENCES StoreFile (StoreCode),
    TotalDate datetime NOT NULL,
    TotalType varchar(10) NOT NULL,
    PayMethod char(2) NOT NULL,
    Amount money NULL,
    Number int NULL,
    CONSTRAINT PK_StoreTotals PRIMARY KEY (StoreCode, TotalDate, TotalType, PayMethod)
);
CREATE TABLE GLEntries (
    StoreCode varchar(12) NOT NULL REFERENCES StoreFile (StoreCode),
    EntryNo int NOT NULL,
    LineNumber smallint NOT NULL,
    EntryDate datetime NOT NULL,
    SourceType char(2) NOT NULL,
    ContractNo char(8) NULL REFERENCES ContractFile (ContractNo),
    AccountNo char(12) NOT NULL,
    Class char(8) NULL,
    Description nvarchar(60) NULL,
    Debit money NOT NULL,
    Credit money NOT NULL,
    CONSTRAINT PK_GLEntries PRIMARY KEY (StoreCode, EntryNo, LineNumber)
);

CREATE TABLE VendorFile (
    VendorNo char(8) NOT NULL PRIMARY KEY CHECK (VendorNo NOT LIKE '%/%'),
    VendorName nvarchar(60) NOT NULL,
    TermsDays smallint NOT NULL
);
CREATE TABLE PurchaseOrders (
    PONo int NOT NULL PRIMARY KEY,
    StoreCode varchar(12) NOT NULL REFERENCES StoreFile (StoreCode),
    VendorNo char(8) NOT NULL REFERENCES VendorFile (VendorNo),
    OrderedOn datetime NOT NULL,
    POStatus varchar(10) NOT NULL
);
CREATE TABLE PurchaseOrderLines (
    PONo int NOT NULL REFERENCES PurchaseOrders (PONo),
    LineNumber smallint NOT NULL,
    Description nvarchar(60) NOT NULL,
    GLCategory char(12) NOT NULL,
    GLAccount char(12) NULL,
    Quantity decimal(12, 3) NOT NULL,
    Amount money NOT NULL,
    TaxTable char(3) NOT NULL,
    CONSTRAINT PK_PurchaseOrderLines PRIMARY KEY (PONo, LineNumber)
);
CREATE TABLE GoodsReceipts (
    ReceiptNo varchar(12) NOT NULL PRIMARY KEY,
    PONo int NOT NULL REFERENCES PurchaseOrders (PONo),
    ReceivedOn datetime NOT NULL
);
CREATE TABLE GoodsReceiptLines (
    ReceiptNo varchar(12) NOT NULL REFERENCES GoodsReceipts (ReceiptNo),
    LineNumber smallint NOT NULL,
    Description nvarchar(60) NOT NULL,
    GLCategory char(12) NOT NULL,
    GLAccount char(12) NULL,
    Quantity decimal(12, 3) NOT NULL,
    Amount money NOT NULL,
    Tax money NOT NULL,
    TaxTable char(3) NOT NULL,
    CONSTRAINT PK_GoodsReceiptLines PRIMARY KEY (ReceiptNo, LineNumber)
);
CREATE TABLE VendorInvoices (
    VendorNo char(8) NOT NULL REFERENCES VendorFile (VendorNo),
    InvoiceNo varchar(20) NOT NULL,
    PONo int NULL REFERENCES PurchaseOrders (PONo),
    ReceiptNo varchar(12) NULL REFERENCES GoodsReceipts (ReceiptNo),
    StoreCode varchar(12) NOT NULL REFERENCES StoreFile (StoreCode),
    IsCredit bit NOT NULL,
    InvoiceDate datetime NOT NULL,
    PostedOn datetime NOT NULL,
    DueOn datetime NULL,
    Total money NOT NULL,
    TaxTotal money NOT NULL,
    CONSTRAINT PK_VendorInvoices PRIMARY KEY (VendorNo, InvoiceNo)
);
CREATE TABLE VendorInvoiceLines (
    VendorNo char(8) NOT NULL,
    InvoiceNo varchar(20) NOT NULL,
    LineNumber smallint NOT NULL,
    Description nvarchar(60) NOT NULL,
    GLCategory char(12) NOT NULL,
    GLAccount char(12) NULL,
    Quantity decimal(12, 3) NOT NULL,
    Amount money NOT NULL,
    Tax money NOT NULL,
    TaxTable char(3) NOT NULL,
    CONSTRAINT PK_VendorInvoiceLines PRIMARY KEY (VendorNo, InvoiceNo, LineNumber),
    CONSTRAINT FK_VendorInvoiceLines_Invoice FOREIGN KEY (VendorNo, InvoiceNo) REFERENCES VendorInvoices (VendorNo, InvoiceNo)
);

CREATE TABLE LedgerStatus (
    StoreCode varchar(12) NOT NULL,
    DocumentKind varchar(20) NOT NULL,
    DocumentKey varchar(80) NOT NULL,
    LedgerNumber varchar(255) NOT NULL,
    Status varchar(20) NOT NULL,
    AmountDue money NOT NULL,
    AmountPaid money NOT NULL,
    PaidOn date NULL,
    ChangedAt datetime2(3) NOT NULL,
    CONSTRAINT PK_LedgerStatus PRIMARY KEY (StoreCode, DocumentKind, DocumentKey)
);
CREATE INDEX ContractByClose ON ContractFile (StoreCode, ClosedAt);
