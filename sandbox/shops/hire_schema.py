"""Tables of a demo system that works as Point of Rental does. The names are ours: no vendor's schema is public, and none is copied.

Contracts, not baskets: what a customer still owes when an account contract closes is no payment row, it is what is missing. There are no
shifts; times are naive. A changed closed contract is a new contract that names the old one. Money is in cents.
"""

SCHEMA = """
CREATE TABLE StoreFile (StoreCode TEXT PRIMARY KEY, StoreName TEXT NOT NULL, Currency TEXT NOT NULL, LastSyncUtc TEXT NOT NULL);
CREATE TABLE CustomerFile (CustNo TEXT PRIMARY KEY, CustName TEXT NOT NULL, AccountType TEXT NOT NULL, Email TEXT,
    TermsDays INTEGER NOT NULL);
CREATE TABLE ItemFile (ItemKey TEXT PRIMARY KEY, ItemName TEXT NOT NULL, ItemCategory TEXT NOT NULL, DayRate INTEGER NOT NULL);
CREATE TABLE ContractFile (ContractNo TEXT PRIMARY KEY, StoreCode TEXT NOT NULL REFERENCES StoreFile,
    CustNo TEXT NOT NULL REFERENCES CustomerFile, ContractType TEXT NOT NULL, ContractStatus TEXT NOT NULL, OutAt TEXT NOT NULL,
    ClosedAt TEXT, AdjustsContract TEXT REFERENCES ContractFile, Total INTEGER NOT NULL, TaxTotal INTEGER NOT NULL);
CREATE TABLE ContractItems (ContractNo TEXT NOT NULL REFERENCES ContractFile, LineNumber INTEGER NOT NULL,
    ItemKey TEXT NOT NULL REFERENCES ItemFile, Days INTEGER NOT NULL, Rate INTEGER NOT NULL, Discount INTEGER NOT NULL,
    Amount INTEGER NOT NULL, Tax INTEGER NOT NULL, TaxTable TEXT NOT NULL, PRIMARY KEY (ContractNo, LineNumber));
CREATE TABLE ContractPayments (ContractNo TEXT NOT NULL REFERENCES ContractFile, PayNo INTEGER NOT NULL, PayMethod TEXT NOT NULL,
    Amount INTEGER NOT NULL, PaidAt TEXT NOT NULL, PRIMARY KEY (ContractNo, PayNo));
CREATE TABLE PrePayments (PrePayNo INTEGER PRIMARY KEY, StoreCode TEXT NOT NULL REFERENCES StoreFile,
    ContractNo TEXT NOT NULL REFERENCES ContractFile, CustNo TEXT NOT NULL REFERENCES CustomerFile, PayMethod TEXT NOT NULL,
    Amount INTEGER NOT NULL, PaidAt TEXT NOT NULL);
CREATE TABLE ContractBonds (BondNo INTEGER PRIMARY KEY, StoreCode TEXT NOT NULL REFERENCES StoreFile,
    ContractNo TEXT NOT NULL REFERENCES ContractFile, CustNo TEXT NOT NULL REFERENCES CustomerFile, BondType TEXT NOT NULL,
    PayMethod TEXT NOT NULL, Amount INTEGER NOT NULL, MovedAt TEXT NOT NULL);
CREATE TABLE BankDeposits (DepositNo INTEGER PRIMARY KEY, StoreCode TEXT NOT NULL REFERENCES StoreFile, DepositedAt TEXT NOT NULL,
    PayMethod TEXT NOT NULL, Amount INTEGER NOT NULL);
CREATE TABLE DrawerCounts (StoreCode TEXT NOT NULL REFERENCES StoreFile, CountDate TEXT NOT NULL, DrawerNo INTEGER NOT NULL,
    PayMethod TEXT NOT NULL, Expected INTEGER NOT NULL, Counted INTEGER NOT NULL,
    PRIMARY KEY (StoreCode, CountDate, DrawerNo, PayMethod));
CREATE TABLE StoreTotals (StoreCode TEXT NOT NULL REFERENCES StoreFile, TotalDate TEXT NOT NULL, TotalType TEXT NOT NULL,
    PayMethod TEXT NOT NULL, Amount INTEGER, Number INTEGER, PRIMARY KEY (StoreCode, TotalDate, TotalType, PayMethod));
CREATE TABLE GLEntries (StoreCode TEXT NOT NULL REFERENCES StoreFile, EntryNo INTEGER NOT NULL, LineNumber INTEGER NOT NULL,
    EntryDate TEXT NOT NULL, SourceType TEXT NOT NULL, ContractNo TEXT REFERENCES ContractFile, AccountNo TEXT NOT NULL, Class TEXT,
    Description TEXT, Debit INTEGER NOT NULL, Credit INTEGER NOT NULL, PRIMARY KEY (StoreCode, EntryNo, LineNumber));

CREATE TABLE VendorFile (VendorNo TEXT PRIMARY KEY CHECK (VendorNo NOT LIKE '%/%'), VendorName TEXT NOT NULL, TermsDays INTEGER NOT NULL);
CREATE TABLE PurchaseOrders (PONo INTEGER PRIMARY KEY, StoreCode TEXT NOT NULL REFERENCES StoreFile,
    VendorNo TEXT NOT NULL REFERENCES VendorFile, OrderedOn TEXT NOT NULL, POStatus TEXT NOT NULL);
CREATE TABLE PurchaseOrderLines (PONo INTEGER NOT NULL REFERENCES PurchaseOrders, LineNumber INTEGER NOT NULL, Description TEXT NOT NULL,
    GLCategory TEXT NOT NULL, GLAccount TEXT, Quantity INTEGER NOT NULL, Amount INTEGER NOT NULL, TaxTable TEXT NOT NULL,
    PRIMARY KEY (PONo, LineNumber));
CREATE TABLE GoodsReceipts (ReceiptNo TEXT PRIMARY KEY, PONo INTEGER NOT NULL REFERENCES PurchaseOrders, ReceivedOn TEXT NOT NULL);
CREATE TABLE GoodsReceiptLines (ReceiptNo TEXT NOT NULL REFERENCES GoodsReceipts, LineNumber INTEGER NOT NULL, Description TEXT NOT NULL,
    GLCategory TEXT NOT NULL, GLAccount TEXT, Quantity INTEGER NOT NULL, Amount INTEGER NOT NULL, Tax INTEGER NOT NULL,
    TaxTable TEXT NOT NULL, PRIMARY KEY (ReceiptNo, LineNumber));
CREATE TABLE VendorInvoices (VendorNo TEXT NOT NULL REFERENCES VendorFile, InvoiceNo TEXT NOT NULL,
    PONo INTEGER REFERENCES PurchaseOrders, ReceiptNo TEXT REFERENCES GoodsReceipts, StoreCode TEXT NOT NULL REFERENCES StoreFile,
    IsCredit INTEGER NOT NULL, InvoiceDate TEXT NOT NULL, PostedOn TEXT NOT NULL, DueOn TEXT, Total INTEGER NOT NULL,
    TaxTotal INTEGER NOT NULL, PRIMARY KEY (VendorNo, InvoiceNo));
CREATE TABLE VendorInvoiceLines (VendorNo TEXT NOT NULL, InvoiceNo TEXT NOT NULL, LineNumber INTEGER NOT NULL, Description TEXT NOT NULL,
    GLCategory TEXT NOT NULL, GLAccount TEXT, Quantity INTEGER NOT NULL, Amount INTEGER NOT NULL, Tax INTEGER NOT NULL,
    TaxTable TEXT NOT NULL, PRIMARY KEY (VendorNo, InvoiceNo, LineNumber), FOREIGN KEY (VendorNo, InvoiceNo) REFERENCES VendorInvoices);

CREATE TABLE LedgerStatus (StoreCode TEXT NOT NULL, DocumentKind TEXT NOT NULL, DocumentKey TEXT NOT NULL, LedgerNumber TEXT NOT NULL,
    Status TEXT NOT NULL, AmountDue INTEGER NOT NULL, AmountPaid INTEGER NOT NULL, PaidOn TEXT, ChangedAt TEXT NOT NULL,
    PRIMARY KEY (StoreCode, DocumentKind, DocumentKey));
CREATE INDEX ContractByClose ON ContractFile (StoreCode, ClosedAt);
"""
