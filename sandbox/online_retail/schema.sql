-- The database of a small web shop's POS. Money is exact: prices as decimal text, amounts as integers.
-- Each line of the data set is one invoice line; nothing is dropped, merged or put right.

CREATE TABLE stores (
    store_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    complete_until TEXT NOT NULL  -- UTC, the end of the last day that was loaded
) STRICT;

-- The shop's own total per day, added up from the files and not from the invoices.
CREATE TABLE days (
    store_id TEXT NOT NULL REFERENCES stores,
    business_date TEXT NOT NULL,
    file_lines INTEGER NOT NULL,
    total_ten_thousandths INTEGER NOT NULL,
    total_cents INTEGER NOT NULL,
    PRIMARY KEY (store_id, business_date)
) STRICT;

CREATE TABLE invoices (
    invoice_no TEXT PRIMARY KEY,
    store_id TEXT NOT NULL REFERENCES stores,
    register_id TEXT NOT NULL,
    series TEXT NOT NULL,  -- the letter before the number: none for a sale, C for a refund
    business_date TEXT NOT NULL,
    placed_at TEXT NOT NULL,  -- the shop's wall clock
    customer_id TEXT,  -- a number; the data set names nobody
    country TEXT NOT NULL,
    FOREIGN KEY (store_id, business_date) REFERENCES days
) STRICT;

CREATE INDEX invoices_of_day ON invoices (store_id, business_date);

CREATE TABLE invoice_lines (
    invoice_no TEXT NOT NULL REFERENCES invoices,
    line_no INTEGER NOT NULL,  -- in the order of the file: the same item may appear twice
    file_line INTEGER NOT NULL,
    entered_at TEXT NOT NULL,
    stock_code TEXT NOT NULL,
    description TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    unit_price TEXT NOT NULL,
    amount_ten_thousandths INTEGER NOT NULL,  -- quantity x price, exact
    gross_cents INTEGER NOT NULL,
    vat_code TEXT NOT NULL CHECK (vat_code IN ('STD', 'ZERO', 'NONE')),
    vat_cents INTEGER NOT NULL,
    category TEXT NOT NULL,
    PRIMARY KEY (invoice_no, line_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE payments (
    invoice_no TEXT PRIMARY KEY REFERENCES invoices,
    method TEXT NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents <> 0)
) STRICT, WITHOUT ROWID;
